//! The phases from gradients to new weights.

use std::ops::Range;
use std::sync::atomic::Ordering;

use dlcore_kernels::gather::Upcoming;
use dlcore_kernels::matrix::Matrix;
use dlcore_kernels::panels::{Panels, PanelsMut};
use dlcore_kernels::program::{Share, View, ViewMut};
use dlcore_kernels::simd::{Element, Kernel, Simd, Vector};

use super::{Epoch, Input, Probe, Step, present, slice};
use crate::arena::Place;
use crate::finite::AllFinite;
use crate::optimizer::{Change, MAX_SLOTS};
use crate::regularizer;
use crate::variables::Variables;

impl<T: Element, P: Probe> Epoch<'_, T, P> {
    pub(super) fn regularize<S: Simd>(&self, block: usize, step: &Step, share: Share<'_, T>) {
        let variables = &self.blocks[block].place.variables;
        let start = share.start();
        let ([parameters], [gradient, penalties]) = share.take();
        let (mut gradient, mut penalties) = (present(gradient).panels(), present(penalties).matrix());
        let parameters = present(parameters).panels();
        let scale = self.objective.penalty_scale(step.total);
        variables.penalties::<T, S>(parameters, start, |row, penalty| penalties.row(row)[0] = penalty);
        for i in 0..parameters.rows() {
            let regularizer = variables.regularizer(start + i);
            if regularizer.is_some() {
                regularizer.times(scale).add_gradient::<T, S>(parameters, gradient.reborrow(), i);
            }
        }
    }

    /// What is the same for all updates of a step, and its learning rate.
    fn change(&self, step: &Step) -> Change {
        Change {
            factors: step.factors,
            gradient_scale: 1.0,
            l2: 0.0,
            bias_l2: 0.0,
            clip_value: self.clipping.value.unwrap_or(f64::INFINITY),
            decay: self.weight_decay * step.learning_rate,
            pulls: self.weight_decay != 0.0
                || self.blocks.iter().any(|block| block.place.variables.is_regularized()),
            average: step.average,
        }
    }

    /// A batch whose loss is not finite changes nothing.
    fn is_sound<S: Simd>(losses: Option<View<'_, T>>, step: &Step) -> bool {
        S::call(AllFinite { values: &present(losses).matrix().row(0)[..step.rows] })
    }

    /// The weights and slots among the regions that an update writes. If the update is to add the penalty's
    /// gradient, they are behind the penalties, which are found here, before the weights change.
    fn pull<'a, S: Simd>(
        &self,
        variables: &Variables,
        start: usize,
        change: &mut Change,
        step: &Step,
        writes: [Option<ViewMut<'a, T>>; 2 + MAX_SLOTS],
    ) -> [Option<PanelsMut<'a, T>>; 1 + MAX_SLOTS] {
        let [first, second, third, fourth, fifth, sixth] = writes;
        let rides = variables.is_regularized()
            && variables.only_shrinks()
            && !self.clipping.by_norm()
            && self.accumulation == 1;
        if !rides {
            return [first, second, third, fourth, fifth].map(|view| view.map(ViewMut::panels));
        }
        let panels = [second, third, fourth, fifth, sixth].map(|view| view.map(ViewMut::panels));
        let mut penalties = present(first).matrix();
        if let Some(weights) = &panels[0] {
            variables.penalties::<T, S>(weights.as_panels(), start, |row, penalty| {
                penalties.row(row)[0] = penalty
            });
        }
        let scale = 2.0 * self.objective.penalty_scale(step.total);
        change.l2 = scale * variables.kernel.regularizer.l2;
        change.bias_l2 = scale * variables.bias.regularizer.l2;
        panels
    }

    fn note(&self, stayed_finite: bool) {
        if !stayed_finite {
            self.weight_fault.store(true, Ordering::Relaxed);
        }
    }

    pub(super) fn learn<S: Simd>(&self, block: usize, step: &Step, share: Share<'_, T>) {
        let Some(rule) = self.optimizer else { return };
        // The next batch is on its way from memory meanwhile.
        let next = step.first + step.rows;
        let Place { stage, variables, .. } = self.blocks[block].place;
        let rows = if stage == 0 { self.batch_size.min(self.data.rows - next) } else { 0 };
        let mine = share.columns_of(rows);
        let upcoming = match self.data.x {
            Input::Dense(x) => Upcoming::new(x, self.data.order, next + mine.start..next + mine.end),
            Input::Sparse(_) => Upcoming::nothing(),
        };
        let start = share.start();
        let ([input, slope_rows, losses], writes) = share.take();
        if !Self::is_sound::<S>(losses, step) {
            return;
        }
        let mut change = self.change(step);
        let [weights, slots @ ..] = self.pull::<S>(&variables, start, &mut change, step, writes);
        let kernel_rows = variables.kernel_rows.saturating_sub(start);
        let input = present(input).matrix().column_range(0..step.rows);
        let slope_rows = present(slope_rows).matrix().row_range(0..step.rows);
        let stayed_finite = rule.learn::<T, S>(
            change,
            kernel_rows,
            input.strided(),
            slope_rows,
            present(weights),
            slots,
            upcoming,
        );
        self.note(stayed_finite);
    }

    pub(super) fn update_all<S: Simd>(&self, step: &Step, share: Share<'_, T>) {
        let Some(rule) = self.optimizer else { return };
        let ([gradient, losses], [weights, slot_0, slot_1, slot_2, slot_3]) = share.take();
        if !Self::is_sound::<S>(losses, step) {
            return;
        }
        let weights = PanelsMut::column(slice(weights));
        let mut slots = [slot_0, slot_1, slot_2, slot_3]
            .map(|slot| slot.map(|slot| PanelsMut::column(slice(Some(slot)))));
        if !step.updates {
            if let (Some(average), Some(Some(mean))) =
                (step.average, slots.into_iter().nth(rule.slots().len()))
            {
                average.follow::<T, S>(weights, mean);
            }
            return;
        }
        let gradients = Panels::column(present(gradient).matrix().into_slice());
        let changes = [(0..weights.rows(), self.change(step))];
        self.note(rule.run::<T, S>(&changes, weights, gradients, &mut slots));
    }

    pub(super) fn update<S: Simd>(&self, block: usize, step: &Step, share: Share<'_, T>) {
        let Some(rule) = self.optimizer else { return };
        let variables = &self.blocks[block].place.variables;
        let start = share.start();
        let ([gradient, losses, norms], writes) = share.take();
        if !Self::is_sound::<S>(losses, step) {
            return;
        }
        if !step.updates {
            if let Some(average) = step.average {
                let mut regions = writes.into_iter().flatten().map(ViewMut::panels);
                if let (Some(weights), Some(mean)) = (regions.next(), regions.nth(rule.slots().len())) {
                    average.follow::<T, S>(weights, mean);
                }
            }
            return;
        }
        let mut kernel = self.change(step);
        let [weights, mut slots @ ..] = self.pull::<S>(variables, start, &mut kernel, step, writes);
        let (gradient, weights) = (present(gradient).panels(), present(weights));
        let mut bias = Change { l2: kernel.bias_l2, ..kernel };
        if let Some(norms) = norms.map(View::matrix) {
            kernel.gradient_scale = self.clip_scale(norms, block, 0..variables.kernel_rows);
            bias.gradient_scale = self.clip_scale(norms, block, variables.kernel_rows..variables.rows());
        }
        let rows = weights.rows();
        let kernel_rows = variables.kernel_rows.saturating_sub(start).min(rows);
        let changes = [(0..kernel_rows, kernel), (kernel_rows..rows, bias)];
        self.note(rule.run::<T, S>(&changes, weights, gradient, &mut slots));
    }

    /// By what gradients are multiplied so that their norm is at most what is allowed. `rows` are
    /// those of the variable among the block's.
    fn clip_scale(&self, norms: Matrix<'_, T>, block: usize, rows: Range<usize>) -> f64 {
        let first = self.blocks[block].first_row;
        let (bound, rows) = match (self.clipping.norm, self.clipping.global_norm) {
            (Some(bound), _) => (bound, first + rows.start..first + rows.end),
            (None, Some(bound)) => (bound, 0..norms.rows()),
            (None, None) => return 1.0,
        };
        let sum: f64 = rows.map(|i| norms.row(i)[0].to_f64()).sum();
        let norm = sum.sqrt();
        if norm > bound { bound / norm } else { 1.0 }
    }

    /// What is to hold of a variable: as in Keras after each batch, also of those that only add to a gradient.
    pub(super) fn constrain<S: Simd>(&self, block: usize, step: &Step, share: Share<'_, T>) {
        let variables = &self.blocks[block].place.variables;
        let ([losses], [weights]) = share.take();
        if !Self::is_sound::<S>(losses, step) {
            return;
        }
        let mut weights = present(weights).panels();
        let kernel = 0..variables.kernel_rows;
        variables.kernel.constraint.apply::<T, S>(weights.reborrow(), kernel, false);
        if variables.has_bias {
            let bias = variables.kernel_rows..variables.rows();
            variables.bias.constraint.apply::<T, S>(weights, bias, true);
        }
    }

    pub(super) fn norms<S: Simd>(share: Share<'_, T>) {
        let ([gradient], [norms]) = share.take();
        let (gradient, norms) = (present(gradient).panels(), present(norms).matrix());
        regularizer::squared_norms::<T, S>(gradient, norms);
    }

    /// The gradient is added to those before; for an update it becomes the mean of all, and they are forgotten.
    pub(super) fn accumulate<S: Simd>(&self, step: &Step, share: Share<'_, T>) {
        let ([losses], [gradient, sum]) = share.take();
        if !Self::is_sound::<S>(losses, step) {
            return;
        }
        let share = step.updates.then(|| T::from_f64(1.0 / self.accumulation as f64));
        S::call(Accumulate { share, gradient: slice(gradient), sum: slice(sum) });
    }
}

struct Accumulate<'a, T> {
    share: Option<T>,
    gradient: &'a mut [T],
    sum: &'a mut [T],
}

impl<T: Element> Kernel for Accumulate<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        let Self { share, gradient, sum } = self;
        for (gradient, sum) in gradient.chunks_mut(T::LANES).zip(sum.chunks_mut(T::LANES)) {
            let total = T::Vector::<S>::load_part(sum) + T::Vector::<S>::load_part(gradient);
            match share {
                None => total.store_part(sum),
                Some(share) => {
                    (total * T::Vector::<S>::splat(share)).store_part(gradient);
                    T::Vector::<S>::zero().store_part(sum);
                }
            }
        }
    }
}
