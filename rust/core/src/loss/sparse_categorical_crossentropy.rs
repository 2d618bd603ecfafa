//! Categorical cross-entropy with the index of the class as target: -log p_label.
//!
//! Formulas and derivatives: [`cross_entropy`], with y_j = 1 for the label and 0 for all others. A
//! label that is no class has no loss and no gradient, as in Keras. Canonical with softmax.

use dlcore_kernels::simd::{Element, Vector};

use super::cross_entropy::{self, Truth};
use super::{Lanes, Parameters, Rows, Targets};
use crate::activation::Activation;

/// `sparse_categorical_crossentropy`
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct SparseCategoricalCrossentropy {
    from_logits: bool,
}

impl Rows for SparseCategoricalCrossentropy {
    const TARGETS: Targets = Targets::Labels;

    fn with(Parameters { from_logits, .. }: Parameters) -> Self {
        Self { from_logits }
    }

    fn on_inputs_of(self, activation: Activation) -> Option<Self> {
        let canonical = !self.from_logits && matches!(activation, Activation::Softmax(_));
        canonical.then_some(Self { from_logits: true })
    }

    #[inline(always)]
    fn lanes<T: Element, V: Vector<Elem = T>>(self, rows: &mut Lanes<'_, T, V>) -> V {
        if self.from_logits {
            cross_entropy::from_logits(OneHot, rows)
        } else {
            cross_entropy::from_probabilities(OneHot, rows)
        }
    }
}

#[derive(Clone, Copy)]
struct OneHot;

impl Truth for OneHot {
    #[inline(always)]
    fn class<T: Element, V: Vector<Elem = T>>(self, rows: &Lanes<'_, T, V>, j: usize) -> V {
        V::select(rows.label().equal(V::constant(j as f64)), V::one(), V::zero())
    }
}
