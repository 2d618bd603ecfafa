//! Categorical cross-entropy: -sum_j y_j log p_j, with a number for each class as target.
//!
//! Formulas and derivatives: [`cross_entropy`]. Label smoothing s replaces y by y (1 - s) + s / n.
//! Canonical with softmax.

use dlcore_kernels::simd::{Element, Vector};

use super::cross_entropy::{self, Truth};
use super::{Lanes, Limits, Parameters, Rows, Targets};
use crate::activation::Activation;

/// `categorical_crossentropy`
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct CategoricalCrossentropy {
    from_logits: bool,
    label_smoothing: f64,
    limits: Option<Limits>,
}

impl Rows for CategoricalCrossentropy {
    const TARGETS: Targets = Targets::Vectors;

    fn with(Parameters { from_logits, label_smoothing, floor, .. }: Parameters) -> Self {
        Self { from_logits, label_smoothing, limits: Limits::new(floor) }
    }

    fn on_inputs_of(self, activation: Activation) -> Option<Self> {
        let canonical = !self.from_logits && matches!(activation, Activation::Softmax(_));
        canonical.then_some(Self { from_logits: true, ..self })
    }

    #[inline(always)]
    fn lanes<T: Element, V: Vector<Elem = T>>(self, rows: &mut Lanes<'_, T, V>) -> V {
        let truth = Smoothed(self.label_smoothing);
        if self.from_logits {
            cross_entropy::from_logits(truth, self.limits, rows)
        } else {
            cross_entropy::from_probabilities(truth, rows)
        }
    }
}

#[derive(Clone, Copy)]
struct Smoothed(f64);

impl Truth for Smoothed {
    #[inline(always)]
    fn class<T: Element, V: Vector<Elem = T>>(self, rows: &Lanes<'_, T, V>, j: usize) -> V {
        let share = V::constant(self.0 / rows.outputs() as f64);
        rows.target(j).mul_add(V::constant(1.0 - self.0), share)
    }
}
