//! An epoch: the steps of a plan, each the textbook's five lines as phases.

use std::sync::atomic::{AtomicBool, Ordering};

use dlcore_kernels::gather::{self, Order, Source};
use dlcore_kernels::gemm::Epilogue;
use dlcore_kernels::matrix::{Matrix, MatrixMut};
use dlcore_kernels::program::{Job, Share};
use dlcore_kernels::simd::{Element, Simd};

use crate::dense::Dense;
use crate::dropout::Draw;
use crate::loss::{Loss, Pass};
use crate::metric::Metric;
use crate::optimizer::{MAX_FACTORS, Optimizer, Update};
use crate::plan::{Body, Purpose};
use crate::regularizer;
use crate::stage::{Down, Stage, Up};

/// The rows of an epoch.
#[derive(Clone, Copy, Debug)]
pub struct Data<'a, T> {
    /// Rows x features.
    pub x: Source<'a, T>,
    /// Rows x outputs, or rows x 1 for labels; none to predict.
    pub y: Option<Source<'a, T>>,
    /// Rows x 1.
    pub weights: Option<Source<'a, T>>,
    /// In which order.
    pub order: Order<'a>,
    /// How many rows are visited.
    pub rows: usize,
}

/// How gradients are cut before they are used, and weights shrunk.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Clipping {
    /// Each number to plus or minus this.
    pub value: Option<f64>,
    /// The norm of each kernel and bias.
    pub norm: Option<f64>,
    /// The norm of all gradients together.
    pub global_norm: Option<f64>,
}

/// What the phases of an epoch work with.
pub struct Epoch<'a, T> {
    /// The network.
    pub stages: &'a [Stage],
    /// What for.
    pub purpose: Purpose,
    /// The rows.
    pub data: Data<'a, T>,
    /// Rows of a batch; the last one may be shorter.
    pub batch_size: usize,
    /// None to predict.
    pub loss: Option<&'a Loss>,
    /// Whether the loss wants the input of the output activation.
    pub loss_on_inputs: bool,
    /// Watched.
    pub metrics: &'a [Metric],
    /// None where nothing is updated.
    pub optimizer: Option<&'a Optimizer>,
    /// Of gradients.
    pub clipping: Clipping,
    /// Where each stage's rows begin in the norms.
    pub first_rows: &'a [usize],
    /// Decoupled.
    pub weight_decay: f64,
    /// Of this epoch.
    pub learning_rate: f64,
    /// Dropout's.
    pub seed: u64,
    /// Updates made before.
    pub iterations: u64,
    /// Set if a weight would not have stayed finite.
    pub weight_fault: AtomicBool,
}

/// What the phases of a step share.
pub struct Step {
    /// The first row of the batch in the order.
    first: usize,
    /// Rows of the batch.
    rows: usize,
    /// The same in whole vectors.
    columns: usize,
    draw: Option<Draw>,
    factors: [f64; MAX_FACTORS],
}

impl Step {
    /// How many columns of a share that begins at `start` belong to the batch.
    fn live(&self, start: usize, columns: usize) -> usize {
        self.columns.saturating_sub(start).min(columns)
    }
}

impl<T: Element> Job<T> for Epoch<'_, T> {
    type Body = Body;
    type Step = Step;

    fn steps(&self) -> usize {
        self.data.rows.div_ceil(self.batch_size)
    }

    fn step(&self, index: usize) -> Step {
        let first = index * self.batch_size;
        let rows = self.batch_size.min(self.data.rows - first);
        let number = self.iterations + index as u64 + 1;
        let trains = matches!(self.purpose, Purpose::Train | Purpose::Differentiate);
        Step {
            first,
            rows,
            columns: rows.next_multiple_of(T::LANES),
            draw: trains.then_some(Draw { seed: self.seed, step: number }),
            factors: self
                .optimizer
                .map_or([0.0; MAX_FACTORS], |rule| rule.factors(self.learning_rate, number)),
        }
    }

    fn run<S: Simd>(&self, body: &Body, step: &Step, share: Share<'_, T>) {
        match *body {
            Body::Gather => self.gather::<S>(step, share),
            Body::Forward(index) => self.forward::<S>(index, step, share),
            Body::Loss => self.loss::<S>(step, share),
            Body::Down(index) => self.down::<S>(index, step, share),
            Body::Gradient(index) => self.gradient::<S>(index, step, share),
            Body::Penalty(index) => self.penalty::<S>(index, share),
            Body::Norms(_) => {
                let ([gradient], [norms]) = share.take();
                regularizer::squared_norms::<T, S>(present(gradient), present(norms));
            }
            Body::Update(index) => self.update::<S>(index, step, share),
        }
    }
}

/// What the plan of this phase always has.
#[inline(always)]
fn present<M>(matrix: Option<M>) -> M {
    matrix.expect("the plan gives this phase the matrix")
}

/// The numbers of a matrix up to the end of the kernel, and those of the bias; nothing of nothing.
fn cut<T: Copy>(matrix: Option<MatrixMut<'_, T>>, kernel_end: usize) -> [&mut [T]; 2] {
    let slice: &mut [T] = matrix.map_or(&mut [], MatrixMut::into_slice);
    let at = kernel_end.min(slice.len());
    slice.split_at_mut(at).into()
}

impl<T: Element> Epoch<'_, T> {
    fn gather<S: Simd>(&self, step: &Step, share: Share<'_, T>) {
        let start = share.start();
        let ([], [x, y, weights]) = share.take();
        let sources = [(Some(self.data.x), x), (self.data.y, y), (self.data.weights, weights)];
        for (source, to) in sources {
            if let (Some(source), Some(to)) = (source, to) {
                let rows = step.rows.saturating_sub(start).min(to.columns());
                gather::gather::<T, S>(source, self.data.order, step.first + start, rows, to);
            }
        }
    }

    fn forward<S: Simd>(&self, index: usize, step: &Step, share: Share<'_, T>) {
        let stage = &self.stages[index];
        let start = share.start();
        let ([input, parameters], [output, kept]) = share.take();
        let (input, output) = (present(input), present(output));
        // Shared out by rows of the batch, or by features?
        let by_batch = output.rows() == stage.units && input.columns() == output.columns();
        let (feature, row) = if by_batch { (0, start) } else { (start, 0) };
        let live = step.live(row, output.columns());
        if live == 0 {
            return;
        }
        let (input, mut output) = (input.column_range(0..live), output.column_range(0..live));
        let activate = index + 1 < self.stages.len() || !self.loss_on_inputs;
        let mut up = Up { stage, activate, draw: step.draw, kept, origin: (feature, row) };
        match (stage.dense, parameters) {
            (Some(dense), Some(parameters)) if !stage.mixes_features() => {
                dense.forward::<T, S>(parameters, input, output, up);
            }
            (Some(dense), Some(parameters)) => {
                dense.forward::<T, S>(parameters, input, output.reborrow(), ());
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

    fn loss<S: Simd>(&self, step: &Step, share: Share<'_, T>) {
        let Some(loss) = self.loss else { return };
        let stage = &self.stages[self.stages.len() - 1];
        let start = share.start();
        let ([targets, second, third], [outputs, values, slope, slope_rows]) = share.take();
        let (weights, kept) = if self.data.weights.is_some() { (second, third) } else { (None, second) };
        let live = step.live(start, present(targets).columns());
        if live == 0 {
            return;
        }
        let targets = present(targets).column_range(0..live);
        let mut outputs = present(outputs).column_range(0..live);
        let mut values = present(values).column_range(0..live);
        let mut slope = present(slope).column_range(0..live);
        loss.run::<T, S>(Pass {
            outputs: outputs.as_matrix(),
            targets,
            weights: weights.map(|weights| weights.row(0)),
            batch_rows: step.rows,
            gradient: slope.reborrow(),
            losses: values.row(0),
        });
        if step.draw.is_some() && !self.loss_on_inputs {
            let kept = kept.map(|kept| kept.column_range(0..live));
            let down = Down { stage, outputs: outputs.as_matrix(), kept, rows: None };
            down.backward::<S>(slope.reborrow(), 0, 0);
        }
        if let Some(rows) = slope_rows {
            gather::transpose::<T, S>(slope.as_matrix(), rows.row_range(0..live));
        }
        if !self.metrics.is_empty() {
            if self.loss_on_inputs {
                stage.activation.forward::<T, S>(outputs.reborrow());
            }
            for (i, metric) in self.metrics.iter().enumerate() {
                metric.run::<T, S>(outputs.as_matrix(), targets, values.row(1 + i));
            }
        }
    }

    fn down<S: Simd>(&self, index: usize, step: &Step, share: Share<'_, T>) {
        let stage = &self.stages[index];
        let start = share.start();
        let ([upper, outputs, third, fourth], [slope, slope_rows]) = share.take();
        let (upper, outputs, slope) = (present(upper), present(outputs), present(slope));
        let has_product = self.stages[index + 1].dense.is_some();
        let (kernel, kept) = if has_product { (third, fourth) } else { (None, third) };
        let by_batch = slope.rows() == stage.units && upper.columns() == slope.columns();
        let live = step.live(if by_batch { start } else { 0 }, slope.columns());
        if live == 0 {
            return;
        }
        let upper = upper.column_range(0..live);
        let mut slope = slope.column_range(0..live);
        let mut down = Down { stage, outputs, kept, rows: slope_rows };
        match kernel {
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

    fn gradient<S: Simd>(&self, index: usize, step: &Step, share: Share<'_, T>) {
        let start = share.start();
        let ([input, slope_rows, parameters], [gradient]) = share.take();
        let input = present(input).column_range(0..step.rows);
        let slope_rows = present(slope_rows).row_range(0..step.rows);
        let mut gradient = present(gradient);
        Dense::gradient::<T, S>(input, slope_rows, gradient.reborrow());
        if let (Some(parameters), Some(dense)) = (parameters, &self.stages[index].dense) {
            for i in 0..parameters.rows() {
                let regularizer = dense.regularizer(start + i);
                if regularizer.is_some() {
                    regularizer.add_gradient::<T, S>(parameters.row(i), gradient.row(i));
                }
            }
        }
    }

    fn penalty<S: Simd>(&self, index: usize, share: Share<'_, T>) {
        let start = share.start();
        let ([parameters], [penalties]) = share.take();
        let (parameters, mut penalties): (Matrix<'_, T>, MatrixMut<'_, T>) =
            (present(parameters), present(penalties));
        if let Some(dense) = &self.stages[index].dense {
            for i in 0..parameters.rows() {
                penalties.row(i)[0] = dense.regularizer(start + i).penalty::<T, S>(parameters.row(i));
            }
        }
    }

    /// A batch whose loss is not finite changes nothing.
    fn update<S: Simd>(&self, index: usize, step: &Step, share: Share<'_, T>) {
        let (Some(rule), Some(dense)) = (self.optimizer, &self.stages[index].dense) else { return };
        let start = share.start();
        let ([gradient, losses, norms], [weights, slot_0, slot_1, slot_2]) = share.take();
        let losses = &present(losses).row(0)[..step.rows];
        if losses.iter().any(|loss| !loss.to_f64().is_finite()) {
            return;
        }
        let (gradient, weights) = (present(gradient), present(weights));
        let kernel_rows = dense.fan_in.saturating_sub(start).min(weights.rows());
        let kernel_end = kernel_rows * dense.units;
        let scale =
            |rows: std::ops::Range<usize>| norms.map_or(1.0, |norms| self.clip_scale(norms, index, rows));
        let (kernel_scale, bias_scale) =
            (scale(0..dense.fan_in), scale(dense.fan_in..dense.parameter_rows()));

        let cut = |matrix| cut(matrix, kernel_end);
        let [kernel, bias] = cut(Some(weights));
        let (kernel_gradient, bias_gradient) = gradient.into_slice().split_at(kernel_end);
        let ([k0, b0], [k1, b1], [k2, b2]) = (cut(slot_0), cut(slot_1), cut(slot_2));
        let parts = [
            (kernel, kernel_gradient, [k0, k1, k2], kernel_scale),
            (bias, bias_gradient, [b0, b1, b2], bias_scale),
        ];
        for (weights, gradients, slots, gradient_scale) in parts {
            let stayed_finite = rule.run::<T, S>(Update {
                weights,
                gradients,
                slots,
                factors: step.factors,
                gradient_scale,
                clip_value: self.clipping.value.unwrap_or(f64::INFINITY),
                decay: self.weight_decay * self.learning_rate,
            });
            if !stayed_finite {
                self.weight_fault.store(true, Ordering::Relaxed);
            }
        }
    }

    /// By what gradients are multiplied so that their norm is at most what is allowed. `rows` are
    /// those of the variable among the stage's parameter rows.
    fn clip_scale(&self, norms: Matrix<'_, T>, index: usize, rows: std::ops::Range<usize>) -> f64 {
        let first = self.first_rows[index];
        let (bound, rows) = match (self.clipping.norm, self.clipping.global_norm) {
            (Some(bound), _) => (bound, first + rows.start..first + rows.end),
            (None, Some(bound)) => (bound, 0..norms.rows()),
            (None, None) => return 1.0,
        };
        let sum: f64 = rows.map(|i| norms.row(i)[0].to_f64()).sum();
        let norm = sum.sqrt();
        if norm > bound { bound / norm } else { 1.0 }
    }
}
