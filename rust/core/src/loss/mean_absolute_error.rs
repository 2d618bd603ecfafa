//! Mean absolute error: the mean over the outputs of |y' - y|; derivative sign(y' - y) / n, 0 at 0.

use dlcore_kernels::simd::{Element, Vector};

use super::{Lanes, Parameters, Rows, Targets};

/// `mean_absolute_error`
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct MeanAbsoluteError;

impl Rows for MeanAbsoluteError {
    const TARGETS: Targets = Targets::Vectors;

    fn with(_: Parameters) -> Self {
        Self
    }

    #[inline(always)]
    fn lanes<T: Element, V: Vector<Elem = T>>(self, rows: &mut Lanes<'_, T, V>) -> V {
        let mean = V::constant(1.0 / rows.outputs() as f64);
        let mut sum = V::zero();
        for j in 0..rows.outputs() {
            let error = rows.output(j) - rows.target(j);
            sum = sum + error.abs();
            // Where the error is neither positive nor negative it is 0 or NaN, and stands for itself.
            let sign = V::select(V::zero().lt(error.abs()), mean.copy_sign(error), error);
            rows.set_gradient(j, sign);
        }
        sum * mean
    }
}
