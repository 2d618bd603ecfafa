//! The two types of number a network can be made of.

use std::fmt::{Debug, Display};
use std::ops::{Add, Div, Mul, Sub};

use super::{Simd, Vector};
use crate::math::Math;

/// `f32` or `f64`.
pub trait Element:
    Math
    + Copy
    + Default
    + PartialOrd
    + Debug
    + Display
    + Send
    + Sync
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + 'static
{
    /// A vector of it on an instruction set.
    type Vector<S: Simd>: Vector<Elem = Self>;
    /// How many fit in a vector of 64 bytes.
    const LANES: usize;
    /// The largest finite value.
    const MAX: Self;
    /// The smallest positive number that is not subnormal.
    const MIN_NORMAL: Self;
    /// All bits set (a NaN), for masks.
    const ALL_BITS: Self;
    /// The gap between one and the next larger number.
    const EPSILON: Self;
    /// NumPy's name of it.
    const NAME: &'static str;

    /// Rounded to this type.
    fn from_f64(x: f64) -> Self;
    /// The same value, exactly.
    fn to_f64(self) -> f64;
}

impl Element for f32 {
    type Vector<S: Simd> = S::F32;
    const LANES: usize = 16;
    const MAX: f32 = f32::MAX;
    const MIN_NORMAL: f32 = f32::MIN_POSITIVE;
    const ALL_BITS: f32 = f32::from_bits(u32::MAX);
    const EPSILON: f32 = f32::EPSILON;
    const NAME: &'static str = "float32";

    #[inline(always)]
    fn from_f64(x: f64) -> f32 {
        x as f32
    }

    #[inline(always)]
    fn to_f64(self) -> f64 {
        f64::from(self)
    }
}

impl Element for f64 {
    type Vector<S: Simd> = S::F64;
    const LANES: usize = 8;
    const MAX: f64 = f64::MAX;
    const MIN_NORMAL: f64 = f64::MIN_POSITIVE;
    const ALL_BITS: f64 = f64::from_bits(u64::MAX);
    const EPSILON: f64 = f64::EPSILON;
    const NAME: &'static str = "float64";

    #[inline(always)]
    fn from_f64(x: f64) -> f64 {
        x
    }

    #[inline(always)]
    fn to_f64(self) -> f64 {
        self
    }
}
