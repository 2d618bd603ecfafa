//! The scaled exponential linear unit: f(x) = s x where x > 0, else s a (e^x - 1); f' = s where x > 0,
//! else s a e^x = y + s a, with y the output.
//!
//! The constants make mean 0 and variance 1 a fixed point. Klambauer et al., "Self-normalizing neural
//! networks", NeurIPS 2017.

use dlcore_kernels::simd::{Element, Vector};

use super::{Elementwise, Kept};

const SCALE: f64 = 1.0507009873554805;
const ALPHA: f64 = 1.6732632423543772;

/// `selu`
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Selu;

impl Selu {
    pub(super) fn with(_: [f64; 3]) -> Self {
        Self
    }
}

impl Elementwise for Selu {
    fn kept(self) -> Kept {
        Kept::Output
    }

    #[inline(always)]
    fn forward<T: Element, V: Vector<Elem = T>>(self, x: V) -> V {
        let below = T::exp_m1(x) * V::constant(SCALE * ALPHA);
        V::select(x.le(V::zero()), below, x * V::constant(SCALE))
    }

    #[inline(always)]
    fn backward<T: Element, V: Vector<Elem = T>>(self, output: V, gradient: V) -> V {
        let below = output + V::constant(SCALE * ALPHA);
        gradient * V::select(V::zero().lt(output), V::constant(SCALE), below)
    }
}
