//! Initial weights, and the order of rows.

use dlcore_core::error::Error;
use dlcore_core::random;
use dlcore_kernels::simd::Isa;
use numpy::{IntoPyArray, PyArray1, PyArrayDyn, PyArrayMethods};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use crate::array::{List, Number, room};
use crate::error::{detached, exception};
use crate::settings::chosen;

/// Fills an array of that shape and dtype.
fn fill<'py>(
    py: Python<'py>,
    List(shape): List<usize>,
    dtype: &str,
    f32s: impl FnOnce(&mut [f32]) -> Result<(), Error> + Send,
    f64s: impl FnOnce(&mut [f64]) -> Result<(), Error> + Send,
) -> PyResult<Bound<'py, PyAny>> {
    match dtype {
        "float32" => Ok(made(py, shape, f32s)?.into_any()),
        "float64" => Ok(made(py, shape, f64s)?.into_any()),
        _ => Err(PyValueError::new_err(format!("dtype: expected float32 or float64, got {dtype:?}"))),
    }
}

fn made<'py, T: Number>(
    py: Python<'py>,
    shape: Vec<usize>,
    fill: impl FnOnce(&mut [T]) -> Result<(), Error> + Send,
) -> PyResult<Bound<'py, PyArrayDyn<T>>> {
    room::<T>(&shape, "random numbers").map_err(exception)?;
    let flat = PyArray1::<T>::zeros(py, shape.iter().product::<usize>(), false);
    let mut writable = flat.readwrite();
    let values = writable.as_slice_mut()?;
    detached(py, || fill(values))?.map_err(exception)?;
    drop(writable);
    flat.reshape(shape)
}

#[pyfunction]
pub fn random_uniform<'py>(
    py: Python<'py>,
    seed: u64,
    shape: List<usize>,
    low: f64,
    high: f64,
    dtype: &str,
) -> PyResult<Bound<'py, PyAny>> {
    let isa = chosen();
    let bounds = [low, high];
    fill(py, shape, dtype, |to| uniform(isa, seed, bounds, to), |to| uniform(isa, seed, bounds, to))
}

fn uniform<T: Number>(isa: Isa, seed: u64, [low, high]: [f64; 2], to: &mut [T]) -> Result<(), Error> {
    random::uniform(isa, seed, low, high, to);
    Ok(())
}

#[pyfunction]
pub fn random_normal<'py>(
    py: Python<'py>,
    seed: u64,
    shape: List<usize>,
    mean: f64,
    stddev: f64,
    dtype: &str,
) -> PyResult<Bound<'py, PyAny>> {
    bounded(py, seed, shape, [mean, stddev, f64::INFINITY], dtype)
}

#[pyfunction]
pub fn random_truncated_normal<'py>(
    py: Python<'py>,
    seed: u64,
    shape: List<usize>,
    mean: f64,
    stddev: f64,
    dtype: &str,
) -> PyResult<Bound<'py, PyAny>> {
    bounded(py, seed, shape, [mean, stddev, 2.0], dtype)
}

fn bounded<'py>(
    py: Python<'py>,
    seed: u64,
    shape: List<usize>,
    [mean, stddev, bound]: [f64; 3],
    dtype: &str,
) -> PyResult<Bound<'py, PyAny>> {
    let isa = chosen();
    fill(
        py,
        shape,
        dtype,
        |to| random::normal(isa, seed, mean, stddev, bound, to),
        |to| random::normal(isa, seed, mean, stddev, bound, to),
    )
}

/// The numbers below `count` in an order that follows from the seed.
#[pyfunction]
pub fn shuffle<'py>(py: Python<'py>, seed: u64, count: u32) -> PyResult<Bound<'py, PyArray1<u32>>> {
    let isa = chosen();
    room::<u32>(&[count as usize], "the order of rows").map_err(exception)?;
    let order = detached(py, || random::shuffle(isa, seed, count))?.map_err(exception)?;
    Ok(order.into_pyarray(py))
}
