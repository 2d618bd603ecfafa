//! The tanh approximation of [`gelu`](super::gelu): f(x) = x (1 + tanh u) / 2 with
//! u = sqrt(2 / pi) (x + 0.044715 x^3).
//!
//! Since (1 + tanh u) / 2 = sigmoid(2u) =: s, it is f(x) = x s and f' = s + x s (1 - s) (2u)'. The
//! sigmoid keeps its precision where 1 + tanh u would cancel.
//!
//! Hendrycks and Gimpel, "Gaussian error linear units (GELUs)", arXiv:1606.08415.

use std::f64::consts::{FRAC_2_SQRT_PI, SQRT_2};

use dlcore_kernels::simd::{Element, Vector};

use super::elementwise::{not_above, not_below};
use super::{Elementwise, Kept};

/// The slope of 2u at 0: 2 sqrt(2 / pi).
const SLOPE: f64 = SQRT_2 * FRAC_2_SQRT_PI;

/// Here s is 0 or 1 in both formats; holding x there keeps infinity from meeting zero.
const FAR: f64 = 40.0;

/// `gelu_tanh`
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct GeluTanh;

impl GeluTanh {
    pub(super) fn with(_: [f64; 3]) -> Self {
        Self
    }
}

impl Elementwise for GeluTanh {
    fn kept(self) -> Kept {
        Kept::Input
    }

    #[inline(always)]
    fn forward<T: Element, V: Vector<Elem = T>>(self, x: V) -> V {
        let x = not_below(x, -FAR);
        let cube = V::constant(SLOPE * 0.044715) * (x * x);
        x * T::sigmoid(x * (cube + V::constant(SLOPE)))
    }

    #[inline(always)]
    fn backward<T: Element, V: Vector<Elem = T>>(self, input: V, gradient: V) -> V {
        let x = not_above(not_below(input, -FAR), FAR);
        let cube = V::constant(SLOPE * 0.044715) * (x * x);
        let slope = cube.mul_add(V::constant(3.0), V::constant(SLOPE));
        let s = T::sigmoid(x * (cube + V::constant(SLOPE)));
        gradient * (x * s * (V::one() - s)).mul_add(slope, s)
    }
}
