//! Mean squared logarithmic error: the mean over the outputs of d^2, with d = log(1 + p) - log(1 + y) and
//! p and y at least 1e-7; derivative 2 d / (1 + p) / n, half of it where p is 1e-7, as JAX has it, and 0
//! below.

use dlcore_kernels::simd::{Element, Vector};

use super::{EPSILON, Lanes, Parameters, Rows, Targets, hold};

/// `mean_squared_logarithmic_error`
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct MeanSquaredLogarithmicError;

impl Rows for MeanSquaredLogarithmicError {
    const TARGETS: Targets = Targets::Vectors;

    fn with(_: Parameters) -> Self {
        Self
    }

    #[inline(always)]
    fn lanes<T: Element, V: Vector<Elem = T>>(self, rows: &mut Lanes<'_, T, V>) -> V {
        let mean = V::constant(1.0 / rows.outputs() as f64);
        let mut sum = V::zero();
        for j in 0..rows.outputs() {
            let (p, slope) = hold(rows.output(j), V::constant(EPSILON), V::constant(f64::INFINITY));
            let y = rows.target(j).at_least(V::constant(EPSILON));
            let difference = T::log1p(p) - T::log1p(y);
            sum = difference.mul_add(difference, sum);
            let derivative = (difference + difference) / (V::one() + p) * slope;
            rows.set_gradient(j, derivative * mean);
        }
        sum * mean
    }
}
