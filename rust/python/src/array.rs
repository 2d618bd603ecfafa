//! NumPy arrays to slices and back.

use dlcore_core::epoch::Input;
use dlcore_core::error::Error;
use dlcore_core::ops;
use dlcore_kernels::gather::Source;
use dlcore_kernels::matrix::Strided;
use dlcore_kernels::memory;
use dlcore_kernels::simd::Element;
use dlcore_kernels::sparse::SparseSource;
use numpy::ndarray::{Array2, CowArray, Ix2};
use numpy::{
    PyArray1, PyArrayDyn, PyArrayMethods, PyReadonlyArray1, PyReadonlyArray2, PyReadonlyArrayDyn,
    PyUntypedArrayMethods, ToPyArray,
};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyString, PyTuple};

use crate::error::exception;
use crate::settings::chosen;

/// A number that NumPy and the core both know.
pub trait Number: Element + numpy::Element {}

impl Number for f32 {}
impl Number for f64 {}

/// NumPy has arrays of up to 64 axes, its bindings of half as many.
const MOST_AXES: usize = 32;

/// Whether an array of that shape could be made: where there is no room, the bindings panic.
pub fn room<T>(shape: &[usize], purpose: &'static str) -> Result<(), Error> {
    let count = shape.iter().try_fold(1_usize, |count, &length| count.checked_mul(length.max(1)));
    drop(memory::room::<T>(count.unwrap_or(usize::MAX), purpose)?);
    Ok(())
}

/// A vector of these numbers, if there is room for it.
pub fn collected<'a, T: Copy + 'a>(values: impl ExactSizeIterator<Item = &'a T>) -> PyResult<Vec<T>> {
    let vector = memory::room(values.len(), "a copy of an array").map_err(Error::from).map_err(exception);
    vector.map(|mut vector| {
        vector.extend(values.copied());
        vector
    })
}

/// A NumPy array of these numbers, if there is room for it.
pub fn to_numpy<'py, T: Number>(
    py: Python<'py>,
    values: &[T],
    shape: &[usize],
) -> PyResult<Bound<'py, PyAny>> {
    room::<T>(shape, "an array").map_err(exception)?;
    Ok(values.to_pyarray(py).reshape(shape)?.into_any())
}

/// More than any sequence of layers, variables or axes has.
const MOST_ELEMENTS: usize = 1 << 20;

/// Elements of a sequence, as many as it says and no more than make sense.
pub struct List<V>(pub Vec<V>);

impl<'py, V: for<'a> FromPyObject<'a, 'py>> FromPyObject<'_, 'py> for List<V> {
    type Error = PyErr;

    fn extract(value: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        let count = value.len()?;
        if count > MOST_ELEMENTS {
            let most = format!("expected a sequence of at most {MOST_ELEMENTS} elements, got {count}");
            return Err(PyValueError::new_err(most));
        }
        let elements = value.try_iter()?.take(count).map(|element| element?.extract().map_err(Into::into));
        elements.collect::<PyResult<_>>().map(Self)
    }
}

/// The argument as an array of numbers of this type; an error that names it otherwise.
pub fn array<'py, T: Number>(name: &str, value: &Bound<'py, PyAny>) -> PyResult<PyReadonlyArrayDyn<'py, T>> {
    let array = value.cast::<PyArrayDyn<T>>().map_err(|_| {
        // Python's own `str` runs handlers of signals, and an exception of theirs would get lost here.
        let name_of = |name: Bound<'_, PyString>| name.to_string_lossy().into_owned();
        let found = value.get_type().name().map_or_else(|_| "?".to_owned(), name_of);
        PyTypeError::new_err(format!("{name}: expected a {} array, got {found} of another kind", T::NAME))
    })?;
    if array.ndim() > MOST_AXES {
        let got = array.ndim();
        return Err(PyValueError::new_err(format!("{name}: expected at most {MOST_AXES} axes, got {got}")));
    }
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
    pub fn new(array: &'a PyReadonlyArray2<'_, T>) -> PyResult<Self> {
        let view = array.as_array();
        if view.is_standard_layout() || view.t().is_standard_layout() {
            return Ok(Self { array: CowArray::from(view) });
        }
        let copy = Array2::from_shape_vec(view.dim(), collected(view.iter())?);
        let copy = copy.map_err(|error| PyValueError::new_err(error.to_string()))?;
        Ok(Self { array: copy.into() })
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
            Some(dtype) => Err(match pyo3::types::PyAnyMethods::str(dtype.as_any()) {
                Ok(found) => pyo3::exceptions::PyTypeError::new_err(format!(
                    "{}: expected float32 or float64, got {}", $name, found.to_string_lossy()
                )),
                Err(error) => error,
            }),
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
