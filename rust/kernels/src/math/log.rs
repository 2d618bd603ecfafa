//! The natural logarithm.
//!
//! 1. `x = 2^k m` with `sqrt(1/2) <= m < sqrt(2)`, taken from the bits; a subnormal is scaled up
//!    before. `f = m - 1` is exact.
//! 2. `f32`: `log(1 + f) = f - f²/2 + f³ p(f)`, without a division.
//!    `f64`: with `s = f / (2 + f)` it is `2 artanh(s)`, whose series has only every other power, so
//!    seven coefficients do where a polynomial in `f` would need twenty. Written as
//!    `f - (f²/2 - s (f²/2 + s² r(s²)))` it keeps the exact `f` in front (the form of Sun's fdlibm,
//!    1993).
//! 3. `log(x) = k ln 2 + log(1 + f)`, ln 2 in two parts: the low part joins the small terms.
//!
//! Steps 2 and 3 also serve [`log1p`](super::log1p).

use std::f64::consts::{FRAC_1_SQRT_2, LN_2};

use super::format::{Format, polynomial};
use crate::simd::{Element, Vector};

/// `(log(1 + f) - f + f²/2) / f³`, by Remez' algorithm on `sqrt(1/2) - 1 <= f <= sqrt(2) - 1` for the
/// smallest relative error of the logarithm, 2^-28.7; rounded as in [`exp`](super::exp).
const P_F32: [f64; 9] = [
    0.333_333_13,
    -0.250_000_27,
    0.200_020_42,
    -0.166_672_19,
    0.142_209_78,
    -0.124_168_13,
    0.118_849_07,
    -0.116_214_32,
    0.067_019_98,
];

/// `(2 artanh(s) / s - 2) / s²` as a polynomial in `s²`, fitted likewise; 2^-59.4.
const R_F64: [f64; 7] = [
    0.666_666_666_666_673_5,
    0.399_999_999_994_092_5,
    0.285_714_287_437_290_2,
    0.222_221_984_227_713_72,
    0.181_835_727_624_233_6,
    0.153_138_197_860_175_55,
    0.147_984_004_641_220_27,
];

/// Step 2, by format.
pub trait Log: Format {
    /// `log(1 + f) - f + low` for `f` between `sqrt(1/2) - 1` and `sqrt(2) - 1`.
    fn small_terms<V: Vector<Elem = Self>>(f: V, low: V) -> V;
}

impl Log for f32 {
    #[inline(always)]
    fn small_terms<V: Vector<Elem = f32>>(f: V, low: V) -> V {
        let factor = polynomial(f, &P_F32).mul_add(f, V::constant(-0.5));
        (f * f).mul_add(factor, low)
    }
}

impl Log for f64 {
    #[inline(always)]
    fn small_terms<V: Vector<Elem = f64>>(f: V, low: V) -> V {
        let s = f / (f + V::constant(2.0));
        let z = s * s;
        let half_square = f * f * V::constant(0.5);
        let rest = polynomial(z, &R_F64).mul_add(z, half_square);
        rest.mul_add(s, low) - half_square
    }
}

/// `log(x)`: at most 2 ulp.
#[inline(always)]
pub fn log<V: Vector<Elem: Log>>(x: V) -> V {
    let subnormal = x.lt(V::splat(V::Elem::MIN_NORMAL));
    let scaled = V::select(subnormal, x * V::constant(V::Elem::UNIT), x);

    let root = V::constant(FRAC_1_SQRT_2);
    let moved = scaled.int_add(V::one().int_sub(root));
    let fraction = V::constant(f64::NEG_INFINITY).xor(V::splat(V::Elem::ALL_BITS));
    let m = moved.and(fraction).int_add(root);

    // The exponent of the scaled number is larger by that of the unit; the offset makes up for it.
    let offset =
        V::select(subnormal, V::constant(V::Elem::BIAS + V::Elem::FRACTION_BITS), V::constant(V::Elem::BIAS));
    let y = assemble(exponent(moved) - offset, m - V::one());

    let y = V::select(x.lt(V::constant(f64::INFINITY)), y, x);
    let outside = V::select(x.equal(V::zero()), V::constant(f64::NEG_INFINITY), V::constant(f64::NAN));
    V::select(V::zero().lt(x), y, outside)
}

/// The exponent field of a positive lane, as a number.
#[inline(always)]
pub fn exponent<V: Vector<Elem: Format>>(x: V) -> V {
    let unit = V::constant(V::Elem::UNIT);
    V::Elem::from_exponent(x).or(unit) - unit
}

/// Steps 2 and 3: `k ln 2 + log(1 + f)`.
#[inline(always)]
pub fn assemble<V: Vector<Elem: Log>>(k: V, f: V) -> V {
    let small = V::Elem::small_terms(f, k * V::constant(V::Elem::LN2_LOW));
    k.mul_add(V::constant(LN_2), f + small)
}
