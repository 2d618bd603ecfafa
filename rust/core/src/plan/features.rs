//! The plan of a batch, feature-major: which phases there are, in their order.

use dlcore_kernels::memory::Memory;
use dlcore_kernels::program::{Access, Phase, Program, Region};
use dlcore_kernels::simd::Element;

use super::{
    ACTIVATIONS, Block, Body, CHUNKS, GRADIENTS, PARAMETERS, Plan, Purpose, Request, SHARED, SLOTS, Space,
    WORKSPACE, outputs, rules, too_large,
};
use crate::arena;
use crate::error::Error;
use crate::map::{Map, Scope};
use crate::stage::Stage;

/// The buffers of a stage.
struct Buffers {
    /// With the row of ones.
    output: Region,
    kept: Option<Region>,
    statistics: Option<Region>,
    activities: Option<Region>,
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

/// Plans what is requested.
pub fn plan<T: Element>(stages: &[Stage], request: Request) -> Result<Plan<T>, Error> {
    let Request { purpose, batch_size, threads, .. } = request;
    let unit = T::LANES;
    // The caller's outputs are not padded to whole vectors.
    let padded = batch_size.checked_next_multiple_of(unit).ok_or_else(too_large)?;
    let batch = if purpose.only_outputs() { batch_size } else { padded };
    let chunk = rules::chunk_rows(stages, &request, unit);
    let columns = chunk.unwrap_or(batch);
    let chunks = batch.div_ceil(columns);
    let (trainable, all) = arena::lengths::<T>(stages).ok_or_else(too_large)?;

    let mut space = Space::new::<T>(WORKSPACE);
    // What comes without zeros is read where it lies.
    let input = space.matrix(if request.sparse { 1 } else { stages[0].fan_in + 1 }, columns)?;
    let targets = space.matrix(request.target_width.max(1), columns)?;
    let weights = space.matrix(1, columns)?;
    let mut shared = Space::new::<T>(SHARED);
    let outputs = outputs(stages, batch);
    let emitted = request.emits.then(|| shared.plain(outputs.rows, outputs.columns)).transpose()?;
    let values = shared.matrix(1 + request.metrics, batch)?;
    let active = stages.iter().filter(|stage| stage.activity.is_some() && !purpose.only_outputs()).count();
    let activities = (active > 0).then(|| shared.matrix(active, batch)).transpose()?;
    let lowest = stages.iter().position(Stage::learns).unwrap_or(stages.len() - 1);
    let mut buffers: Vec<Buffers> = Vec::new();
    for (index, stage) in stages.iter().enumerate() {
        let differentiates = purpose.differentiates() && index >= lowest;
        let needs_rows = |dense: crate::dense::Dense| {
            dense.trainable && (!rules::is_narrow(dense) || request.sparse && index == 0)
        };
        let before = buffers.iter().filter(|buffers| buffers.activities.is_some()).count();
        let statistics = |map: Map| match map.scope() {
            _ if !purpose.differentiates() && map.scope() == Scope::Row => None,
            _ if !purpose.is_training() || map.statistics() == 0 => None,
            Scope::Batch => Some((stage.units, map.statistics())),
            Scope::Row | Scope::Element => Some((map.statistics(), columns)),
        };
        buffers.push(Buffers {
            output: space.matrix(stage.units + 1, columns)?,
            kept: (differentiates && stage.keeps_input())
                .then(|| space.matrix(stage.units, columns))
                .transpose()?,
            statistics: stage
                .map
                .and_then(statistics)
                .map(|(rows, columns)| space.matrix(rows, columns))
                .transpose()?,
            activities: activities
                .filter(|_| stage.activity.is_some())
                .map(|activities| activities.row(before)),
            slope: (differentiates || purpose == Purpose::Evaluate && index == stages.len() - 1)
                .then(|| space.matrix(stage.units, columns))
                .transpose()?,
            slope_rows: (differentiates && stage.dense.is_some_and(needs_rows))
                .then(|| space.matrix(columns, stage.units))
                .transpose()?,
        });
    }
    let mut blocks = Vec::new();
    let mut rows = 0;
    for place in arena::places::<T>(stages, PARAMETERS) {
        blocks.push(Block { place, first_row: rows });
        rows += place.variables.rows();
    }
    let penalties = shared.matrix(rows.max(1), 1)?;
    let norms = shared.matrix(rows.max(1), 1)?;

    let copies = if chunk.is_some() { threads.min(chunks) } else { 1 };
    let share = Batch {
        length: batch,
        unit: chunk.unwrap_or(unit),
        by_portion: chunk.is_some(),
        stride: space.length,
        copies,
    };
    let mut builder = Builder {
        stages,
        request,
        unit,
        share,
        chunks: chunk.map(|_| chunks),
        trainable,
        lowest,
        input,
        targets,
        weights,
        values,
        penalties,
        norms,
        outputs: emitted.unwrap_or(outputs),
        buffers,
        blocks,
        phases: Vec::new(),
    };
    builder.up();
    if purpose.differentiates() {
        builder.down();
        if trainable > 0 {
            builder.gradients();
        }
    }
    let Builder { buffers, blocks, phases, .. } = builder;

    let length = space.length.checked_mul(copies).ok_or_else(too_large)?;
    let mut workspace = Memory::zeroed(length, ACTIVATIONS)?;
    for copy in workspace.as_mut_slice().chunks_mut(space.length) {
        for region in std::iter::once(input).chain(buffers.iter().map(|buffers| buffers.output)) {
            let row = region.row(region.rows - 1);
            copy[row.offset..row.offset + row.pitch].fill(T::from_f64(1.0));
        }
    }
    let chunk_length = if chunk.is_some() { trainable.checked_mul(chunks) } else { Some(0) };
    let is_regularized =
        purpose.differentiates() && blocks.iter().any(|block| block.place.variables.is_regularized());
    let mut watched = if purpose.only_outputs() { vec![] } else { vec![values] };
    watched.extend(is_regularized.then_some(penalties));
    watched.extend(activities);
    watched.extend(emitted);
    // Whether all weights stayed finite is looked at, too, so all updates must be over.
    if purpose == Purpose::Train && all > 0 {
        watched.push(flat(PARAMETERS, all));
    }
    let mut program = Program::new::<T>(phases, watched);
    let work = rules::work(stages, &request);
    if work > rules::LONG_WORK {
        program.may_be_abandoned(|memory| memory == PARAMETERS || memory >= SLOTS);
    }
    Ok(Plan {
        request,
        program,
        shared: Memory::zeroed(shared.length, "the losses and outputs of a batch")?,
        workspace,
        chunks: Memory::zeroed(chunk_length.ok_or_else(too_large)?, "the gradients of a batch's chunks")?,
        values,
        activities,
        penalties: is_regularized.then_some(penalties),
        emitted,
        blocks,
        work,
        threads: rules::threads(stages, &request, chunk.map(|_| chunks)),
    })
}

/// All of a memory in one row.
fn flat(memory: usize, length: usize) -> Region {
    Region { memory, offset: 0, rows: 1, columns: length, pitch: length }
}

/// Makes the list of phases.
struct Builder<'a> {
    stages: &'a [Stage],
    request: Request,
    unit: usize,
    share: Batch,
    /// How many, if the batch is cut into some.
    chunks: Option<usize>,
    /// Length of what gradients change.
    trainable: usize,
    /// The first stage that learns.
    lowest: usize,
    input: Region,
    targets: Region,
    weights: Region,
    values: Region,
    penalties: Region,
    norms: Region,
    outputs: Region,
    buffers: Vec<Buffers>,
    blocks: Vec<Block>,
    phases: Vec<Phase<Body>>,
}

impl Builder<'_> {
    /// What comes into a stage, with the row of ones.
    fn input_of(&self, index: usize) -> Region {
        if index == 0 { self.input } else { self.buffers[index - 1].output }
    }

    /// What goes out of it.
    fn output_of(&self, index: usize) -> Region {
        self.buffers[index].output.first_rows(self.stages[index].units)
    }

    fn blocks_of(&self, index: usize) -> impl Iterator<Item = &Block> {
        self.blocks.iter().filter(move |block| block.place.stage == index)
    }

    /// All weights of a stage, for everybody.
    fn whole(&self, index: usize) -> Vec<Access> {
        self.blocks_of(index).map(|block| Access::whole(block.place.region)).collect()
    }

    /// Shared out by rows of a region, of which each is a feature.
    fn by_rows(&mut self, body: Body, reads: Vec<Access>, writes: Vec<Access>, length: usize) {
        let unit = self.unit;
        self.phases.push(Phase { body, reads, writes, length, unit, by_portion: false });
    }

    fn by_batch(&mut self, body: Body, reads: Vec<Access>, writes: Vec<Access>) {
        self.phases.push(self.share.phase(body, reads, writes));
    }

    // From inputs to losses

    fn up(&mut self) {
        let Request { purpose, sparse, weighted, emits, .. } = self.request;
        let share = self.share;
        let mut gathered = vec![];
        if !sparse {
            gathered.push(share.columns(self.input.first_rows(self.stages[0].fan_in)));
        }
        if !purpose.only_outputs() {
            gathered.push(share.columns(self.targets));
            if weighted {
                gathered.push(share.columns(self.weights));
            }
        }
        if !gathered.is_empty() {
            self.by_batch(Body::Gather, vec![], gathered);
        }
        for index in 0..self.stages.len() {
            if self.stages[index].map.is_some() {
                self.map(index);
            } else {
                self.forward(index);
            }
        }
        let last = self.stages.len() - 1;
        if !purpose.only_outputs() {
            self.loss(last);
        }
        if purpose.only_outputs() || emits {
            let reads = vec![share.columns(self.output_of(last))];
            self.by_batch(Body::Emit, reads, vec![Access::rows(self.outputs)]);
        }
    }

    fn forward(&mut self, index: usize) {
        let stage = &self.stages[index];
        let Buffers { kept, activities, .. } = self.buffers[index];
        let share = self.share;
        let output = self.output_of(index);
        let mut reads = self.whole(index);
        // Whether there are activities, the phase knows; what it finds behind them is kept.
        let mut writes = vec![share.columns(output)];
        writes.extend(activities.map(Access::columns));
        writes.extend(kept.map(|region| share.columns(region)));
        if self.request.sparse && index == 0 {
            self.by_batch(Body::ForwardSparse, reads, writes);
            return;
        }
        let from = self.input_of(index).first_rows(stage.fan_in);
        let body = Body::Forward(index);
        if share.by_portion || rules::is_small(stage) {
            reads.insert(0, share.columns(from));
            self.by_batch(body, reads, writes);
        } else {
            reads.insert(0, Access::whole(from));
            let writes = std::iter::once(output).chain(kept).map(Access::rows).collect();
            self.by_rows(body, reads, writes, stage.units);
        }
    }

    fn map(&mut self, index: usize) {
        let stage = &self.stages[index];
        let Buffers { kept, activities, statistics, .. } = self.buffers[index];
        let from = self.input_of(index).first_rows(stage.fan_in);
        let output = self.output_of(index);
        let body = Body::Map(index);
        if !rules::by_features(stage, self.request.purpose) {
            let share = self.share;
            let reads = std::iter::once(share.columns(from)).chain(self.whole(index)).collect();
            let mut writes = vec![share.columns(output)];
            writes.extend(activities.map(Access::columns));
            writes.extend(statistics.into_iter().chain(kept).map(|region| share.columns(region)));
            self.by_batch(body, reads, writes);
            return;
        }
        // What is kept of the batches follows them, and is not read.
        let (learned, followers): (Vec<&Block>, Vec<&Block>) =
            self.blocks_of(index).partition(|block| block.place.variables.trainable);
        let rows = |blocks: Vec<&Block>| -> Vec<Access> {
            blocks.into_iter().map(|block| Access::rows(block.place.region)).collect()
        };
        let reads = std::iter::once(Access::rows(from)).chain(rows(learned)).collect();
        let mut writes = vec![Access::rows(output)];
        writes.extend(statistics.map(Access::rows));
        if self.request.purpose == Purpose::Train {
            writes.extend(rows(followers));
        }
        writes.extend(kept.map(Access::rows));
        self.by_rows(body, reads, writes, stage.units);
    }

    fn loss(&mut self, last: usize) {
        let share = self.share;
        let Buffers { kept, slope, slope_rows, .. } = self.buffers[last];
        let mut reads = vec![share.columns(self.targets)];
        reads.extend(self.request.weighted.then(|| share.columns(self.weights)));
        // Behind the weights, which are there or not; the phase knows.
        reads.extend(kept.map(|kept| share.columns(kept)));
        let mut writes = vec![share.columns(self.output_of(last)), Access::columns(self.values)];
        writes.extend(slope.map(|region| share.columns(region)));
        writes.extend(slope_rows.map(|region| share.rows(region)));
        self.by_batch(Body::Loss, reads, writes);
    }

    // Back down to the first stage that learns

    fn down(&mut self) {
        for index in (self.lowest..self.stages.len() - 1).rev() {
            let share = self.share;
            let (stage, upper_stage) = (&self.stages[index], &self.stages[index + 1]);
            let (upper, lower) = (&self.buffers[index + 1], &self.buffers[index]);
            let output = self.output_of(index);
            let slope = upper.slope.expect("stages above the lowest one that learns have slopes");
            let slope_below = lower.slope.expect("stages above the lowest one that learns have slopes");
            let is_map = upper_stage.map.is_some();
            let body = if is_map { Body::MapDown(index) } else { Body::Down(index) };
            let (statistics, kept, slope_rows) = (upper.statistics, lower.kept, lower.slope_rows);
            if rules::by_features(upper_stage, self.request.purpose) {
                let learned = self.blocks_of(index + 1).filter(|block| block.place.variables.trainable);
                let variables = learned.map(|block| block.place.region);
                let reads = [slope, output].into_iter().chain(statistics).chain(kept).chain(variables);
                let reads = reads.map(Access::rows).collect();
                let writes = std::iter::once(Access::rows(slope_below));
                let writes = writes.chain(slope_rows.map(Access::columns)).collect();
                self.by_rows(body, reads, writes, stage.units);
            } else if is_map || rules::is_small(upper_stage) || stage.mixes_features() {
                let mut reads = vec![share.columns(slope), share.columns(output)];
                reads.extend(statistics.map(|region| share.columns(region)));
                reads.extend(kept.map(|region| share.columns(region)));
                reads.extend(self.whole(index + 1));
                let mut writes = vec![share.columns(slope_below)];
                writes.extend(slope_rows.map(|region| share.rows(region)));
                self.by_batch(body, reads, writes);
            } else {
                // Large weights, so there is a product.
                let mut reads = vec![Access::whole(slope), Access::rows(output)];
                reads.extend(kept.map(Access::rows));
                reads.extend(self.whole(index + 1));
                let mut writes = vec![Access::rows(slope_below)];
                writes.extend(slope_rows.map(Access::columns));
                self.by_rows(body, reads, writes, stage.units);
            }
        }
    }

    // Gradients and updates

    fn gradients(&mut self) {
        let Request { purpose, norms, accumulates, .. } = self.request;
        if let Some(chunks) = self.chunks {
            self.chunk_gradients(chunks);
        }
        let learned: Vec<usize> =
            (0..self.blocks.len()).filter(|&i| self.blocks[i].place.variables.trainable).collect();
        let is_regularized = learned.iter().any(|&i| self.blocks[i].place.variables.is_regularized());
        let updates = purpose == Purpose::Train;
        let together = rules::all_small(self.stages) && !norms && !is_regularized;
        // All gradients first where clipping by norm needs them, or where they are added up; otherwise an update
        // follows its gradient without a meeting, since both split the same rows.
        let late = norms || accumulates;
        for &block in &learned {
            if updates && !together && self.fuses(block) {
                self.update(Body::Learn(block), block);
                continue;
            }
            if self.chunks.is_none() {
                self.gradient(block);
            }
            self.regularize(block);
            if updates && !together && !late {
                self.update(Body::Update(block), block);
            }
        }
        if !updates {
            return;
        }
        if accumulates {
            let reads = vec![Access::whole(self.values.first_rows(1))];
            let memories = [GRADIENTS, SLOTS + self.request.slots];
            let writes = memories.map(|memory| Access::columns(flat(memory, self.trainable)));
            self.by_rows(Body::Accumulate, reads, writes.into(), self.trainable);
        }
        if norms {
            for &block in &learned {
                let place = self.blocks[block].place;
                let writes = vec![Access::rows(self.part(self.norms, block))];
                let reads = vec![Access::rows(place.within(GRADIENTS))];
                self.by_rows(Body::Norms(block), reads, writes, place.region.rows);
            }
        }
        if together {
            let losses = Access::whole(self.values.first_rows(1));
            let reads = vec![Access::columns(flat(GRADIENTS, self.trainable)), losses];
            let memories = std::iter::once(PARAMETERS).chain(self.slots());
            let writes = memories.map(|memory| Access::columns(flat(memory, self.trainable))).collect();
            self.by_rows(Body::UpdateAll, reads, writes, self.trainable);
        } else if late {
            for &block in &learned {
                self.update(Body::Update(block), block);
            }
        }
        for block in learned {
            let place = self.blocks[block].place;
            if place.variables.is_constrained() {
                let reads = vec![Access::whole(self.values.first_rows(1))];
                let writes = vec![Access::rows(place.region)];
                let rows = place.region.rows;
                // A norm is that of a whole column, so one thread does it.
                let body = Body::Constrain(block);
                let phase = Phase { body, reads, writes, length: rows, unit: rows, by_portion: false };
                self.phases.push(phase);
            }
        }
    }

    fn slots(&self) -> impl Iterator<Item = usize> + use<> {
        (0..self.request.slots).map(|slot| SLOTS + slot)
    }

    /// The rows of penalties or norms that belong to a block.
    fn part(&self, of: Region, block: usize) -> Region {
        let Block { place, first_row } = self.blocks[block];
        Region { offset: of.offset + first_row * of.pitch, rows: place.region.rows, ..of }
    }

    fn is_sparse(&self, stage: usize) -> bool {
        self.request.sparse && stage == 0
    }

    fn fuses(&self, block: usize) -> bool {
        let stage = self.blocks[block].place.stage;
        let dense = self.stages[stage].dense.filter(|_| !self.is_sparse(stage));
        dense.is_some_and(|dense| rules::fuses(dense, &self.request))
    }

    /// The two factors of a product that gives a dense layer's gradient.
    fn factors(&self, stage: usize, rows: usize) -> Vec<Access> {
        let Buffers { slope, slope_rows, .. } = self.buffers[stage];
        let mut factors = vec![Access::whole(slope_rows.or(slope).expect("what learns has a slope"))];
        if !self.is_sparse(stage) {
            factors.insert(0, Access::rows(self.input_of(stage).first_rows(rows)));
        }
        factors
    }

    fn gradient(&mut self, block: usize) {
        let place = self.blocks[block].place;
        let (stage, rows) = (place.stage, place.region.rows);
        if self.stages[stage].map.is_some() {
            // One phase for all of a map's, with the first.
            if self.blocks_of(stage).next().is_some_and(|first| first.place == place) {
                self.map_gradient(stage);
            }
            return;
        }
        let body = if self.is_sparse(stage) { Body::GradientSparse } else { Body::Gradient(stage) };
        let writes = vec![Access::rows(place.within(GRADIENTS))];
        self.by_rows(body, self.factors(stage, rows), writes, rows);
    }

    fn map_gradient(&mut self, index: usize) {
        let stage = &self.stages[index];
        let Buffers { slope, statistics, .. } = self.buffers[index];
        let slope = slope.expect("what learns has a slope");
        let mut reads =
            vec![Access::rows(slope), Access::rows(self.input_of(index).first_rows(stage.fan_in))];
        let by_features = rules::by_features(stage, self.request.purpose);
        let access: fn(Region) -> Access = if by_features { Access::rows } else { Access::whole };
        reads.extend(statistics.map(access));
        let learned = self.blocks_of(index).filter(|block| block.place.variables.trainable);
        let writes = learned.map(|block| Access::rows(block.place.within(GRADIENTS))).collect();
        self.by_rows(Body::MapGradient(index), reads, writes, stage.units);
    }

    fn chunk_gradients(&mut self, chunks: usize) {
        let share = self.share;
        for index in self.lowest..self.stages.len() {
            let stage = &self.stages[index];
            let Buffers { slope, slope_rows, statistics, .. } = self.buffers[index];
            let learned = self.blocks_of(index).filter(|block| block.place.variables.trainable);
            let writes: Vec<_> =
                learned.map(|block| Access::each(block.place.within(CHUNKS), self.trainable)).collect();
            if writes.is_empty() {
                continue;
            }
            let slope = slope.expect("what learns has a slope");
            let factor = slope_rows.map_or(share.columns(slope), |rows| share.rows(rows));
            let input = self.input_of(index);
            match stage.dense {
                Some(_) if self.is_sparse(index) => {
                    self.by_batch(Body::ChunkGradientSparse, vec![factor], writes);
                }
                Some(dense) => {
                    let reads = vec![share.columns(input.first_rows(dense.parameter_rows())), factor];
                    self.by_batch(Body::ChunkGradient(index), reads, writes);
                }
                None => {
                    let input = input.first_rows(stage.fan_in);
                    let mut reads = vec![share.columns(slope), share.columns(input)];
                    reads.extend(statistics.map(|region| share.columns(region)));
                    self.by_batch(Body::ChunkMapGradient(index), reads, writes);
                }
            }
        }
        let all = Region { rows: chunks, ..flat(CHUNKS, self.trainable) };
        let writes = vec![Access::columns(flat(GRADIENTS, self.trainable))];
        self.by_rows(Body::Sum, vec![Access::columns(all)], writes, self.trainable);
    }

    fn regularize(&mut self, block: usize) {
        let place = self.blocks[block].place;
        if place.variables.is_regularized() && !rules::rides(&place.variables, &self.request) {
            let reads = vec![Access::rows(place.region)];
            let penalties = Access::rows(self.part(self.penalties, block));
            let writes = vec![Access::rows(place.within(GRADIENTS)), penalties];
            self.by_rows(Body::Regularize(block), reads, writes, place.region.rows);
        }
    }

    /// Of some variables; `Learn` makes their gradient, too.
    fn update(&mut self, body: Body, block: usize) {
        let place = self.blocks[block].place;
        let rows = place.region.rows;
        let mut writes = vec![];
        if rules::rides(&place.variables, &self.request) {
            writes.push(Access::rows(self.part(self.penalties, block)));
        }
        writes.push(Access::rows(place.region));
        writes.extend(self.slots().map(|memory| Access::rows(place.within(memory))));
        let losses = Access::whole(self.values.first_rows(1));
        let mut reads = match body {
            Body::Learn(_) => self.factors(place.stage, rows),
            _ => vec![Access::rows(place.within(GRADIENTS))],
        };
        reads.push(losses);
        if self.request.norms {
            reads.push(Access::whole(self.norms));
        }
        self.by_rows(body, reads, writes, rows);
    }
}
