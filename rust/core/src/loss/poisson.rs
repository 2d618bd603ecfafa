//! Poisson loss: the mean over the outputs of y' - y log(y' + 1e-7), the negative logarithm of the
//! likelihood up to a constant; derivative (1 - y / (y' + 1e-7)) / n.

use dlcore_kernels::simd::{Element, Vector};

use super::{EPSILON, Lanes, Parameters, Rows, Targets};

/// `poisson`
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Poisson;

impl Rows for Poisson {
    const TARGETS: Targets = Targets::Vectors;

    fn with(_: Parameters) -> Self {
        Self
    }

    #[inline(always)]
    fn lanes<T: Element, V: Vector<Elem = T>>(self, rows: &mut Lanes<'_, T, V>) -> V {
        let mean = V::constant(1.0 / rows.outputs() as f64);
        let mut sum = V::zero();
        for j in 0..rows.outputs() {
            let (rate, y) = (rows.output(j), rows.target(j));
            let shifted = rate + V::constant(EPSILON);
            sum = sum + (rate - y * T::log(shifted));
            rows.set_gradient(j, (V::one() - y / shifted) * mean);
        }
        sum * mean
    }
}
