//! The phases from losses back to gradients.

use dlcore_kernels::gemm::Epilogue;
use dlcore_kernels::matrix::Matrix;
use dlcore_kernels::program::{Share, View, ViewMut};
use dlcore_kernels::simd::{Element, Kernel, Simd, Vector};
use dlcore_kernels::sparse;

use super::{Epoch, Input, Probe, Step, present, slice, slices};
use crate::dense::Dense;
use crate::map::{MAX_VARIABLES, Pass};
use crate::plan::rules;
use crate::stage::Down;

impl<T: Element, P: Probe> Epoch<'_, T, P> {
    pub(super) fn down<S: Simd>(&self, index: usize, step: &Step, share: Share<'_, T>) {
        let stage = &self.stages[index];
        let start = share.start();
        let ([upper, outputs, third, fourth], [slope, slope_rows]) = share.take();
        let (upper, outputs) = (present(upper).matrix(), present(outputs).matrix());
        let slope = present(slope).matrix();
        let has_product = self.stages[index + 1].dense.is_some();
        let (kept, parameters) = match fourth {
            None if has_product => (None, third),
            _ => (third, fourth),
        };
        let by_batch = slope.rows() == stage.units && upper.columns() == slope.columns();
        let live = step.live(if by_batch { start } else { 0 }, slope.columns());
        if live == 0 {
            return;
        }
        let upper = upper.column_range(0..live);
        let mut slope = slope.column_range(0..live);
        let (kept, rows) = (kept.map(View::matrix), slope_rows.map(ViewMut::matrix));
        let share = self.activity_share(step);
        let mut down = Down { stage, outputs, kept, share, rows };
        // Features of this share.
        let features = if by_batch { 0..stage.units } else { start..start + slope.rows() };
        match parameters.map(|parameters| parameters.panels().row_range(features)) {
            Some(kernel) if !stage.mixes_features() => Dense::down::<T, S>(kernel, upper, slope, down),
            Some(kernel) => {
                Dense::down::<T, S>(kernel, upper, slope.reborrow(), ());
                down.finish::<S>(slope, 0, 0);
            }
            None => {
                for i in 0..slope.rows() {
                    slope.row(i).copy_from_slice(upper.row(i));
                }
                down.finish::<S>(slope, 0, 0);
            }
        }
    }

    /// `first` is the first row of the batch that the input holds.
    pub(super) fn gradient<S: Simd>(&self, index: usize, first: usize, step: &Step, share: Share<'_, T>) {
        let ([input, slope], [gradient]) = share.take();
        let (input, slope) = (present(input).matrix(), present(slope).matrix());
        let gradient = present(gradient).panels();
        let rows = step.rows.saturating_sub(first).min(input.columns());
        let input = input.column_range(0..rows);
        if self.stages[index].dense.is_some_and(rules::is_narrow) {
            Dense::narrow_gradient::<T, S>(input, slope.column_range(0..rows), gradient);
        } else {
            Dense::gradient::<T, S>(input, slope.row_range(0..rows), gradient);
        }
    }

    /// `feature` is the first one that the gradient has, `start` the first row of the batch that the slope has.
    pub(super) fn gradient_sparse<S: Simd>(
        &self,
        feature: usize,
        start: usize,
        step: &Step,
        share: Share<'_, T>,
    ) {
        let Input::Sparse(source) = self.data.x else { return };
        let ([slope_rows], [gradient]) = share.take();
        let slope_rows = present(slope_rows).matrix();
        let batch = self.sparse_batch(source, start, slope_rows.rows(), step);
        sparse::gradient_of_sparse::<T, S>(batch, slope_rows, feature, present(gradient).panels());
    }

    /// In the order of the chunks.
    pub(super) fn sum<S: Simd>(share: Share<'_, T>) {
        let ([chunks], [gradient]) = share.take();
        S::call(Sum { chunks: present(chunks).matrix(), to: present(gradient).matrix().row(0) });
    }

    /// The slope of the stage below a map.
    pub(super) fn map_down<S: Simd>(&self, index: usize, step: &Step, share: Share<'_, T>) {
        let (stage, upper) = (&self.stages[index], &self.stages[index + 1]);
        let Some(map) = upper.map else { return };
        let start = share.start();
        let (reads, [slope, slope_rows]) = share.take::<{ 4 + MAX_VARIABLES }, 2>();
        let mut reads = reads.into_iter().flatten();
        let (gradient, outputs) = (present(reads.next()).matrix(), present(reads.next()).matrix());
        let statistics = reads.by_ref().take(usize::from(map.statistics() > 0)).last().map(View::matrix);
        let kept = reads.by_ref().take(usize::from(stage.keeps_input())).last().map(View::matrix);
        let variables = slices(reads);
        let by_features = rules::by_features(upper, self.purpose);

        let row = if by_features { 0 } else { start };
        let slope = present(slope).matrix();
        let live = if by_features { step.rows } else { step.live(row, slope.columns()) };
        if live == 0 {
            return;
        }
        let mut slope = slope.column_range(0..live);
        for i in 0..slope.rows() {
            slope.row(i).copy_from_slice(&gradient.row(i)[..live]);
        }
        let origin = if by_features { (start, 0) } else { (0, start) };
        let pass = Pass { input: outputs.column_range(0..live), variables, draw: step.draw, origin };
        map.down::<T, S>(pass, statistics, slope.reborrow());
        let share = self.activity_share(step);
        let rows = slope_rows.map(ViewMut::matrix);
        Down { stage, outputs, kept, share, rows }.finish::<S>(slope, 0, 0);
    }

    /// `first` is the first row of the batch that input and slope hold.
    pub(super) fn map_gradient<S: Simd>(&self, index: usize, first: usize, step: &Step, share: Share<'_, T>) {
        let Some(map) = self.stages[index].map else { return };
        let ([slope, input, statistics], writes) = share.take::<3, MAX_VARIABLES>();
        let (slope, input) = (present(slope).matrix(), present(input).matrix());
        let rows = step.rows.saturating_sub(first).min(slope.columns());
        let mut gradients: [&mut [T]; MAX_VARIABLES] = [&mut [], &mut [], &mut [], &mut []];
        for (gradient, view) in gradients.iter_mut().zip(writes.into_iter().flatten()) {
            *gradient = slice(Some(view));
        }
        let variables = [&[][..]; MAX_VARIABLES];
        let input = input.column_range(0..rows);
        let pass = Pass { input, variables, draw: step.draw, origin: (0, first) };
        let slope = slope.column_range(0..rows);
        map.gradient::<T, S>(pass, statistics.map(View::matrix), slope, gradients);
    }
}

/// The sum of the rows.
struct Sum<'a, T> {
    chunks: Matrix<'a, T>,
    to: &'a mut [T],
}

impl<T: Element> Kernel for Sum<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        for (at, to) in self.to.chunks_mut(T::LANES).enumerate() {
            let part = at * T::LANES..at * T::LANES + to.len();
            let mut sum = T::Vector::<S>::zero();
            for chunk in 0..self.chunks.rows() {
                sum = sum + T::Vector::<S>::load_part(&self.chunks.row(chunk)[part.clone()]);
            }
            sum.store_part(to);
        }
    }
}
