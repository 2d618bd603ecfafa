//! 1 where the largest output (of equal ones the first) is that of the labelled class, else 0.

use dlcore_kernels::simd::{Element, Vector};

use super::{ArgMax, Lanes, Rows};

/// `sparse_categorical_accuracy`
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct SparseCategoricalAccuracy;

impl Rows for SparseCategoricalAccuracy {
    fn with(_: f64) -> Self {
        Self
    }

    #[inline(always)]
    fn lanes<T: Element, V: Vector<Elem = T>>(self, rows: &Lanes<'_, T>) -> V {
        let mut predicted = ArgMax::<V>::first(rows.output(0));
        for j in 1..rows.outputs() {
            predicted = predicted.next(j, rows.output(j));
        }
        V::select(predicted.index.equal(rows.target(0)), V::one(), V::zero())
    }
}
