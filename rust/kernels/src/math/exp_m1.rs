//! `e^x - 1`, precise near zero.
//!
//! 1. `x = n ln 2 + r` as in [`exp`](super::exp); what the rounding of `r` lost is kept.
//! 2. `e^r - 1 = r + r² q(r)`, two terms of which the second is small.
//! 3. `e^x - 1 = 2^n (e^r - 1) + (2^n - 1)`. The bracket is exact as long as it matters, and a fused
//!    multiply-add joins it with the large term; then the small one is added.
//!
//! Everything in step 3 is halved and doubled at the end, since `2^128` is not a number although
//! `2^128 e^r` may be. Where `|x|` is tiny the result is `x`, which keeps subnormals and the sign of
//! zero. Far below zero the argument is held where the result is already -1.

use super::exp::{Exp, Reduced, reduce};
use super::format::{Format, not_above, not_below, polynomial};
use crate::simd::Vector;

/// Here and below `e^x - 1` is -1 in `f32`.
pub const LOWEST_F32: f64 = -18.0;
/// Here and below it is -1 in `f64`.
pub const LOWEST_F64: f64 = -38.0;

/// `e^x - 1`: at most 2 ulp.
#[inline(always)]
pub fn exp_m1<V: Vector<Elem: Format>, const N: usize>(x: V, lowest: f64, f: &Exp<N>) -> V {
    let held = not_below(not_above(x, f.highest), lowest);
    let Reduced { n_bits, n, high } = reduce(held, V::Elem::BIAS - 1.0);
    let half_power = V::Elem::to_exponent(n_bits);

    let ln2_low = V::constant(-V::Elem::LN2_LOW);
    let r = n.mul_add(ln2_low, high);
    let lost = n.mul_add(ln2_low, high - r);

    let small = (r * r).mul_add(polynomial(r, &f.q), lost);
    let large = r.mul_add(half_power, half_power - V::constant(0.5));
    let half = small.mul_add(half_power, large);
    V::select(x.abs().le(V::constant(V::Elem::TINY)), x, half + half)
}
