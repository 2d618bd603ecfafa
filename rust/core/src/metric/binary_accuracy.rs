//! The share of the outputs that are on the target's side of the threshold: y' > threshold is a
//! prediction of 1, else of 0.

use dlcore_kernels::simd::{Element, Vector};

use super::{Lanes, Rows};

/// `binary_accuracy`
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct BinaryAccuracy {
    threshold: f64,
}

impl Rows for BinaryAccuracy {
    fn with(threshold: f64) -> Self {
        Self { threshold }
    }

    #[inline(always)]
    fn lanes<T: Element, V: Vector<Elem = T>>(self, rows: &Lanes<'_, T>) -> V {
        let threshold = V::constant(self.threshold);
        let mut right = V::zero();
        for j in 0..rows.outputs() {
            let predicted = V::select(threshold.lt(rows.output(j)), V::one(), V::zero());
            right = right + V::select(predicted.equal(rows.target(j)), V::one(), V::zero());
        }
        right * V::constant(1.0 / rows.outputs() as f64)
    }
}
