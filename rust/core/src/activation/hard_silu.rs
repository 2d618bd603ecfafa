//! The hard SiLU, or hard swish: f(x) = x h with h = x/6 + 1/2, cut to 0 and 1; f' = h + x h' = (2x + 3) / 6 where it is
//! not cut, else h.
//!
//! Howard et al., "Searching for MobileNetV3", ICCV 2019.

use dlcore_kernels::simd::{Element, Vector};

use super::elementwise::not_below;
use super::{Elementwise, Kept};

/// Here h is 0; holding x there keeps infinity from meeting zero.
const LEFT: f64 = -3.0;

/// Here h is 1.
const RIGHT: f64 = 3.0;

/// `hard_silu`
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct HardSilu;

impl HardSilu {
    pub(super) fn with(_: [f64; 3]) -> Self {
        Self
    }
}

impl Elementwise for HardSilu {
    fn kept(self) -> Kept {
        Kept::Input
    }

    #[inline(always)]
    fn forward<T: Element, V: Vector<Elem = T>>(self, x: V) -> V {
        let x = not_below(x, LEFT);
        let h = (x + V::constant(RIGHT)) * V::constant(1.0 / 6.0);
        V::select(x.lt(V::constant(RIGHT)), x * h, x)
    }

    #[inline(always)]
    fn backward<T: Element, V: Vector<Elem = T>>(self, input: V, gradient: V) -> V {
        let slope = input.mul_add(V::constant(1.0 / 3.0), V::constant(0.5));
        let slope = V::select(input.lt(V::constant(RIGHT)), slope, V::one());
        V::select(input.le(V::constant(LEFT)), V::zero(), gradient * slope)
    }
}
