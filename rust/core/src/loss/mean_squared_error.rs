//! Mean squared error: the mean over the outputs of (y' - y)^2; derivative 2 (y' - y) / n.

use dlcore_kernels::simd::{Element, Vector};

use super::{Lanes, Parameters, Rows, Targets};

/// `mean_squared_error`
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct MeanSquaredError;

impl Rows for MeanSquaredError {
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
            sum = error.mul_add(error, sum);
            rows.set_gradient(j, (error + error) * mean);
        }
        sum * mean
    }
}
