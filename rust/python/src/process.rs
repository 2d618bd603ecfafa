//! What is done once in a process.

use dlcore_kernels::team;
use pyo3::exceptions::PyImportError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;

/// Python's interpreter that has the module: what is static here has objects of that one, and a process may have
/// several. Known by a module that each has for itself.
static HOME: PyOnceLock<Py<PyModule>> = PyOnceLock::new();

/// To be called when the module is loaded.
pub fn enter(py: Python<'_>) -> PyResult<()> {
    let builtins = py.import("builtins")?;
    let home = HOME.get_or_init(py, || {
        team::watch_forks();
        builtins.clone().unbind()
    });
    if home.is(&builtins) {
        return Ok(());
    }
    Err(PyImportError::new_err(
        "dlcore is loaded in another interpreter of this process: it can be in one only",
    ))
}
