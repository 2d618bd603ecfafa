//! Half the Poisson deviance: the mean over the outputs of y log(y / p) - y + p, where y log y is 0 for
//! y = 0; derivative (1 - y / p) / n. Canonical with exponential: on its inputs z, where p = e^z, the
//! derivative is (p - y) / n.
//!
//! McCullagh and Nelder, "Generalized linear models", 2nd edition 1989, section 2.3.

use dlcore_kernels::simd::{Element, Vector};

use super::{Lanes, Parameters, Rows, Targets};
use crate::activation::Activation;

/// `half_poisson_deviance`
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct HalfPoissonDeviance {
    on_logarithms: bool,
}

impl Rows for HalfPoissonDeviance {
    const TARGETS: Targets = Targets::Vectors;

    fn with(_: Parameters) -> Self {
        Self { on_logarithms: false }
    }

    fn on_inputs_of(self, activation: Activation) -> Option<Self> {
        matches!(activation, Activation::Exponential(_)).then_some(Self { on_logarithms: true })
    }

    #[inline(always)]
    fn lanes<T: Element, V: Vector<Elem = T>>(self, rows: &mut Lanes<'_, T, V>) -> V {
        let mean = V::constant(1.0 / rows.outputs() as f64);
        let mut sum = V::zero();
        for j in 0..rows.outputs() {
            let (output, y) = (rows.output(j), rows.target(j));
            let (rate, log_rate, derivative) = if self.on_logarithms {
                let rate = T::exp(output);
                (rate, output, rate - y)
            } else {
                (output, T::log(output), V::one() - y / output)
            };
            // y log y is 0 for 0, where the logarithm is not finite.
            let log_y = T::log(V::select(y.equal(V::zero()), V::one(), y));
            sum = sum + y.mul_add(log_y - log_rate, rate - y);
            rows.set_gradient(j, derivative * mean);
        }
        sum * mean
    }
}
