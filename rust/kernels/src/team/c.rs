//! The number of threads for who is neither Rust nor Python: threadpoolctl knows libraries by such functions.
//!
//! `no_mangle` counts as unsafe, since two libraries might choose one name: these begin with ours.

use std::ffi::c_int;

/// What is set for all threads of the process.
#[unsafe(no_mangle)]
pub extern "C" fn dlcore_get_num_threads() -> c_int {
    super::configured() as c_int
}

/// Sets it, to the nearest number that there may be.
#[unsafe(no_mangle)]
pub extern "C" fn dlcore_set_num_threads(threads: c_int) {
    super::set_threads(usize::try_from(threads).unwrap_or(0).clamp(1, super::MAX_THREADS));
}
