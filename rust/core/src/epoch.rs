//! An epoch: the steps of a plan, each the textbook's five lines as phases.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};

use dlcore_kernels::gather::{self, Order, Source, Upcoming};
use dlcore_kernels::gemm::Epilogue;
use dlcore_kernels::matrix::Matrix;
use dlcore_kernels::panels::PanelsMut;
use dlcore_kernels::program::{Job, Share, View, ViewMut};
use dlcore_kernels::simd::{Element, Kernel, Simd, Vector};
use dlcore_kernels::sparse::{self, SparseBatch, SparseSource};

use crate::dense::Dense;
use crate::dropout::Draw;
use crate::finite::AllFinite;
use crate::loss::{Loss, Pass};
use crate::metric::Metric;
use crate::objective::Objective;
use crate::optimizer::{Change, MAX_FACTORS, Optimizer};
use crate::plan::{self, Body, Purpose};
use crate::regularizer;
use crate::stage::{Down, Stage, Up};

/// Inputs, row by row.
#[derive(Clone, Copy, Debug)]
pub enum Input<'a, T> {
    /// Every element.
    Dense(Source<'a, T>),
    /// All but zeros.
    Sparse(SparseSource<'a, T>),
}

impl<T: Element> Input<'_, T> {
    /// The number of rows.
    pub fn rows(&self) -> usize {
        match self {
            Self::Dense(source) => source.rows(),
            Self::Sparse(source) => source.rows(),
        }
    }

    /// The number of features.
    pub fn columns(&self) -> usize {
        match self {
            Self::Dense(source) => source.columns(),
            Self::Sparse(source) => source.columns(),
        }
    }

    /// Some of the rows.
    pub fn part(self, rows: Range<usize>) -> Self {
        match self {
            Self::Dense(source) => Self::Dense(source.part(rows)),
            Self::Sparse(source) => Self::Sparse(source.part(rows)),
        }
    }

    /// Whether zeros are left out.
    pub fn is_sparse(&self) -> bool {
        matches!(self, Self::Sparse(_))
    }

    fn dense(&self) -> Option<Source<'_, T>> {
        match self {
            Self::Dense(source) => Some(*source),
            Self::Sparse(_) => None,
        }
    }
}

/// The rows of an epoch.
#[derive(Clone, Copy, Debug)]
pub struct Data<'a, T> {
    /// Rows x features.
    pub x: Input<'a, T>,
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

impl Clipping {
    /// Whether a norm must be known before anything is updated.
    pub fn by_norm(&self) -> bool {
        self.norm.is_some() || self.global_norm.is_some()
    }
}

/// Hears when a thread begins and ends its share of a phase: for profiles (benches/phases.rs).
pub trait Probe: Sync {
    /// A share begins.
    fn begin(&self, body: Body);
    /// It ends.
    fn end(&self, body: Body);
}

/// Hears nothing and costs nothing.
impl Probe for () {
    #[inline(always)]
    fn begin(&self, _: Body) {}
    #[inline(always)]
    fn end(&self, _: Body) {}
}

/// What the phases of an epoch work with.
pub struct Epoch<'a, T, P = ()> {
    /// Listens.
    pub probe: &'a P,
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
    /// From losses to what is minimised.
    pub objective: Objective,
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
    /// What its losses are divided by.
    total: f64,
    draw: Option<Draw>,
    factors: [f64; MAX_FACTORS],
}

impl Step {
    /// How many columns of a share that begins at `start` belong to the batch.
    fn live(&self, start: usize, columns: usize) -> usize {
        self.columns.saturating_sub(start).min(columns)
    }
}

impl<T: Element, P: Probe> Job<T> for Epoch<'_, T, P> {
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
            total: self.total(index),
            columns: rows.next_multiple_of(T::LANES),
            draw: trains.then_some(Draw { seed: self.seed, step: number }),
            factors: self
                .optimizer
                .map_or([0.0; MAX_FACTORS], |rule| rule.factors(self.learning_rate, number)),
        }
    }

    fn run<S: Simd>(&self, body: &Body, step: &Step, share: Share<'_, T>) {
        self.probe.begin(*body);
        match *body {
            Body::Gather => self.gather::<S>(step, share),
            Body::Forward(index) => self.forward::<S>(index, step, share),
            Body::ForwardSparse => self.forward_sparse::<S>(step, share),
            Body::GatherRows => self.gather_rows(step, share),
            Body::ForwardRows(index) => self.forward_rows::<S>(index, step, share),
            Body::Turn => self.turn::<S>(step, share),
            Body::Emit => Self::emit::<S>(share),
            Body::Loss => self.loss::<S>(step, share),
            Body::Down(index) => self.down::<S>(index, step, share),
            Body::Gradient(index) => self.gradient::<S>(index, 0, step, share),
            Body::ChunkGradient(index) => self.gradient::<S>(index, share.start(), step, share),
            Body::GradientSparse => self.gradient_sparse::<S>(share.start(), 0, step, share),
            Body::ChunkGradientSparse => self.gradient_sparse::<S>(0, share.start(), step, share),
            Body::Sum => Self::sum::<S>(share),
            Body::Regularize(index) => self.regularize::<S>(index, step, share),
            Body::Norms(_) => {
                let ([gradient], [norms]) = share.take();
                let (gradient, norms) = (present(gradient).panels(), present(norms).matrix());
                regularizer::squared_norms::<T, S>(gradient, norms);
            }
            Body::Update(index) => self.update::<S>(index, step, share),
            Body::UpdateAll => self.update_all::<S>(step, share),
            Body::Learn(index) => self.learn::<S>(index, step, share),
        }
        self.probe.end(*body);
    }
}

/// What the plan of this phase always has.
#[inline(always)]
fn present<M>(matrix: Option<M>) -> M {
    matrix.expect("the plan gives this phase the matrix")
}

impl<T: Element, P: Probe> Epoch<'_, T, P> {
    /// What the losses of a batch are divided by; the weights are added in the order of the rows.
    pub fn total(&self, index: usize) -> f64 {
        let first = index * self.batch_size;
        let rows = self.batch_size.min(self.data.rows - first);
        match self.data.weights.filter(|_| self.objective.by_weight) {
            Some(weights) => weights.sum(self.data.order, first, rows),
            None => rows as f64,
        }
    }

    fn gather<S: Simd>(&self, step: &Step, share: Share<'_, T>) {
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

    fn forward<S: Simd>(&self, index: usize, step: &Step, share: Share<'_, T>) {
        let stage = &self.stages[index];
        let start = share.start();
        let ([input, parameters], [output, kept]) = share.take();
        let (input, output) = (present(input).matrix(), present(output).matrix());
        let (parameters, kept) = (parameters.map(View::panels), kept.map(ViewMut::matrix));
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
    fn forward_sparse<S: Simd>(&self, step: &Step, share: Share<'_, T>) {
        let Input::Sparse(source) = self.data.x else { return };
        let stage = &self.stages[0];
        let start = share.start();
        let ([parameters], [output, kept]) = share.take();
        let (parameters, output) = (present(parameters).panels(), present(output).matrix());
        let live = step.live(start, output.columns());
        if live == 0 {
            return;
        }
        let activate = self.stages.len() > 1 || !self.loss_on_inputs;
        let kept = kept.map(ViewMut::matrix);
        let up = Up { stage, activate, draw: step.draw, kept, origin: (0, start) };
        let batch = self.sparse_batch(source, start, live, step);
        sparse::product_of_sparse::<T, S>(batch, parameters, output.column_range(0..live), up);
    }

    /// `feature` is the first one that the gradient has, `start` the first row of the batch that the slope has.
    fn gradient_sparse<S: Simd>(&self, feature: usize, start: usize, step: &Step, share: Share<'_, T>) {
        let Input::Sparse(source) = self.data.x else { return };
        let ([slope_rows], [gradient]) = share.take();
        let slope_rows = present(slope_rows).matrix();
        let batch = self.sparse_batch(source, start, slope_rows.rows(), step);
        sparse::gradient_of_sparse::<T, S>(batch, slope_rows, feature, present(gradient).panels());
    }

    /// At most `count` rows of the batch from `start` on.
    fn sparse_batch<'a>(
        &self,
        source: SparseSource<'a, T>,
        start: usize,
        count: usize,
        step: &Step,
    ) -> SparseBatch<'a, T>
    where
        Self: 'a,
    {
        let count = step.rows.saturating_sub(start).min(count);
        SparseBatch { source, order: self.data.order, first: step.first + start.min(step.rows), count }
    }

    fn gather_rows(&self, step: &Step, share: Share<'_, T>) {
        let Input::Dense(source) = self.data.x else { return };
        let ([], [to]) = share.take();
        let mut to = present(to).matrix();
        for i in 0..step.rows {
            source.copy_row(self.data.order, step.first + i, to.row(i));
        }
    }

    fn forward_rows<S: Simd>(&self, index: usize, step: &Step, share: Share<'_, T>) {
        let stage = &self.stages[index];
        let ([input, parameters], [output]) = share.take();
        let input = present(input).matrix().row_range(0..step.rows);
        let mut output = present(output).matrix().row_range(0..step.rows);
        match (&stage.dense, parameters) {
            (Some(_), Some(parameters)) => {
                Dense::forward_rows::<T, S>(parameters.panels(), input, output.reborrow());
            }
            _ => (0..step.rows).for_each(|i| output.row(i).copy_from_slice(input.row(i))),
        }
        if !stage.mixes_features() {
            stage.activation.forward::<T, S>(output);
        }
    }

    fn turn<S: Simd>(&self, step: &Step, share: Share<'_, T>) {
        let last = &self.stages[self.stages.len() - 1];
        let ([rows], [output]) = share.take();
        let (rows, mut output) = (present(rows).matrix().row_range(0..step.rows), present(output).matrix());
        gather::transpose::<T, S>(rows, output.reborrow());
        if last.mixes_features() {
            last.activation.forward::<T, S>(output);
        }
    }

    fn emit<S: Simd>(share: Share<'_, T>) {
        let ([output], [to]) = share.take();
        let to = present(to).matrix();
        let output = present(output).matrix().column_range(0..to.rows());
        gather::transpose_into_rows::<T, S>(output, to);
    }

    fn loss<S: Simd>(&self, step: &Step, share: Share<'_, T>) {
        let Some(loss) = self.loss else { return };
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
        loss.run::<T, S>(Pass {
            outputs: outputs.as_matrix(),
            targets,
            weights: weights.map(|weights| weights.matrix().row(0)),
            share: self.objective.gradient_scale / step.total,
            gradient: slope.reborrow(),
            losses: values.row(0),
        });
        if step.draw.is_some() && !self.loss_on_inputs {
            let kept = kept.map(|kept| kept.matrix().column_range(0..live));
            let down = Down { stage, outputs: outputs.as_matrix(), kept, rows: None };
            down.backward::<S>(slope.reborrow(), 0, 0);
        }
        if let Some(rows) = slope_rows.map(ViewMut::matrix) {
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
        let (upper, outputs) = (present(upper).matrix(), present(outputs).matrix());
        let slope = present(slope).matrix();
        let has_product = self.stages[index + 1].dense.is_some();
        let (parameters, kept) = if has_product { (third, fourth) } else { (None, third) };
        let by_batch = slope.rows() == stage.units && upper.columns() == slope.columns();
        let live = step.live(if by_batch { start } else { 0 }, slope.columns());
        if live == 0 {
            return;
        }
        let upper = upper.column_range(0..live);
        let mut slope = slope.column_range(0..live);
        let (kept, rows) = (kept.map(View::matrix), slope_rows.map(ViewMut::matrix));
        let mut down = Down { stage, outputs, kept, rows };
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
    fn gradient<S: Simd>(&self, index: usize, first: usize, step: &Step, share: Share<'_, T>) {
        let ([input, slope], [gradient]) = share.take();
        let (input, slope) = (present(input).matrix(), present(slope).matrix());
        let gradient = present(gradient).panels();
        let rows = step.rows.saturating_sub(first).min(input.columns());
        let input = input.column_range(0..rows);
        if self.stages[index].dense.is_some_and(plan::is_narrow) {
            Dense::narrow_gradient::<T, S>(input, slope.column_range(0..rows), gradient);
        } else {
            Dense::gradient::<T, S>(input, slope.row_range(0..rows), gradient);
        }
    }

    /// In the order of the chunks.
    fn sum<S: Simd>(share: Share<'_, T>) {
        let ([chunks], [gradient]) = share.take();
        S::call(Sum { chunks: present(chunks).matrix(), to: present(gradient).matrix().row(0) });
    }

    fn regularize<S: Simd>(&self, index: usize, step: &Step, share: Share<'_, T>) {
        let Some(dense) = &self.stages[index].dense else { return };
        let start = share.start();
        let ([parameters], [gradient, penalties]) = share.take();
        let (mut gradient, mut penalties) = (present(gradient).panels(), present(penalties).matrix());
        let parameters = present(parameters).panels();
        let scale = self.objective.penalty_scale(step.total);
        dense.penalties::<T, S>(parameters, start, |row, penalty| penalties.row(row)[0] = penalty);
        for i in 0..parameters.rows() {
            let regularizer = dense.regularizer(start + i);
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
            decay: self.weight_decay * self.learning_rate,
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
        dense: &Dense,
        start: usize,
        change: &mut Change,
        step: &Step,
        writes: [Option<ViewMut<'a, T>>; 5],
    ) -> [Option<PanelsMut<'a, T>>; 4] {
        let [first, second, third, fourth, fifth] = writes;
        if !(dense.is_regularized() && dense.only_shrinks() && !self.clipping.by_norm()) {
            return [first, second, third, fourth].map(|view| view.map(ViewMut::panels));
        }
        let panels = [second, third, fourth, fifth].map(|view| view.map(ViewMut::panels));
        let mut penalties = present(first).matrix();
        if let Some(weights) = &panels[0] {
            dense.penalties::<T, S>(weights.as_panels(), start, |row, penalty| {
                penalties.row(row)[0] = penalty
            });
        }
        let scale = 2.0 * self.objective.penalty_scale(step.total);
        change.l2 = scale * dense.kernel_regularizer.l2;
        change.bias_l2 = scale * dense.bias_regularizer.l2;
        panels
    }

    fn note(&self, stayed_finite: bool) {
        if !stayed_finite {
            self.weight_fault.store(true, Ordering::Relaxed);
        }
    }

    fn learn<S: Simd>(&self, index: usize, step: &Step, share: Share<'_, T>) {
        let Some(rule) = self.optimizer else { return };
        // The next batch is on its way from memory meanwhile.
        let next = step.first + step.rows;
        let rows = if index == 0 { self.batch_size.min(self.data.rows - next) } else { 0 };
        let mine = share.columns_of(rows);
        let upcoming = match self.data.x {
            Input::Dense(x) => Upcoming::new(x, self.data.order, next + mine.start..next + mine.end),
            Input::Sparse(_) => Upcoming::nothing(),
        };
        let Some(dense) = &self.stages[index].dense else { return };
        let start = share.start();
        let ([input, slope_rows, losses], writes) = share.take();
        if !Self::is_sound::<S>(losses, step) {
            return;
        }
        let mut change = self.change(step);
        let [weights, slots @ ..] = self.pull::<S>(dense, start, &mut change, step, writes);
        let kernel_rows = dense.fan_in.saturating_sub(start);
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

    fn update_all<S: Simd>(&self, step: &Step, share: Share<'_, T>) {
        let Some(rule) = self.optimizer else { return };
        let ([gradient, losses], [weights, slot_0, slot_1, slot_2]) = share.take();
        if !Self::is_sound::<S>(losses, step) {
            return;
        }
        let gradients = present(gradient).matrix().into_slice();
        let slots = [slice(slot_0), slice(slot_1), slice(slot_2)];
        self.note(rule.run::<T, S>(self.change(step), slice(weights), gradients, slots));
    }

    fn update<S: Simd>(&self, index: usize, step: &Step, share: Share<'_, T>) {
        let (Some(rule), Some(dense)) = (self.optimizer, &self.stages[index].dense) else { return };
        let start = share.start();
        let ([gradient, losses, norms], writes) = share.take();
        if !Self::is_sound::<S>(losses, step) {
            return;
        }
        let mut kernel = self.change(step);
        let [weights, slots @ ..] = self.pull::<S>(dense, start, &mut kernel, step, writes);
        let (gradient, weights) = (present(gradient).panels(), present(weights));
        let mut bias = Change { l2: kernel.bias_l2, ..kernel };
        if let Some(norms) = norms.map(View::matrix) {
            kernel.gradient_scale = self.clip_scale(norms, index, 0..dense.fan_in);
            bias.gradient_scale = self.clip_scale(norms, index, dense.fan_in..dense.parameter_rows());
        }
        let rows = weights.rows();
        let kernel_rows = dense.fan_in.saturating_sub(start).min(rows);
        let changes = [(0..kernel_rows, kernel), (kernel_rows..rows, bias)];
        self.note(rule.run_panels::<T, S>(changes, weights, gradient, slots));
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

/// All of a matrix of one row; nothing of nothing.
fn slice<T: Copy>(view: Option<ViewMut<'_, T>>) -> &mut [T] {
    view.map_or(&mut [], |view| view.matrix().into_slice())
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
