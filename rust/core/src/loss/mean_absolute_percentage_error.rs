//! Mean absolute percentage error: 100 times the mean over the outputs of |y - p| / max(|y|, 1e-7);
//! derivative 100 / n / max(|y|, 1e-7), with the sign of p - y, and a minus at 0, as JAX has it.

use dlcore_kernels::simd::{Element, Vector};

use super::{EPSILON, Lanes, Parameters, Rows, Targets};

/// `mean_absolute_percentage_error`
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct MeanAbsolutePercentageError;

impl Rows for MeanAbsolutePercentageError {
    const TARGETS: Targets = Targets::Vectors;

    fn with(_: Parameters) -> Self {
        Self
    }

    #[inline(always)]
    fn lanes<T: Element, V: Vector<Elem = T>>(self, rows: &mut Lanes<'_, T, V>) -> V {
        let percent = V::constant(100.0 / rows.outputs() as f64);
        let mut sum = V::zero();
        for j in 0..rows.outputs() {
            let (output, y) = (rows.output(j), rows.target(j));
            let scale = y.abs().at_least(V::constant(EPSILON));
            let error = output - y;
            sum = sum + error.abs() / scale;
            // Where the error is neither it is NaN, and stands for itself.
            let sign = V::select(V::zero().lt(error), V::one(), error);
            let sign = V::select(error.le(V::zero()), -V::one(), sign);
            rows.set_gradient(j, sign * percent / scale);
        }
        sum * percent
    }
}
