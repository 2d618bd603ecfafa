//! The exponential function: f(x) = e^x; f' = y, with y the output. As the last activation it makes a
//! positive mean, such as a rate.

use dlcore_kernels::simd::{Element, Vector};

use super::{Elementwise, Kept};

/// `exponential`
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Exponential;

impl Exponential {
    pub(super) fn with(_: [f64; 3]) -> Self {
        Self
    }
}

impl Elementwise for Exponential {
    fn kept(self) -> Kept {
        Kept::Output
    }

    #[inline(always)]
    fn forward<T: Element, V: Vector<Elem = T>>(self, x: V) -> V {
        T::exp(x)
    }

    #[inline(always)]
    fn backward<T: Element, V: Vector<Elem = T>>(self, output: V, gradient: V) -> V {
        gradient * output
    }
}
