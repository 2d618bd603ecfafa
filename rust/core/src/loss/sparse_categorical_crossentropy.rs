//! Categorical cross-entropy with the index of the class as target: -log p_label.
//!
//! Formulas and derivatives: [`cross_entropy`], with y_j = 1 for the label and 0 for all others. A
//! label that is no class has no loss and no gradient, as in Keras. Label smoothing s replaces y by
//! y (1 - s) + s / n. Canonical with softmax.

use dlcore_kernels::simd::{Element, Vector};

use super::cross_entropy::{self, Truth};
use super::{Lanes, Limits, Parameters, Rows, Targets};
use crate::activation::Activation;

/// `sparse_categorical_crossentropy`
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct SparseCategoricalCrossentropy {
    from_logits: bool,
    label_smoothing: f64,
    limits: Option<Limits>,
}

impl Rows for SparseCategoricalCrossentropy {
    const TARGETS: Targets = Targets::Labels;

    fn with(Parameters { from_logits, label_smoothing, floor, .. }: Parameters) -> Self {
        Self { from_logits, label_smoothing, limits: Limits::new(floor) }
    }

    fn on_inputs_of(self, activation: Activation) -> Option<Self> {
        let canonical = !self.from_logits && matches!(activation, Activation::Softmax(_));
        canonical.then_some(Self { from_logits: true, ..self })
    }

    #[inline(always)]
    fn lanes<T: Element, V: Vector<Elem = T>>(self, rows: &mut Lanes<'_, T, V>) -> V {
        let truth = OneHot(self.label_smoothing);
        if self.from_logits {
            cross_entropy::from_logits(truth, self.limits, rows)
        } else {
            cross_entropy::from_probabilities(truth, rows)
        }
    }
}

#[derive(Clone, Copy)]
struct OneHot(f64);

impl Truth for OneHot {
    #[inline(always)]
    fn class<T: Element, V: Vector<Elem = T>>(self, rows: &Lanes<'_, T, V>, j: usize) -> V {
        let share = self.0 / rows.outputs() as f64;
        let is_label = rows.label().equal(V::constant(j as f64));
        V::select(is_label, V::constant(1.0 - self.0 + share), V::constant(share))
    }
}
