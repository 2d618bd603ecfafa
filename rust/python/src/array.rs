//! NumPy arrays to slices and back.

use dlcore_core::ops;
use dlcore_kernels::matrix::Strided;
use dlcore_kernels::simd::Element;
use numpy::ndarray::{CowArray, Ix2};
use numpy::{PyArrayDyn, PyArrayMethods, PyReadonlyArray2, PyReadonlyArrayDyn};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;

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
