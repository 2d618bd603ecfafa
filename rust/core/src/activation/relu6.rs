//! The rectified linear unit that ends at 6: f(x) = x, cut to 0 and 6; f' = 1 where it is not cut, else 0.
//!
//! Krizhevsky, "Convolutional deep belief networks on CIFAR-10", 2010.

use dlcore_kernels::simd::{Element, Vector};

use super::elementwise::{inside, not_above, not_below};
use super::{Elementwise, Kept};

/// `relu6`
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Relu6;

impl Relu6 {
    pub(super) fn with(_: [f64; 3]) -> Self {
        Self
    }
}

impl Elementwise for Relu6 {
    fn kept(self) -> Kept {
        Kept::Output
    }

    #[inline(always)]
    fn forward<T: Element, V: Vector<Elem = T>>(self, x: V) -> V {
        not_above(not_below(x, 0.0), 6.0)
    }

    #[inline(always)]
    fn backward<T: Element, V: Vector<Elem = T>>(self, output: V, gradient: V) -> V {
        V::select(inside::<T, V>(output, 0.0, 6.0), gradient, V::zero())
    }
}
