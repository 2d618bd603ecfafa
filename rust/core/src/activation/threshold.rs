//! The threshold: f(x) = x where x > t, else d; f' = 1 where x > t, else 0.

use dlcore_kernels::simd::{Element, Vector};

use super::{Elementwise, Kept};

/// `threshold`; the parameters are t and d.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Threshold {
    threshold: f64,
    default_value: f64,
}

impl Threshold {
    pub(super) fn with([threshold, default_value, _]: [f64; 3]) -> Self {
        Self { threshold, default_value }
    }
}

impl Elementwise for Threshold {
    fn kept(self) -> Kept {
        Kept::Input
    }

    #[inline(always)]
    fn forward<T: Element, V: Vector<Elem = T>>(self, x: V) -> V {
        V::select(x.le(V::constant(self.threshold)), V::constant(self.default_value), x)
    }

    #[inline(always)]
    fn backward<T: Element, V: Vector<Elem = T>>(self, input: V, gradient: V) -> V {
        V::select(V::constant(self.threshold).lt(input), gradient, V::zero())
    }
}
