//! A step as a list of phases, run by a team of threads over shared memory.
//!
//! A [`Phase`] says which [`Region`]s of memory it reads and which it writes, and how they are shared
//! out: by rows, by columns, whole, or one for each portion or member. From that alone the [`Program`]
//! knows
//!
//! - that it is safe: within a phase no two members write the same element, and nobody reads what
//!   another writes (checked once, when the program is made);
//! - where the members must meet: before a phase that touches what another member wrote, or still
//!   reads, since the last meeting. A chain of phases that all split a batch by its rows needs no
//!   meeting at all.
//!
//! So the code of a phase gets plain matrices, its own share of them, and neither knows of threads
//! nor can go wrong with them. Shares follow from shapes; how many threads there are decides only
//! who takes which.
//!
//! ```text
//! member 0   gather | forward  | loss | backward | gradient, update, results | gather ..
//! member 1   gather | forward  | loss | backward | gradient, update          | gather ..
//!                   ^          ^      ^          ^ meetings, derived         ^ always
//! ```
//!
//! # Portion by portion
//!
//! A member takes its share of a phase as one, and then goes on to the next phase: unless the phases
//! are marked `by_portion`. Then it does all phases of such a chain for one portion before it takes the
//! next, so that what a portion needs stays in the cache. What only lives within a chain
//! needs no more room than one portion for each member ([`Access::own`]).

use std::marker::PhantomData;
use std::ops::{ControlFlow, Range};
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::matrix::{Matrix, MatrixMut, Panels, PanelsMut};
use crate::memory::Memory;
use crate::simd::{Element, Isa, Kernel, Simd};
use crate::team::{self, Barrier};

/// A matrix in one of the program's memories. If it has more columns than its pitch, it lies in
/// panels (see [`Panels`]), one behind the other.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Region {
    /// Which memory.
    pub memory: usize,
    /// Where its first element lies.
    pub offset: usize,
    /// Its shape.
    pub rows: usize,
    /// Its shape.
    pub columns: usize,
    /// From a row to the next; what lies between the columns and the pitch belongs to the region.
    pub pitch: usize,
}

impl Region {
    /// How many elements it takes.
    pub fn length(&self) -> usize {
        self.columns.div_ceil(self.pitch) * self.rows * self.pitch
    }

    fn end(&self) -> usize {
        self.offset + self.length()
    }

    /// The first `rows` rows.
    pub fn first_rows(self, rows: usize) -> Region {
        assert!(rows <= self.rows && self.columns <= self.pitch, "rows of a plain matrix");
        Region { rows, ..self }
    }

    /// One row.
    pub fn row(self, i: usize) -> Region {
        assert!(i < self.rows && self.columns <= self.pitch, "a row of a plain matrix");
        Region { offset: self.offset + i * self.pitch, rows: 1, ..self }
    }
}

/// How a region is shared out among the members.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Split {
    Whole,
    Rows,
    Columns,
    /// A copy for each portion, a stride apart.
    Each {
        stride: usize,
    },
    /// A copy for each member, a stride apart.
    Own {
        stride: usize,
        copies: usize,
    },
}

/// A region and how it is shared out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Access {
    region: Region,
    split: Split,
}

impl Access {
    /// All of it for everybody; only to read.
    pub fn whole(region: Region) -> Self {
        Self { region, split: Split::Whole }
    }

    /// Rows for each.
    pub fn rows(region: Region) -> Self {
        Self { region, split: Split::Rows }
    }

    /// Columns for each.
    pub fn columns(region: Region) -> Self {
        Self { region, split: Split::Columns }
    }

    /// A copy of the region for each portion, a stride apart.
    pub fn each(region: Region, stride: usize) -> Self {
        Self { region, split: Split::Each { stride } }
    }

    /// A copy of the region for each member, a stride apart; no more members than copies. Its columns
    /// are those of one portion.
    pub fn own(region: Region, stride: usize, copies: usize) -> Self {
        Self { region, split: Split::Own { stride, copies } }
    }

    /// All that the copies span in memory.
    fn span(&self, portions: usize) -> Range<usize> {
        let Region { offset, .. } = self.region;
        let last = match self.split {
            Split::Each { stride } => (portions - 1) * stride,
            Split::Own { stride, copies } => (copies - 1) * stride,
            Split::Whole | Split::Rows | Split::Columns => 0,
        };
        offset..self.region.end() + last
    }
}

/// One line of the list: what is done, what is read and written, in portions of how many rows or
/// columns it is shared out.
#[derive(Debug)]
pub struct Phase<B> {
    /// What is done; the program only passes it on.
    pub body: B,
    /// Read by the body, in its order.
    pub reads: Vec<Access>,
    /// Written by the body (and readable to it), in its order.
    pub writes: Vec<Access>,
    /// Rows or columns that are shared out.
    pub length: usize,
    /// Rows or columns in a portion, which one member takes whole.
    pub unit: usize,
    /// Whether portions are done one by one, with the phases before and behind that are so, too.
    pub by_portion: bool,
}

impl<B> Phase<B> {
    fn portions(&self) -> usize {
        self.length.div_ceil(self.unit)
    }
}

/// What runs on a program's phases: the epoch, for a network.
pub trait Job<T: Element>: Sync {
    /// What phases say to it.
    type Body: Sync;
    /// What all phases of a step share.
    type Step;

    /// How many steps there are.
    fn steps(&self) -> usize;
    /// The step of that index; each member asks for itself.
    fn step(&self, index: usize) -> Self::Step;
    /// Does one member's share of a phase.
    fn run<S: Simd>(&self, body: &Self::Body, step: &Self::Step, share: Share<'_, T>);
}

/// A checked list of phases.
#[derive(Debug)]
pub struct Program<B> {
    phases: Vec<Phase<B>>,
    /// Consecutive phases that are done one after another, all of the first before the second; or,
    /// if by portion, all phases for a portion before the next one.
    chains: Vec<Chain>,
    /// What is looked at between steps.
    watched: Vec<Region>,
    /// Whether the members meet before that.
    meet_to_look: MeetBefore,
    /// For each memory, the least length that the phases need.
    lengths: Vec<usize>,
    /// Members that there is room for.
    most_members: usize,
}

#[derive(Debug)]
struct Chain {
    phases: Range<usize>,
    portions: usize,
    by_portion: bool,
    meet_before: MeetBefore,
}

impl Chain {
    /// A member's portions.
    fn share(&self, member: usize, members: usize) -> Range<usize> {
        self.portions * member / members..self.portions * (member + 1) / members
    }
}

/// Whether the members meet before something.
type MeetBefore = bool;

impl<B: Sync> Program<B> {
    /// Checks the phases for elements of type `T` and finds out where the members must meet.
    /// `watched` is what the caller will look at after each step.
    ///
    /// # Panics
    /// If a phase could write an element twice, or read what another member writes.
    pub fn new<T: Element>(phases: Vec<Phase<B>>, watched: Vec<Region>) -> Self {
        let mut lengths = Vec::new();
        let mut most_members = usize::MAX;
        let mut since_meeting: Vec<usize> = Vec::new();
        let mut chains: Vec<Chain> = Vec::new();
        for (index, phase) in phases.iter().enumerate() {
            check::<T, B>(phase);
            for access in phase.reads.iter().chain(&phase.writes) {
                let memory = access.region.memory;
                lengths.resize(lengths.len().max(memory + 1), 0);
                lengths[memory] = lengths[memory].max(access.span(phase.portions()).end);
                if let Split::Own { copies, .. } = access.split {
                    most_members = most_members.min(copies);
                }
            }
            let meet_before = since_meeting.iter().any(|&earlier| conflict::<T, B>(&phases[earlier], phase));
            if meet_before {
                since_meeting.clear();
            }
            since_meeting.push(index);
            match chains.last_mut() {
                Some(chain) if !meet_before && belongs(&phases[chain.phases.start], phase) => {
                    chain.phases.end = index + 1;
                }
                _ => chains.push(Chain {
                    phases: index..index + 1,
                    portions: phase.portions(),
                    by_portion: phase.by_portion,
                    meet_before,
                }),
            }
        }
        let meet_to_look = since_meeting.iter().any(|&earlier| {
            let Phase { writes, .. } = &phases[earlier];
            let portions = phases[earlier].portions();
            let is_written = |region: &Region| {
                writes.iter().any(|write| {
                    region.memory == write.region.memory
                        && overlap(&(region.offset..region.end()), &write.span(portions))
                })
            };
            watched.iter().any(is_written)
        });
        Self { phases, chains, watched, meet_to_look, lengths, most_members }
    }

    /// How often the members meet within a step; once more between two steps.
    pub fn meetings(&self) -> usize {
        self.chains.iter().filter(|chain| chain.meet_before).count() + usize::from(self.meet_to_look)
    }

    /// Runs all steps on a team of at most `threads`. After each step `after` is called on the
    /// calling thread with the index of the step; it can look into what is watched and stop
    /// the run.
    ///
    /// # Panics
    /// If a memory is shorter than the phases need.
    pub fn run<T: Element, J: Job<T, Body = B>>(
        &self,
        isa: Isa,
        threads: usize,
        memories: &mut [&mut Memory<T>],
        job: &J,
        after: impl FnMut(usize, &Peek<'_, T>) -> ControlFlow<()>,
    ) {
        assert!(memories.len() >= self.lengths.len());
        for (memory, &length) in memories.iter().zip(&self.lengths) {
            assert!(memory.len() >= length, "memory of {} for regions up to {length}", memory.len());
        }
        let lengths: Vec<_> = memories.iter().map(|memory| memory.len()).collect();
        let bases: Vec<_> = memories.iter_mut().map(|memory| Base(memory.as_mut_ptr())).collect();
        let end = AtomicUsize::new(usize::MAX);
        let member = |member, members, barrier: &Barrier, after: &mut dyn FnMut(usize) -> ControlFlow<()>| {
            isa.run(Member { program: self, job, bases: &bases, member, members, barrier, end: &end, after });
        };
        let mut after = after;
        team::run(
            threads.min(self.most_members),
            |me, members, barrier| member(me, members, barrier, &mut |_| ControlFlow::Continue(())),
            |members, barrier| {
                let peek = Peek { bases: &bases, lengths: &lengths, watched: &self.watched };
                member(0, members, barrier, &mut |step| after(step, &peek));
            },
        );
    }
}

/// # Panics
/// If the phase is not safe to share out.
fn check<T: Element, B>(phase: &Phase<B>) {
    assert!(phase.unit > 0 && phase.length > 0 && !phase.writes.is_empty(), "a phase must write something");
    let portions = phase.portions();
    for (i, write) in phase.writes.iter().enumerate() {
        assert!(write.split != Split::Whole, "a region that is written must be split");
        let others = phase.writes[..i].iter().chain(&phase.reads);
        for other in others {
            // Members' own copies are compared one with one.
            let copies = |access: &Access| match access.split {
                Split::Own { .. } => access.span(1).start..access.region.end(),
                _ => access.span(portions),
            };
            let touches =
                write.region.memory == other.region.memory && overlap(&copies(write), &copies(other));
            assert!(!touches, "a phase touches twice what it writes");
        }
    }
    for access in phase.reads.iter().chain(&phase.writes) {
        let Region { rows, columns, pitch, .. } = access.region;
        let in_panels = columns > pitch;
        assert!(rows > 0 && columns > 0, "an empty region");
        assert!(!in_panels || pitch == T::LANES, "panels are one vector wide");
        match access.split {
            Split::Rows => assert_eq!(rows, phase.length, "regions split in different portions"),
            Split::Columns => {
                assert_eq!(columns, phase.length, "regions split in different portions");
                assert!(!in_panels, "panels are split by rows");
            }
            Split::Each { stride } => {
                assert!(phase.by_portion, "copies of a portion");
                assert!(
                    access.region.offset % stride + access.region.length() <= stride,
                    "copies that overlap"
                );
            }
            Split::Own { stride, copies } => {
                assert!(phase.by_portion && copies > 0, "copies of a portion");
                assert!(
                    access.region.offset % stride + access.region.length() <= stride,
                    "copies that overlap"
                );
            }
            Split::Whole => {}
        }
    }
}

/// Whether a phase goes on with the chain that begins with the first.
fn belongs<B>(first: &Phase<B>, phase: &Phase<B>) -> bool {
    first.by_portion && phase.by_portion && (first.length, first.unit) == (phase.length, phase.unit)
}

fn overlap(a: &Range<usize>, b: &Range<usize>) -> bool {
    a.start < b.end && b.start < a.end
}

/// Whether a member could touch in `later` what another one writes in `earlier`, or the other way
/// round.
fn conflict<T: Element, B>(earlier: &Phase<B>, later: &Phase<B>) -> bool {
    let touches = |phase: &Phase<B>| -> Vec<(Access, bool)> {
        let reads = phase.reads.iter().map(|&access| (access, false));
        reads.chain(phase.writes.iter().map(|&access| (access, true))).collect()
    };
    let same_portions = (earlier.unit, earlier.length) == (later.unit, later.length);
    touches(earlier).iter().any(|(old, old_writes)| {
        touches(later).iter().any(|(new, new_writes)| {
            let (a, b) = (old.region, new.region);
            let same_member = old.split == new.split
                && match old.split {
                    Split::Whole => false,
                    Split::Rows => same_portions && a == b,
                    // Vectors may be read whole, so portions must be made of them.
                    Split::Columns => {
                        same_portions
                            && (a.offset, a.columns, a.pitch) == (b.offset, b.columns, b.pitch)
                            && earlier.unit.is_multiple_of(T::LANES)
                    }
                    Split::Each { stride } => {
                        // Both within the same copy.
                        let within = |region: Region| region.offset % stride + region.length() <= stride;
                        same_portions && a.offset / stride == b.offset / stride && within(a) && within(b)
                    }
                    Split::Own { .. } => true,
                };
            let spans = (old.span(earlier.portions()), new.span(later.portions()));
            (*old_writes || *new_writes)
                && a.memory == b.memory
                && overlap(&spans.0, &spans.1)
                && !same_member
        })
    })
}

/// The first element of a memory; members use it within their shares only.
struct Base<T>(*mut T);

// SAFETY: dereferenced only through `Share` and `Peek`, which keep to the rules of `Program`.
unsafe impl<T: Send> Sync for Base<T> {}

/// A look into what is watched, after a step.
pub struct Peek<'a, T> {
    bases: &'a [Base<T>],
    lengths: &'a [usize],
    watched: &'a [Region],
}

impl<T: Copy> Peek<'_, T> {
    /// A region that is watched.
    pub fn matrix(&self, region: Region) -> Matrix<'_, T> {
        assert!(self.watched.contains(&region), "a region that is not watched");
        assert!(region.columns <= region.pitch && region.end() <= self.lengths[region.memory]);
        let Region { memory, offset, rows, columns, pitch } = region;
        // SAFETY: in bounds of the memory, and nobody writes: all members have met since the last
        // phase that writes what is watched, and meet again before the next step.
        unsafe { Matrix::from_raw(self.bases[memory].0.add(offset), rows, columns, pitch, pitch) }
    }
}

/// What a phase reads, and what it writes.
pub type Matrices<'a, T, const R: usize, const W: usize> =
    ([Option<View<'a, T>>; R], [Option<ViewMut<'a, T>>; W]);

/// One member's part of a region.
#[derive(Clone, Copy)]
pub struct View<'a, T>(Part<T>, PhantomData<&'a [T]>);

/// The same, to write.
pub struct ViewMut<'a, T>(Part<T>, PhantomData<&'a mut [T]>);

/// A matrix, plain or in panels.
#[derive(Clone, Copy)]
struct Part<T> {
    data: *mut T,
    rows: usize,
    columns: usize,
    pitch: usize,
    /// Elements of a plain row that belong to it.
    width: usize,
    /// From a panel to the next.
    stride: usize,
}

impl<'a, T: Copy> View<'a, T> {
    /// As a plain matrix.
    ///
    /// # Panics
    /// If it lies in several panels.
    #[inline(always)]
    pub fn matrix(self) -> Matrix<'a, T> {
        let Part { data, rows, columns, pitch, width, .. } = self.0;
        assert!(columns <= pitch, "panels are no plain matrix");
        // SAFETY: in bounds, and `Program::new` made sure that nobody writes it meanwhile.
        unsafe { Matrix::from_raw(data, rows, columns, pitch, width) }
    }

    /// As panels.
    #[inline(always)]
    pub fn panels(self) -> Panels<'a, T> {
        let Part { data, rows, columns, pitch, stride, .. } = self.0;
        // SAFETY: as above.
        unsafe { Panels::from_raw(data, rows, columns, pitch, stride) }
    }
}

impl<'a, T: Copy> ViewMut<'a, T> {
    /// As a plain matrix.
    ///
    /// # Panics
    /// If it lies in several panels.
    #[inline(always)]
    pub fn matrix(self) -> MatrixMut<'a, T> {
        let Part { data, rows, columns, pitch, width, .. } = self.0;
        assert!(columns <= pitch, "panels are no plain matrix");
        // SAFETY: in bounds; `Program::new` made sure that the regions written in a phase do not
        // overlap, and shares of one region are disjoint. `self` is used up, so that no second loan of
        // the same share can be made.
        unsafe { MatrixMut::from_raw(data, rows, columns, pitch, width) }
    }

    /// As panels.
    #[inline(always)]
    pub fn panels(self) -> PanelsMut<'a, T> {
        let Part { data, rows, columns, pitch, stride, .. } = self.0;
        // SAFETY: as above.
        unsafe { PanelsMut::from_raw(data, rows, columns, pitch, stride) }
    }
}

/// One member's share of a phase.
pub struct Share<'a, T> {
    reads: &'a [Access],
    writes: &'a [Access],
    bases: &'a [Base<T>],
    member: usize,
    /// Rows or columns.
    range: Range<usize>,
    /// The first of the portions.
    portion: usize,
    is_last: bool,
}

impl<'a, T: Copy> Share<'a, T> {
    /// The index of the first row or column of this share.
    pub fn start(&self) -> usize {
        self.range.start
    }

    /// The matrices of the phase, cut to this share, in the order of the phase's lists; none where a
    /// list is shorter.
    ///
    /// # Panics
    /// If the phase has more of them.
    #[inline(always)]
    pub fn take<const R: usize, const W: usize>(self) -> Matrices<'a, T, R, W> {
        assert!(self.reads.len() <= R && self.writes.len() <= W, "a phase with more regions");
        let reads =
            std::array::from_fn(|i| self.reads.get(i).map(|access| View(self.cut(access), PhantomData)));
        let writes =
            std::array::from_fn(|i| self.writes.get(i).map(|access| ViewMut(self.cut(access), PhantomData)));
        (reads, writes)
    }

    #[inline(always)]
    fn cut(&self, access: &Access) -> Part<T> {
        let Region { memory, offset, rows, columns, pitch } = access.region;
        let data = self.bases[memory].0.wrapping_add(offset);
        let Range { start, end } = self.range;
        let whole = Part { data, rows, columns, pitch, width: pitch, stride: rows * pitch };
        match access.split {
            Split::Whole => whole,
            Split::Rows => Part { data: data.wrapping_add(start * pitch), rows: end - start, ..whole },
            Split::Columns => {
                // Padding belongs to the last portion.
                let width = if self.is_last { pitch - start } else { end - start };
                Part { data: data.wrapping_add(start), columns: end - start, width, ..whole }
            }
            Split::Each { stride } => Part { data: data.wrapping_add(self.portion * stride), ..whole },
            // Also for the last portion, which may be shorter: its job knows.
            Split::Own { stride, .. } => Part { data: data.wrapping_add(self.member * stride), ..whole },
        }
    }
}

struct Member<'a, T, J: Job<T>, A: ?Sized>
where
    T: Element,
{
    program: &'a Program<J::Body>,
    job: &'a J,
    bases: &'a [Base<T>],
    member: usize,
    members: usize,
    barrier: &'a Barrier,
    /// The first step that is not done any more. The caller sets it to the next step before all meet for
    /// that one. Who reads it late may find a still later step there, and rightly goes on.
    end: &'a AtomicUsize,
    after: &'a mut A,
}

impl<T: Element, J: Job<T>, A: FnMut(usize) -> ControlFlow<()> + ?Sized> Kernel for Member<'_, T, J, A> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(mut self) {
        let chains = self.program.chains.iter();
        let shares: Vec<_> = chains.map(|chain| chain.share(self.member, self.members)).collect();
        for index in 0..self.job.steps() {
            if index > 0 {
                self.barrier.wait(self.member);
                if self.end.load(Ordering::Relaxed) <= index {
                    break;
                }
            }
            let step = self.job.step(index);
            for (chain, share) in self.program.chains.iter().zip(&shares) {
                if chain.meet_before {
                    self.barrier.wait(self.member);
                }
                self.chain::<S>(chain, share.clone(), &step);
            }
            if self.program.meet_to_look {
                self.barrier.wait(self.member);
            }
            if self.member == 0 && (self.after)(index).is_break() {
                self.end.store(index + 1, Ordering::Relaxed);
            }
        }
    }
}

impl<T: Element, J: Job<T>, A: ?Sized> Member<'_, T, J, A> {
    #[inline(always)]
    fn chain<S: Simd>(&mut self, chain: &Chain, portions: Range<usize>, step: &J::Step) {
        let at_once = if chain.by_portion { 1 } else { portions.len() };
        let mut portion = portions.start;
        while portion < portions.end {
            for phase in &self.program.phases[chain.phases.clone()] {
                let Phase { body, reads, writes, length, unit, .. } = phase;
                let end = ((portion + at_once) * unit).min(*length);
                let share = Share {
                    reads,
                    writes,
                    bases: self.bases,
                    member: self.member,
                    range: portion * unit..end,
                    portion,
                    is_last: end == *length,
                };
                self.job.run::<S>(body, step, share);
            }
            portion += at_once;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn region(offset: usize, rows: usize, columns: usize) -> Region {
        Region { memory: 0, offset, rows, columns, pitch: columns }
    }

    fn phase(body: u32, reads: Vec<Access>, writes: Vec<Access>) -> Phase<u32> {
        let length = writes.first().map_or(0, |write| match write.split {
            Split::Rows => write.region.rows,
            _ => write.region.columns,
        });
        Phase { body, reads, writes, length, unit: 16, by_portion: false }
    }

    /// Each phase sets its output to one more than the sum of the first column of its input.
    struct Chain {
        steps: usize,
    }

    impl Job<f32> for Chain {
        type Body = u32;
        type Step = usize;
        fn steps(&self) -> usize {
            self.steps
        }
        fn step(&self, index: usize) -> usize {
            index
        }
        fn run<S: Simd>(&self, _: &u32, step: &usize, share: Share<'_, f32>) {
            let start = share.start();
            let ([input], [output]) = share.take();
            let (input, mut output): (Matrix<'_, f32>, MatrixMut<'_, f32>) =
                (input.unwrap().matrix(), output.unwrap().matrix());
            let sum: f32 = (0..input.rows()).map(|i| input.row(i)[0]).sum();
            for i in 0..output.rows() {
                output.row(i).fill(sum * 0.001 + (start + i + step) as f32);
            }
        }
    }

    #[test]
    fn threads_meet_where_they_must() {
        let (a, b, c) = (region(0, 64, 64), region(4096, 64, 64), region(8192, 64, 64));
        let meetings = |phases| Program::new::<f32>(phases, vec![]).meetings();
        // The same columns all along: nobody needs anybody.
        let chain = |from, to| phase(0, vec![Access::columns(from)], vec![Access::columns(to)]);
        assert_eq!(meetings(vec![chain(a, b), chain(b, c)]), 0);
        // All of what was shared out; what others still read is overwritten; another split.
        let whole = phase(0, vec![Access::whole(b)], vec![Access::columns(c)]);
        assert_eq!(meetings(vec![chain(a, b), whole]), 1);
        let overwritten = phase(0, vec![Access::columns(c)], vec![Access::columns(a)]);
        assert_eq!(
            meetings(vec![phase(0, vec![Access::whole(a)], vec![Access::columns(b)]), overwritten]),
            1
        );
        let by_rows = phase(0, vec![Access::rows(b)], vec![Access::rows(c)]);
        assert_eq!(meetings(vec![chain(a, b), by_rows]), 1);
        // Two phases after one meeting need no other.
        let reads_b = |to| phase(0, vec![Access::whole(b)], vec![Access::rows(to)]);
        assert_eq!(meetings(vec![chain(a, b), reads_b(c), reads_b(region(12288, 64, 64))]), 1);
    }

    #[test]
    fn what_threads_could_trample_is_refused() {
        let (a, b) = (region(0, 64, 64), region(4096, 64, 64));
        let overlapping = region(4000, 64, 64);
        let refused = [
            phase(0, vec![Access::whole(a)], vec![Access::rows(a)]),
            phase(0, vec![], vec![Access::rows(b), Access::rows(overlapping)]),
            phase(0, vec![], vec![Access::whole(a)]),
            phase(0, vec![], vec![Access::rows(a), Access::rows(region(4096, 128, 64))]),
            phase(0, vec![Access::whole(a)], vec![]),
            // Panels are one vector wide; copies need their distance, and portions.
            phase(0, vec![], vec![Access::rows(Region { pitch: 32, ..a })]),
            phase(0, vec![], vec![Access::each(a, 4096)]),
            Phase { by_portion: true, ..phase(0, vec![], vec![Access::own(a, 4000, 2)]) },
        ];
        for phase in refused {
            let text = format!("{phase:?}");
            let result = std::panic::catch_unwind(|| Program::new::<f32>(vec![phase], vec![]));
            assert!(result.is_err(), "{text}");
        }
    }

    #[test]
    fn any_team_does_the_same_and_can_be_stopped() {
        let (a, b) = (region(0, 100, 7), region(700, 50, 7));
        let phases = || {
            vec![
                phase(0, vec![Access::whole(b)], vec![Access::rows(a)]),
                phase(1, vec![Access::whole(a)], vec![Access::rows(b)]),
            ]
        };
        let before = team::threads();
        let run = |threads, stop_after| {
            team::set_threads(threads);
            let mut memory = Memory::zeroed(1050).unwrap();
            let mut seen = 0;
            let job = Chain { steps: 40 };
            Program::new::<f32>(phases(), vec![a]).run(
                Isa::best(),
                threads,
                &mut [&mut memory],
                &job,
                |index, peek| {
                    seen += 1;
                    assert_eq!(peek.matrix(a).row(99)[6], peek.matrix(a).row(99)[0]);
                    if index + 1 == stop_after { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
                },
            );
            (memory.as_slice().to_vec(), seen)
        };
        let (alone, _) = run(1, 40);
        for threads in [2, 3, 8] {
            assert_eq!(run(threads, 40), (alone.clone(), 40));
            assert_eq!(run(threads, 5).1, 5);
        }
        team::set_threads(before);
    }

    /// Writes what it read plus the phase's number; of a member's own copy each portion must find what
    /// the phase before left there for it.
    struct Portions;

    impl Job<f32> for Portions {
        type Body = u32;
        type Step = ();
        fn steps(&self) -> usize {
            3
        }
        fn step(&self, _: usize) {}
        fn run<S: Simd>(&self, body: &u32, (): &(), share: Share<'_, f32>) {
            let start = share.start();
            let ([input], [output]) = share.take();
            let mut output: MatrixMut<'_, f32> = output.unwrap().matrix();
            let input: Option<Matrix<'_, f32>> = input.map(View::matrix);
            for i in 0..output.rows() {
                let from = match body {
                    0 => start as f32,
                    1 => input.unwrap().row(0)[0],
                    _ => (0..input.unwrap().rows()).map(|row| input.unwrap().row(row)[i]).sum(),
                };
                output.row(i).fill(from + *body as f32);
            }
        }
    }

    #[test]
    fn portions_have_their_own_copies() {
        let (own, each, sums) =
            (region(0, 2, 16), Region { memory: 1, ..region(0, 1, 16) }, region(1000, 1, 16));
        let portion =
            |body, reads, writes| Phase { body, reads, writes, length: 70, unit: 16, by_portion: true };
        let before = team::threads();
        for threads in [1, 2, 3, 8] {
            team::set_threads(threads);
            let phases = vec![
                portion(0, vec![], vec![Access::own(own, 32, 3)]),
                portion(1, vec![Access::own(own, 32, 3)], vec![Access::each(each, 16)]),
                phase(2, vec![Access::whole(Region { rows: 5, ..each })], vec![Access::columns(sums)]),
            ];
            let program = Program::new::<f32>(phases, vec![sums]);
            assert_eq!(program.meetings(), 2);
            let (mut first, mut second) = (Memory::zeroed(1016).unwrap(), Memory::zeroed(80).unwrap());
            program.run(Isa::best(), threads, &mut [&mut first, &mut second], &Portions, |_, peek| {
                // 0 + 16 + 32 + 48 + 64, one more in each.
                assert_eq!(peek.matrix(sums).row(0)[0], 165.0 + 2.0);
                ControlFlow::Continue(())
            });
        }
        team::set_threads(before);
    }

    #[test]
    #[should_panic(expected = "memory of 10")]
    fn a_memory_that_is_too_short_is_refused() {
        let program =
            Program::new::<f32>(vec![phase(0, vec![], vec![Access::rows(region(0, 10, 10))])], vec![]);
        let mut memory = Memory::zeroed(10).unwrap();
        program.run(
            Isa::best(),
            1,
            &mut [&mut memory],
            &Chain { steps: 1 },
            |_, _| ControlFlow::Continue(()),
        );
    }
}
