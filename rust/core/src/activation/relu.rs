//! The rectified linear unit: f(x) = x where x > 0, else 0; f' = 1 where the output is > 0, else 0.
//!
//! Nair and Hinton, "Rectified linear units improve restricted Boltzmann machines", ICML 2010.

use dlcore_kernels::simd::{Element, Vector};

use super::{Elementwise, Kept};

/// `relu`
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Relu;

impl Relu {
    pub(super) fn with(_: [f64; 3]) -> Self {
        Self
    }
}

impl Elementwise for Relu {
    fn kept(self) -> Kept {
        Kept::Output
    }

    #[inline(always)]
    fn forward<T: Element, V: Vector<Elem = T>>(self, x: V) -> V {
        V::select(x.le(V::zero()), V::zero(), x)
    }

    #[inline(always)]
    fn backward<T: Element, V: Vector<Elem = T>>(self, output: V, gradient: V) -> V {
        V::select(V::zero().lt(output), gradient, V::zero())
    }
}
