//! The one place where an error becomes a Python exception, and where a panic would.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use dlcore_core::error::Error;
use dlcore_kernels::memory;
use pyo3::exceptions::{PyMemoryError, PyOSError, PyRuntimeError, PyValueError};
use pyo3::prelude::*;

/// The exception for an error of the core.
pub fn exception(error: Error) -> PyErr {
    match error {
        Error::Invalid(_) | Error::Damaged { .. } => PyValueError::new_err(error.to_string()),
        Error::OutOfMemory(_) => PyMemoryError::new_err(error.to_string()),
        // With its number, Python finds the class; Windows has other numbers.
        Error::File { path, source } => match source.raw_os_error().filter(|_| cfg!(unix)) {
            Some(number) => {
                let text = source.to_string();
                PyOSError::new_err((number, text.split(" (os error").next().map(str::to_owned), path))
            }
            None => std::io::Error::new(source.kind(), format!("{path}: {source}")).into(),
        },
    }
}

/// Does work without the interpreter, if there is room for what is small. A panic, which would be a defect of
/// dlcore, comes out as an ordinary `RuntimeError`.
pub fn detached<R: Send>(py: Python<'_>, work: impl FnOnce() -> R + Send) -> PyResult<R> {
    memory::spare().map_err(|error| exception(error.into()))?;
    py.detach(|| catch_unwind(AssertUnwindSafe(work)))
        .map_err(|panic| PyRuntimeError::new_err(format!("internal error of dlcore: {}", message(&*panic))))
}

fn message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no message")
}
