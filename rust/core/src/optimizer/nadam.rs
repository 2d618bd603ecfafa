//! Nadam: Adam that looks ahead as Nesterov's momentum does, in Keras's form.
//!
//! m += (1 - b1) (g - m); v += (1 - b2) (g^2 - v); with u_t = b1 (1 - 0.96^t / 2), which warms up, and
//! U_t = u_1 u_2 ... u_t:
//!
//! ```text
//! w -= lr (u_{t+1} m / (1 - U_{t+1}) + (1 - u_t) g / (1 - U_t)) / (sqrt(v / (1 - b2^t)) + eps)
//! ```
//!
//! U_t is a product over all steps so far, and is made anew for each, so that a step needs to know
//! nothing but its number: b1^t times the product of the (1 - 0.96^i / 2). The latter ends where
//! 1 - 0.96^i / 2 is 1 in `f64`, after 900 factors; and none is needed once b1^t is so small that
//! 1 - U_t is 1, which for b1 = 0.9 is so after 356 steps.
//!
//! Dozat, "Incorporating Nesterov momentum into Adam", ICLR 2016 workshop.

use dlcore_kernels::simd::{Element, Vector};

use super::{LEAST_EPSILON, MAX_FACTORS, MAX_SLOTS, Optimizer, Parameters, Rule, bias_correction, power};

/// The rule.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Nadam {
    beta_1: f64,
    beta_2: f64,
    epsilon: f64,
}

pub(super) fn choose(parameters: Parameters) -> Optimizer {
    let Parameters { beta_1, beta_2, epsilon, .. } = parameters;
    Optimizer::Nadam(Nadam { beta_1, beta_2, epsilon })
}

impl Rule for Nadam {
    const SLOTS: &'static [&'static str] = &["momentum", "velocity"];
    const SQUARES: &'static [usize] = &[1];

    fn factors(self, learning_rate: f64, step: u64) -> [f64; MAX_FACTORS] {
        let Self { beta_1, beta_2, epsilon } = self;
        let [now, next] = [step, step + 1].map(|step| beta_1 * (1.0 - 0.5 * power(DECAY, step)));
        let product = product(beta_1, step);
        [
            learning_rate * next / (1.0 - product * next),
            learning_rate * (1.0 - now) / (1.0 - product),
            1.0 - beta_1,
            1.0 - beta_2,
            1.0 / bias_correction(beta_2, step).sqrt(),
            epsilon.max(LEAST_EPSILON.sqrt()),
        ]
    }

    #[inline(always)]
    fn update<T: Element, V: Vector<Elem = T>>(
        self,
        &[by_m, by_g, share_1, share_2, correction, epsilon]: &[V; MAX_FACTORS],
        w: V,
        g: V,
        slots: &mut [V; MAX_SLOTS],
    ) -> V {
        let [m, v, ..] = slots;
        *m = (g - *m).mul_add(share_1, *m);
        *v = g.mul_add(g, -*v).mul_add(share_2, *v);
        let ahead = m.mul_add(by_m, by_g * g);
        w - ahead / v.sqrt().mul_add(correction, epsilon)
    }
}

/// How fast the momentum warms up: the paper's.
const DECAY: f64 = 0.96;

/// U of a step; zero where one less it is one.
fn product(beta_1: f64, step: u64) -> f64 {
    let mut product = power(beta_1, step);
    if 1.0 - product == 1.0 {
        return 0.0;
    }
    let mut half = 0.5;
    for _ in 0..step {
        half *= DECAY;
        if 1.0 - half == 1.0 {
            break;
        }
        product *= 1.0 - half;
    }
    product
}

#[cfg(test)]
mod tests {
    use super::*;

    /// However many steps, the short way gives the long one's number, or one that is as good.
    #[test]
    fn the_product_is_that_of_all_steps() {
        for beta_1 in [0.0, 0.5, 0.9, 0.999] {
            let mut expected = 1.0;
            for step in 1..=3000 {
                expected *= beta_1 * (1.0 - 0.5 * DECAY.powi(step));
                let found = product(beta_1, step as u64);
                assert!((found - expected).abs() < 1e-13 * expected + 1e-16, "{step}: {found}, {expected}");
            }
        }
    }
}
