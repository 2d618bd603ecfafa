//! What the rooms need to know of a number's bits, so that each algorithm is written once for both
//! formats.

use std::f64::consts::LN_2;

use crate::simd::{Element, Vector};

/// The layout of an IEEE 754 format, and shifts by the width of its fraction.
pub trait Format: Element {
    /// The exponent field of one.
    const BIAS: f64;
    /// The width of the fraction.
    const FRACTION_BITS: f64;
    /// Adding this rounds a small number to an integer, which then stands in the lowest bits: it is
    /// one and a half times the number whose last bit is worth one.
    const ROUNDER: f64;
    /// The number whose last bit is worth one.
    const UNIT: f64;
    /// ln 2 less its nearest number of this format.
    const LN2_LOW: f64;
    /// Half the gap between one and the next smaller number: where `|x|` is not above it, the second
    /// term of a power series is below half an ulp of the first.
    const TINY: f64;

    /// The lowest bits of each lane moved to where the exponent is.
    fn to_exponent<V: Vector<Elem = Self>>(bits: V) -> V;
    /// The sign and the exponent field moved to the lowest bits.
    fn from_exponent<V: Vector<Elem = Self>>(x: V) -> V;
}

impl Format for f32 {
    const BIAS: f64 = 127.0;
    const FRACTION_BITS: f64 = 23.0;
    const ROUNDER: f64 = 1.5 * Self::UNIT;
    const UNIT: f64 = 8_388_608.0;
    const LN2_LOW: f64 = LN_2 - (LN_2 as f32) as f64;
    const TINY: f64 = f32::EPSILON as f64 / 4.0;

    #[inline(always)]
    fn to_exponent<V: Vector<Elem = f32>>(bits: V) -> V {
        bits.shift_left::<23>()
    }

    #[inline(always)]
    fn from_exponent<V: Vector<Elem = f32>>(x: V) -> V {
        x.shift_right::<23>()
    }
}

impl Format for f64 {
    const BIAS: f64 = 1023.0;
    const FRACTION_BITS: f64 = 52.0;
    const ROUNDER: f64 = 1.5 * Self::UNIT;
    const UNIT: f64 = 4_503_599_627_370_496.0;
    const LN2_LOW: f64 = 2.319_046_813_846_299_6e-17;
    const TINY: f64 = f64::EPSILON / 4.0;

    #[inline(always)]
    fn to_exponent<V: Vector<Elem = f64>>(bits: V) -> V {
        bits.shift_left::<52>()
    }

    #[inline(always)]
    fn from_exponent<V: Vector<Elem = f64>>(x: V) -> V {
        x.shift_right::<52>()
    }
}

/// The polynomial with these coefficients, that of the lowest power first, by Horner's rule.
#[inline(always)]
pub fn polynomial<V: Vector, const N: usize>(x: V, coefficients: &[f64; N]) -> V {
    let mut y = V::constant(coefficients[N - 1]);
    for i in (0..N - 1).rev() {
        y = y.mul_add(x, V::constant(coefficients[i]));
    }
    y
}

/// `x`, or the bound where `x` is above it; NaN stays NaN.
#[inline(always)]
pub fn not_above<V: Vector>(x: V, bound: f64) -> V {
    let bound = V::constant(bound);
    V::select(bound.lt(x), bound, x)
}

/// `x`, or the bound where `x` is below it; NaN stays NaN.
#[inline(always)]
pub fn not_below<V: Vector>(x: V, bound: f64) -> V {
    let bound = V::constant(bound);
    V::select(x.lt(bound), bound, x)
}
