//! NumPy arrays to slices and back.

use dlcore_core::epoch::Input;
use dlcore_core::ops;
use dlcore_kernels::gather::Source;
use dlcore_kernels::matrix::Strided;
use dlcore_kernels::simd::Element;
use dlcore_kernels::sparse::SparseSource;
use numpy::ndarray::{CowArray, Ix2};
use numpy::{PyArray1, PyArrayDyn, PyArrayMethods, PyReadonlyArray1, PyReadonlyArray2, PyReadonlyArrayDyn};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyTuple;

use crate::settings::chosen;

/// A number that NumPy and the core both know.
pub trait Number: Element + numpy::Element {}

impl Number for f32 {}
impl Number for f64 {}

/// The argument as an array of numbers of this type; an error that names it otherwise.
pub fn array<'py, T: Number>(name: &str, value: &Bound<'py, PyAny>) -> PyResult<PyReadonlyArrayDyn<'py, T>> {
    let array = value.cast::<PyArrayDyn<T>>().map_err(|_| {
        let found = value.get_type().name().map_or_else(|_| "?".to_owned(), |name| name.to_string());
        PyTypeError::new_err(format!("{name}: expected a {} array, got {found} of another kind", T::NAME))
    })?;
    array.try_readonly().map_err(|_| PyValueError::new_err(format!("{name}: the array is being written to")))
}

/// Its numbers in C order.
pub fn slice<'a, T: Number>(name: &str, array: &'a PyReadonlyArrayDyn<'_, T>) -> PyResult<&'a [T]> {
    array
        .as_slice()
        .map_err(|_| PyValueError::new_err(format!("{name}: expected a C-contiguous, aligned array")))
}

/// The numbers of a one- or two-dimensional array, and how many there are in a row.
pub fn rows<'a, T: Number>(name: &str, array: &'a PyReadonlyArrayDyn<'_, T>) -> PyResult<(&'a [T], usize)> {
    let shape = array.as_array().shape().to_vec();
    match shape[..] {
        [_] => Ok((slice(name, array)?, 1)),
        [_, columns] if columns > 0 => Ok((slice(name, array)?, columns)),
        _ => Err(PyValueError::new_err(format!("{name}: expected an array of rows, got shape {shape:?}"))),
    }
}

/// Inputs: an array of rows, or (values, indices, starts, columns) in compressed rows.
pub enum Inputs<'py, T: Number> {
    /// Every element.
    Dense(PyReadonlyArrayDyn<'py, T>),
    /// All but zeros.
    Sparse(PyReadonlyArrayDyn<'py, T>, PyReadonlyArray1<'py, u32>, PyReadonlyArray1<'py, u64>, usize),
}

impl<'py, T: Number> Inputs<'py, T> {
    /// Of the argument x.
    pub fn new(x: &Bound<'py, PyAny>) -> PyResult<Self> {
        let Ok(parts) = x.cast::<PyTuple>() else { return Ok(Self::Dense(array("x", x)?)) };
        type Parts<'py> = (Bound<'py, PyAny>, Bound<'py, PyArray1<u32>>, Bound<'py, PyArray1<u64>>, usize);
        let (values, indices, starts, columns): Parts<'py> = parts.extract()?;
        let written = |_| PyValueError::new_err("x: an array is being written to");
        Ok(Self::Sparse(
            array("x", &values)?,
            indices.try_readonly().map_err(written)?,
            starts.try_readonly().map_err(written)?,
            columns,
        ))
    }

    /// To read.
    pub fn input(&self) -> PyResult<Input<'_, T>> {
        let wrong = |what| PyValueError::new_err(format!("x: expected {what}"));
        match self {
            Self::Dense(array) => {
                let (values, columns) = rows("x", array)?;
                Source::new(values, columns).map(Input::Dense).ok_or_else(|| wrong("whole rows"))
            }
            Self::Sparse(values, indices, starts, columns) => {
                let contiguous = |_| wrong("contiguous arrays");
                let indices = indices.as_slice().map_err(contiguous)?;
                let starts = starts.as_slice().map_err(contiguous)?;
                SparseSource::new(slice("x", values)?, indices, starts, *columns)
                    .map(Input::Sparse)
                    .ok_or_else(|| wrong("compressed rows in order, and indices of columns"))
            }
        }
    }
}

/// A matrix with any strides: as it lies if rows or columns are contiguous, else a copy.
pub struct AnyMatrix<'a, T> {
    array: CowArray<'a, T, Ix2>,
}

impl<'a, T: Number> AnyMatrix<'a, T> {
    /// Of an array.
    pub fn new(array: &'a PyReadonlyArray2<'_, T>) -> Self {
        let view = array.as_array();
        let contiguous = view.is_standard_layout() || view.t().is_standard_layout();
        let array =
            if contiguous { CowArray::from(view) } else { view.as_standard_layout().into_owned().into() };
        Self { array }
    }

    /// To read.
    pub fn strided(&self) -> PyResult<Strided<'_, T>> {
        let (rows, columns) = self.array.dim();
        if let Some(slice) = self.array.as_slice() {
            return Ok(Strided::new(slice, 0, [rows, columns], [columns as isize, 1]));
        }
        let transposed = self.array.t();
        match transposed.to_slice() {
            Some(slice) => Ok(Strided::new(slice, 0, [rows, columns], [1, rows as isize])),
            None => Err(PyValueError::new_err("matrix: expected aligned memory")),
        }
    }
}

/// Calls a generic function for the dtype of an argument.
macro_rules! by_dtype {
    ($name:literal, $value:expr, $function:ident($($argument:expr),* $(,)?)) => {{
        use numpy::{PyArrayDescrMethods, PyUntypedArrayMethods};
        let value: &pyo3::Bound<'_, pyo3::PyAny> = $value;
        let dtype = value.cast::<numpy::PyUntypedArray>().ok().map(|array| array.dtype());
        match dtype {
            Some(dtype) if dtype.is_equiv_to(&numpy::dtype::<f32>(value.py())) => $function::<f32>($($argument),*),
            Some(dtype) if dtype.is_equiv_to(&numpy::dtype::<f64>(value.py())) => $function::<f64>($($argument),*),
            Some(dtype) => Err(pyo3::exceptions::PyTypeError::new_err(format!(
                "{}: expected float32 or float64, got {dtype}", $name
            ))),
            None => Err(pyo3::exceptions::PyTypeError::new_err(format!("{}: expected a NumPy array", $name))),
        }
    }};
}
pub(crate) use by_dtype;

/// Whether no number is infinite or NaN.
#[pyfunction]
pub fn all_finite(x: &Bound<'_, PyAny>) -> PyResult<bool> {
    fn check<T: Number>(x: &Bound<'_, PyAny>) -> PyResult<bool> {
        let x = array::<T>("x", x)?;
        let values = slice("x", &x)?;
        let isa = chosen();
        crate::error::detached(x.py(), || ops::all_finite(isa, values))
    }
    by_dtype!("x", x, check(x))
}
