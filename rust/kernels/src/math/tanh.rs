//! The hyperbolic tangent.
//!
//! 1. `y = |x|`; the sign is put back at the end.
//! 2. Up to 9/16: the odd polynomial `y + y³ p(y²)`.
//! 3. Above: `1 - 2 / (e^2y + 1)`. The subtrahend is less than half, so its errors shrink against
//!    the result. The argument is held where the result is already one.
//!
//! Both are computed, and each lane takes its own.

use super::exp::{Exp, in_normal_range};
use super::format::{Format, not_above, polynomial};
use crate::simd::Vector;

/// What differs between the formats.
pub struct Tanh<const N: usize> {
    /// Here and above the result is one.
    pub highest: f64,
    /// `(tanh(y) / y - 1) / y²` as a polynomial in `y²`, by Remez' algorithm on `y <= 9/16` for the
    /// smallest relative error; rounded as in [`exp`](super::exp).
    pub p: [f64; N],
}

/// Relative error: 2^-29.4.
pub const F32: Tanh<5> =
    Tanh { highest: 10.0, p: [-0.333_333_13, 0.133_324_34, -0.053_835_183, 0.020_997_135, -0.006_164_022_3] };

/// Relative error: 2^-59.9.
pub const F64: Tanh<11> = Tanh {
    highest: 20.0,
    p: [
        -0.333_333_333_333_332_8,
        0.133_333_333_333_236_35,
        -0.053_968_253_961_974_11,
        0.021_869_488_333_572_384,
        -0.008_863_231_729_606_553,
        0.003_592_083_095_743_851_5,
        -0.001_455_484_613_615_748_7,
        0.000_588_202_432_595_129_1,
        -0.000_232_760_305_167_625_3,
        8.241_942_625_268_905e-5,
        -1.893_749_222_681_54e-5,
    ],
};

/// `tanh(x)`: at most 2 ulp.
#[inline(always)]
pub fn tanh<V: Vector<Elem: Format>, const N: usize, const M: usize>(x: V, f: &Tanh<N>, e: &Exp<M>) -> V {
    let y = x.abs();
    let square = y * y;
    let near = (y * square).mul_add(polynomial(square, &f.p), y);

    let held = not_above(y, f.highest);
    let far = V::one() - V::constant(2.0) / (in_normal_range(held + held, e) + V::one());

    V::select(y.le(V::constant(0.5625)), near, far).copy_sign(x)
}
