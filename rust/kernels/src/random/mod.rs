//! Random numbers: a counter-based generator, so a number is a function of where it is used (seed,
//! step, layer, element) and not of when, by which thread, or on how many lanes.

mod philox;

pub use philox::{philox4x32, philox4x32_lanes};
