//! Hard shrinkage: f(x) = x where |x| > t, else 0; f' = 1 where the output is not 0, else 0.
//!
//! Donoho and Johnstone, "Ideal spatial adaptation by wavelet shrinkage", Biometrika 81 (1994).

use dlcore_kernels::simd::{Element, Vector};

use super::{Elementwise, Kept};

/// `hard_shrink`; the parameter is t, at least zero.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct HardShrink {
    threshold: f64,
}

impl HardShrink {
    pub(super) fn with([threshold, ..]: [f64; 3]) -> Self {
        Self { threshold }
    }
}

impl Elementwise for HardShrink {
    fn kept(self) -> Kept {
        Kept::Output
    }

    #[inline(always)]
    fn forward<T: Element, V: Vector<Elem = T>>(self, x: V) -> V {
        V::select(x.abs().le(V::constant(self.threshold)), V::zero(), x)
    }

    #[inline(always)]
    fn backward<T: Element, V: Vector<Elem = T>>(self, output: V, gradient: V) -> V {
        V::select(V::zero().lt(output.abs()), gradient, V::zero())
    }
}
