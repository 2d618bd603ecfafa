//! The Gaussian error linear unit: f(x) = x P(x), where P(x) = (1 + erf(x / sqrt 2)) / 2 is the normal
//! distribution and p(x) = e^(-x^2/2) / sqrt(2 pi) its density; f' = P(x) + x p(x).
//!
//! Hendrycks and Gimpel, "Gaussian error linear units (GELUs)", arXiv:1606.08415.

use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI};

use dlcore_kernels::simd::{Element, Vector};

use super::elementwise::{not_above, not_below};
use super::{Elementwise, Kept};

/// Here P is 0 or 1, and p is 0, in both formats; holding x there keeps infinity from meeting zero.
const FAR: f64 = 40.0;

/// `gelu`
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Gelu;

impl Gelu {
    pub(super) fn with(_: [f64; 3]) -> Self {
        Self
    }
}

impl Elementwise for Gelu {
    fn kept(self) -> Kept {
        Kept::Input
    }

    #[inline(always)]
    fn forward<T: Element, V: Vector<Elem = T>>(self, x: V) -> V {
        let x = not_below(x, -FAR);
        x * distribution::<T, V>(x)
    }

    #[inline(always)]
    fn backward<T: Element, V: Vector<Elem = T>>(self, input: V, gradient: V) -> V {
        let x = not_above(not_below(input, -FAR), FAR);
        let density = T::exp(x * x * V::constant(-0.5)) * V::constant(FRAC_1_SQRT_2 * FRAC_2_SQRT_PI * 0.5);
        gradient * x.mul_add(density, distribution::<T, V>(x))
    }
}

/// P(x).
#[inline(always)]
fn distribution<T: Element, V: Vector<Elem = T>>(x: V) -> V {
    T::erf(x * V::constant(FRAC_1_SQRT_2)).mul_add(V::constant(0.5), V::constant(0.5))
}
