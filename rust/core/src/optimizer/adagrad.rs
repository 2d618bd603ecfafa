//! Adagrad, in Keras's form.
//!
//! v += g^2, from an initial value on; w -= lr g / sqrt(v + eps).
//!
//! Duchi, Hazan and Singer, "Adaptive subgradient methods for online learning and stochastic
//! optimization", Journal of Machine Learning Research 2011.

use dlcore_kernels::simd::{Element, Vector};

use super::{LEAST_EPSILON, MAX_FACTORS, MAX_SLOTS, Optimizer, Parameters, Rule};

/// The rule.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Adagrad {
    initial_accumulator_value: f64,
    epsilon: f64,
}

pub(super) fn choose(parameters: Parameters) -> Optimizer {
    let Parameters { initial_accumulator_value, epsilon, .. } = parameters;
    Optimizer::Adagrad(Adagrad { initial_accumulator_value, epsilon })
}

impl Rule for Adagrad {
    const SLOTS: &'static [&'static str] = &["accumulator"];
    const SQUARES: &'static [usize] = &[0];

    fn initial(self) -> [f64; MAX_SLOTS] {
        [self.initial_accumulator_value, 0.0, 0.0, 0.0]
    }

    fn factors(self, learning_rate: f64, _: u64) -> [f64; MAX_FACTORS] {
        [learning_rate, self.epsilon.max(LEAST_EPSILON), 0.0, 0.0, 0.0, 0.0]
    }

    #[inline(always)]
    fn update<T: Element, V: Vector<Elem = T>>(
        self,
        &[lr, epsilon, ..]: &[V; MAX_FACTORS],
        w: V,
        g: V,
        slots: &mut [V; MAX_SLOTS],
    ) -> V {
        let v = g.mul_add(g, slots[0]);
        slots[0] = v;
        w - lr * g / (v + epsilon).sqrt()
    }
}
