//! Tanh shrinkage: f(x) = x - tanh x; f' = tanh^2 x.

use dlcore_kernels::simd::{Element, Vector};

use super::{Elementwise, Kept};

/// `tanh_shrink`
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct TanhShrink;

impl TanhShrink {
    pub(super) fn with(_: [f64; 3]) -> Self {
        Self
    }
}

impl Elementwise for TanhShrink {
    fn kept(self) -> Kept {
        Kept::Input
    }

    #[inline(always)]
    fn forward<T: Element, V: Vector<Elem = T>>(self, x: V) -> V {
        x - T::tanh(x)
    }

    #[inline(always)]
    fn backward<T: Element, V: Vector<Elem = T>>(self, input: V, gradient: V) -> V {
        let tanh = T::tanh(input);
        gradient * (tanh * tanh)
    }
}
