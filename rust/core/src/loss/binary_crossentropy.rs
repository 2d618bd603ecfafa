//! Binary cross-entropy: the mean over the outputs of -(y log p + (1 - y) log(1 - p)).
//!
//! From probabilities p, clipped to [1e-7, 1 - 1e-7] as in Keras: the derivative by p is
//! ((1 - y) / (1 - p) - y / p) / n, and 0 where p was clipped. From logits z, with p = sigmoid(z):
//! max(z, 0) - z y + log1p(e^-|z|), and the derivative is (p - y) / n. Label smoothing s replaces y
//! by y (1 - s) + s / 2.
//!
//! Canonical with sigmoid.

use dlcore_kernels::simd::{Element, Vector};

use super::{Lanes, Limits, Parameters, Rows, Targets, clip};
use crate::activation::Activation;

/// `binary_crossentropy`
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct BinaryCrossentropy {
    from_logits: bool,
    label_smoothing: f64,
    limits: Option<Limits>,
}

impl Rows for BinaryCrossentropy {
    const TARGETS: Targets = Targets::Vectors;

    fn with(Parameters { from_logits, label_smoothing, floor, .. }: Parameters) -> Self {
        Self { from_logits, label_smoothing, limits: Limits::new(floor) }
    }

    fn on_inputs_of(self, activation: Activation) -> Option<Self> {
        let canonical = !self.from_logits && matches!(activation, Activation::Sigmoid(_));
        canonical.then_some(Self { from_logits: true, ..self })
    }

    #[inline(always)]
    fn lanes<T: Element, V: Vector<Elem = T>>(self, rows: &mut Lanes<'_, T, V>) -> V {
        let mean = V::constant(1.0 / rows.outputs() as f64);
        let keep = V::constant(1.0 - self.label_smoothing);
        let shift = V::constant(self.label_smoothing / 2.0);
        let mut sum = V::zero();
        for j in 0..rows.outputs() {
            let y = rows.target(j).mul_add(keep, shift);
            let (loss, derivative) = match (self.from_logits, self.limits) {
                (true, None) => from_logit::<T, V>(rows.output(j), y),
                (true, Some(limits)) => from_logit_limited::<T, V>(rows.output(j), y, limits),
                (false, _) => from_probability::<T, V>(rows.output(j), y),
            };
            sum = sum + loss;
            rows.set_gradient(j, derivative * mean);
        }
        sum * mean
    }
}

#[inline(always)]
fn from_logit<T: Element, V: Vector<Elem = T>>(z: V, y: V) -> (V, V) {
    let above = V::select(z.le(V::zero()), V::zero(), z);
    let loss = (-z).mul_add(y, above) + T::log1p(T::exp(-z.abs()));
    (loss, T::sigmoid(z) - y)
}

/// -log p and -log(1 - p) one by one, each within its limits.
#[inline(always)]
fn from_logit_limited<T: Element, V: Vector<Elem = T>>(z: V, y: V, limits: Limits) -> (V, V) {
    let rest = T::log1p(T::exp(-z.abs()));
    let is_positive = V::zero().lt(z);
    let yes = limits.apply(V::select(is_positive, rest, rest - z));
    let no = limits.apply(V::select(is_positive, rest + z, rest));
    (y.mul_add(yes, (V::one() - y) * no), T::sigmoid(z) - y)
}

#[inline(always)]
fn from_probability<T: Element, V: Vector<Elem = T>>(p: V, y: V) -> (V, V) {
    let (p, clipped) = clip(p);
    let (not_p, not_y) = (V::one() - p, V::one() - y);
    let loss = -(y * T::log(p) + not_y * T::log(not_p));
    (loss, V::select(clipped, V::zero(), not_y / not_p - y / p))
}
