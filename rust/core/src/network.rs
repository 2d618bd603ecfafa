//! A network: its weights, what it was compiled with, and the calls that run a plan.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};

use dlcore_kernels::gather::Order;
use dlcore_kernels::memory::Memory;
use dlcore_kernels::panels::Panels;
use dlcore_kernels::program::{Moment, Peek, Region};
use dlcore_kernels::simd::{Element, Isa, Kernel, Simd};
use dlcore_kernels::team;

use crate::arena::{self, Place};
use crate::epoch::{Averaging, Clipping, Data, Epoch, Input, Probe};
use crate::error::Error;
use crate::loss::Loss;
use crate::metric::Metric;
use crate::objective::{Objective, divisor};
use crate::optimizer::Optimizer;
use crate::plan::{PARAMETERS, Plan, Purpose, Request};
use crate::stage::{Layer, Stage, stages};
use crate::variables::Variables;

/// Rows at a time where no update depends on it.
const INFERENCE_ROWS: usize = 256;

/// Multiply-adds of a prediction between two looks for Ctrl-C: some ten milliseconds.
const PIECE: usize = 1 << 31;

/// How training is done.
#[derive(Clone, Debug)]
pub struct Recipe {
    /// Minimised.
    pub loss: Loss,
    /// How the losses of rows make that of a batch.
    pub objective: Objective,
    /// Watched.
    pub metrics: Vec<Metric>,
    /// How weights follow gradients.
    pub optimizer: Optimizer,
    /// How gradients are cut.
    pub clipping: Clipping,
    /// Decoupled: each update first takes this times the learning rate off the weights.
    pub weight_decay: f64,
    /// The running mean of the weights, if one is wanted.
    pub average: Option<Averaging>,
    /// Batches whose gradients make an update, at least one.
    pub accumulation: u64,
}

impl Recipe {
    /// How many slots an update has.
    fn slots(&self) -> usize {
        self.optimizer.slots().len() + usize::from(self.average.is_some())
    }
}

struct Training<T> {
    recipe: Recipe,
    /// The recipe's loss, or its canonical form on the inputs of the output activation.
    loss: Loss,
    loss_on_inputs: bool,
    gradients: Memory<T>,
    /// The optimizer's, then the running mean of the weights, then the sum of gradients.
    slots: Vec<Memory<T>>,
    /// Batches so far.
    iterations: u64,
}

/// How rows are gone through.
struct Way<'a> {
    purpose: Purpose,
    batch_size: usize,
    learning_rates: &'a [f64],
}

/// What an epoch brought.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Outcome {
    /// Mean over the rows, penalty included.
    pub loss: f64,
    /// Means over the rows.
    pub metrics: Vec<f64>,
    /// What they are the means of, loss first: sums that go on from call to call to the bits of one call for all.
    pub sums: Vec<f64>,
    /// Rows of the batches that were done.
    pub rows: usize,
    /// Batches that were done.
    pub batches: usize,
    /// Why the epoch ended early, if numbers were to blame.
    pub fault: Option<&'static str>,
}

/// A dense network.
pub struct Network<T> {
    stages: Vec<Stage>,
    places: Vec<Place>,
    parameters: Memory<T>,
    seed: u64,
    isa: Isa,
    training: Option<Training<T>>,
    /// One for each purpose, for the batch size that it had last.
    plans: Vec<Plan<T>>,
}

impl<T: Element> Network<T> {
    /// With all weights zero.
    pub fn new(isa: Isa, input_width: usize, layers: &[Layer], seed: u64) -> Result<Self, Error> {
        let stages = stages(input_width, layers)?;
        let too_many = || Error::Invalid("units: more weights than can be counted".to_owned());
        let (_, length) = arena::lengths::<T>(&stages).ok_or_else(too_many)?;
        let (parameters, places) =
            (Memory::zeroed(length, "the weights")?, arena::places::<T>(&stages, PARAMETERS));
        Ok(Self { stages, places, parameters, seed, isa, training: None, plans: Vec::new() })
    }

    /// Features of a row.
    pub fn input_width(&self) -> usize {
        self.stages[0].fan_in
    }

    /// Outputs of a row.
    pub fn output_width(&self) -> usize {
        self.stages[self.stages.len() - 1].units
    }

    /// Of all that is drawn in training.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// Draws from another seed from now on.
    pub fn set_seed(&mut self, seed: u64) {
        self.seed = seed;
    }

    /// Batches trained on since [`compile`](Self::compile).
    pub fn iterations(&self) -> u64 {
        self.training.as_ref().map_or(0, |training| training.iterations)
    }

    /// Shapes of the variables, in the order of the parameters: kernels have two numbers, all others one.
    pub fn shapes(&self) -> Vec<Vec<usize>> {
        self.places.iter().flat_map(|place| place.variables.shapes()).collect()
    }

    /// The same of those that gradients change.
    pub fn trainable_shapes(&self) -> Vec<Vec<usize>> {
        self.trainable().flat_map(|place| place.variables.shapes()).collect()
    }

    fn trainable(&self) -> impl Iterator<Item = &Place> {
        self.places.iter().filter(|place| place.variables.trainable)
    }

    fn parameter_count(&self) -> usize {
        self.places.iter().map(|place| place.variables.count()).sum()
    }

    /// All weights, one variable after another, row by row.
    pub fn parameters(&self) -> Result<Vec<T>, Error> {
        Ok(arena::to_rows(&self.places, self.parameters.as_slice())?)
    }

    /// Replaces all weights.
    pub fn set_parameters(&mut self, values: &[T]) -> Result<(), Error> {
        let expected = self.parameter_count();
        if values.len() != expected {
            let got = values.len();
            return Err(Error::Invalid(format!("weights: expected {expected} numbers, got {got}")));
        }
        arena::from_rows(&self.places, values, self.parameters.as_mut_slice());
        Ok(())
    }

    /// The gradients that [`differentiate`](Self::differentiate) found, by what is trainable.
    pub fn gradients(&self) -> Result<Vec<T>, Error> {
        let Some(training) = &self.training else { return Ok(vec![]) };
        Ok(arena::to_rows(self.trainable(), training.gradients.as_slice())?)
    }

    /// The optimizer's state, slot by slot, each like what is trainable: its own slots, then the running mean of the
    /// weights, then the sum of gradients.
    pub fn slots(&self) -> Result<Vec<Vec<T>>, Error> {
        let slots = self.training.as_ref().map_or(&[][..], |training| &training.slots);
        slots.iter().map(|slot| Ok(arena::to_rows(self.trainable(), slot.as_slice())?)).collect()
    }

    /// Puts the optimizer's state back.
    pub fn set_slots(&mut self, slots: &[Vec<T>], iterations: u64) -> Result<(), Error> {
        let trainable: Vec<Place> = self.trainable().copied().collect();
        let length = trainable.iter().map(|place| place.variables.count()).sum::<usize>();
        let training = self.training.as_mut().ok_or_else(not_compiled)?;
        if slots.len() != training.slots.len() || slots.iter().any(|slot| slot.len() != length) {
            return Err(Error::Invalid(format!(
                "slots: expected {} of {length} numbers, got {:?}",
                training.slots.len(),
                slots.iter().map(Vec::len).collect::<Vec<_>>()
            )));
        }
        for (to, from) in training.slots.iter_mut().zip(slots) {
            arena::from_rows(&trainable, from, to.as_mut_slice());
        }
        training.iterations = iterations;
        Ok(())
    }

    /// Says how to train; the optimizer starts afresh.
    pub fn compile(&mut self, recipe: Recipe) -> Result<(), Error> {
        let last = &self.stages[self.stages.len() - 1];
        let is_bare = last.dropout.is_none() && !last.activity.is_some();
        let canonical = recipe.loss.on_inputs_of(last.activation).filter(|_| is_bare);
        let (length, _) = arena::lengths::<T>(&self.stages).expect("they were counted before");
        let state = recipe.slots() + usize::from(recipe.accumulation > 1);
        let slot = |_| Memory::zeroed(length, "the optimizer's state");
        let mut slots = (0..state).map(slot).collect::<Result<Vec<_>, _>>()?;
        let own = recipe.optimizer.slots().iter().zip(recipe.optimizer.initial());
        for (slot, (_, initial)) in slots.iter_mut().zip(own) {
            if initial != 0.0 {
                slot.as_mut_slice().fill(T::from_f64(initial));
            }
        }
        let loss = canonical.unwrap_or(recipe.loss);
        self.training = Some(Training {
            loss_on_inputs: canonical.is_some(),
            loss,
            gradients: Memory::zeroed(length, "the gradients")?,
            slots,
            iterations: 0,
            recipe,
        });
        Ok(())
    }

    /// Columns that targets must have.
    pub fn target_width(&self) -> Result<usize, Error> {
        let training = self.training.as_ref().ok_or_else(not_compiled)?;
        Ok(training.recipe.loss.targets().width(self.output_width()))
    }

    /// One epoch. Of the learning rates the last one holds for all steps that follow. `keep_on` is asked now and then
    /// (often enough for Ctrl-C) whether to go on; if not, the epoch ends after a whole batch. The outputs of the rows
    /// in their order, as they were when their losses were found, go into `outputs`, if it is given.
    pub fn train(
        &mut self,
        data: Data<'_, T>,
        batch_size: usize,
        learning_rates: &[f64],
        outputs: Option<&mut [T]>,
        keep_on: &mut dyn FnMut() -> bool,
    ) -> Result<Outcome, Error> {
        let way = Way { purpose: Purpose::Train, batch_size, learning_rates };
        self.run(way, data, outputs, keep_on, &())
    }

    /// The same, with a probe that listens.
    pub fn train_probed(
        &mut self,
        data: Data<'_, T>,
        batch_size: usize,
        learning_rate: f64,
        probe: &impl Probe,
    ) -> Result<Outcome, Error> {
        let way = Way { purpose: Purpose::Train, batch_size, learning_rates: &[learning_rate] };
        self.run(way, data, None, &mut || true, probe)
    }

    /// Losses and metrics, without dropout; outputs as for [`train`](Self::train).
    pub fn evaluate(
        &mut self,
        data: Data<'_, T>,
        outputs: Option<&mut [T]>,
        keep_on: &mut dyn FnMut() -> bool,
    ) -> Result<Outcome, Error> {
        let way = Way { purpose: Purpose::Evaluate, batch_size: INFERENCE_ROWS, learning_rates: &[] };
        self.run(way, data, outputs, keep_on, &())
    }

    /// The gradients of the loss of all rows as one batch, with the dropout of the next update. There are none if
    /// `keep_on` said no.
    pub fn differentiate(
        &mut self,
        data: Data<'_, T>,
        keep_on: &mut dyn FnMut() -> bool,
    ) -> Result<Outcome, Error> {
        let way = Way { purpose: Purpose::Differentiate, batch_size: data.rows, learning_rates: &[] };
        self.run(way, data, None, keep_on, &())
    }

    /// The outputs of all rows, row by row.
    pub fn predict(
        &mut self,
        x: Input<'_, T>,
        outputs: &mut [T],
        keep_on: &mut dyn FnMut() -> bool,
    ) -> Result<(), Error> {
        self.check_outputs(x.rows(), outputs)?;
        let (rows, width) = (x.rows(), self.output_width());
        // Pieces of one size, so that one plan does for all: the last one may overlap the one before.
        let most = (PIECE / self.parameter_count().max(1)).max(INFERENCE_ROWS);
        let piece = rows.div_ceil(rows.div_ceil(most).max(1));
        for first in (0..rows).step_by(piece.max(1)) {
            let part = first.min(rows - piece)..first.min(rows - piece) + piece;
            let to = &mut outputs[part.start * width..part.end * width];
            self.outputs(Purpose::Predict, x.part(part), to)?;
            if !keep_on() {
                break;
            }
        }
        Ok(())
    }

    /// The outputs of all rows as one batch of the next step would have them: with dropout, and with the statistics
    /// of the batch.
    pub fn rehearse(&mut self, x: Input<'_, T>, outputs: &mut [T]) -> Result<(), Error> {
        self.check_outputs(x.rows(), outputs)?;
        if outputs.is_empty() { Ok(()) } else { self.outputs(Purpose::Rehearse, x, outputs) }
    }

    fn check_outputs(&self, rows: usize, outputs: &[T]) -> Result<(), Error> {
        let (expected, got) = (rows * self.output_width(), outputs.len());
        if got == expected {
            return Ok(());
        }
        Err(Error::Invalid(format!("outputs: expected {expected} numbers, got {got}")))
    }

    fn outputs(&mut self, purpose: Purpose, x: Input<'_, T>, outputs: &mut [T]) -> Result<(), Error> {
        let data = Data { x, y: None, weights: None, order: Order::Sequence, rows: x.rows() };
        let request = Request {
            purpose,
            batch_size: data.rows,
            sparse: data.x.is_sparse(),
            weighted: false,
            target_width: 0,
            metrics: 0,
            emits: false,
            slots: 0,
            learns: false,
            accumulates: false,
            norms: false,
            clips: false,
            threads: team::threads(),
        };
        self.check(&data)?;
        let plan = plan(&mut self.plans, &self.stages, request)?;
        let epoch = Epoch {
            probe: &(),
            stages: &self.stages,
            purpose,
            data,
            batch_size: request.batch_size,
            loss: None,
            objective: Objective::default(),
            loss_on_inputs: false,
            metrics: &[],
            emits: false,
            optimizer: None,
            clipping: Clipping::default(),
            blocks: &plan.blocks,
            weight_decay: 0.0,
            average: None,
            accumulation: 1,
            learning_rates: &[],
            seed: self.seed,
            iterations: self.training.as_ref().map_or(0, |training| training.iterations),
            weight_fault: AtomicBool::new(false),
        };
        let mut memories = [self.parameters.as_mut_slice(), outputs, plan.workspace.as_mut_slice()];
        plan.program.run(self.isa, plan.threads, &mut memories, &epoch, |_| ControlFlow::Continue(()));
        Ok(())
    }

    /// The penalty on the weights as they are.
    fn penalty(&self) -> f64 {
        let regularized = self.places.iter().filter(|place| place.variables.is_regularized());
        regularized
            .map(|place| {
                let weights = arena::panels(self.parameters.as_slice(), place.region);
                self.isa.run(Penalty { variables: place.variables, weights })
            })
            .sum()
    }

    fn check(&self, data: &Data<'_, T>) -> Result<(), Error> {
        let width = self.input_width();
        if data.x.columns() != width {
            return Err(Error::Invalid(format!(
                "x: expected rows of {width} features, got {}",
                data.x.columns()
            )));
        }
        if data.x.is_sparse() && self.stages[0].dense.is_none() {
            return Err(Error::Invalid("x: sparse rows need a dense layer as the first".to_owned()));
        }
        let lengths = [("y", data.y), ("sample_weight", data.weights)];
        for (name, source) in lengths {
            if let Some(source) = source.filter(|source| source.rows() != data.x.rows()) {
                let (expected, got) = (data.x.rows(), source.rows());
                return Err(Error::Invalid(format!("{name}: expected {expected} rows as in x, got {got}")));
            }
        }
        Ok(())
    }

    fn run(
        &mut self,
        way: Way<'_>,
        data: Data<'_, T>,
        mut outputs: Option<&mut [T]>,
        keep_on: &mut dyn FnMut() -> bool,
        probe: &impl Probe,
    ) -> Result<Outcome, Error> {
        let Way { purpose, batch_size, learning_rates } = way;
        self.check(&data)?;
        let width = self.output_width();
        if let Some(outputs) = &outputs {
            self.check_outputs(data.rows, outputs)?;
        }
        let target_width = self.target_width()?;
        let y = data.y.ok_or_else(|| Error::Invalid("y: expected targets, got none".to_owned()))?;
        if y.columns() != target_width {
            let got = y.columns();
            return Err(Error::Invalid(format!(
                "y: expected {target_width} columns for this loss, got {got}"
            )));
        }
        if data.rows == 0 || batch_size == 0 {
            return Err(Error::Invalid("x and batch_size: expected at least 1 row".to_owned()));
        }
        let standing_penalty = if purpose == Purpose::Evaluate { self.penalty() } else { 0.0 };
        let training = self.training.as_mut().ok_or_else(not_compiled)?;
        let recipe = &training.recipe;
        let objective = recipe.objective;
        let request = Request {
            purpose,
            // Not the rows of this call, which may be a short last batch: it is planned like the others.
            batch_size: if purpose == Purpose::Train { batch_size } else { batch_size.min(data.rows) },
            sparse: data.x.is_sparse(),
            weighted: data.weights.is_some(),
            target_width,
            metrics: recipe.metrics.len(),
            emits: outputs.is_some(),
            slots: recipe.slots(),
            learns: recipe.optimizer.learns(),
            accumulates: purpose == Purpose::Train && recipe.accumulation > 1,
            norms: recipe.clipping.by_norm(),
            clips: recipe.clipping.value.is_some(),
            threads: team::threads(),
        };
        let plan = plan(&mut self.plans, &self.stages, request)?;
        let epoch = Epoch {
            probe,
            stages: &self.stages,
            purpose,
            data,
            batch_size: request.batch_size,
            loss: Some(&training.loss),
            objective,
            loss_on_inputs: training.loss_on_inputs,
            metrics: &recipe.metrics,
            optimizer: Some(&recipe.optimizer),
            clipping: recipe.clipping,
            blocks: &plan.blocks,
            emits: request.emits,
            weight_decay: recipe.weight_decay,
            average: recipe.average,
            accumulation: recipe.accumulation.max(1),
            learning_rates,
            seed: self.seed,
            iterations: training.iterations,
            weight_fault: AtomicBool::new(false),
        };
        let Plan { values, activities, penalties, emitted, threads, .. } = *plan;
        let mut poll = Poll::new(plan.work, keep_on);
        let mut memories = vec![
            self.parameters.as_mut_slice(),
            plan.shared.as_mut_slice(),
            plan.workspace.as_mut_slice(),
            plan.chunks.as_mut_slice(),
            training.gradients.as_mut_slice(),
        ];
        memories.extend(training.slots.iter_mut().map(Memory::as_mut_slice));
        let mut sums = vec![0.0; 1 + recipe.metrics.len()];
        let mut weights = 0.0;
        let mut outcome = Outcome::default();
        plan.program.run(self.isa, threads, &mut memories, &epoch, |moment| {
            let Moment::After(index, peek) = moment else { return poll.go_on() };
            let rows = request.batch_size.min(data.rows - index * request.batch_size);
            let losses = sum(peek.matrix(values).row(0), rows);
            let activity = activity(peek, activities, rows);
            let total = epoch.total(index);
            // Losses of all rows are one batch, if nothing is updated in between.
            let (loss, weight) = match purpose {
                Purpose::Evaluate => (losses * objective.loss_scale + activity, total),
                _ => {
                    let rows = rows as f64;
                    (objective.of_rows(losses, penalty(peek, penalties), total, rows) + activity, rows)
                }
            };
            if !loss.is_finite() {
                outcome.fault = Some("the loss is not finite");
                return ControlFlow::Break(());
            }
            sums[0] += loss;
            weights += weight;
            for (i, sum_of_metric) in sums.iter_mut().enumerate().skip(1) {
                *sum_of_metric += sum(peek.matrix(values).row(i), rows);
            }
            if epoch.weight_fault.load(Ordering::Relaxed) {
                outcome.fault =
                    Some("a weight, or what its optimizer knows of it, would not have stayed finite");
                return ControlFlow::Break(());
            }
            if let (Some(outputs), Some(emitted)) = (&mut outputs, emitted) {
                let first = index * request.batch_size * width;
                let values = peek.matrix(emitted).row_range(0..rows).into_slice();
                outputs[first..first + rows * width].copy_from_slice(values);
            }
            outcome.rows += rows;
            outcome.batches += 1;
            poll.go_on()
        });
        if purpose == Purpose::Train {
            training.iterations += outcome.batches as u64;
        }
        let rows = outcome.rows.max(1) as f64;
        outcome.loss = sums[0] / divisor(weights);
        if purpose == Purpose::Evaluate {
            outcome.loss += standing_penalty * objective.penalty_scale(weights);
            sums[0] = outcome.loss * rows;
        }
        outcome.metrics = sums[1..].iter().map(|sum| sum / rows).collect();
        outcome.sums = sums;
        Ok(outcome)
    }
}

fn not_compiled() -> Error {
    Error::Invalid("the model is not compiled: call compile() first".to_owned())
}

/// The plan for a request: that of the last time, or a new one in its place.
fn plan<'a, T: Element>(
    plans: &'a mut Vec<Plan<T>>,
    stages: &[Stage],
    request: Request,
) -> Result<&'a mut Plan<T>, Error> {
    if let Some(at) = plans.iter().position(|plan| plan.request == request) {
        return Ok(&mut plans[at]);
    }
    plans.retain(|plan| plan.request.purpose != request.purpose);
    plans.push(Plan::new(stages, request)?);
    Ok(plans.last_mut().expect("just pushed"))
}

/// The sum of the first numbers, in sixteen chains that are added in order.
fn sum<T: Element>(values: &[T], count: usize) -> f64 {
    let mut chains = [0.0; 16];
    for values in values[..count].chunks(16) {
        for (chain, value) in chains.iter_mut().zip(values) {
            *chain += value.to_f64();
        }
    }
    chains.iter().sum()
}

fn penalty<T: Element>(peek: &Peek<'_, T>, region: Option<Region>) -> f64 {
    let Some(region) = region else { return 0.0 };
    let rows = peek.matrix(region);
    (0..rows.rows()).map(|i| rows.row(i)[0].to_f64()).sum()
}

/// The penalties on outputs, of the first rows.
fn activity<T: Element>(peek: &Peek<'_, T>, region: Option<Region>, rows: usize) -> f64 {
    let Some(region) = region else { return 0.0 };
    let activities = peek.matrix(region);
    (0..activities.rows()).map(|i| sum(activities.row(i), rows)).sum()
}

struct Penalty<'a, T> {
    variables: Variables,
    weights: Panels<'a, T>,
}

impl<T: Element> Kernel for Penalty<'_, T> {
    type Output = f64;
    #[inline(always)]
    fn run<S: Simd>(self) -> f64 {
        let mut sum = 0.0;
        self.variables.penalties::<T, S>(self.weights, 0, |_, penalty| sum += penalty.to_f64());
        sum
    }
}

/// Asks whether to go on, about every millisecond of arithmetic, not more often.
struct Poll<'a> {
    every: usize,
    since: usize,
    keep_on: &'a mut dyn FnMut() -> bool,
}

impl<'a> Poll<'a> {
    fn new(work: usize, keep_on: &'a mut dyn FnMut() -> bool) -> Self {
        /// Multiply-adds in about a millisecond of a slow core, and the least that a step counts for.
        const MILLISECOND: usize = 10_000_000;
        const LEAST: usize = 10_000;
        Self { every: MILLISECOND / work.max(LEAST), since: 0, keep_on }
    }

    fn go_on(&mut self) -> ControlFlow<()> {
        self.since += 1;
        if self.since <= self.every {
            return ControlFlow::Continue(());
        }
        self.since = 0;
        if (self.keep_on)() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    }
}

#[cfg(test)]
mod tests;
