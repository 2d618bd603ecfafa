//! Threads and instruction set.

use std::sync::RwLock;

use dlcore_kernels::simd::Isa;
use dlcore_kernels::team;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

/// What new networks and all ops run on; none until it is asked for.
static ISA: RwLock<Option<Isa>> = RwLock::new(None);

/// The chosen instruction set.
pub fn chosen() -> Isa {
    let set = ISA.read().map_or(None, |isa| *isa);
    set.unwrap_or_else(Isa::best)
}

#[pyfunction]
pub fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}

#[pyfunction]
pub fn isa() -> &'static str {
    chosen().name()
}

#[pyfunction]
pub fn available_isas() -> Vec<&'static str> {
    Isa::available().into_iter().map(Isa::name).collect()
}

#[pyfunction]
pub fn set_isa(name: &str) -> PyResult<()> {
    let isa = Isa::named(name).map_err(|error| PyValueError::new_err(error.to_string()))?;
    if let Ok(mut slot) = ISA.write() {
        *slot = Some(isa);
    }
    Ok(())
}

#[pyfunction]
pub fn get_num_threads() -> usize {
    team::threads()
}

#[pyfunction]
pub fn available_threads() -> usize {
    team::available()
}

#[pyfunction]
pub fn limit_threads(n: usize) -> usize {
    team::limit_threads(n)
}

#[pyfunction]
pub fn set_num_threads(n: usize) -> PyResult<()> {
    if !(1..=team::MAX_THREADS).contains(&n) {
        let most = team::MAX_THREADS;
        return Err(PyValueError::new_err(format!(
            "n: expected a number of threads from 1 to {most}, got {n}"
        )));
    }
    team::set_threads(n);
    Ok(())
}
