//! Adadelta, in Keras's form.
//!
//! v = rho v + (1 - rho) g^2; step = g sqrt(d + eps) / sqrt(v + eps); d = rho d + (1 - rho) step^2;
//! w -= lr step. With lr = 1 it is the paper's.
//!
//! Zeiler, "ADADELTA: an adaptive learning rate method", arXiv:1212.5701.

use dlcore_kernels::simd::{Element, Vector};

use super::{LEAST_EPSILON, MAX_FACTORS, MAX_SLOTS, Optimizer, Parameters, Rule};

/// The rule.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Adadelta {
    rho: f64,
    epsilon: f64,
}

pub(super) fn choose(parameters: Parameters) -> Optimizer {
    let Parameters { rho, epsilon, .. } = parameters;
    Optimizer::Adadelta(Adadelta { rho, epsilon })
}

impl Rule for Adadelta {
    const SLOTS: &'static [&'static str] = &["accumulated_grad", "accumulated_delta_var"];
    const SQUARES: &'static [usize] = &[0, 1];

    fn factors(self, learning_rate: f64, _: u64) -> [f64; MAX_FACTORS] {
        [learning_rate, self.rho, 1.0 - self.rho, self.epsilon.max(LEAST_EPSILON), 0.0, 0.0]
    }

    #[inline(always)]
    fn update<T: Element, V: Vector<Elem = T>>(
        self,
        &[lr, rho, share, epsilon, ..]: &[V; MAX_FACTORS],
        w: V,
        g: V,
        slots: &mut [V; MAX_SLOTS],
    ) -> V {
        let [v, d, ..] = slots;
        *v = (share * g).mul_add(g, rho * *v);
        let step = g * (*d + epsilon).sqrt() / (*v + epsilon).sqrt();
        *d = (share * step).mul_add(step, rho * *d);
        w - lr * step
    }
}
