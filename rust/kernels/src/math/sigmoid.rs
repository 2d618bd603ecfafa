//! The logistic function, `1 / (1 + e^-x)`.
//!
//! With `e = e^-|x|`, which cannot overflow, it is `1 / (1 + e)` for `x >= 0` and `e / (1 + e)` for
//! `x < 0`: one formula with two numerators. Far below zero the second is `e` itself and becomes
//! subnormal as it should.
//!
//! Rounded sum and rounded quotient would add up to more than two ulp. So the quotient `q` is
//! corrected once: with `d` the sum as rounded and `t` what it lost (exact, since `e <= 1`), the
//! remainder `numerator - q d - q t` times `1 / (1 + e)` is what `q` lacks; a rough straight line does
//! for that factor.

use super::exp::{Exp, in_range};
use super::format::{Format, not_below, polynomial};
use crate::simd::Vector;

/// The line nearest to `1 / (1 + e)` for `0 <= e <= 1`, within 0.05.
const RECIPROCAL: [f64; 2] = [0.957, -0.5];

/// `1 / (1 + e^-x)`: at most 2 ulp.
#[inline(always)]
pub fn sigmoid<V: Vector<Elem: Format>, const N: usize>(x: V, f: &Exp<N>) -> V {
    let e = in_range(not_below(-x.abs(), f.lowest), f);
    let numerator = V::select(x.lt(V::zero()), e, V::one());
    let sum = V::one() + e;
    let lost = e - (sum - V::one());
    let quotient = numerator / sum;

    let remainder = (-quotient).mul_add(lost, (-quotient).mul_add(sum, numerator));
    remainder.mul_add(polynomial(e, &RECIPROCAL), quotient)
}
