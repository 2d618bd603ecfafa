//! The plan of a few rows to predict: one after another, lanes along the units.

use dlcore_kernels::memory::Memory;
use dlcore_kernels::program::{Access, Phase, Program, Region};
use dlcore_kernels::simd::Element;

use super::{ACTIVATIONS, Body, PARAMETERS, Plan, Request, SHARED, Space, WORKSPACE, outputs, rules};
use crate::arena;
use crate::error::Error;
use crate::stage::Stage;

/// Row by row.
pub fn plan<T: Element>(stages: &[Stage], request: Request) -> Result<Plan<T>, Error> {
    let rows = request.batch_size;
    let mut space = Space::new::<T>(WORKSPACE);
    let phase = |body, reads, write: Region| {
        let writes = vec![Access::rows(write)];
        Phase { body, reads, writes, length: write.rows, unit: write.rows, by_portion: false }
    };
    let places = arena::places::<T>(stages, PARAMETERS);
    let mut from = space.matrix(rows, stages[0].fan_in)?;
    let mut phases = vec![phase(Body::GatherRows, vec![], from)];
    for (index, stage) in stages.iter().enumerate() {
        let to = space.matrix(rows, stage.units)?;
        let variables = places.iter().filter(|place| place.stage == index).map(|place| place.region);
        let reads = std::iter::once(from).chain(variables).map(Access::whole).collect();
        phases.push(phase(Body::ForwardRows(index), reads, to));
        from = to;
    }
    let output = space.matrix(from.columns, rows)?;
    phases.push(phase(Body::Turn, vec![Access::whole(from)], output));
    phases.push(phase(Body::Emit, vec![Access::whole(output)], outputs(stages, rows)));
    let mut shared = Space::new::<T>(SHARED);
    Ok(Plan {
        request,
        program: Program::new::<T>(phases, vec![]),
        shared: Memory::zeroed(0, ACTIVATIONS)?,
        workspace: Memory::zeroed(space.length, ACTIVATIONS)?,
        chunks: Memory::zeroed(0, ACTIVATIONS)?,
        values: shared.matrix(1, rows)?,
        activities: None,
        penalties: None,
        emitted: None,
        blocks: vec![],
        work: rules::work(stages, &request),
        threads: 1,
    })
}
