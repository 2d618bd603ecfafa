//! Categorical focal cross-entropy: -alpha sum_j (1 - q_j)^gamma y_j log q_j, where q is p divided by its
//! sum S and clipped to [1e-7, 1 - 1e-7].
//!
//! With d_j = alpha y_j (gamma (1 - q_j)^(gamma - 1) log q_j - (1 - q_j)^gamma / q_j), half of that where
//! q_j is one of the bounds, as JAX has it, and 0 beyond, the derivative by p_j is
//! (d_j - sum_i d_i p_i / S) / S. From logits z: p = softmax(z), and the derivative by z_j is
//! p_j (d_j - sum_i d_i p_i). Label smoothing s replaces y by y (1 - s) + s / n.

use dlcore_kernels::simd::{Element, Vector};

use super::{EPSILON, Lanes, Parameters, Rows, Targets, focal, hold};

/// `categorical_focal_crossentropy`
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct CategoricalFocalCrossentropy {
    from_logits: bool,
    label_smoothing: f64,
    alpha: f64,
    gamma: f64,
}

impl Rows for CategoricalFocalCrossentropy {
    const TARGETS: Targets = Targets::Vectors;

    fn with(Parameters { from_logits, label_smoothing, alpha, gamma, .. }: Parameters) -> Self {
        Self { from_logits, label_smoothing, alpha, gamma }
    }

    #[inline(always)]
    fn lanes<T: Element, V: Vector<Elem = T>>(self, rows: &mut Lanes<'_, T, V>) -> V {
        let keep = V::constant(1.0 - self.label_smoothing);
        let shift = V::constant(self.label_smoothing / rows.outputs() as f64);
        let (low, high) = (V::constant(EPSILON), V::constant(1.0 - EPSILON));
        let alpha = V::constant(self.alpha);

        let largest = if self.from_logits { largest(rows) } else { V::zero() };
        let mut sum = V::zero();
        for j in 0..rows.outputs() {
            let share = self.unscaled(rows, largest, j);
            rows.set_scratch(j, share);
            sum = sum + share;
        }
        let (mut loss, mut pull) = (V::zero(), V::zero());
        for j in 0..rows.outputs() {
            let share = rows.scratch(j) / sum;
            let y = alpha * rows.target(j).mul_add(keep, shift);
            let (q, slope) = hold(share, low, high);
            let (factor, by_off) = focal::power(V::one() - q, self.gamma);
            let log_q = T::log(q);
            loss = loss - y * factor * log_q;
            let derivative = y * (by_off * log_q - factor / q) * slope;
            pull = derivative.mul_add(share, pull);
            rows.set_scratch(j, derivative);
        }
        for j in 0..rows.outputs() {
            let by_share = rows.scratch(j) - pull;
            // Of exponentials, the derivative is the exponential once more.
            let inner = if self.from_logits { self.unscaled(rows, largest, j) } else { V::one() };
            rows.set_gradient(j, by_share * inner / sum);
        }
        loss
    }
}

impl CategoricalFocalCrossentropy {
    /// A probability, times their sum.
    #[inline(always)]
    fn unscaled<T: Element, V: Vector<Elem = T>>(self, rows: &Lanes<'_, T, V>, largest: V, j: usize) -> V {
        let output = rows.output(j);
        if self.from_logits { T::exp(output - largest) } else { output }
    }
}

#[inline(always)]
fn largest<T: Element, V: Vector<Elem = T>>(rows: &Lanes<'_, T, V>) -> V {
    let mut largest = rows.output(0);
    for j in 1..rows.outputs() {
        largest = rows.output(j).at_least(largest);
    }
    largest
}
