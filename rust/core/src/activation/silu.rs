//! The sigmoid linear unit, or swish: f(x) = x s with s = sigmoid(x); f' = s + x s (1 - s).
//!
//! Hendrycks and Gimpel, "Gaussian error linear units (GELUs)", arXiv:1606.08415; Ramachandran, Zoph
//! and Le, "Searching for activation functions", arXiv:1710.05941.

use dlcore_kernels::simd::{Element, Vector};

use super::elementwise::{not_above, not_below};
use super::{Elementwise, Kept};

/// Here s is 0 or 1 in both formats; holding x there keeps infinity from meeting zero.
const FAR: f64 = 1000.0;

/// `silu`
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Silu;

impl Silu {
    pub(super) fn with(_: [f64; 3]) -> Self {
        Self
    }
}

impl Elementwise for Silu {
    fn kept(self) -> Kept {
        Kept::Input
    }

    #[inline(always)]
    fn forward<T: Element, V: Vector<Elem = T>>(self, x: V) -> V {
        let x = not_below(x, -FAR);
        x * T::sigmoid(x)
    }

    #[inline(always)]
    fn backward<T: Element, V: Vector<Elem = T>>(self, input: V, gradient: V) -> V {
        let x = not_above(not_below(input, -FAR), FAR);
        let s = T::sigmoid(x);
        gradient * (x * s).mul_add(V::one() - s, s)
    }
}
