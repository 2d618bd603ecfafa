//! The logarithm of the hyperbolic cosine: the mean over the outputs of log cosh(e), with e = p - y, as
//! |e| + log1p(e^(-2 |e|)) - log 2, which does not overflow; derivative tanh(e) / n.

use dlcore_kernels::simd::{Element, Vector};

use super::{Lanes, Parameters, Rows, Targets};

/// `log_cosh`
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct LogCosh;

impl Rows for LogCosh {
    const TARGETS: Targets = Targets::Vectors;

    fn with(_: Parameters) -> Self {
        Self
    }

    #[inline(always)]
    fn lanes<T: Element, V: Vector<Elem = T>>(self, rows: &mut Lanes<'_, T, V>) -> V {
        let mean = V::constant(1.0 / rows.outputs() as f64);
        let log_2 = V::constant(std::f64::consts::LN_2);
        let mut sum = V::zero();
        for j in 0..rows.outputs() {
            let error = rows.output(j) - rows.target(j);
            let size = error.abs();
            sum = sum + (size + T::log1p(T::exp(-(size + size))) - log_2);
            rows.set_gradient(j, T::tanh(error) * mean);
        }
        sum * mean
    }
}
