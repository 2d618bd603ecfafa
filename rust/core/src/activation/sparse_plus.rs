//! Sparse plus, whose derivative is the sparse sigmoid: f(x) = 0 where x <= -1, x where x >= 1, else (x + 1)^2 / 4;
//! f' = (x + 1) / 2, cut to 0 and 1.
//!
//! Blondel, Martins and Niculae, "Learning classifiers with Fenchel-Young losses", arXiv:1805.09717.

use dlcore_kernels::simd::{Element, Vector};

use super::elementwise::{not_above, not_below};
use super::{Elementwise, Kept};

/// `sparse_plus`
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct SparsePlus;

impl SparsePlus {
    pub(super) fn with(_: [f64; 3]) -> Self {
        Self
    }
}

impl Elementwise for SparsePlus {
    fn kept(self) -> Kept {
        Kept::Input
    }

    #[inline(always)]
    fn forward<T: Element, V: Vector<Elem = T>>(self, x: V) -> V {
        let half = (not_below(x, -1.0) + V::one()) * V::constant(0.5);
        V::select(x.lt(V::one()), half * half, x)
    }

    #[inline(always)]
    fn backward<T: Element, V: Vector<Elem = T>>(self, input: V, gradient: V) -> V {
        let line = input.mul_add(V::constant(0.5), V::constant(0.5));
        gradient * not_above(not_below(line, 0.0), 1.0)
    }
}
