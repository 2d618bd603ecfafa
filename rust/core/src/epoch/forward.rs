//! The phases from inputs to losses.

use dlcore_kernels::gather;
use dlcore_kernels::gemm::Epilogue;
use dlcore_kernels::matrix::MatrixMut;
use dlcore_kernels::program::{Share, View, ViewMut};
use dlcore_kernels::simd::{Element, Simd};
use dlcore_kernels::sparse;

use super::{Epoch, Input, Probe, Step, present, slice, slices};
use crate::dense::Dense;
use crate::loss;
use crate::map::{MAX_VARIABLES, Pass, Scope};
use crate::objective::divisor;
use crate::plan::{Purpose, rules};
use crate::stage::{Down, Stage, Up};

impl<T: Element, P: Probe> Epoch<'_, T, P> {
    pub(super) fn gather<S: Simd>(&self, step: &Step, share: Share<'_, T>) {
        let start = share.start();
        let ([], [first, second, third]) = share.take();
        let [x, y, weights] = match self.data.x {
            Input::Dense(_) => [first, second, third],
            Input::Sparse(_) => [None, first, second],
        };
        let sources = [(self.data.x.dense(), x), (self.data.y, y), (self.data.weights, weights)];
        for (source, to) in sources {
            if let (Some(source), Some(to)) = (source, to.map(ViewMut::matrix)) {
                let rows = step.rows.saturating_sub(start).min(to.columns());
                gather::gather::<T, S>(source, self.data.order, step.first + start, rows, to);
            }
        }
    }

    pub(super) fn forward<S: Simd>(&self, index: usize, step: &Step, share: Share<'_, T>) {
        let stage = &self.stages[index];
        let start = share.start();
        let ([input, parameters], [output, second, third]) = share.take();
        let (penalties, kept) = self.behind_output(stage, [second, third]);
        let (input, output) = (present(input).matrix(), present(output).matrix());
        let parameters = parameters.map(View::panels);
        // Shared out by rows of the batch, or by features?
        let by_batch = output.rows() == stage.units && input.columns() == output.columns();
        let (feature, row) = if by_batch { (0, start) } else { (start, 0) };
        let live = step.live(row, output.columns());
        if live == 0 {
            return;
        }
        let (input, mut output) = (input.column_range(0..live), output.column_range(0..live));
        let activate = index + 1 < self.stages.len() || !self.loss_on_inputs;
        let mut up = Up { stage, activate, draw: step.draw, kept, penalties, origin: (feature, row) };
        match (stage.dense, parameters) {
            (Some(dense), Some(parameters)) if !stage.mixes_features() => {
                dense.forward::<T, S>(parameters, feature, input, output, up);
            }
            (Some(dense), Some(parameters)) => {
                dense.forward::<T, S>(parameters, feature, input, output.reborrow(), ());
                up.finish::<S>(output, 0, 0);
            }
            _ => {
                for i in 0..output.rows() {
                    output.row(i).copy_from_slice(input.row(i));
                }
                up.finish::<S>(output, 0, 0);
            }
        }
    }

    /// The first stage of inputs without zeros, shared out by rows of the batch.
    pub(super) fn forward_sparse<S: Simd>(&self, step: &Step, share: Share<'_, T>) {
        let Input::Sparse(source) = self.data.x else { return };
        let stage = &self.stages[0];
        let start = share.start();
        let ([parameters], [output, second, third]) = share.take();
        let (penalties, kept) = self.behind_output(stage, [second, third]);
        let (parameters, output) = (present(parameters).panels(), present(output).matrix());
        let live = step.live(start, output.columns());
        if live == 0 {
            return;
        }
        let activate = self.stages.len() > 1 || !self.loss_on_inputs;
        let up = Up { stage, activate, draw: step.draw, kept, penalties, origin: (0, start) };
        let batch = self.sparse_batch(source, start, live, step);
        sparse::product_of_sparse::<T, S>(batch, parameters, output.column_range(0..live), up);
    }

    /// What a forward phase writes behind its output: penalties on it, if there are any, and the activation's input,
    /// if it is kept.
    fn behind_output<'a>(
        &self,
        stage: &Stage,
        [second, third]: [Option<ViewMut<'a, T>>; 2],
    ) -> (Option<&'a mut [T]>, Option<MatrixMut<'a, T>>) {
        if stage.activity.is_some() && !self.purpose.only_outputs() {
            (second.map(|row| row.matrix().into_slice()), third.map(ViewMut::matrix))
        } else {
            (None, second.map(ViewMut::matrix))
        }
    }

    /// A stage with a map: by rows of the batch, or, where each feature needs its whole batch, by features.
    pub(super) fn map<S: Simd>(&self, index: usize, step: &Step, share: Share<'_, T>) {
        let stage = &self.stages[index];
        let Some(map) = stage.map else { return };
        let start = share.start();
        let ([input, variables @ ..], writes) = share.take::<{ 1 + MAX_VARIABLES }, { 3 + MAX_VARIABLES }>();
        let mut writes = writes.into_iter().flatten();
        let (input, output) = (present(input).matrix(), present(writes.next()).matrix());
        let by_features = rules::by_features(stage, self.purpose);
        let has_penalties = stage.activity.is_some() && !self.purpose.only_outputs();
        let penalties = writes.by_ref().take(usize::from(has_penalties)).last();
        let has_statistics = map.statistics() > 0
            && (by_features || map.scope() == Scope::Row && self.purpose.differentiates());
        let mut statistics = writes.by_ref().take(usize::from(has_statistics)).last().map(ViewMut::matrix);
        let mut followers: [&mut [T]; MAX_VARIABLES] = [&mut [], &mut [], &mut [], &mut []];
        if by_features && self.purpose == Purpose::Train {
            for (follower, view) in followers.iter_mut().zip(writes.by_ref().take(map.followers())) {
                *follower = slice(Some(view));
            }
        }
        let kept = writes.next().map(ViewMut::matrix);

        let (feature, row) = if by_features { (start, 0) } else { (0, start) };
        // Statistics are of the batch's rows alone; other columns may be anything.
        let live = if by_features { step.rows } else { step.live(row, output.columns()) };
        if live == 0 {
            return;
        }
        let (input, mut output) = (input.column_range(0..live), output.column_range(0..live));
        let pass = Pass {
            input,
            variables: slices(variables.into_iter().flatten()),
            draw: step.draw,
            origin: (feature, row),
        };
        map.forward::<T, S>(pass, output.reborrow(), statistics.as_mut().map(MatrixMut::reborrow));
        if let Some(statistics) = statistics.filter(|_| by_features) {
            map.follow(statistics.as_matrix(), followers);
        }
        let penalties = penalties.map(|row| row.matrix().into_slice());
        let activate = index + 1 < self.stages.len() || !self.loss_on_inputs;
        let mut up = Up { stage, activate, draw: step.draw, kept, penalties, origin: (feature, row) };
        up.finish::<S>(output, 0, 0);
    }

    /// What the penalty on a row's outputs counts for in the batch's gradient.
    pub(super) fn activity_share(&self, step: &Step) -> f64 {
        self.objective.gradient_scale / step.rows as f64
    }

    pub(super) fn gather_rows(&self, step: &Step, share: Share<'_, T>) {
        let Input::Dense(source) = self.data.x else { return };
        let ([], [to]) = share.take();
        let mut to = present(to).matrix();
        for i in 0..step.rows {
            source.copy_row(self.data.order, step.first + i, to.row(i));
        }
    }

    pub(super) fn forward_rows<S: Simd>(&self, index: usize, step: &Step, share: Share<'_, T>) {
        let stage = &self.stages[index];
        let ([input, variables @ ..], [output]) = share.take::<{ 1 + MAX_VARIABLES }, 1>();
        let input = present(input).matrix().row_range(0..step.rows);
        let mut output = present(output).matrix().row_range(0..step.rows);
        match (stage.dense, stage.map) {
            (Some(_), _) => {
                Dense::forward_rows::<T, S>(present(variables[0]).panels(), input, output.reborrow());
            }
            (None, Some(map)) => {
                let variables = slices(variables.into_iter().flatten());
                (0..step.rows).for_each(|i| map.forward_row::<T, S>(variables, input.row(i), output.row(i)));
            }
            (None, None) => (0..step.rows).for_each(|i| output.row(i).copy_from_slice(input.row(i))),
        }
        if !stage.activation.mixes_features() {
            stage.activation.forward::<T, S>(output);
        }
    }

    pub(super) fn turn<S: Simd>(&self, step: &Step, share: Share<'_, T>) {
        let last = &self.stages[self.stages.len() - 1];
        let ([rows], [output]) = share.take();
        let (rows, mut output) = (present(rows).matrix().row_range(0..step.rows), present(output).matrix());
        gather::transpose::<T, S>(rows, output.reborrow());
        if last.activation.mixes_features() {
            last.activation.forward::<T, S>(output);
        }
    }

    pub(super) fn emit<S: Simd>(share: Share<'_, T>) {
        let ([output], [to]) = share.take();
        let to = present(to).matrix();
        let output = present(output).matrix().column_range(0..to.rows());
        gather::transpose_into_rows::<T, S>(output, to);
    }

    pub(super) fn loss<S: Simd>(&self, step: &Step, share: Share<'_, T>) {
        let Some(minimised) = self.loss else { return };
        let stage = &self.stages[self.stages.len() - 1];
        let start = share.start();
        let ([targets, second, third], [outputs, values, slope, slope_rows]) = share.take();
        let (weights, kept) = if self.data.weights.is_some() { (second, third) } else { (None, second) };
        let values = present(values).matrix();
        let live = step.live(start, values.columns());
        if live == 0 {
            return;
        }
        let mut values = values.column_range(0..live);
        let targets = present(targets).matrix().column_range(0..live);
        let mut outputs = present(outputs).matrix().column_range(0..live);
        let mut slope = present(slope).matrix().column_range(0..live);
        minimised.run::<T, S>(loss::Pass {
            outputs: outputs.as_matrix(),
            targets,
            weights: weights.map(|weights| weights.matrix().row(0)),
            share: self.objective.gradient_scale / divisor(step.total),
            gradient: slope.reborrow(),
            losses: values.row(0),
        });
        if step.draw.is_some() && !self.loss_on_inputs {
            let kept = kept.map(|kept| kept.matrix().column_range(0..live));
            let share = self.activity_share(step);
            let down = Down { stage, outputs: outputs.as_matrix(), kept, share, rows: None };
            down.backward::<S>(slope.reborrow(), 0, 0);
        }
        if let Some(rows) = slope_rows.map(ViewMut::matrix) {
            gather::transpose::<T, S>(slope.as_matrix(), rows.row_range(0..live));
        }
        if !self.metrics.is_empty() || self.emits {
            if self.loss_on_inputs {
                stage.activation.forward::<T, S>(outputs.reborrow());
            }
            for (i, metric) in self.metrics.iter().enumerate() {
                metric.run::<T, S>(outputs.as_matrix(), targets, values.row(1 + i));
            }
        }
    }
}
