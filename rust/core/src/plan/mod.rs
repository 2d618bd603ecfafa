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
//!              statistics   of each row or feature      map               map's way back
//! SHARED       outputs      rows x outputs              emit              the caller
//!              values       1 + metrics x batch         loss              update, the caller
//!              activities   regularized x batch         forward           the caller
//!              penalties    variables' rows x 1         regularize        the caller
//!              norms        variables' rows x 1         norms             update
//! ```
//!
//! What no gradient changes (frozen layers, running means) lies in PARAMETERS behind what is trained.
//!
//! `slope` is dL/dZ of a stage. Activations and slopes are feature-major; the one extra row of an
//! input is the feature that is always one. `slope_rows` is the transpose that X^T G wants, unless
//! the layer is [narrow](rules::is_narrow). Weights lie in
//! panels (arena.rs). All memory is made here, once; a step makes none.
//!
//! # Which plan a shape gets
//!
//! From the shape alone (so that nothing else can change a bit); rules.rs has the numbers:
//!
//! 0. **A few rows to predict** ([`rules::FEW_ROWS`]): row by row, lanes along the units.
//! 1. **Small weights, large batch** ([`rules::chunk_rows`]), and many rows to predict: the batch is cut into chunks of rows. A thread does all
//!    of a step for a chunk, gradients included, while it is in its cache; the chunks' gradients are added in
//!    order, then all weights are updated in one walk. Two meetings a step.
//! 2. **Small weights, small batch**: the same phases, one after another, on one thread.
//! 3. **Large weights** ([`rules::is_small`]): threads share out the weights: forward by units, down and
//!    gradient by features. A gradient that is large itself is never stored: the update takes it
//!    from the product ([`rules::fuses`]).
//!
//! Inputs without zeros change the first stage alone: its forward product is shared out by rows of the batch,
//! its gradient by features, and stored.
//!
//! A map that needs each feature's whole batch (batch normalization) is shared out by features, and the batch is not
//! cut into chunks.

mod features;
mod rows;
pub mod rules;

use dlcore_kernels::memory::{Memory, OutOfMemory};
use dlcore_kernels::program::{Program, Region};
use dlcore_kernels::simd::Element;

use crate::arena::Place;
use crate::error::Error;
use crate::map::Scope;
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
/// Index of the first memory of the optimizer's state; where gradients are accumulated, the last one is for that.
pub const SLOTS: usize = 5;

/// What a phase does; the number is the stage's, or, of what follows gradients, the variables' among the places.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Body {
    /// The batch's rows are fetched.
    Gather,
    /// A stage's output.
    Forward(usize),
    /// The first stage's, from inputs without zeros.
    ForwardSparse,
    /// The output of a stage with a map.
    Map(usize),
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
    /// The same where the stage above has a map.
    MapDown(usize),
    /// Of the weights.
    Gradient(usize),
    /// Of the weights, by the rows of a chunk.
    ChunkGradient(usize),
    /// Of the first stage's weights, from inputs without zeros.
    GradientSparse,
    /// The same by the rows of a chunk.
    ChunkGradientSparse,
    /// Of a map's variables.
    MapGradient(usize),
    /// The same by the rows of a chunk.
    ChunkMapGradient(usize),
    /// Of the chunks' gradients.
    Sum,
    /// The penalty on the variables, and its gradient.
    Regularize(usize),
    /// Gradients are added to those of the batches before.
    Accumulate,
    /// Squared norms of the rows of the gradient.
    Norms(usize),
    /// The optimizer's, of some variables.
    Update(usize),
    /// The optimizer's, of all variables.
    UpdateAll,
    /// Gradient and update in one.
    Learn(usize),
    /// What is to hold after an update.
    Constrain(usize),
}

/// What the plan is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Purpose {
    /// Outputs only.
    Predict,
    /// Outputs as the next step would have them: with dropout, and statistics of the batch.
    Rehearse,
    /// Losses and metrics.
    Evaluate,
    /// Gradients of one batch, without an update.
    Differentiate,
    /// Steps.
    Train,
}

impl Purpose {
    /// Whether layers do what they do in training.
    pub fn is_training(self) -> bool {
        matches!(self, Self::Rehearse | Self::Differentiate | Self::Train)
    }

    /// Whether there is a way back.
    pub fn differentiates(self) -> bool {
        matches!(self, Self::Differentiate | Self::Train)
    }

    /// Whether outputs are all that is wanted.
    pub fn only_outputs(self) -> bool {
        matches!(self, Self::Predict | Self::Rehearse)
    }
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
    /// Whether outputs are wanted besides.
    pub emits: bool,
    /// How many slots an update has.
    pub slots: usize,
    /// Whether the optimizer can take gradients while they are computed.
    pub learns: bool,
    /// Whether gradients of several batches are added before an update.
    pub accumulates: bool,
    /// Whether gradients are clipped by norm.
    pub norms: bool,
    /// Whether they are clipped one by one.
    pub clips: bool,
    /// Threads that may come.
    pub threads: usize,
}

/// Variables, and where their rows begin in penalties and norms.
#[derive(Clone, Copy, Debug)]
pub struct Block {
    /// What they are and where.
    pub place: Place,
    /// Their first row.
    pub first_row: usize,
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
    /// Penalties on outputs, a row for each stage that has them; none where there are none.
    pub activities: Option<Region>,
    /// Of the weights; none where nothing is regularized.
    pub penalties: Option<Region>,
    /// The outputs, row by row, where they are wanted besides.
    pub emitted: Option<Region>,
    /// All variables, in the order of the layers.
    pub blocks: Vec<Block>,
    /// Arithmetic of a step, in multiply-adds.
    pub work: usize,
    /// How many threads are worth their meetings.
    pub threads: usize,
}

impl<T: Element> Plan<T> {
    /// Plans what is requested.
    pub fn new(stages: &[Stage], request: Request) -> Result<Self, Error> {
        if request.batch_size > MOST_ROWS {
            return Err(too_large());
        }
        let below = &stages[..stages.len() - 1];
        let few =
            request.purpose == Purpose::Predict && request.batch_size <= rules::FEW_ROWS && !request.sparse;
        let mixes = below.iter().any(|stage| stage.activation.mixes_features());
        let by_row = stages.iter().filter_map(|stage| stage.map).any(|map| map.scope() == Scope::Row);
        if few && !mixes && !by_row { rows::plan(stages, request) } else { features::plan(stages, request) }
    }
}

/// The caller's outputs.
fn outputs(stages: &[Stage], rows: usize) -> Region {
    let columns = stages[stages.len() - 1].units;
    Region { memory: SHARED, offset: 0, rows, columns, pitch: columns }
}

/// Rows of a batch, at most: no machine has memory for more, and no count of chunks or vectors overflows.
const MOST_ROWS: usize = 1 << 48;

/// What a workspace is for, in errors.
const ACTIVATIONS: &str = "the activations of a batch";

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

    /// A matrix whose rows follow each other.
    fn plain(&mut self, rows: usize, columns: usize) -> Result<Region, Error> {
        self.take(rows, columns, columns)
    }

    /// A matrix whose rows are whole vectors. Rows a multiple of 256 bytes apart would crowd into few
    /// sets of the cache; such a pitch gets one vector more.
    fn matrix(&mut self, rows: usize, columns: usize) -> Result<Region, Error> {
        let mut pitch = columns.checked_next_multiple_of(self.lanes).ok_or_else(too_large)?;
        if pitch.is_multiple_of(256 / self.element) {
            pitch = pitch.saturating_add(self.lanes);
        }
        self.take(rows, columns, pitch)
    }

    fn take(&mut self, rows: usize, columns: usize, pitch: usize) -> Result<Region, Error> {
        let offset = self.length;
        let end = rows.checked_mul(pitch).and_then(|size| size.checked_add(offset));
        let end = end.and_then(|end| end.checked_next_multiple_of(self.lanes));
        self.length = end.filter(|&end| end < isize::MAX as usize / self.element).ok_or_else(too_large)?;
        Ok(Region { memory: self.memory, offset, rows, columns, pitch })
    }
}

fn too_large() -> Error {
    Error::OutOfMemory(OutOfMemory { bytes: usize::MAX, purpose: ACTIVATIONS })
}
