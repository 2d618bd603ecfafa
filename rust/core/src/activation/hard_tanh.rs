//! The hard hyperbolic tangent: f(x) = x, cut to -1 and 1; f' = 1 where it is not cut, else 0.
//!
//! Collobert, "Large scale machine learning", 2004.

use dlcore_kernels::simd::{Element, Vector};

use super::elementwise::{inside, not_above, not_below};
use super::{Elementwise, Kept};

/// `hard_tanh`
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct HardTanh;

impl HardTanh {
    pub(super) fn with(_: [f64; 3]) -> Self {
        Self
    }
}

impl Elementwise for HardTanh {
    fn kept(self) -> Kept {
        Kept::Output
    }

    #[inline(always)]
    fn forward<T: Element, V: Vector<Elem = T>>(self, x: V) -> V {
        not_above(not_below(x, -1.0), 1.0)
    }

    #[inline(always)]
    fn backward<T: Element, V: Vector<Elem = T>>(self, output: V, gradient: V) -> V {
        V::select(inside::<T, V>(output, -1.0, 1.0), gradient, V::zero())
    }
}
