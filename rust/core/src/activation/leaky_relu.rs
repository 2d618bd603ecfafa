//! The leaky rectified linear unit: f(x) = x where x > 0, else s x; f' = 1 where x > 0, else s.
//!
//! Unless the slope s is negative, the output has the sign of the input and can tell the two sides
//! apart as well.
//!
//! Maas, Hannun and Ng, "Rectifier nonlinearities improve neural network acoustic models", ICML 2013.

use dlcore_kernels::simd::{Element, Vector};

use super::{Elementwise, Kept};

/// `leaky_relu`; the parameter is the slope for x < 0.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct LeakyRelu {
    negative_slope: f64,
}

impl LeakyRelu {
    pub(super) fn with([negative_slope, ..]: [f64; 3]) -> Self {
        Self { negative_slope }
    }
}

impl Elementwise for LeakyRelu {
    fn kept(self) -> Kept {
        if self.negative_slope >= 0.0 { Kept::Output } else { Kept::Input }
    }

    #[inline(always)]
    fn forward<T: Element, V: Vector<Elem = T>>(self, x: V) -> V {
        V::select(x.le(V::zero()), x * V::constant(self.negative_slope), x)
    }

    #[inline(always)]
    fn backward<T: Element, V: Vector<Elem = T>>(self, kept: V, gradient: V) -> V {
        V::select(V::zero().lt(kept), gradient, gradient * V::constant(self.negative_slope))
    }
}
