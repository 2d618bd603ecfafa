//! The exponential linear unit: f(x) = x where x > 0, else a (e^x - 1); f' = 1 where x > 0, else a e^x.
//!
//! With y the output, a e^x = y + a. Unless a is negative, y also has the sign of x, so that the
//! derivative needs the output alone.
//!
//! Clevert, Unterthiner and Hochreiter, "Fast and accurate deep network learning by exponential
//! linear units (ELUs)", ICLR 2016.

use dlcore_kernels::simd::{Element, Vector};

use super::{Elementwise, Kept};

/// `elu`; the parameter is alpha.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Elu {
    alpha: f64,
}

impl Elu {
    pub(super) fn with([alpha, ..]: [f64; 3]) -> Self {
        Self { alpha }
    }
}

impl Elementwise for Elu {
    fn kept(self) -> Kept {
        if self.alpha >= 0.0 { Kept::Output } else { Kept::Input }
    }

    #[inline(always)]
    fn forward<T: Element, V: Vector<Elem = T>>(self, x: V) -> V {
        V::select(x.le(V::zero()), T::exp_m1(x) * V::constant(self.alpha), x)
    }

    #[inline(always)]
    fn backward<T: Element, V: Vector<Elem = T>>(self, kept: V, gradient: V) -> V {
        let alpha = V::constant(self.alpha);
        let below = if self.alpha >= 0.0 { kept + alpha } else { T::exp(kept) * alpha };
        V::select(V::zero().lt(kept), gradient, gradient * below)
    }
}
