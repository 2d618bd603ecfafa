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
