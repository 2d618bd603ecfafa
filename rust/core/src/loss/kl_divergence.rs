//! The Kullback-Leibler divergence: sum_j y_j log(y_j / p_j), both clipped to [1e-7, 1]; derivative
//! -y_j / p_j, half of it where p_j is one of the bounds, as JAX has it, and 0 beyond.

use dlcore_kernels::simd::{Element, Vector};

use super::{EPSILON, Lanes, Parameters, Rows, Targets, hold};

/// `kl_divergence`
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct KLDivergence;

impl Rows for KLDivergence {
    const TARGETS: Targets = Targets::Vectors;

    fn with(_: Parameters) -> Self {
        Self
    }

    #[inline(always)]
    fn lanes<T: Element, V: Vector<Elem = T>>(self, rows: &mut Lanes<'_, T, V>) -> V {
        let mut sum = V::zero();
        for j in 0..rows.outputs() {
            let (y, _) = hold(rows.target(j), V::constant(EPSILON), V::one());
            let (p, slope) = hold(rows.output(j), V::constant(EPSILON), V::one());
            let ratio = y / p;
            sum = y.mul_add(T::log(ratio), sum);
            rows.set_gradient(j, -ratio * slope);
        }
        sum
    }
}
