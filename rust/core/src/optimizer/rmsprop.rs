//! RMSprop, plain or centered, without or with momentum, in Keras's form.
//!
//! v = rho v + (1 - rho) g^2; step = lr g / sqrt(v + eps); w -= step. Centered: a = rho a +
//! (1 - rho) g, and v - a^2, the variance of the gradient, stands in place of v below the root. With
//! momentum: u = mu u + step; w -= u.
//!
//! Tieleman and Hinton, "Lecture 6.5: RMSprop", COURSERA 2012; centered: Graves, "Generating sequences
//! with recurrent neural networks", arXiv:1308.0850.

use dlcore_kernels::simd::{Element, Vector};

use super::{LEAST_EPSILON, MAX_FACTORS, MAX_SLOTS, Optimizer, Parameters, Rule};

/// The four rules.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Rms<const CENTERED: bool, const MOMENTUM: bool> {
    rho: f64,
    momentum: f64,
    epsilon: f64,
}

/// The plain rule.
pub type RmsProp = Rms<false, false>;

/// With momentum.
pub type RmsPropMomentum = Rms<false, true>;

/// Centered.
pub type RmsPropCentered = Rms<true, false>;

/// Centered, with momentum.
pub type RmsPropCenteredMomentum = Rms<true, true>;

pub(super) fn choose(parameters: Parameters) -> Optimizer {
    let Parameters { rho, momentum, epsilon, centered, .. } = parameters;
    match (centered, momentum != 0.0) {
        (false, false) => Optimizer::RmsProp(Rms { rho, momentum, epsilon }),
        (false, true) => Optimizer::RmsPropMomentum(Rms { rho, momentum, epsilon }),
        (true, false) => Optimizer::RmsPropCentered(Rms { rho, momentum, epsilon }),
        (true, true) => Optimizer::RmsPropCenteredMomentum(Rms { rho, momentum, epsilon }),
    }
}

impl<const CENTERED: bool, const MOMENTUM: bool> Rule for Rms<CENTERED, MOMENTUM> {
    const SLOTS: &'static [&'static str] = match (CENTERED, MOMENTUM) {
        (false, false) => &["velocity"],
        (false, true) => &["velocity", "momentum"],
        (true, false) => &["velocity", "average_gradient"],
        (true, true) => &["velocity", "average_gradient", "momentum"],
    };
    const SQUARES: &'static [usize] = &[0];
    const LEARNS: bool = !CENTERED && !MOMENTUM;

    fn factors(self, learning_rate: f64, _: u64) -> [f64; MAX_FACTORS] {
        let epsilon = self.epsilon.max(LEAST_EPSILON);
        [learning_rate, self.rho, 1.0 - self.rho, epsilon, self.momentum, 0.0]
    }

    #[inline(always)]
    fn update<T: Element, V: Vector<Elem = T>>(
        self,
        &[lr, rho, share, epsilon, mu, _]: &[V; MAX_FACTORS],
        w: V,
        g: V,
        slots: &mut [V; MAX_SLOTS],
    ) -> V {
        let v = (share * g).mul_add(g, rho * slots[0]);
        slots[0] = v;
        let mut mean_square = v;
        if CENTERED {
            let a = share.mul_add(g, rho * slots[1]);
            slots[1] = a;
            // Where the gradient hardly changes, rounding could make the variance negative.
            let variance = (-a).mul_add(a, v);
            mean_square = V::select(variance.lt(V::zero()), V::zero(), variance);
        }
        let step = lr * g / (mean_square + epsilon).sqrt();
        if MOMENTUM {
            let last = if CENTERED { 2 } else { 1 };
            let u = mu.mul_add(slots[last], step);
            slots[last] = u;
            return w - u;
        }
        w - step
    }
}
