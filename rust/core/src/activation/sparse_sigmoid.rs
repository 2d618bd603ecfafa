//! The sparse sigmoid: f(x) = (x + 1) / 2, cut to 0 and 1; f' = 1/2 where it is not cut, else 0.
//!
//! Blondel, Martins and Niculae, "Learning classifiers with Fenchel-Young losses", arXiv:1805.09717.

use dlcore_kernels::simd::{Element, Vector};

use super::elementwise::{inside, not_above, not_below};
use super::{Elementwise, Kept};

/// `sparse_sigmoid`
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct SparseSigmoid;

impl SparseSigmoid {
    pub(super) fn with(_: [f64; 3]) -> Self {
        Self
    }
}

impl Elementwise for SparseSigmoid {
    fn kept(self) -> Kept {
        Kept::Output
    }

    #[inline(always)]
    fn forward<T: Element, V: Vector<Elem = T>>(self, x: V) -> V {
        let line = x.mul_add(V::constant(0.5), V::constant(0.5));
        not_above(not_below(line, 0.0), 1.0)
    }

    #[inline(always)]
    fn backward<T: Element, V: Vector<Elem = T>>(self, output: V, gradient: V) -> V {
        V::select(inside::<T, V>(output, 0.0, 1.0), gradient * V::constant(0.5), V::zero())
    }
}
