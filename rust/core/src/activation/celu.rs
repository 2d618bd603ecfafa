//! The continuously differentiable exponential linear unit: f(x) = x where x > 0, else a (e^(x/a) - 1); f' = 1 where
//! x > 0, else e^(x/a) = y / a + 1, with y the output, which has the sign of x.
//!
//! Barron, "Continuously differentiable exponential linear units", arXiv:1704.07483.

use dlcore_kernels::simd::{Element, Vector};

use super::{Elementwise, Kept};

/// `celu`; the parameter is a, which is not zero.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Celu {
    alpha: f64,
}

impl Celu {
    pub(super) fn with([alpha, ..]: [f64; 3]) -> Self {
        Self { alpha }
    }
}

impl Elementwise for Celu {
    fn kept(self) -> Kept {
        Kept::Output
    }

    #[inline(always)]
    fn forward<T: Element, V: Vector<Elem = T>>(self, x: V) -> V {
        let below = T::exp_m1(x * V::constant(1.0 / self.alpha)) * V::constant(self.alpha);
        V::select(x.le(V::zero()), below, x)
    }

    #[inline(always)]
    fn backward<T: Element, V: Vector<Elem = T>>(self, output: V, gradient: V) -> V {
        let below = output.mul_add(V::constant(1.0 / self.alpha), V::one());
        V::select(V::zero().lt(output), gradient, gradient * below)
    }
}
