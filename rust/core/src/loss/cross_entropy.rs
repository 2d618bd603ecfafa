//! Cross-entropy over classes, -sum_j y_j log p_j, for both ways to write the target: see
//! [`categorical_crossentropy`](super::categorical_crossentropy) and
//! [`sparse_categorical_crossentropy`](super::sparse_categorical_crossentropy).
//!
//! **From logits** z: log p_j = (z_j - m) - log sum_i e^(z_i - m) with m the largest, so nothing
//! overflows; the derivative by z_j is p_j sum_i y_i - y_j. The targets need not sum to 1.
//!
//! **From probabilities**, as in Keras: they are divided by their sum S, and q_j = p_j / S is clipped
//! to [1e-7, 1 - 1e-7]. With C the classes whose q is not clipped, the derivative by p_j is
//! (sum_{i in C} y_i - (y_j / q_j where j in C)) / S.

use dlcore_kernels::simd::{Element, Vector};

use super::{Lanes, Limits, clip};

/// A way to write the target.
pub trait Truth: Copy {
    /// The y of class `j`. `#[inline(always)]`.
    fn class<T: Element, V: Vector<Elem = T>>(self, rows: &Lanes<'_, T, V>, j: usize) -> V;
}

/// Loss and gradient from logits.
#[inline(always)]
pub fn from_logits<T: Element, V: Vector<Elem = T>>(
    truth: impl Truth,
    limits: Option<Limits>,
    rows: &mut Lanes<'_, T, V>,
) -> V {
    let mut largest = rows.output(0);
    for j in 1..rows.outputs() {
        largest = rows.output(j).at_least(largest);
    }
    let (mut sum, mut total) = (V::zero(), V::zero());
    for j in 0..rows.outputs() {
        let power = T::exp(rows.output(j) - largest);
        rows.set_scratch(j, power);
        sum = sum + power;
        total = total + truth.class(rows, j);
    }
    let log_sum = T::log(sum);
    let scale = total / sum;
    let mut loss = V::zero();
    for j in 0..rows.outputs() {
        let y = truth.class(rows, j);
        let mut surprise = log_sum - (rows.output(j) - largest);
        if let Some(limits) = limits {
            surprise = limits.apply(surprise);
        }
        loss = y.mul_add(surprise, loss);
        let derivative = rows.scratch(j).mul_add(scale, -y);
        rows.set_gradient(j, derivative);
    }
    loss
}

/// Loss and gradient from probabilities.
#[inline(always)]
pub fn from_probabilities<T: Element, V: Vector<Elem = T>>(
    truth: impl Truth,
    rows: &mut Lanes<'_, T, V>,
) -> V {
    let mut sum = V::zero();
    for j in 0..rows.outputs() {
        sum = sum + rows.output(j);
    }
    let (mut loss, mut unclipped) = (V::zero(), V::zero());
    for j in 0..rows.outputs() {
        let y = truth.class(rows, j);
        let (q, clipped) = clip(rows.output(j) / sum);
        loss = loss - y * T::log(q);
        unclipped = unclipped + V::select(clipped, V::zero(), y);
        rows.set_scratch(j, V::select(clipped, V::zero(), y / q));
    }
    for j in 0..rows.outputs() {
        let derivative = (unclipped - rows.scratch(j)) / sum;
        rows.set_gradient(j, derivative);
    }
    loss
}
