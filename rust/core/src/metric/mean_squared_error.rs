//! The mean over the outputs of (y' - y)^2.

use dlcore_kernels::simd::{Element, Vector};

use super::{Lanes, Rows};

/// `mean_squared_error`
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct MeanSquaredError;

impl Rows for MeanSquaredError {
    fn with(_: f64) -> Self {
        Self
    }

    #[inline(always)]
    fn lanes<T: Element, V: Vector<Elem = T>>(self, rows: &Lanes<'_, T>) -> V {
        let mut sum = V::zero();
        for j in 0..rows.outputs() {
            let error = rows.output::<V>(j) - rows.target(j);
            sum = error.mul_add(error, sum);
        }
        sum * V::constant(1.0 / rows.outputs() as f64)
    }
}
