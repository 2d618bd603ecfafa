//! The mean over the outputs of |y' - y|.

use dlcore_kernels::simd::{Element, Vector};

use super::{Lanes, Rows};

/// `mean_absolute_error`
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct MeanAbsoluteError;

impl Rows for MeanAbsoluteError {
    fn with(_: f64) -> Self {
        Self
    }

    #[inline(always)]
    fn lanes<T: Element, V: Vector<Elem = T>>(self, rows: &Lanes<'_, T>) -> V {
        let mut sum = V::zero();
        for j in 0..rows.outputs() {
            let error: V = rows.output::<V>(j) - rows.target(j);
            sum = sum + error.abs();
        }
        sum * V::constant(1.0 / rows.outputs() as f64)
    }
}
