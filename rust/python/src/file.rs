//! Files of weights.

use std::collections::BTreeMap;
use std::path::PathBuf;

use dlcore_core::file::{self, Tensor, Values};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::array::{Number, array, by_dtype, collected, slice, to_numpy};
use crate::error::{detached, exception};

#[pyfunction]
pub fn save_file(
    py: Python<'_>,
    path: PathBuf,
    tensors: &Bound<'_, PyDict>,
    metadata: BTreeMap<String, String>,
) -> PyResult<()> {
    let mut list = Vec::new();
    for (name, value) in tensors {
        let name: String = name.extract()?;
        list.push(by_dtype!("tensors", &value, tensor(name, &value))?);
    }
    detached(py, || file::save(&path, &list, metadata.into_iter().collect()))?.map_err(exception)
}

/// Numbers that a file can hold.
trait Stored: Number {
    fn values(numbers: Vec<Self>) -> Values;
}

impl Stored for f32 {
    fn values(numbers: Vec<f32>) -> Values {
        Values::F32(numbers)
    }
}

impl Stored for f64 {
    fn values(numbers: Vec<f64>) -> Values {
        Values::F64(numbers)
    }
}

fn tensor<T: Stored>(name: String, value: &Bound<'_, PyAny>) -> PyResult<Tensor> {
    let array = array::<T>(&name, value)?;
    let shape = array.as_array().shape().to_vec();
    let values = T::values(collected(slice(&name, &array)?.iter())?);
    Ok(Tensor { name, shape, values })
}

#[pyfunction]
pub fn load_file<'py>(py: Python<'py>, path: PathBuf) -> PyResult<(Bound<'py, PyDict>, Bound<'py, PyDict>)> {
    let (list, metadata) = detached(py, || file::load(&path))?.map_err(exception)?;
    let (tensors, texts) = (PyDict::new(py), PyDict::new(py));
    for Tensor { name, shape, values } in list {
        let array = match values {
            Values::F32(values) => to_numpy(py, &values, &shape)?,
            Values::F64(values) => to_numpy(py, &values, &shape)?,
        };
        tensors.set_item(name, array)?;
    }
    for (key, text) in metadata {
        texts.set_item(key, text)?;
    }
    Ok((tensors, texts))
}

/// Writes bytes to a file, all at once or not at all.
#[pyfunction]
pub fn write_file(py: Python<'_>, path: PathBuf, content: &[u8]) -> PyResult<()> {
    detached(py, || file::write(&path, content))?.map_err(exception)
}
