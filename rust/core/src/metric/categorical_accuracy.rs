//! 1 where the largest output and the largest target belong to the same class, else 0. Of equal
//! values the first counts.

use dlcore_kernels::simd::{Element, Vector};

use super::{ArgMax, Lanes, Rows};

/// `categorical_accuracy`
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct CategoricalAccuracy;

impl Rows for CategoricalAccuracy {
    fn with(_: f64) -> Self {
        Self
    }

    #[inline(always)]
    fn lanes<T: Element, V: Vector<Elem = T>>(self, rows: &Lanes<'_, T>) -> V {
        let mut predicted = ArgMax::<V>::first(rows.output(0));
        let mut right = ArgMax::<V>::first(rows.target(0));
        for j in 1..rows.outputs() {
            predicted = predicted.next(j, rows.output(j));
            right = right.next(j, rows.target(j));
        }
        V::select(predicted.index.equal(right.index), V::one(), V::zero())
    }
}
