//! Mish: f(x) = x w with w = tanh(softplus(x)).
//!
//! With e = e^x and n = e (e + 2), tanh(log(1 + e)) = ((1 + e)^2 - 1) / ((1 + e)^2 + 1) = n / (n + 2):
//! one exponential, and nothing cancels. Differentiating, f' = w + x 4 e (1 + e) / (n + 2)^2.
//!
//! Misra, "Mish: a self regularized non-monotonic activation function", BMVC 2020.

use dlcore_kernels::simd::{Element, Vector};

use super::elementwise::{not_above, not_below};
use super::{Elementwise, Kept};

/// Here e is 0 in both formats; holding x there keeps infinity from meeting zero.
const LEFT: f64 = -1000.0;

/// Here w is 1 and f' too, in both formats, while n is still far from overflow.
const RIGHT: f64 = 40.0;

/// `mish`
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Mish;

impl Mish {
    pub(super) fn with(_: [f64; 3]) -> Self {
        Self
    }
}

impl Elementwise for Mish {
    fn kept(self) -> Kept {
        Kept::Input
    }

    #[inline(always)]
    fn forward<T: Element, V: Vector<Elem = T>>(self, x: V) -> V {
        let x = not_below(x, LEFT);
        let e = T::exp(not_above(x, RIGHT));
        let n = e * (e + V::constant(2.0));
        x * (n / (n + V::constant(2.0)))
    }

    #[inline(always)]
    fn backward<T: Element, V: Vector<Elem = T>>(self, input: V, gradient: V) -> V {
        let x = not_above(not_below(input, LEFT), RIGHT);
        let e = T::exp(x);
        let n = e * (e + V::constant(2.0));
        let inverse = V::one() / (n + V::constant(2.0));
        // The square of n would overflow in `f32`; product by product nothing does.
        let slope = V::constant(4.0) * (e * (e + V::one()) * inverse) * inverse;
        gradient * x.mul_add(slope, n * inverse)
    }
}
