//! Which plan a shape gets: every rule looks at the shape, and at what is asked for, alone.

use super::{Purpose, Request};
use crate::dense::Dense;
use crate::stage::Stage;
use crate::variables::Variables;

/// Weights of a layer up to this many (128 KB of `f32`) are small: read by every thread.
const SMALL_WEIGHTS: usize = 32 * 1024;

/// Rows to predict, up to which each is done by itself: with more of them, a vector across the rows pays.
pub const FEW_ROWS: usize = 4;

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
pub fn is_small(stage: &Stage) -> bool {
    stage.mixes_features() || stage.dense.is_none_or(|dense| dense.fan_in * dense.units <= SMALL_WEIGHTS)
}

/// Whether the layer's gradient is made from its slope as it lies, so that there are no `slope_rows`.
pub fn is_narrow(dense: Dense) -> bool {
    dense.units <= NARROW
}

/// Whether all layers are small.
pub fn all_small(stages: &[Stage]) -> bool {
    let mut dense = stages.iter().filter_map(|stage| stage.dense);
    dense.all(|dense| dense.fan_in * dense.units <= SMALL_WEIGHTS)
}

/// Whether the features of a stage are shared out, since each needs its whole batch.
pub fn by_features(stage: &Stage, purpose: Purpose) -> bool {
    stage.mixes_rows() && purpose.is_training()
}

/// Whether the update adds the penalty's gradient, so that nobody else has to.
pub fn rides(variables: &Variables, request: &Request) -> bool {
    let updates = request.purpose == Purpose::Train && !request.accumulates;
    updates && variables.is_regularized() && variables.only_shrinks() && !request.norms
}

/// Whether the update takes the gradient straight from the product: where nothing else has to be done with
/// it first, and where it gains. An update of a vector hides behind as many terms as a batch of about a
/// hundred rows has; weights that no cache holds gain in any case, since their gradient is never written.
pub fn fuses(dense: Dense, request: &Request) -> bool {
    let weights = dense.fan_in * dense.units;
    let variables = dense.variables();
    let is_possible = request.learns
        && !request.norms
        && !request.clips
        && !request.accumulates
        && (!variables.is_regularized() || rides(&variables, request))
        && !is_narrow(dense)
        && request.batch_size <= UNCUT_ROWS;
    is_possible
        && (weights > UNCACHED_WEIGHTS || weights > SMALL_WEIGHTS / 2 && request.batch_size >= HIDING_ROWS)
}

/// Rows of a chunk, if the batch is cut into some.
pub fn chunk_rows(stages: &[Stage], request: &Request, lanes: usize) -> Option<usize> {
    let by_work = work(stages, request) / WORTH_A_THREAD;
    let by_rows = request.batch_size.div_ceil(CHUNK_ROWS);
    let needs_batch = stages.iter().any(|stage| by_features(stage, request.purpose));
    let chunks = match request.purpose {
        // Whatever their number, a row has the same outputs: as many for each thread.
        Purpose::Predict if all_small(stages) || request.batch_size >= MANY_ROWS => {
            by_rows.next_multiple_of(by_work.clamp(1, request.threads))
        }
        Purpose::Train | Purpose::Differentiate if all_small(stages) && !needs_batch => {
            by_work.min(FEW_CHUNKS).max(by_rows)
        }
        _ => 1,
    };
    let vectors = request.batch_size.div_ceil(lanes).div_ceil(chunks.max(1));
    (chunks > 1 && request.batch_size > vectors * lanes).then_some(vectors * lanes)
}

/// How many threads are worth their meetings.
pub fn threads(stages: &[Stage], request: &Request, chunks: Option<usize>) -> usize {
    // A small batch of a small net stays on one thread, unless a feature that needs it whole keeps it from chunks.
    let needs_batch = stages.iter().any(|stage| by_features(stage, request.purpose));
    let alone = all_small(stages) && request.purpose.differentiates() && !needs_batch;
    let worth = match chunks {
        Some(chunks) => chunks,
        None if alone => 1,
        None => work(stages, request) / WORTH_A_THREAD,
    };
    worth.clamp(1, request.threads)
}

/// Multiply-adds of a step within which it is asked whether to go on: some ten milliseconds.
pub const LONG_WORK: usize = 200_000_000;

/// Multiply-adds of a step.
pub fn work(stages: &[Stage], request: &Request) -> usize {
    let products: usize = stages.iter().filter_map(|stage| stage.dense).map(|d| d.fan_in * d.units).sum();
    let passes = if request.purpose.differentiates() { 3 } else { 1 };
    products.saturating_mul(request.batch_size).saturating_mul(passes)
}
