//! The compiled module `dlcore._core`: a list of what it exports.

#![forbid(unsafe_code)]

mod array;
mod error;
mod file;
mod layer;
mod network;
mod ops;
mod process;
mod random;
mod settings;
mod signals;
mod turns;

use pyo3::prelude::*;

#[pymodule(gil_used = true)]
mod _core {
    #[pymodule_export]
    use crate::array::all_finite;
    #[pymodule_export]
    use crate::file::{load_file, save_file, write_file};
    #[pymodule_export]
    use crate::network::Network;
    #[pymodule_export]
    use crate::ops::{activation, elementary, linear, loss, matmul};
    #[pymodule_export]
    use crate::random::{random_normal, random_truncated_normal, random_uniform, shuffle};
    #[pymodule_export]
    use crate::settings::{
        available_isas, available_threads, get_num_threads, isa, limit_threads, set_isa, set_num_threads,
        version,
    };

    use dlcore_core::{activation::Activation, loss::Loss, metric::Metric};
    use pyo3::prelude::*;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        crate::process::enter(module.py())?;
        module.add("ACTIVATIONS", Activation::NAMES.to_vec())?;
        module.add("LOSSES", Loss::NAMES.to_vec())?;
        module.add("METRICS", Metric::NAMES.to_vec())
    }
}
