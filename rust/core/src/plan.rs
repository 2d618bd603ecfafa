//! The plan: for a network and a batch size, which buffers there are, who writes and who reads them.
//!
//! ```text
//! memory       buffer       shape (rows x columns)      written by        read by
//! PARAMETERS   W, b         fan_in + 1 x units          update            forward, down, update
//! GRADIENTS    dW, db       fan_in + 1 x units          gradient          update
//! SLOTS        moments      like the parameters         update            update
//! WORKSPACE    input        features + 1 x batch        gather            forward, gradient
//!              targets      outputs or 1 x batch        gather            loss
//!              weights      1 x batch                   gather            loss
//!              output       units + 1 x batch           forward           forward, down, gradient
//!              kept         units x batch               forward           down
//!              slope        units x batch               loss, down        down, gradient
//!              slope_rows   batch x units               loss, down        gradient
//! CHUNKS       dW, db       those of each chunk         gradient          sum
//! SHARED       outputs      rows x outputs              emit              the caller (to predict)
//!              values       1 + metrics x batch         loss              update, the caller
//!              penalties    parameter rows x 1          regularize        the caller
//!              norms        parameter rows x 1          norms             update
//! ```
//!
//! `slope` is dL/dZ of a stage. Activations and slopes are feature-major; the one extra row of an
//! input is the feature that is always one. `slope_rows` is the transpose that X^T G wants, unless
//! the layer is [narrow](is_narrow). Weights lie in
//! panels (arena.rs). All memory is made here, once; a step makes none.
//!
//! # Which plan a shape gets
//!
//! From the shape alone (so that nothing else can change a bit), here and nowhere else:
//!
//! 0. **A few rows to predict** ([`FEW_ROWS`]): row by row, lanes along the units.
//! 1. **Small weights, large batch** ([`chunk_rows`]), and many rows to predict: the batch is cut into chunks of rows. A thread does all
//!    of a step for a chunk, gradients included, while it is in its cache; the chunks' gradients are added in
//!    order, then all weights are updated in one walk. Two meetings a step.
//! 2. **Small weights, small batch**: the same phases, one after another, on one thread.
//! 3. **Large weights** ([`SMALL_WEIGHTS`]): threads share out the weights: forward by units, down and
//!    gradient by features. A gradient that is large itself is never stored: the update takes it
//!    from the product ([`fuses`]).
//!
//! Inputs without zeros change the first stage alone: its forward product is shared out by rows of the batch,
//! its gradient by features, and stored.

use dlcore_kernels::memory::Memory;
use dlcore_kernels::program::{Access, Phase, Program, Region};
use dlcore_kernels::simd::Element;

use crate::arena;
use crate::dense::Dense;
use crate::error::Error;
use crate::stage::Stage;

/// Index of the memory of all weights.
pub const PARAMETERS: usize = 0;
/// Index of the memory of what all threads see of a batch; to predict, of the caller's outputs.
pub const SHARED: usize = 1;
/// Index of the memory of what a batch needs, or, for each thread, a chunk of it.
pub const WORKSPACE: usize = 2;
/// Index of the memory of the chunks' gradients.
pub const CHUNKS: usize = 3;
/// Index of the memory of all gradients.
pub const GRADIENTS: usize = 4;
/// Index of the first optimizer slot's memory.
pub const SLOTS: usize = 5;

/// What a phase does; the number is the stage's.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Body {
    /// The batch's rows are fetched.
    Gather,
    /// A stage's output.
    Forward(usize),
    /// The first stage's, from inputs without zeros.
    ForwardSparse,
    /// The rows are fetched as rows.
    GatherRows,
    /// A stage's output, row by row.
    ForwardRows(usize),
    /// Of rows, to feature-major; and an activation that mixes features.
    Turn,
    /// The last stage's output, as rows of the caller's.
    Emit,
    /// Losses, metrics and, for training, the slope of the last stage.
    Loss,
    /// A stage's slope from that of the stage above.
    Down(usize),
    /// Of the weights.
    Gradient(usize),
    /// Of the weights, by the rows of a chunk.
    ChunkGradient(usize),
    /// Of the first stage's weights, from inputs without zeros.
    GradientSparse,
    /// The same by the rows of a chunk.
    ChunkGradientSparse,
    /// Of the chunks' gradients.
    Sum,
    /// The penalty on the weights, and its gradient.
    Regularize(usize),
    /// Squared norms of the rows of the gradient.
    Norms(usize),
    /// The optimizer's, of one stage.
    Update(usize),
    /// The optimizer's, of all weights.
    UpdateAll,
    /// Gradient and update in one.
    Learn(usize),
}

/// What the plan is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Purpose {
    /// Outputs only.
    Predict,
    /// Losses and metrics.
    Evaluate,
    /// Gradients of one batch, without an update.
    Differentiate,
    /// Steps.
    Train,
}

/// What is to be planned.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Request {
    /// What for.
    pub purpose: Purpose,
    /// Rows of a batch, at most.
    pub batch_size: usize,
    /// Whether inputs come without zeros; the first stage has a product then.
    pub sparse: bool,
    /// Whether rows have weights.
    pub weighted: bool,
    /// Columns of the targets.
    pub target_width: usize,
    /// How many metrics.
    pub metrics: usize,
    /// How many slots the optimizer has.
    pub slots: usize,
    /// Whether gradients are clipped by norm.
    pub norms: bool,
    /// Whether they are clipped one by one.
    pub clips: bool,
    /// Threads that may come.
    pub threads: usize,
}

/// Buffers and phases.
#[derive(Debug)]
pub struct Plan<T> {
    /// What was asked for.
    pub request: Request,
    /// The phases.
    pub program: Program<Body>,
    /// The memory `SHARED`.
    pub shared: Memory<T>,
    /// The memory `WORKSPACE`.
    pub workspace: Memory<T>,
    /// The memory `CHUNKS`.
    pub chunks: Memory<T>,
    /// Losses, then metrics, of each row.
    pub values: Region,
    /// Of the weights; none where nothing is regularized.
    pub penalties: Option<Region>,
    /// For each stage with a product: where its parameters' rows begin in `norms`.
    pub first_rows: Vec<usize>,
    /// Arithmetic of a step, in multiply-adds.
    pub work: usize,
    /// How many threads are worth their meetings.
    pub threads: usize,
}

/// Weights of a layer up to this many (128 KB of `f32`) are small: read by every thread.
const SMALL_WEIGHTS: usize = 32 * 1024;

/// Rows to predict, up to which each is done by itself: with more of them, a vector across the rows pays.
const FEW_ROWS: usize = 4;

/// Multiply-adds for which a thread is worth its meetings: some ten microseconds.
const WORTH_A_THREAD: usize = 1_500_000;

/// Rows to predict, from which on each thread takes some of them through all layers, however large.
const MANY_ROWS: usize = 128;

/// Rows of a chunk, at most: what they need of a small net stays in L2.
const CHUNK_ROWS: usize = 256;

/// Chunks of smaller batches, at most: each costs a gradient.
const FEW_CHUNKS: usize = 8;

/// Rows of a batch, from which on an update hides behind the product.
const HIDING_ROWS: usize = 112;

/// Weights that, with gradient and moments, no cache is likely to hold.
const UNCACHED_WEIGHTS: usize = 1024 * 1024;

/// Units of a narrow layer, at most: its gradient is made of dot products along the batch, since lanes along
/// its units would be idle, or have one scalar each to wait for.
const NARROW: usize = 16;

/// The longest sum that is kept in registers all the way.
const UNCUT_ROWS: usize = 1024;

/// Whether every thread reads all weights of the stage, and the batch is shared out.
fn is_small(stage: &Stage) -> bool {
    stage.mixes_features() || stage.dense.is_none_or(|dense| dense.fan_in * dense.units <= SMALL_WEIGHTS)
}

/// Whether the layer's gradient is made from its slope as it lies, so that there are no `slope_rows`.
pub fn is_narrow(dense: Dense) -> bool {
    dense.units <= NARROW
}

/// Whether all layers are small.
fn all_small(stages: &[Stage]) -> bool {
    let mut dense = stages.iter().filter_map(|stage| stage.dense);
    dense.all(|dense| dense.fan_in * dense.units <= SMALL_WEIGHTS)
}

/// Whether the update adds the penalty's gradient, so that nobody else has to.
fn rides(dense: Dense, request: &Request) -> bool {
    let updates = request.purpose == Purpose::Train;
    updates && dense.is_regularized() && dense.only_shrinks() && !request.norms
}

/// Whether the update takes the gradient straight from the product: where nothing else has to be done with
/// it first, and where it gains. An update of a vector hides behind as many terms as a batch of about a
/// hundred rows has; weights that no cache holds gain in any case, since their gradient is never written.
fn fuses(stage: &Stage, request: &Request) -> bool {
    let Some(dense) = stage.dense else { return false };
    let weights = dense.fan_in * dense.units;
    let is_possible = !request.norms
        && !request.clips
        && (!dense.is_regularized() || rides(dense, request))
        && !is_narrow(dense)
        && request.batch_size <= UNCUT_ROWS;
    is_possible
        && (weights > UNCACHED_WEIGHTS || weights > SMALL_WEIGHTS / 2 && request.batch_size >= HIDING_ROWS)
}

/// Rows of a chunk, if the batch is cut into some.
fn chunk_rows(stages: &[Stage], request: &Request, lanes: usize) -> Option<usize> {
    let by_work = work(stages, request) / WORTH_A_THREAD;
    let by_rows = request.batch_size.div_ceil(CHUNK_ROWS);
    let chunks = match request.purpose {
        // Whatever their number, a row has the same outputs: as many for each thread.
        Purpose::Predict if all_small(stages) || request.batch_size >= MANY_ROWS => {
            by_rows.next_multiple_of(by_work.clamp(1, request.threads))
        }
        Purpose::Train | Purpose::Differentiate if all_small(stages) => by_work.min(FEW_CHUNKS).max(by_rows),
        _ => 1,
    };
    let vectors = request.batch_size.div_ceil(lanes).div_ceil(chunks.max(1));
    (chunks > 1 && request.batch_size > vectors * lanes).then_some(vectors * lanes)
}

/// The caller's outputs.
fn outputs(stages: &[Stage], rows: usize) -> Region {
    let columns = stages[stages.len() - 1].units;
    Region { memory: SHARED, offset: 0, rows, columns, pitch: columns }
}

/// Multiply-adds of a step.
fn work(stages: &[Stage], request: &Request) -> usize {
    let products: usize = stages.iter().filter_map(|stage| stage.dense).map(|d| d.fan_in * d.units).sum();
    let passes = if differentiates(request.purpose) { 3 } else { 1 };
    products.saturating_mul(request.batch_size).saturating_mul(passes)
}

fn differentiates(purpose: Purpose) -> bool {
    matches!(purpose, Purpose::Train | Purpose::Differentiate)
}

/// Hands out places in a memory.
struct Space {
    memory: usize,
    length: usize,
    lanes: usize,
    element: usize,
}

impl Space {
    fn new<T: Element>(memory: usize) -> Self {
        Self { memory, length: 0, lanes: T::LANES, element: size_of::<T>() }
    }

    /// A matrix whose rows are whole vectors. Rows a multiple of 256 bytes apart would crowd into few
    /// sets of the cache; such a pitch gets one vector more.
    fn matrix(&mut self, rows: usize, columns: usize) -> Result<Region, Error> {
        let mut pitch = columns.next_multiple_of(self.lanes);
        if (pitch * self.element).is_multiple_of(256) {
            pitch += self.lanes;
        }
        let offset = self.length;
        let length = rows.checked_mul(pitch).and_then(|size| size.checked_add(offset));
        self.length =
            length.filter(|&length| length < isize::MAX as usize / self.element).ok_or_else(too_large)?;
        Ok(Region { memory: self.memory, offset, rows, columns, pitch })
    }
}

fn too_large() -> Error {
    Error::OutOfMemory(dlcore_kernels::memory::OutOfMemory { bytes: usize::MAX })
}

/// The buffers of a stage.
struct Buffers {
    parameters: Option<Region>,
    gradient: Option<Region>,
    /// With the row of ones.
    output: Region,
    kept: Option<Region>,
    slope: Option<Region>,
    slope_rows: Option<Region>,
}

/// The rows of a batch, shared out: by whole chunks, one after another, or at once.
#[derive(Clone, Copy)]
struct Batch {
    length: usize,
    unit: usize,
    by_portion: bool,
    stride: usize,
    copies: usize,
}

impl Batch {
    fn columns(&self, region: Region) -> Access {
        if self.by_portion { Access::own(region, self.stride, self.copies) } else { Access::columns(region) }
    }

    fn rows(&self, region: Region) -> Access {
        if self.by_portion { Access::own(region, self.stride, self.copies) } else { Access::rows(region) }
    }

    fn phase(&self, body: Body, reads: Vec<Access>, writes: Vec<Access>) -> Phase<Body> {
        Phase { body, reads, writes, length: self.length, unit: self.unit, by_portion: self.by_portion }
    }
}

impl<T: Element> Plan<T> {
    /// Plans what is requested.
    pub fn new(stages: &[Stage], request: Request) -> Result<Self, Error> {
        let below = &stages[..stages.len() - 1];
        let few = request.purpose == Purpose::Predict && request.batch_size <= FEW_ROWS && !request.sparse;
        if few && !below.iter().any(Stage::mixes_features) {
            Self::by_rows(stages, request)
        } else {
            Self::by_features(stages, request)
        }
    }

    /// A few rows, one after another.
    fn by_rows(stages: &[Stage], request: Request) -> Result<Self, Error> {
        let rows = request.batch_size;
        let mut space = Space::new::<T>(WORKSPACE);
        let phase = |body, reads, write: Region| {
            let writes = vec![Access::rows(write)];
            Phase { body, reads, writes, length: write.rows, unit: write.rows, by_portion: false }
        };
        let mut from = space.matrix(rows, stages[0].fan_in)?;
        let mut phases = vec![phase(Body::GatherRows, vec![], from)];
        for (index, (stage, parameters)) in
            stages.iter().zip(arena::regions::<T>(stages, PARAMETERS)).enumerate()
        {
            let to = space.matrix(rows, stage.units)?;
            let reads = std::iter::once(from).chain(parameters).map(Access::whole).collect();
            phases.push(phase(Body::ForwardRows(index), reads, to));
            from = to;
        }
        let output = space.matrix(from.columns, rows)?;
        phases.push(phase(Body::Turn, vec![Access::whole(from)], output));
        phases.push(phase(Body::Emit, vec![Access::whole(output)], outputs(stages, rows)));
        let mut shared = Space::new::<T>(SHARED);
        Ok(Self {
            request,
            program: Program::new::<T>(phases, vec![]),
            shared: Memory::zeroed(0)?,
            workspace: Memory::zeroed(space.length)?,
            chunks: Memory::zeroed(0)?,
            values: shared.matrix(1, rows)?,
            penalties: None,
            first_rows: vec![],
            work: work(stages, &request),
            threads: 1,
        })
    }

    fn by_features(stages: &[Stage], request: Request) -> Result<Self, Error> {
        let Request { purpose, batch_size, sparse, weighted, target_width, .. } = request;
        let Request { metrics, slots, norms, threads, .. } = request;
        let unit = T::LANES;
        // The caller's outputs are not padded to whole vectors.
        let padded = batch_size.checked_next_multiple_of(unit).ok_or_else(too_large)?;
        let batch = if purpose == Purpose::Predict { batch_size } else { padded };
        let differentiates = differentiates(purpose);
        let lowest = stages.iter().position(|stage| stage.dense.is_some()).unwrap_or(stages.len());
        let last = stages.len() - 1;
        let chunk = chunk_rows(stages, &request, unit);
        let columns = chunk.unwrap_or(batch);
        let chunks = batch.div_ceil(columns);

        let mut space = Space::new::<T>(WORKSPACE);
        // What comes without zeros is read where it lies.
        let input = space.matrix(if sparse { 1 } else { stages[0].fan_in + 1 }, columns)?;
        let targets = space.matrix(target_width.max(1), columns)?;
        let weights = space.matrix(1, columns)?;
        let mut buffers = Vec::new();
        let parameters = arena::regions::<T>(stages, PARAMETERS);
        let gradients = arena::regions::<T>(stages, GRADIENTS);
        for (index, stage) in stages.iter().enumerate() {
            let has_slope =
                differentiates && index >= lowest || purpose == Purpose::Evaluate && index == last;
            buffers.push(Buffers {
                parameters: parameters[index],
                gradient: gradients[index],
                output: space.matrix(stage.units + 1, columns)?,
                kept: (differentiates && stage.keeps_input())
                    .then(|| space.matrix(stage.units, columns))
                    .transpose()?,
                slope: has_slope.then(|| space.matrix(stage.units, columns)).transpose()?,
                slope_rows: (differentiates
                    && stage.dense.is_some_and(|dense| !is_narrow(dense) || sparse && index == 0))
                .then(|| space.matrix(columns, stage.units))
                .transpose()?,
            });
        }
        let mut shared = Space::new::<T>(SHARED);
        let values = shared.matrix(1 + metrics, batch)?;
        let mut first_rows = Vec::new();
        let mut parameter_rows = 0;
        for stage in stages {
            first_rows.push(parameter_rows);
            parameter_rows += stage.dense.map_or(0, |dense| dense.parameter_rows());
        }
        let penalties = shared.matrix(parameter_rows, 1)?;
        let norm_rows = shared.matrix(parameter_rows, 1)?;
        let part = |of: Region, index: usize, rows: usize| Region {
            offset: of.offset + first_rows[index] * of.pitch,
            rows,
            ..of
        };

        let copies = if chunk.is_some() { threads.min(chunks) } else { 1 };
        let share = Batch {
            length: batch,
            unit: chunk.unwrap_or(unit),
            by_portion: chunk.is_some(),
            stride: space.length,
            copies,
        };
        let plain = |body, reads, writes: Vec<Access>, length| Phase {
            body,
            reads,
            writes,
            length,
            unit,
            by_portion: false,
        };
        let input_of = |index: usize| if index == 0 { input } else { buffers[index - 1].output };
        let mut phases = Vec::new();

        let mut gathered = vec![];
        if !sparse {
            gathered.push(share.columns(input.first_rows(stages[0].fan_in)));
        }
        if purpose != Purpose::Predict {
            gathered.push(share.columns(targets));
            if weighted {
                gathered.push(share.columns(weights));
            }
        }
        if !gathered.is_empty() {
            phases.push(share.phase(Body::Gather, vec![], gathered));
        }

        for (index, stage) in stages.iter().enumerate() {
            let Buffers { parameters, output, kept, .. } = buffers[index];
            let to = [Some(output.first_rows(stage.units)), kept].into_iter().flatten();
            let whole = parameters.map(Access::whole);
            if sparse && index == 0 {
                let writes = to.map(|region| share.columns(region)).collect();
                phases.push(share.phase(Body::ForwardSparse, whole.into_iter().collect(), writes));
                continue;
            }
            let from = input_of(index).first_rows(stage.fan_in);
            let body = Body::Forward(index);
            phases.push(if chunk.is_some() || is_small(stage) {
                let reads = std::iter::once(share.columns(from)).chain(whole).collect();
                share.phase(body, reads, to.map(|region| share.columns(region)).collect())
            } else {
                let reads = std::iter::once(Access::whole(from)).chain(whole).collect();
                plain(body, reads, to.map(Access::rows).collect(), stage.units)
            });
        }

        if purpose == Purpose::Predict {
            let reads = vec![share.columns(buffers[last].output.first_rows(stages[last].units))];
            phases.push(share.phase(Body::Emit, reads, vec![Access::rows(outputs(stages, batch))]));
        } else {
            let top = &buffers[last];
            let mut reads = vec![share.columns(targets)];
            reads.extend(weighted.then(|| share.columns(weights)));
            if let Some(kept) = top.kept {
                // Behind the weights, which are there or not; the phase knows.
                reads.push(share.columns(kept));
            }
            let output = top.output.first_rows(stages[last].units);
            let mut writes = vec![share.columns(output), Access::columns(values)];
            writes.extend(top.slope.map(|region| share.columns(region)));
            writes.extend(top.slope_rows.map(|region| share.rows(region)));
            phases.push(share.phase(Body::Loss, reads, writes));
        }

        let is_regularized =
            differentiates && stages.iter().any(|stage| stage.dense.is_some_and(|d| d.is_regularized()));
        if differentiates {
            for index in (lowest..last).rev() {
                let (upper, lower) = (&buffers[index + 1], &buffers[index]);
                let output = lower.output.first_rows(stages[index].units);
                let slope = upper.slope.expect("stages above the lowest product have slopes");
                let slope_below = lower.slope.expect("stages above the lowest product have slopes");
                let body = Body::Down(index);
                phases.push(if is_small(&stages[index + 1]) || stages[index].mixes_features() {
                    let mut reads = vec![share.columns(slope), share.columns(output)];
                    reads.extend(upper.parameters.map(Access::whole));
                    reads.extend(lower.kept.map(|region| share.columns(region)));
                    let mut writes = vec![share.columns(slope_below)];
                    writes.extend(lower.slope_rows.map(|region| share.rows(region)));
                    share.phase(body, reads, writes)
                } else {
                    // Large weights, so there is a product.
                    let mut reads = vec![Access::whole(slope), Access::rows(output)];
                    reads.extend(upper.parameters.map(Access::whole));
                    reads.extend(lower.kept.map(Access::rows));
                    let mut writes = vec![Access::rows(slope_below)];
                    writes.extend(lower.slope_rows.map(Access::columns));
                    plain(body, reads, writes, stages[index].units)
                });
            }
            let total = arena::length::<T>(stages).ok_or_else(too_large)?;
            let flat = |memory| Region { memory, offset: 0, rows: 1, columns: total, pitch: total };
            let moments = || (0..slots).map(|slot| SLOTS + slot);
            if chunk.is_some() {
                for index in lowest..stages.len() {
                    let (Some(gradient), Some(dense)) = (buffers[index].gradient, stages[index].dense) else {
                        continue;
                    };
                    let slope = buffers[index].slope.expect("products have one");
                    let factor =
                        buffers[index].slope_rows.map_or(share.columns(slope), |rows| share.rows(rows));
                    let writes = vec![Access::each(Region { memory: CHUNKS, ..gradient }, total)];
                    if sparse && index == 0 {
                        phases.push(share.phase(Body::ChunkGradientSparse, vec![factor], writes));
                        continue;
                    }
                    let reads =
                        vec![share.columns(input_of(index).first_rows(dense.parameter_rows())), factor];
                    phases.push(share.phase(Body::ChunkGradient(index), reads, writes));
                }
                let all = Region { rows: chunks, ..flat(CHUNKS) };
                let writes = vec![Access::columns(flat(GRADIENTS))];
                phases.push(plain(Body::Sum, vec![Access::columns(all)], writes, total));
            }
            // All gradients first: clipping by norm needs them all, and otherwise an update follows
            // its gradient without a meeting, since both split the same rows.
            let together = all_small(stages) && !norms && !is_regularized;
            let mut later = Vec::new();
            for index in lowest..stages.len() {
                let (Some(dense), Some(parameters), Some(gradient)) =
                    (stages[index].dense, buffers[index].parameters, buffers[index].gradient)
                else {
                    continue;
                };
                let rows = dense.parameter_rows();
                let slope = buffers[index].slope_rows.or(buffers[index].slope).expect("products have one");
                let from_sparse = sparse && index == 0;
                let mut factors = vec![Access::whole(slope)];
                if !from_sparse {
                    factors.insert(0, Access::rows(input_of(index).first_rows(rows)));
                }
                let rides = rides(dense, &request);
                let mut writes = vec![];
                if rides {
                    writes.push(Access::rows(part(penalties, index, rows)));
                }
                writes.push(Access::rows(parameters));
                writes.extend(moments().map(|memory| Access::rows(Region { memory, ..parameters })));
                let losses = Access::whole(values.first_rows(1));
                let fuses = !together && !from_sparse && fuses(&stages[index], &request);
                if purpose == Purpose::Train && fuses {
                    let reads = factors.into_iter().chain([losses]).collect();
                    phases.push(plain(Body::Learn(index), reads, writes, rows));
                    continue;
                }
                if chunk.is_none() {
                    let writes = vec![Access::rows(gradient)];
                    let body = if from_sparse { Body::GradientSparse } else { Body::Gradient(index) };
                    phases.push(plain(body, factors, writes, rows));
                }
                if dense.is_regularized() && !rides {
                    let writes = vec![Access::rows(gradient), Access::rows(part(penalties, index, rows))];
                    phases.push(plain(Body::Regularize(index), vec![Access::rows(parameters)], writes, rows));
                }
                if purpose == Purpose::Differentiate || together {
                    continue;
                }
                let mut reads = vec![Access::rows(gradient), losses];
                if norms {
                    reads.push(Access::whole(norm_rows));
                    let norms = vec![Access::rows(part(norm_rows, index, rows))];
                    phases.push(plain(Body::Norms(index), vec![Access::rows(gradient)], norms, rows));
                    later.push(plain(Body::Update(index), reads, writes, rows));
                } else {
                    phases.push(plain(Body::Update(index), reads, writes, rows));
                }
            }
            phases.append(&mut later);
            if purpose == Purpose::Train && together {
                let reads = vec![Access::columns(flat(GRADIENTS)), Access::whole(values.first_rows(1))];
                let memories = std::iter::once(PARAMETERS).chain(moments());
                let writes = memories.map(|memory| Access::columns(flat(memory))).collect();
                phases.push(plain(Body::UpdateAll, reads, writes, total));
            }
        }

        let mut workspace = Memory::zeroed(space.length.checked_mul(copies).ok_or_else(too_large)?)?;
        for copy in workspace.as_mut_slice().chunks_mut(space.length) {
            for region in std::iter::once(input).chain(buffers.iter().map(|buffers| buffers.output)) {
                let row = region.row(region.rows - 1);
                copy[row.offset..row.offset + row.pitch].fill(T::from_f64(1.0));
            }
        }
        let total = arena::length::<T>(stages).ok_or_else(too_large)?;
        let chunk_length = if chunk.is_some() { total.checked_mul(chunks) } else { Some(0) };
        let mut watched = if purpose == Purpose::Predict { vec![] } else { vec![values] };
        watched.extend(is_regularized.then_some(penalties));
        // Whether all weights stayed finite is looked at, too, so all updates must be over.
        if purpose == Purpose::Train {
            watched.push(Region { memory: PARAMETERS, offset: 0, rows: 1, columns: total, pitch: total });
        }
        let work = work(stages, &request);
        let alone = all_small(stages) && differentiates;
        let worth = if chunk.is_some() || alone { chunks } else { work / WORTH_A_THREAD };
        Ok(Self {
            request,
            program: Program::new::<T>(phases, watched),
            shared: Memory::zeroed(shared.length)?,
            workspace,
            chunks: Memory::zeroed(chunk_length.ok_or_else(too_large)?)?,
            values,
            penalties: is_regularized.then_some(penalties),
            first_rows,
            work,
            threads: worth.clamp(1, threads),
        })
    }
}
