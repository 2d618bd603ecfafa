//! Softplus: f(x) = log(1 + e^x); f' = sigmoid(x) = 1 - e^-y, with y the output.
//!
//! Computed as max(x, 0) + log1p(e^-|x|), where nothing overflows.
//!
//! Dugas et al., "Incorporating second-order functional knowledge for better option pricing",
//! NeurIPS 2000.

use dlcore_kernels::simd::{Element, Vector};

use super::{Elementwise, Kept};

/// `softplus`
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Softplus;

impl Softplus {
    pub(super) fn with(_: [f64; 3]) -> Self {
        Self
    }
}

impl Elementwise for Softplus {
    fn kept(self) -> Kept {
        Kept::Output
    }

    #[inline(always)]
    fn forward<T: Element, V: Vector<Elem = T>>(self, x: V) -> V {
        let above = V::select(x.le(V::zero()), V::zero(), x);
        above + T::log1p(T::exp(-x.abs()))
    }

    #[inline(always)]
    fn backward<T: Element, V: Vector<Elem = T>>(self, output: V, gradient: V) -> V {
        gradient * -T::exp_m1(-output)
    }
}
