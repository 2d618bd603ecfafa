//! An epoch: the steps of a plan, each the textbook's five lines as phases: those that lead to losses in forward.rs,
//! back to gradients in backward.rs, from there to new weights in update.rs.

mod backward;
mod forward;
mod update;

use std::ops::Range;
use std::sync::atomic::AtomicBool;

use dlcore_kernels::gather::{Order, Source};
use dlcore_kernels::program::{Job, Share, View, ViewMut};
use dlcore_kernels::simd::{Element, Simd};
use dlcore_kernels::sparse::{SparseBatch, SparseSource};

use crate::dropout::Draw;
use crate::loss::Loss;
use crate::map::MAX_VARIABLES;
use crate::metric::Metric;
use crate::objective::Objective;
use crate::optimizer::{Average, MAX_FACTORS, Optimizer};
use crate::plan::{Block, Body, Purpose};
use crate::stage::Stage;

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
    /// Of the plan.
    pub blocks: &'a [Block],
    /// Whether outputs are wanted besides.
    pub emits: bool,
    /// Decoupled.
    pub weight_decay: f64,
    /// The running mean of the weights, if there is one.
    pub average: Option<Averaging>,
    /// Batches whose gradients make an update.
    pub accumulation: u64,
    /// Of each step; the last one holds for all that follow.
    pub learning_rates: &'a [f64],
    /// Of all that draws random numbers.
    pub seed: u64,
    /// Batches trained on before.
    pub iterations: u64,
    /// Set if a weight would not have stayed finite.
    pub weight_fault: AtomicBool,
}

/// A running mean of the weights.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Averaging {
    /// How slowly it follows.
    pub momentum: f64,
    /// Every so many updates the weights are replaced by it.
    pub overwrite_every: Option<u64>,
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
    learning_rate: f64,
    factors: [f64; MAX_FACTORS],
    average: Option<Average>,
    /// Whether weights change in this step.
    updates: bool,
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
        let batch = self.iterations + index as u64 + 1;
        let update = batch.div_ceil(self.accumulation);
        let last = self.learning_rates.len().saturating_sub(1);
        let learning_rate = self.learning_rates.get(index.min(last)).copied().unwrap_or_default();
        Step {
            first,
            rows,
            total: self.total(index),
            columns: rows.next_multiple_of(T::LANES),
            draw: self.purpose.is_training().then_some(Draw { seed: self.seed, step: batch }),
            learning_rate,
            factors: self.optimizer.map_or([0.0; MAX_FACTORS], |rule| rule.factors(learning_rate, update)),
            average: self.average.map(|average| average.at(update)),
            updates: batch.is_multiple_of(self.accumulation),
        }
    }

    fn run<S: Simd>(&self, body: &Body, step: &Step, share: Share<'_, T>) {
        self.probe.begin(*body);
        match *body {
            Body::Gather => self.gather::<S>(step, share),
            Body::Forward(index) => self.forward::<S>(index, step, share),
            Body::ForwardSparse => self.forward_sparse::<S>(step, share),
            Body::Map(index) => self.map::<S>(index, step, share),
            Body::GatherRows => self.gather_rows(step, share),
            Body::ForwardRows(index) => self.forward_rows::<S>(index, step, share),
            Body::Turn => self.turn::<S>(step, share),
            Body::Emit => Self::emit::<S>(share),
            Body::Loss => self.loss::<S>(step, share),
            Body::Down(index) => self.down::<S>(index, step, share),
            Body::MapDown(index) => self.map_down::<S>(index, step, share),
            Body::Gradient(index) => self.gradient::<S>(index, 0, step, share),
            Body::ChunkGradient(index) => self.gradient::<S>(index, share.start(), step, share),
            Body::GradientSparse => self.gradient_sparse::<S>(share.start(), 0, step, share),
            Body::ChunkGradientSparse => self.gradient_sparse::<S>(0, share.start(), step, share),
            Body::MapGradient(index) => self.map_gradient::<S>(index, 0, step, share),
            Body::ChunkMapGradient(index) => self.map_gradient::<S>(index, share.start(), step, share),
            Body::Accumulate => self.accumulate::<S>(step, share),
            Body::Sum => Self::sum::<S>(share),
            Body::Regularize(block) => self.regularize::<S>(block, step, share),
            Body::Norms(_) => Self::norms::<S>(share),
            Body::Update(block) => self.update::<S>(block, step, share),
            Body::UpdateAll => self.update_all::<S>(step, share),
            Body::Learn(block) => self.learn::<S>(block, step, share),
            Body::Constrain(block) => self.constrain::<S>(block, step, share),
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
}

impl Averaging {
    /// In the update of that number; the first one begins it.
    fn at(self, update: u64) -> Average {
        Average {
            momentum: if update == 1 { 0.0 } else { self.momentum },
            overwrites: self.overwrite_every.is_some_and(|every| update.is_multiple_of(every)),
        }
    }
}

/// The variables of a map, as many as there are.
#[inline(always)]
fn slices<'a, T: Copy>(views: impl Iterator<Item = View<'a, T>>) -> [&'a [T]; MAX_VARIABLES] {
    let mut slices: [&[T]; MAX_VARIABLES] = [&[]; MAX_VARIABLES];
    for (slice, view) in slices.iter_mut().zip(views) {
        *slice = view.matrix().into_slice();
    }
    slices
}

/// All of a region whose rows follow each other; nothing of nothing.
fn slice<T: Copy>(view: Option<ViewMut<'_, T>>) -> &mut [T] {
    view.map_or(&mut [], |view| view.matrix().into_slice())
}
