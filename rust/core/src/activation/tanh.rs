//! The hyperbolic tangent: f(x) = tanh x; f' = 1 - y^2, with y the output.
//!
//! LeCun et al., "Efficient backprop", 1998.

use dlcore_kernels::simd::{Element, Vector};

use super::{Elementwise, Kept};

/// `tanh`
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Tanh;

impl Tanh {
    pub(super) fn with(_: [f64; 3]) -> Self {
        Self
    }
}

impl Elementwise for Tanh {
    fn kept(self) -> Kept {
        Kept::Output
    }

    #[inline(always)]
    fn forward<T: Element, V: Vector<Elem = T>>(self, x: V) -> V {
        T::tanh(x)
    }

    #[inline(always)]
    fn backward<T: Element, V: Vector<Elem = T>>(self, output: V, gradient: V) -> V {
        gradient * (-output).mul_add(output, V::one())
    }
}
