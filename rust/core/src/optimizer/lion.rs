//! Lion: steps of one size, whose direction is the sign of a momentum; in Keras's form.
//!
//! w -= lr sign(b1 m + (1 - b1) g), sign(0) being 0; then m = b2 m + (1 - b2) g.
//!
//! Chen and others, "Symbolic discovery of optimization algorithms", NeurIPS 2023.

use dlcore_kernels::simd::{Element, Vector};

use super::{MAX_FACTORS, MAX_SLOTS, Optimizer, Parameters, Rule};

/// The rule.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Lion {
    beta_1: f64,
    beta_2: f64,
}

pub(super) fn choose(parameters: Parameters) -> Optimizer {
    let Parameters { beta_1, beta_2, .. } = parameters;
    Optimizer::Lion(Lion { beta_1, beta_2 })
}

impl Rule for Lion {
    const SLOTS: &'static [&'static str] = &["momentum"];

    fn factors(self, learning_rate: f64, _: u64) -> [f64; MAX_FACTORS] {
        [learning_rate, self.beta_1, 1.0 - self.beta_1, self.beta_2, 1.0 - self.beta_2, 0.0]
    }

    #[inline(always)]
    fn update<T: Element, V: Vector<Elem = T>>(
        self,
        &[lr, beta_1, share_1, beta_2, share_2, _]: &[V; MAX_FACTORS],
        w: V,
        g: V,
        slots: &mut [V; MAX_SLOTS],
    ) -> V {
        let direction = g.mul_add(share_1, beta_1 * slots[0]);
        slots[0] = g.mul_add(share_2, beta_2 * slots[0]);
        // Otherwise it is 0, infinite or NaN, and stands for itself: a bad one must show in the weight.
        let points = V::both(V::zero().lt(direction.abs()), direction.is_finite());
        w - V::select(points, lr.copy_sign(direction), direction)
    }
}
