//! `log(1 + x)`, precise near zero.
//!
//! 1. The rounded sum `1 + x` only tells the `k` of `1 + x = 2^k (1 + f)`.
//! 2. `f = 2^-k x + (2^-k - 1)` comes from `x` itself in one fused multiply-add, so what the sum has
//!    lost is in it. `2^-k` is subnormal for the largest `x`; four times it is not, and multiplies
//!    `x / 4`.
//! 3. The rest is that of [`log`](super::log).
//!
//! Where `|x|` is tiny the result is `x`, which keeps subnormals and the sign of zero.

use std::f64::consts::FRAC_1_SQRT_2;

use super::format::Format;
use super::log::{Log, assemble, exponent};
use crate::simd::Vector;

/// `log(1 + x)`: at most 2 ulp.
#[inline(always)]
pub fn log1p<V: Vector<Elem: Log>>(x: V) -> V {
    let one = V::one();
    let moved = (one + x).int_add(one.int_sub(V::constant(FRAC_1_SQRT_2)));
    let k = exponent(moved) - V::constant(V::Elem::BIAS);

    // With e the exponent field of `moved`, that of 2^(2 - k) is 2 (bias + 1) - e, and the first
    // term is the sign bit.
    let field = moved.and(V::constant(f64::INFINITY));
    let four_scales = V::sign_bit().int_sub(field);
    let quarter = V::constant(0.25);
    let f = (x * quarter).mul_add(four_scales, four_scales.mul_add(quarter, -one));
    let y = assemble(k, f);

    let y = V::select(x.lt(V::constant(f64::INFINITY)), y, x);
    let outside = V::select(x.equal(-one), V::constant(f64::NEG_INFINITY), V::constant(f64::NAN));
    let y = V::select((-one).lt(x), y, outside);
    V::select(x.abs().le(V::constant(V::Elem::TINY)), x, y)
}
