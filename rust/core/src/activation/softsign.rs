//! Softsign: f(x) = x / (1 + |x|); f' = 1 / (1 + |x|)^2 = (1 - |y|)^2, with y the output.
//!
//! Bergstra et al., "Quadratic polynomials learn better image features", 2009.

use dlcore_kernels::simd::{Element, Vector};

use super::elementwise::{not_above, not_below};
use super::{Elementwise, Kept};

/// Here y is -1 or 1 in both formats; holding x there keeps infinity from being divided by infinity.
const FAR: f64 = 1e30;

/// `softsign`
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Softsign;

impl Softsign {
    pub(super) fn with(_: [f64; 3]) -> Self {
        Self
    }
}

impl Elementwise for Softsign {
    fn kept(self) -> Kept {
        Kept::Output
    }

    #[inline(always)]
    fn forward<T: Element, V: Vector<Elem = T>>(self, x: V) -> V {
        let x = not_above(not_below(x, -FAR), FAR);
        x / (V::one() + x.abs())
    }

    #[inline(always)]
    fn backward<T: Element, V: Vector<Elem = T>>(self, output: V, gradient: V) -> V {
        let rest = V::one() - output.abs();
        gradient * (rest * rest)
    }
}
