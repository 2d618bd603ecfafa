//! Adamax, in Keras's form.
//!
//! m += (1 - b1) (g - m); u = max(b2 u, |g|); w -= lr / (1 - b1^t) m / (u + eps).
//!
//! Kingma and Ba, "Adam: a method for stochastic optimization", ICLR 2015, section 7.1.

use dlcore_kernels::simd::{Element, Vector};

use super::{LEAST_EPSILON, MAX_FACTORS, MAX_SLOTS, Optimizer, Parameters, Rule, bias_correction};

/// The rule.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Adamax {
    beta_1: f64,
    beta_2: f64,
    epsilon: f64,
}

pub(super) fn choose(parameters: Parameters) -> Optimizer {
    let Parameters { beta_1, beta_2, epsilon, .. } = parameters;
    Optimizer::Adamax(Adamax { beta_1, beta_2, epsilon })
}

impl Rule for Adamax {
    const SLOTS: &'static [&'static str] = &["momentum", "norm"];

    fn factors(self, learning_rate: f64, step: u64) -> [f64; MAX_FACTORS] {
        let Self { beta_1, beta_2, epsilon } = self;
        let alpha = learning_rate / bias_correction(beta_1, step);
        [alpha, 1.0 - beta_1, beta_2, epsilon.max(LEAST_EPSILON), 0.0, 0.0]
    }

    #[inline(always)]
    fn update<T: Element, V: Vector<Elem = T>>(
        self,
        &[alpha, share, beta_2, epsilon, ..]: &[V; MAX_FACTORS],
        w: V,
        g: V,
        slots: &mut [V; MAX_SLOTS],
    ) -> V {
        let [m, u, ..] = slots;
        *m = (g - *m).mul_add(share, *m);
        *u = (beta_2 * *u).at_least(g.abs());
        w - alpha * *m / (*u + epsilon)
    }
}
