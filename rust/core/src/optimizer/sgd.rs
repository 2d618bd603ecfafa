//! Stochastic gradient descent, with momentum and Nesterov's variant.
//!
//! Plain: w -= lr g. With momentum: v = mu v - lr g, then w += v, or, looking ahead, w += mu v - lr g
//! (Sutskever et al., "On the importance of initialization and momentum", ICML 2013).

use dlcore_kernels::simd::{Element, Vector};

use super::{MAX_FACTORS, MAX_SLOTS, Optimizer, Parameters, Rule};

/// Without momentum.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Sgd;

/// With momentum.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Momentum {
    momentum: f64,
    nesterov: bool,
}

pub(super) fn choose(parameters: Parameters) -> Optimizer {
    let Parameters { momentum, nesterov, .. } = parameters;
    if momentum == 0.0 { Optimizer::Sgd(Sgd) } else { Optimizer::Momentum(Momentum { momentum, nesterov }) }
}

impl Rule for Sgd {
    const SLOTS: &'static [&'static str] = &[];
    const LEARNS: bool = true;

    fn factors(self, learning_rate: f64, _: u64) -> [f64; MAX_FACTORS] {
        [-learning_rate, 0.0, 0.0, 0.0, 0.0, 0.0]
    }

    #[inline(always)]
    fn update<T: Element, V: Vector<Elem = T>>(
        self,
        &[minus_lr, ..]: &[V; MAX_FACTORS],
        w: V,
        g: V,
        _: &mut [V; MAX_SLOTS],
    ) -> V {
        g.mul_add(minus_lr, w)
    }
}

impl Rule for Momentum {
    const SLOTS: &'static [&'static str] = &["momentum"];
    const LEARNS: bool = true;

    fn factors(self, learning_rate: f64, _: u64) -> [f64; MAX_FACTORS] {
        [learning_rate, self.momentum, 0.0, 0.0, 0.0, 0.0]
    }

    #[inline(always)]
    fn update<T: Element, V: Vector<Elem = T>>(
        self,
        &[lr, mu, ..]: &[V; MAX_FACTORS],
        w: V,
        g: V,
        slots: &mut [V; MAX_SLOTS],
    ) -> V {
        let step = lr * g;
        let v = mu * slots[0] - step;
        slots[0] = v;
        if self.nesterov { w + (mu * v - step) } else { w + v }
    }
}
