//! Squareplus: f(x) = (x + s) / 2 with s = sqrt(x^2 + b); f' = (1 + x / s) / 2.
//!
//! With h = |x| + s it is h / 2 to the right and b / (2 h) to the left, where nothing cancels. With y the output,
//! x = y - b / (4 y) and s = y + b / (4 y), so that f' = y / s = 1 / (1 + b / (4 y^2)).
//!
//! Barron, "Squareplus: a softplus-like algebraic rectifier", arXiv:2112.11687.

use dlcore_kernels::simd::{Element, Vector};

use super::{Elementwise, Kept};

/// `squareplus`; the parameter is b, above zero.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Squareplus {
    b: f64,
}

impl Squareplus {
    pub(super) fn with([b, ..]: [f64; 3]) -> Self {
        Self { b }
    }
}

impl Elementwise for Squareplus {
    fn kept(self) -> Kept {
        Kept::Output
    }

    #[inline(always)]
    fn forward<T: Element, V: Vector<Elem = T>>(self, x: V) -> V {
        let b = V::constant(self.b);
        let half = (x.abs() + x.mul_add(x, b).sqrt()) * V::constant(0.5);
        V::select(x.le(V::zero()), b * V::constant(0.25) / half, half)
    }

    #[inline(always)]
    fn backward<T: Element, V: Vector<Elem = T>>(self, output: V, gradient: V) -> V {
        let quarter = V::constant(self.b * 0.25);
        gradient / (V::one() + quarter / (output * output))
    }
}
