//! The hard sigmoid: f(x) = x/6 + 1/2, cut to 0 and 1; f' = 1/6 where it is not cut, else 0.
//!
//! The constants are Keras 3's; Howard et al., "Searching for MobileNetV3", ICCV 2019.

use dlcore_kernels::simd::{Element, Vector};

use super::elementwise::{not_above, not_below};
use super::{Elementwise, Kept};

/// `hard_sigmoid`
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct HardSigmoid;

impl HardSigmoid {
    pub(super) fn with(_: f64) -> Self {
        Self
    }
}

impl Elementwise for HardSigmoid {
    fn kept(self) -> Kept {
        Kept::Output
    }

    #[inline(always)]
    fn forward<T: Element, V: Vector<Elem = T>>(self, x: V) -> V {
        let line = x.mul_add(V::constant(1.0 / 6.0), V::constant(0.5));
        not_above(not_below(line, 0.0), 1.0)
    }

    #[inline(always)]
    fn backward<T: Element, V: Vector<Elem = T>>(self, output: V, gradient: V) -> V {
        // An output of 1 may have passed through dropout, divided and multiplied: four roundings.
        let one = V::constant(1.0 - 4.0 * T::EPSILON.to_f64());
        let inside = V::both(V::zero().lt(output), output.lt(one));
        V::select(inside, gradient * V::constant(1.0 / 6.0), V::zero())
    }
}
