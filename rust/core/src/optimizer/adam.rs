//! Adam, and its variant AMSGrad, in Keras's form.
//!
//! m += (1 - b1) (g - m); v += (1 - b2) (g^2 - v); w -= a m / (sqrt(v) + eps), where
//! a = lr sqrt(1 - b2^t) / (1 - b1^t) corrects both biases at once: so epsilon is the paper's
//! "epsilon hat". AMSGrad divides by the largest v so far.
//!
//! Kingma and Ba, "Adam: a method for stochastic optimization", ICLR 2015, section 2; Reddi, Kale and
//! Kumar, "On the convergence of Adam and beyond", ICLR 2018.

use dlcore_kernels::simd::{Element, Vector};

use super::{LEAST_EPSILON, MAX_FACTORS, MAX_SLOTS, Optimizer, Parameters, Rule, bias_correction};

/// The rule without and with AMSGrad.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Moments<const AMSGRAD: bool> {
    beta_1: f64,
    beta_2: f64,
    epsilon: f64,
}

/// The paper's rule.
pub type Adam = Moments<false>;

/// With a denominator that never shrinks.
pub type AmsGrad = Moments<true>;

pub(super) fn choose(parameters: Parameters) -> Optimizer {
    let Parameters { beta_1, beta_2, epsilon, amsgrad, .. } = parameters;
    if amsgrad {
        Optimizer::AmsGrad(Moments { beta_1, beta_2, epsilon })
    } else {
        Optimizer::Adam(Moments { beta_1, beta_2, epsilon })
    }
}

impl<const AMSGRAD: bool> Rule for Moments<AMSGRAD> {
    const SLOTS: &'static [&'static str] =
        if AMSGRAD { &["momentum", "velocity", "velocity_hat"] } else { &["momentum", "velocity"] };
    const SQUARES: &'static [usize] = &[1];
    const LEARNS: bool = !AMSGRAD;

    fn factors(self, learning_rate: f64, step: u64) -> [f64; MAX_FACTORS] {
        let Self { beta_1, beta_2, epsilon } = self;
        let alpha = learning_rate * bias_correction(beta_2, step).sqrt() / bias_correction(beta_1, step);
        [alpha, 1.0 - beta_1, 1.0 - beta_2, epsilon.max(LEAST_EPSILON.sqrt()), 0.0, 0.0]
    }

    #[inline(always)]
    fn update<T: Element, V: Vector<Elem = T>>(
        self,
        &[alpha, share_1, share_2, epsilon, ..]: &[V; MAX_FACTORS],
        w: V,
        g: V,
        slots: &mut [V; MAX_SLOTS],
    ) -> V {
        let [m, v, v_hat, ..] = slots;
        *m = (g - *m).mul_add(share_1, *m);
        *v = g.mul_add(g, -*v).mul_add(share_2, *v);
        let mut denominator = *v;
        if AMSGRAD {
            *v_hat = V::select(v_hat.lt(*v), *v, *v_hat);
            denominator = *v_hat;
        }
        w - alpha * *m / (denominator.sqrt() + epsilon)
    }
}
