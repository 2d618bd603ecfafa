//! The exponential function.
//!
//! 1. `x = n ln 2 + r` with an integer `n` and `|r| <= ln 2 / 2`. Adding a large constant to
//!    `x log2 e` rounds it to `n`, which then also stands in the lowest bits of the sum. ln 2 is
//!    subtracted in two parts (Cody and Waite, "Software Manual for the Elementary Functions",
//!    1980); since the multiply-add is fused, the first part may have all its bits.
//! 2. `e^r = 1 + r + r² q(r)` with a polynomial `q`.
//! 3. `e^x = 2^n e^r`. The range of `n` is wider than that of an exponent: results may be
//!    subnormal, and `2^128 e^r` may still be finite. So the power is applied as two factors of about
//!    half the exponent; only the second multiplication can round.
//!
//! Beyond the two ends the argument is held at a value whose result is already zero or infinite, so
//! infinities need no case of their own.

use std::f64::consts::{LN_2, LOG2_E};

use super::format::{Format, not_above, not_below, polynomial};
use crate::simd::Vector;

/// What differs between the formats.
pub struct Exp<const N: usize> {
    /// Here and below the result is zero.
    pub lowest: f64,
    /// Here and above it is infinite.
    pub highest: f64,
    /// `(e^r - 1 - r) / r²`, by Remez' algorithm on `|r| <= ln 2 / 2` (and a little more), for the
    /// smallest error relative to `e^r - 1`; the low coefficients were rounded one after the other,
    /// and the others fitted again.
    pub q: [f64; N],
}

/// Relative error of `e^r - 1`: 2^-26.
pub const F32: Exp<5> = Exp {
    lowest: -104.0,
    highest: 89.0,
    q: [0.499_999_97, 0.166_665_39, 0.041_667_75, 0.008_367_09, 0.001_383_781_2],
};

/// Relative error of `e^r - 1`: 2^-54.7.
pub const F64: Exp<10> = Exp {
    lowest: -746.0,
    highest: 710.0,
    q: [
        0.500_000_000_000_000_6,
        0.166_666_666_666_665_88,
        0.041_666_666_666_576_466,
        0.008_333_333_333_389_675,
        0.001_388_888_893_166_592_4,
        0.000_198_412_697_188_524_6,
        2.480_150_514_464_659_7e-5,
        2.755_740_755_426_129_4e-6,
        2.762_609_195_918_190_7e-7,
        2.505_381_758_094_141_3e-8,
    ],
};

/// `e^x`: at most 1 ulp in `f32`, 1 ulp in `f64`, also where the result is subnormal.
#[inline(always)]
pub fn exp<V: Vector<Elem: Format>, const N: usize>(x: V, f: &Exp<N>) -> V {
    in_range(not_below(not_above(x, f.highest), f.lowest), f)
}

/// `e^x` for an argument between the two ends.
#[inline(always)]
pub fn in_range<V: Vector<Elem: Format>, const N: usize>(x: V, f: &Exp<N>) -> V {
    let Reduced { n_bits, n, high } = reduce(x, 2.0 * V::Elem::BIAS);
    let half = n_bits.shift_right::<1>();
    let other_half = n_bits.int_sub(half);
    power_of_e(n, high, f) * V::Elem::to_exponent(half) * V::Elem::to_exponent(other_half)
}

/// `e^x` for an argument whose result is normal, and less than half the largest number.
#[inline(always)]
pub fn in_normal_range<V: Vector<Elem: Format>, const N: usize>(x: V, f: &Exp<N>) -> V {
    let Reduced { n_bits, n, high } = reduce(x, V::Elem::BIAS);
    power_of_e(n, high, f) * V::Elem::to_exponent(n_bits)
}

/// An argument taken apart.
pub struct Reduced<V> {
    /// `n` plus the offset in the lowest bits.
    pub n_bits: V,
    /// `n` as a number.
    pub n: V,
    /// `x - n ln 2`, exact but for the low part of ln 2.
    pub high: V,
}

/// Step 1, with `n` plus `offset` in the lowest bits.
#[inline(always)]
pub fn reduce<V: Vector<Elem: Format>>(x: V, offset: f64) -> Reduced<V> {
    let rounder = V::constant(V::Elem::ROUNDER + offset);
    let n_bits = x.mul_add(V::constant(LOG2_E), rounder);
    let n = n_bits - rounder;
    Reduced { n_bits, n, high: n.mul_add(V::constant(-LN_2), x) }
}

/// Step 2: `e^r`.
#[inline(always)]
fn power_of_e<V: Vector<Elem: Format>, const N: usize>(n: V, high: V, f: &Exp<N>) -> V {
    let r = n.mul_add(V::constant(-V::Elem::LN2_LOW), high);
    polynomial(r, &f.q).mul_add(r, V::one()).mul_add(r, V::one())
}
