//! Soft shrinkage: f(x) = x - t where x > t, x + t where x < -t, else 0; f' = 1 where the output is not 0, else 0.
//!
//! Donoho, "De-noising by soft-thresholding", IEEE Transactions on Information Theory 41 (1995).

use dlcore_kernels::simd::{Element, Vector};

use super::{Elementwise, Kept};

/// `soft_shrink`; the parameter is t, at least zero.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct SoftShrink {
    threshold: f64,
}

impl SoftShrink {
    pub(super) fn with([threshold, ..]: [f64; 3]) -> Self {
        Self { threshold }
    }
}

impl Elementwise for SoftShrink {
    fn kept(self) -> Kept {
        Kept::Output
    }

    #[inline(always)]
    fn forward<T: Element, V: Vector<Elem = T>>(self, x: V) -> V {
        let threshold = V::constant(self.threshold);
        V::select(x.abs().le(threshold), V::zero(), x - threshold.copy_sign(x))
    }

    #[inline(always)]
    fn backward<T: Element, V: Vector<Elem = T>>(self, output: V, gradient: V) -> V {
        V::select(V::zero().lt(output.abs()), gradient, V::zero())
    }
}
