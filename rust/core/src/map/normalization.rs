//! Normalization of inputs by a mean and a variance that are known: y = (x - mean) / max(sqrt(variance), 1e-7);
//! dL/dx = dL/dy / max(sqrt(variance), 1e-7). They never learn.

use dlcore_kernels::simd::{Element, Vector};

use super::{MAX_VARIABLES, Room};
use crate::variables::Variables;

/// The variables are mean and variance; and, for Keras's sake, a number that nothing looks at.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Normalization;

/// The least deviation that is divided by.
const EPSILON: f64 = 1e-7;

impl Room for Normalization {
    fn variables(self, features: usize) -> Vec<Variables> {
        vec![Variables::fixed(features), Variables::fixed(features), Variables::fixed(1)]
    }

    #[inline(always)]
    fn value<T: Element, V: Vector<Elem = T>>(self, x: V, [mean, variance, ..]: [V; MAX_VARIABLES]) -> V {
        (x - mean) / variance.sqrt().at_least(V::constant(EPSILON))
    }

    #[inline(always)]
    fn slope<T: Element, V: Vector<Elem = T>>(
        self,
        _: V,
        gradient: V,
        [_, variance, ..]: [V; MAX_VARIABLES],
    ) -> V {
        gradient / variance.sqrt().at_least(V::constant(EPSILON))
    }
}
