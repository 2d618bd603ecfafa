//! A step as a list of phases, run by a team of threads over shared memory.
//!
//! A [`Phase`] says which [`Region`]s of memory it reads and which it writes, and how they are shared
//! out: by rows, by columns, or whole. From that alone the [`Program`] knows
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
//! member 0   gather | forward  | loss | backward | gradient, update |  results, signals  | gather ..
//! member 1   gather | forward  | loss | backward | gradient, update |     (waits)        | gather ..
//!                   ^          ^      ^          ^ meetings, derived ^                    ^ always
//! ```

use std::ops::{ControlFlow, Range};
use std::sync::atomic::{AtomicBool, Ordering};

use crate::matrix::{Matrix, MatrixMut};
use crate::memory::Memory;
use crate::simd::{Element, Isa, Kernel, Simd};
use crate::team::{self, Barrier};

/// A matrix in one of the program's memories.
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
    fn end(&self) -> usize {
        self.offset + self.rows * self.pitch
    }

    fn overlaps(&self, other: &Region) -> bool {
        self.memory == other.memory && self.offset < other.end() && other.offset < self.end()
    }

    /// The first `rows` rows.
    pub fn first_rows(self, rows: usize) -> Region {
        assert!(rows <= self.rows);
        Region { rows, ..self }
    }

    /// One row.
    pub fn row(self, i: usize) -> Region {
        assert!(i < self.rows);
        Region { offset: self.offset + i * self.pitch, rows: 1, ..self }
    }
}

/// How a region is shared out among the members.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Split {
    /// Everybody gets all of it.
    Whole,
    /// Each member gets some rows.
    Rows,
    /// Each member gets some columns.
    Columns,
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

    fn length(&self) -> usize {
        match self.split {
            Split::Whole => 0,
            Split::Rows => self.region.rows,
            Split::Columns => self.region.columns,
        }
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
    /// Rows or columns in a portion, which one member takes whole.
    pub unit: usize,
}

impl<B> Phase<B> {
    fn portions(&self) -> usize {
        let longest = self.writes.iter().map(Access::length).max().unwrap_or(0);
        longest.div_ceil(self.unit)
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
    phases: Vec<(Phase<B>, MeetBefore)>,
    /// For each memory, the least length that the phases need.
    lengths: Vec<usize>,
}

/// Whether the members meet before a phase.
type MeetBefore = bool;

impl<B: Sync> Program<B> {
    /// Checks the phases for elements of type `T` and finds out where the members must meet.
    ///
    /// # Panics
    /// If a phase could write an element twice, or read what another member writes.
    pub fn new<T: Element>(phases: Vec<Phase<B>>) -> Self {
        let mut lengths = Vec::new();
        let mut since_meeting: Vec<usize> = Vec::new();
        let mut meets = Vec::with_capacity(phases.len());
        for (index, phase) in phases.iter().enumerate() {
            check(phase);
            for access in phase.reads.iter().chain(&phase.writes) {
                let region = access.region;
                lengths.resize(lengths.len().max(region.memory + 1), 0);
                lengths[region.memory] = lengths[region.memory].max(region.end());
            }
            let must_meet = since_meeting.iter().any(|&earlier| conflict::<T, B>(&phases[earlier], phase));
            if must_meet {
                since_meeting.clear();
            }
            since_meeting.push(index);
            meets.push(must_meet);
        }
        Self { phases: phases.into_iter().zip(meets).collect(), lengths }
    }

    /// How often the members meet within a step.
    pub fn meetings(&self) -> usize {
        self.phases.iter().filter(|(_, meet)| *meet).count()
    }

    /// Runs all steps on a team of at most `threads`. After each step, while the others wait,
    /// `after` is called on the calling thread with the index of the step; it can look into the
    /// memories and stop the run.
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
        let stop = AtomicBool::new(false);
        let member = |member, members, barrier: &Barrier, after: &mut dyn FnMut(usize) -> ControlFlow<()>| {
            isa.run(Member {
                program: self,
                job,
                bases: &bases,
                member,
                members,
                barrier,
                stop: &stop,
                after,
            });
        };
        let mut after = after;
        team::run(
            threads,
            |me, members, barrier| member(me, members, barrier, &mut |_| ControlFlow::Continue(())),
            |members, barrier| {
                let peek = Peek { bases: &bases, lengths: &lengths };
                member(0, members, barrier, &mut |step| after(step, &peek));
            },
        );
    }
}

/// # Panics
/// If the phase is not safe to share out.
fn check<B>(phase: &Phase<B>) {
    let portions = phase.portions();
    assert!(phase.unit > 0 && portions > 0, "a phase must write something");
    for (i, write) in phase.writes.iter().enumerate() {
        assert!(write.split != Split::Whole, "a region that is written must be split");
        let others = phase.writes[..i].iter().chain(&phase.reads);
        for other in others {
            assert!(!write.region.overlaps(&other.region), "a phase touches twice what it writes");
        }
    }
    for access in phase.reads.iter().chain(&phase.writes) {
        let Region { rows, columns, pitch, .. } = access.region;
        assert!(rows > 0 && columns > 0 && columns <= pitch, "an empty region, or rows that overlap");
        if access.split != Split::Whole {
            assert_eq!(access.length().div_ceil(phase.unit), portions, "regions split in different portions");
        }
    }
}

/// Whether a member could touch in `later` what another one writes in `earlier`, or the other way
/// round.
fn conflict<T: Element, B>(earlier: &Phase<B>, later: &Phase<B>) -> bool {
    let touches = |phase: &Phase<B>| -> Vec<(Access, bool)> {
        let reads = phase.reads.iter().map(|&access| (access, false));
        reads.chain(phase.writes.iter().map(|&access| (access, true))).collect()
    };
    let same_portions = earlier.unit == later.unit && earlier.portions() == later.portions();
    touches(earlier).iter().any(|(old, old_writes)| {
        touches(later).iter().any(|(new, new_writes)| {
            let (a, b) = (old.region, new.region);
            let same_member = same_portions
                && old.split == new.split
                && match old.split {
                    Split::Whole => false,
                    Split::Rows => a == b,
                    // Vectors may be read whole, so portions must be made of them.
                    Split::Columns => {
                        (a.offset, a.columns, a.pitch) == (b.offset, b.columns, b.pitch)
                            && earlier.unit.is_multiple_of(T::LANES)
                    }
                };
            (*old_writes || *new_writes) && a.overlaps(&b) && !same_member
        })
    })
}

/// The first element of a memory; members use it within their shares only.
struct Base<T>(*mut T);

// SAFETY: dereferenced only through `Share` and `Peek`, which keep to the rules of `Program`.
unsafe impl<T: Send> Sync for Base<T> {}

/// A look into the memories between two steps, while no member works.
pub struct Peek<'a, T> {
    bases: &'a [Base<T>],
    lengths: &'a [usize],
}

impl<T: Copy> Peek<'_, T> {
    /// A region of a memory.
    pub fn matrix(&self, region: Region) -> Matrix<'_, T> {
        assert!(region.columns <= region.pitch && region.end() <= self.lengths[region.memory]);
        let Region { memory, offset, rows, columns, pitch } = region;
        // SAFETY: in bounds of the memory, and nobody writes: a
        // `Peek` is lent only between two meetings of all members, to the one that does not wait.
        unsafe { Matrix::from_raw(self.bases[memory].0.add(offset), rows, columns, pitch, pitch) }
    }
}

/// What a phase reads, and what it writes.
pub type Matrices<'a, T, const R: usize, const W: usize> =
    ([Option<Matrix<'a, T>>; R], [Option<MatrixMut<'a, T>>; W]);

/// One member's share of a phase.
pub struct Share<'a, T> {
    reads: &'a [Access],
    writes: &'a [Access],
    bases: &'a [Base<T>],
    unit: usize,
    portions: Range<usize>,
    is_last: bool,
}

impl<'a, T: Copy> Share<'a, T> {
    /// The index of the first row or column of this share.
    pub fn start(&self) -> usize {
        self.portions.start * self.unit
    }

    /// The matrices of the phase, cut to this share, in the order of the phase's lists; none where a
    /// list is shorter.
    ///
    /// # Panics
    /// If the phase has more of them.
    #[inline(always)]
    pub fn take<const R: usize, const W: usize>(self) -> Matrices<'a, T, R, W> {
        assert!(self.reads.len() <= R && self.writes.len() <= W, "a phase with more regions");
        let reads = std::array::from_fn(|i| {
            self.reads.get(i).map(|access| {
                let (data, rows, columns, pitch, width) = self.cut(access);
                // SAFETY: in bounds, and `Program::new` made sure that nobody writes it meanwhile.
                unsafe { Matrix::from_raw(data, rows, columns, pitch, width) }
            })
        });
        let writes = std::array::from_fn(|i| {
            self.writes.get(i).map(|access| {
                let (data, rows, columns, pitch, width) = self.cut(access);
                // SAFETY: in bounds; `Program::new` made sure that the regions written in a phase
                // do not overlap, and shares of one region are disjoint. `self` is used up, so
                // that no second loan of the same share can be made.
                unsafe { MatrixMut::from_raw(data, rows, columns, pitch, width) }
            })
        });
        (reads, writes)
    }

    #[inline(always)]
    fn cut(&self, access: &Access) -> (*mut T, usize, usize, usize, usize) {
        let Region { memory, offset, rows, columns, pitch } = access.region;
        let data = self.bases[memory].0.wrapping_add(offset);
        let start = self.start();
        let end = (self.portions.end * self.unit).min(access.length());
        match access.split {
            Split::Whole => (data, rows, columns, pitch, pitch),
            Split::Rows => (data.wrapping_add(start * pitch), end - start, columns, pitch, pitch),
            Split::Columns => {
                // Padding belongs to the last portion.
                let width = if self.is_last { pitch - start } else { end - start };
                (data.wrapping_add(start), rows, end - start, pitch, width)
            }
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
    stop: &'a AtomicBool,
    after: &'a mut A,
}

impl<T: Element, J: Job<T>, A: FnMut(usize) -> ControlFlow<()> + ?Sized> Kernel for Member<'_, T, J, A> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        for index in 0..self.job.steps() {
            let step = self.job.step(index);
            for (phase, meet_before) in &self.program.phases {
                if *meet_before {
                    self.barrier.wait();
                }
                let all = phase.portions();
                let portions = all * self.member / self.members..all * (self.member + 1) / self.members;
                if portions.is_empty() {
                    continue;
                }
                let is_last = portions.end == all;
                let Phase { body, reads, writes, unit } = phase;
                let share = Share { reads, writes, bases: self.bases, unit: *unit, portions, is_last };
                self.job.run::<S>(body, &step, share);
            }
            self.barrier.wait();
            if self.member == 0 && (self.after)(index).is_break() {
                self.stop.store(true, Ordering::Relaxed);
            }
            self.barrier.wait();
            if self.stop.load(Ordering::Relaxed) {
                break;
            }
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
        Phase { body, reads, writes, unit: 16 }
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
                (input.unwrap(), output.unwrap());
            let sum: f32 = (0..input.rows()).map(|i| input.row(i)[0]).sum();
            for i in 0..output.rows() {
                output.row(i).fill(sum * 0.001 + (start + i + step) as f32);
            }
        }
    }

    #[test]
    fn threads_meet_where_they_must() {
        let (a, b, c) = (region(0, 64, 64), region(4096, 64, 64), region(8192, 64, 64));
        let meetings = |phases| Program::new::<f32>(phases).meetings();
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
            phase(0, vec![], vec![Access::rows(Region { pitch: 32, ..a })]),
        ];
        for phase in refused {
            let text = format!("{phase:?}");
            let result = std::panic::catch_unwind(|| Program::new::<f32>(vec![phase]));
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
            Program::new::<f32>(phases()).run(
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

    #[test]
    #[should_panic(expected = "memory of 10")]
    fn a_memory_that_is_too_short_is_refused() {
        let program = Program::new::<f32>(vec![phase(0, vec![], vec![Access::rows(region(0, 10, 10))])]);
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
