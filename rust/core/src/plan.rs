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
//!              slope        units x batch               loss, down        down
//!              slope_rows   batch x units               loss, down        gradient
//!              values       1 + metrics x batch         loss              update, the caller
//!              penalties    parameter rows x 1          penalty           the caller
//!              norms        parameter rows x 1          norms             update
//! ```
//!
//! `slope` is dL/dZ of a stage. Activations and slopes are feature-major; the one extra row of an
//! input is the feature that is always one. `slope_rows` is the transpose that X^T G wants. All
//! memory is made here, once; a step makes none.
//!
//! How a phase is shared out is chosen here, too, from the shape alone: by rows of the batch where
//! the weights are small (each thread reads all of them, and chains of phases need no meeting), else
//! by features (each thread reads its part of the weights).

use dlcore_kernels::memory::Memory;
use dlcore_kernels::program::{Access, Phase, Program, Region};
use dlcore_kernels::simd::Element;

use crate::error::Error;
use crate::stage::Stage;

/// Index of the memory of all weights.
pub const PARAMETERS: usize = 0;
/// Index of the memory of what a batch needs.
pub const WORKSPACE: usize = 1;
/// Index of the memory of all gradients.
pub const GRADIENTS: usize = 2;
/// Index of the first optimizer slot's memory.
pub const SLOTS: usize = 3;

/// What a phase does; the number is the stage's.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Body {
    /// The batch's rows are fetched.
    Gather,
    /// A stage's output.
    Forward(usize),
    /// Losses, metrics and, for training, the slope of the last stage.
    Loss,
    /// A stage's slope from that of the stage above.
    Down(usize),
    /// Of the weights.
    Gradient(usize),
    /// The penalty on the weights.
    Penalty(usize),
    /// Squared norms of the rows of the gradient.
    Norms(usize),
    /// The optimizer's.
    Update(usize),
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
}

/// Buffers and phases.
#[derive(Debug)]
pub struct Plan<T> {
    /// What was asked for.
    pub request: Request,
    /// The phases.
    pub program: Program<Body>,
    /// The memory `WORKSPACE`.
    pub workspace: Memory<T>,
    /// The last stage's output.
    pub output: Region,
    /// Losses, then metrics, of each row.
    pub values: Region,
    /// Of the weights.
    pub penalties: Region,
    /// For each stage with a product: where its parameters' rows begin in `norms`.
    pub first_rows: Vec<usize>,
    /// Arithmetic of a step, in multiply-adds.
    pub work: usize,
}

/// Where the parameters of each stage lie in a memory that holds them all.
pub fn parameter_regions(stages: &[Stage], memory: usize) -> Vec<Option<Region>> {
    let mut offset = 0;
    let mut place = |stage: &Stage| {
        let dense = stage.dense?;
        let (rows, columns) = (dense.parameter_rows(), dense.units);
        let region = Region { memory, offset, rows, columns, pitch: columns };
        offset += rows * columns;
        Some(region)
    };
    stages.iter().map(&mut place).collect()
}

/// Hands out places in the workspace.
struct Workspace {
    length: usize,
    lanes: usize,
    element: usize,
}

impl Workspace {
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
        Ok(Region { memory: WORKSPACE, offset, rows, columns, pitch })
    }
}

fn too_large() -> Error {
    Error::OutOfMemory(dlcore_kernels::memory::OutOfMemory { bytes: usize::MAX })
}

/// The buffers of a stage.
struct Buffers {
    parameters: Option<Region>,
    /// With the row of ones.
    output: Region,
    kept: Option<Region>,
    slope: Option<Region>,
    slope_rows: Option<Region>,
}

/// Weights up to this many (128 KB of `f32`) are read by every thread.
const SMALL_WEIGHTS: usize = 32 * 1024;

impl<T: Element> Plan<T> {
    /// Plans what is requested.
    pub fn new(stages: &[Stage], request: Request) -> Result<Self, Error> {
        let Request { purpose, batch_size, weighted, target_width, metrics, slots, norms } = request;
        let batch = batch_size.checked_next_multiple_of(T::LANES).ok_or_else(too_large)?;
        let differentiates = matches!(purpose, Purpose::Train | Purpose::Differentiate);
        let mut space = Workspace { length: 0, lanes: T::LANES, element: size_of::<T>() };
        let lowest = stages.iter().position(|stage| stage.dense.is_some()).unwrap_or(stages.len());
        let last = stages.len() - 1;

        let input = space.matrix(stages[0].fan_in + 1, batch)?;
        let targets = space.matrix(target_width.max(1), batch)?;
        let weights = space.matrix(1, batch)?;
        let values = space.matrix(1 + metrics, batch)?;
        let mut buffers = Vec::new();
        for ((index, stage), parameters) in
            stages.iter().enumerate().zip(parameter_regions(stages, PARAMETERS))
        {
            let has_slope =
                differentiates && index >= lowest || purpose == Purpose::Evaluate && index == last;
            buffers.push(Buffers {
                parameters,
                output: space.matrix(stage.units + 1, batch)?,
                kept: (differentiates && stage.keeps_input())
                    .then(|| space.matrix(stage.units, batch))
                    .transpose()?,
                slope: has_slope.then(|| space.matrix(stage.units, batch)).transpose()?,
                slope_rows: (differentiates && stage.dense.is_some())
                    .then(|| space.matrix(batch, stage.units))
                    .transpose()?,
            });
        }
        let mut first_rows = Vec::new();
        let mut parameter_rows = 0;
        for stage in stages {
            first_rows.push(parameter_rows);
            parameter_rows += stage.dense.map_or(0, |dense| dense.parameter_rows());
        }
        let penalties = space.matrix(parameter_rows, 1)?;
        let norm_rows = space.matrix(parameter_rows, 1)?;
        let part = |of: Region, index: usize, rows: usize| Region {
            offset: of.offset + first_rows[index] * of.pitch,
            rows,
            ..of
        };

        let input_of = |index: usize| if index == 0 { input } else { buffers[index - 1].output };
        let unit = T::LANES;
        let by_batch = |stage: &Stage| {
            stage.mixes_features()
                || stage.dense.is_none_or(|dense| dense.fan_in * dense.units <= SMALL_WEIGHTS)
        };
        let mut phases = Vec::new();

        let mut gathered = vec![Access::columns(input.first_rows(stages[0].fan_in))];
        if purpose != Purpose::Predict {
            gathered.push(Access::columns(targets));
            if weighted {
                gathered.push(Access::columns(weights));
            }
        }
        phases.push(Phase { body: Body::Gather, reads: vec![], writes: gathered, unit });

        for (index, stage) in stages.iter().enumerate() {
            let Buffers { parameters, output, kept, .. } = buffers[index];
            let from = input_of(index).first_rows(stage.fan_in);
            let to = [Some(output.first_rows(stage.units)), kept].into_iter().flatten();
            let (reads, writes) = if by_batch(stage) {
                let whole = parameters.map(Access::whole);
                (
                    std::iter::once(Access::columns(from)).chain(whole).collect(),
                    to.map(Access::columns).collect(),
                )
            } else {
                let split = parameters.map(Access::columns);
                (std::iter::once(Access::whole(from)).chain(split).collect(), to.map(Access::rows).collect())
            };
            phases.push(Phase { body: Body::Forward(index), reads, writes, unit });
        }

        if purpose != Purpose::Predict {
            let top = &buffers[last];
            let mut reads = vec![Access::columns(targets)];
            reads.extend(weighted.then(|| Access::columns(weights)));
            if let Some(kept) = top.kept {
                // Behind the weights, which are there or not; the phase knows.
                reads.push(Access::columns(kept));
            }
            let mut writes =
                vec![Access::columns(top.output.first_rows(stages[last].units)), Access::columns(values)];
            writes.extend(top.slope.map(Access::columns));
            writes.extend(top.slope_rows.map(Access::rows));
            phases.push(Phase { body: Body::Loss, reads, writes, unit });
        }

        if differentiates {
            for index in (lowest..last).rev() {
                let (upper, lower) = (&buffers[index + 1], &buffers[index]);
                let output = lower.output.first_rows(stages[index].units);
                let kernel = upper.parameters.map(|region| region.first_rows(stages[index + 1].fan_in));
                let slope = upper.slope.expect("stages above the lowest product have slopes");
                let slope_below = lower.slope.expect("stages above the lowest product have slopes");
                let by_batch = by_batch(&stages[index + 1]) || stages[index].mixes_features();
                type Sharing = fn(Region) -> Access;
                let (along, across, above): (Sharing, Sharing, Sharing) = if by_batch {
                    (Access::columns, Access::rows, Access::columns)
                } else {
                    (Access::rows, Access::columns, Access::whole)
                };
                let weights: Sharing = if by_batch { Access::whole } else { Access::rows };
                let mut reads = vec![above(slope), along(output)];
                reads.extend(kernel.map(weights));
                reads.extend(lower.kept.map(along));
                let mut writes = vec![along(slope_below)];
                writes.extend(lower.slope_rows.map(across));
                // Without a product, rows of the slope above belong to the same rows below.
                if kernel.is_none() {
                    reads[0] = along(slope);
                }
                phases.push(Phase { body: Body::Down(index), reads, writes, unit });
            }
            // All gradients first: clipping by norm needs them all, and otherwise an update follows
            // its gradient without a meeting, since both split the same rows.
            let mut later = Vec::new();
            let gradients = parameter_regions(stages, GRADIENTS);
            for index in lowest..stages.len() {
                let (Some(dense), Some(parameters), Some(gradient)) =
                    (stages[index].dense, buffers[index].parameters, gradients[index])
                else {
                    continue;
                };
                let rows = dense.parameter_rows();
                let slope_rows = buffers[index].slope_rows.expect("products have them");
                let mut reads =
                    vec![Access::rows(input_of(index).first_rows(rows)), Access::whole(slope_rows)];
                if dense.is_regularized() {
                    reads.push(Access::rows(parameters));
                    phases.push(Phase {
                        body: Body::Penalty(index),
                        reads: vec![Access::rows(parameters)],
                        writes: vec![Access::rows(part(penalties, index, rows))],
                        unit,
                    });
                }
                phases.push(Phase {
                    body: Body::Gradient(index),
                    reads,
                    writes: vec![Access::rows(gradient)],
                    unit,
                });
                if purpose == Purpose::Differentiate {
                    continue;
                }
                let mut reads = vec![Access::rows(gradient), Access::whole(values.first_rows(1))];
                let mut writes = vec![Access::rows(parameters)];
                writes.extend(
                    (0..slots).map(|slot| Access::rows(Region { memory: SLOTS + slot, ..parameters })),
                );
                let mut after = &mut phases;
                if norms {
                    reads.push(Access::whole(norm_rows));
                    let writes = vec![Access::rows(part(norm_rows, index, rows))];
                    after.push(Phase {
                        body: Body::Norms(index),
                        reads: vec![Access::rows(gradient)],
                        writes,
                        unit,
                    });
                    after = &mut later;
                }
                after.push(Phase { body: Body::Update(index), reads, writes, unit });
            }
            phases.append(&mut later);
        }

        let mut workspace = Memory::zeroed(space.length)?;
        let ones = std::iter::once(input).chain(buffers.iter().map(|buffers| buffers.output));
        for region in ones {
            let row = region.row(region.rows - 1);
            workspace.as_mut_slice()[row.offset..row.offset + row.pitch].fill(T::from_f64(1.0));
        }
        let products: usize = stages.iter().filter_map(|stage| stage.dense.map(|d| d.fan_in * d.units)).sum();
        let passes = if differentiates { 3 } else { 1 };
        Ok(Self {
            request,
            program: Program::new::<T>(phases),
            workspace,
            output: buffers[last].output.first_rows(stages[last].units),
            values,
            penalties,
            first_rows,
            work: products.saturating_mul(batch).saturating_mul(passes),
        })
    }

    /// How many threads are worth their meetings: each should have some tens of microseconds of
    /// arithmetic a step, or at least half as much for the second.
    pub fn threads(&self) -> usize {
        const WORK: usize = 1_500_000;
        (self.work / WORK).max(1)
    }
}
