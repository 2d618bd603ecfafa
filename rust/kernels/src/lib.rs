//! The two lower floors of dlcore: what is fast, and the only code that is `unsafe`.
//!
//! Floor 1 is [`simd`], [`math`] and [`random`]; floor 2 is [`gemm`], the [`team`] of threads and
//! the [`program`] that a team runs over [`memory`].

pub mod gather;
pub mod gemm;
pub mod math;
pub mod matrix;
pub mod memory;
pub mod panels;
pub mod program;
pub mod random;
pub mod simd;
pub mod sparse;
pub mod team;

// All else builds on this crate, so where this stops the build nobody gets as far as a wrong number.
#[cfg(not(target_endian = "little"))]
compile_error!("dlcore is for little-endian machines: on others none of its promises has been tested");
#[cfg(not(target_pointer_width = "64"))]
compile_error!("dlcore is for 64-bit machines: on others none of its promises has been tested");
