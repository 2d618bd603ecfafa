//! The kernels by themselves.

use dlcore_core::activation::Activation;
use dlcore_core::error::Error;
use dlcore_core::{elementary as functions, loss as losses, ops};
use dlcore_kernels::gemm;
use dlcore_kernels::matrix::MatrixMut;
use numpy::{PyArray2, PyArrayMethods, PyReadonlyArray2, PyUntypedArrayMethods};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::array::{AnyMatrix, Number, array, by_dtype, collected, room, rows, slice, to_numpy};
use crate::error::{detached, exception};
use crate::network::loss_config;
use crate::settings::chosen;

fn matrix<'py, T: Number>(name: &str, value: &Bound<'py, PyAny>) -> PyResult<PyReadonlyArray2<'py, T>> {
    let array = value
        .cast::<PyArray2<T>>()
        .map_err(|_| PyTypeError::new_err(format!("{name}: expected a matrix of {}", T::NAME)))?;
    if !array.is_aligned() {
        return Err(PyValueError::new_err(format!("{name}: expected aligned memory")));
    }
    array.try_readonly().map_err(|_| PyValueError::new_err(format!("{name}: the array is being written to")))
}

#[pyfunction]
pub fn matmul<'py>(
    a: &Bound<'py, PyAny>,
    b: &Bound<'py, PyAny>,
    out: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    fn typed<'py, T: Number>(
        a: &Bound<'py, PyAny>,
        b: &Bound<'py, PyAny>,
        out: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let (a, b) = (matrix::<T>("a", a)?, matrix::<T>("b", b)?);
        let (left, right) = (AnyMatrix::new(&a)?, AnyMatrix::new(&b)?);
        let (left, right) = (left.strided()?, right.strided()?);
        let shape = (left.rows(), right.columns());
        if left.columns() != right.rows() {
            let (expected, got) = (left.columns(), right.rows());
            return Err(PyValueError::new_err(format!(
                "b: expected {expected} rows (the columns of a), got {got}"
            )));
        }
        let output = match out {
            Some(out) => out
                .cast::<PyArray2<T>>()
                .map_err(|_| PyTypeError::new_err(format!("out: expected a matrix of {}", T::NAME)))?
                .clone(),
            None => {
                room::<T>(&[shape.0, shape.1], "the product").map_err(exception)?;
                PyArray2::zeros(a.py(), shape, false)
            }
        };
        let mut writable = output.try_readwrite().map_err(|_| {
            PyValueError::new_err("out: expected a writable array that shares no memory with a or b")
        })?;
        let got = writable.as_array().dim();
        if got != shape {
            return Err(PyValueError::new_err(format!("out: expected shape {shape:?}, got {got:?}")));
        }
        let target = writable
            .as_slice_mut()
            .map_err(|_| PyValueError::new_err("out: expected a C-contiguous, aligned array"))?;
        let isa = chosen();
        detached(a.py(), || {
            gemm::matmul(isa, left, right, MatrixMut::from_slice(target, shape.0, shape.1), false)
        })?
        .map_err(|error| exception(error.into()))?;
        drop(writable);
        Ok(output.into_any())
    }
    by_dtype!("a", a, typed(a, b, out))
}

#[pyfunction]
pub fn linear<'py>(
    x: &Bound<'py, PyAny>,
    kernel: &Bound<'py, PyAny>,
    bias: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    fn typed<'py, T: Number>(
        x: &Bound<'py, PyAny>,
        kernel: &Bound<'py, PyAny>,
        bias: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let (x, kernel) = (matrix::<T>("x", x)?, matrix::<T>("kernel", kernel)?);
        let (left, right) = (AnyMatrix::new(&x)?, AnyMatrix::new(&kernel)?);
        let (left, right) = (left.strided()?, right.strided()?);
        if left.columns() != right.rows() {
            let (expected, got) = (left.columns(), right.rows());
            return Err(PyValueError::new_err(format!(
                "kernel: expected {expected} rows (the columns of x), got {got}"
            )));
        }
        let bias = bias.map(|bias| array::<T>("bias", bias)).transpose()?;
        let bias = bias.as_ref().map(|bias| slice("bias", bias)).transpose()?;
        if let Some(bias) = bias.filter(|bias| bias.len() != right.columns()) {
            let (expected, got) = (right.columns(), bias.len());
            return Err(PyValueError::new_err(format!("bias: expected {expected} numbers, got {got}")));
        }
        let shape = (left.rows(), right.columns());
        room::<T>(&[shape.0, shape.1], "the product").map_err(exception)?;
        let output = PyArray2::zeros(x.py(), shape, false);
        let mut writable = output.readwrite();
        let target = writable.as_slice_mut()?;
        let isa = chosen();
        detached(x.py(), || ops::linear(isa, left, right, bias, target))?.map_err(exception)?;
        drop(writable);
        Ok(output.into_any())
    }
    by_dtype!("x", x, typed(x, kernel, bias))
}

/// A changed copy of an array.
fn mapped<'py, T: Number>(
    x: &Bound<'py, PyAny>,
    change: impl FnOnce(&mut [T], usize) -> Result<(), Error> + Send,
) -> PyResult<Bound<'py, PyAny>> {
    let x = array::<T>("x", x)?;
    let shape = x.as_array().shape().to_vec();
    let mut values = collected(slice("x", &x)?.iter())?;
    let columns = shape.last().copied().unwrap_or(1);
    detached(x.py(), || change(&mut values, columns))?.map_err(exception)?;
    to_numpy(x.py(), &values, &shape)
}

#[pyfunction]
pub fn activation<'py>(
    name: &str,
    parameters: [f64; 3],
    x: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    let activation = Activation::named(name, parameters)
        .ok_or_else(|| exception(Error::unknown("activation", name, Activation::NAMES)))?;
    let isa = chosen();
    by_dtype!("x", x, mapped(x, |values, columns| ops::activation(isa, activation, values, columns)))
}

#[pyfunction]
pub fn elementary<'py>(name: &str, x: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let isa = chosen();
    by_dtype!("x", x, mapped(x, |values, _| functions::apply(isa, name, values)))
}

#[pyfunction]
pub fn loss<'py>(
    config: &Bound<'py, PyDict>,
    y_true: &Bound<'py, PyAny>,
    y_pred: &Bound<'py, PyAny>,
) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyAny>)> {
    fn typed<'py, T: Number>(
        loss: losses::Loss,
        y_true: &Bound<'py, PyAny>,
        y_pred: &Bound<'py, PyAny>,
    ) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyAny>)> {
        let (y_true, y_pred) = (array::<T>("y_true", y_true)?, array::<T>("y_pred", y_pred)?);
        let (outputs, columns) = rows("y_pred", &y_pred)?;
        let targets = slice("y_true", &y_true)?;
        let isa = chosen();
        let py = y_pred.py();
        let (losses, gradient) =
            detached(py, || ops::loss(isa, loss, targets, outputs, columns))?.map_err(exception)?;
        let shape = y_pred.as_array().shape().to_vec();
        Ok((to_numpy(py, &losses, &[losses.len()])?, to_numpy(py, &gradient, &shape)?))
    }
    let loss = loss_config(config)?;
    by_dtype!("y_pred", y_pred, typed(loss, y_true, y_pred))
}
