//! The logistic function: f(x) = 1 / (1 + e^-x); f' = y (1 - y), with y the output.
//!
//! Rumelhart, Hinton and Williams, "Learning representations by back-propagating errors", Nature 1986.

use dlcore_kernels::simd::{Element, Vector};

use super::{Elementwise, Kept};

/// `sigmoid`
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Sigmoid;

impl Sigmoid {
    pub(super) fn with(_: [f64; 3]) -> Self {
        Self
    }
}

impl Elementwise for Sigmoid {
    fn kept(self) -> Kept {
        Kept::Output
    }

    #[inline(always)]
    fn forward<T: Element, V: Vector<Elem = T>>(self, x: V) -> V {
        T::sigmoid(x)
    }

    #[inline(always)]
    fn backward<T: Element, V: Vector<Elem = T>>(self, output: V, gradient: V) -> V {
        gradient * (output * (V::one() - output))
    }
}
