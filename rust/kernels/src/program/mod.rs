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
//!
//! # In the midst of a step
//!
//! A step that takes long can be abandoned ([`Program::may_be_abandoned`]). The caller is asked before each phase or
//! portion, but only up to the last meeting before something is written that lasts. At that meeting all
//! learn of it, so either everybody goes on or nobody does.

mod member;
mod region;
mod share;

pub use region::{Access, Region};
pub use share::{Matrices, Peek, Share, View, ViewMut};

use std::ops::{ControlFlow, Range};
use std::sync::atomic::{AtomicBool, AtomicUsize};

use crate::simd::{Element, Isa, Simd};
use crate::team::{self, Barrier};
use member::Member;
use region::Split;
use share::Base;

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

/// When the caller is asked whether to go on.
pub enum Moment<'a, T> {
    /// In the midst of a step, of which nothing lasts so far; if not, nothing ever will.
    Within,
    /// After the step of that index. What is watched can be looked at.
    After(usize, &'a Peek<'a, T>),
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
    /// The caller is asked within so many chains of a step.
    abandonable: usize,
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
        Self { phases, chains, watched, meet_to_look, abandonable: 0, lengths, most_members }
    }

    /// Has the caller asked in the midst of steps, too. What lasts is in memories of which `lasts` says so.
    pub fn may_be_abandoned(&mut self, lasts: impl Fn(usize) -> bool) {
        let writes = |chain: &Chain| {
            let phases = &self.phases[chain.phases.clone()];
            phases.iter().flat_map(|phase| &phase.writes).any(|write| lasts(write.region.memory))
        };
        let first = self.chains.iter().position(writes);
        self.abandonable = first.map_or(self.chains.len(), |first| {
            self.chains[..=first].iter().rposition(|chain| chain.meet_before).unwrap_or(0)
        });
    }

    /// How often the members meet within a step; once more between two steps.
    pub fn meetings(&self) -> usize {
        self.chains.iter().filter(|chain| chain.meet_before).count() + usize::from(self.meet_to_look)
    }

    /// Runs all steps on a team of at most `threads`. After each step, and perhaps within, the calling
    /// thread asks `keep_on`, which can stop the run.
    ///
    /// # Panics
    /// If a memory is shorter than the phases need.
    pub fn run<T: Element, J: Job<T, Body = B>>(
        &self,
        isa: Isa,
        threads: usize,
        memories: &mut [&mut [T]],
        job: &J,
        mut keep_on: impl FnMut(Moment<'_, T>) -> ControlFlow<()>,
    ) {
        assert!(memories.len() >= self.lengths.len());
        for (memory, &length) in memories.iter().zip(&self.lengths) {
            assert!(memory.len() >= length, "memory of {} for regions up to {length}", memory.len());
        }
        let lengths: Vec<_> = memories.iter().map(|memory| memory.len()).collect();
        let bases: Vec<_> = memories.iter_mut().map(|memory| Base(memory.as_mut_ptr())).collect();
        let end = AtomicUsize::new(usize::MAX);
        let abandoned = AtomicBool::new(false);
        let peek = Peek { bases: &bases, lengths: &lengths, watched: &self.watched };
        let member = |member, members, barrier: &Barrier, keep_on: &mut KeepOn<'_>| {
            isa.run(Member {
                program: self,
                job,
                bases: &bases,
                member,
                members,
                barrier,
                end: &end,
                abandoned: &abandoned,
                keep_on,
            });
        };
        team::run(
            threads.min(self.most_members),
            |me, members, barrier| member(me, members, barrier, &mut |_| ControlFlow::Continue(())),
            |members, barrier| {
                member(0, members, barrier, &mut |step| {
                    keep_on(step.map_or(Moment::Within, |step| Moment::After(step, &peek)))
                });
            },
        );
    }
}

/// After the step of that index, or in the midst of one.
type KeepOn<'a> = dyn FnMut(Option<usize>) -> ControlFlow<()> + 'a;

/// # Panics
/// If the phase is not safe to share out.
fn check<T: Element, B>(phase: &Phase<B>) {
    assert!(phase.unit > 0 && phase.length > 0 && !phase.writes.is_empty(), "a phase must write something");
    let portions = phase.portions();
    for (i, write) in phase.writes.iter().enumerate() {
        assert!(write.split != Split::Whole, "a region that is written must be split");
        let others = phase.writes[..i].iter().chain(&phase.reads);
        for other in others {
            // Members' own copies are compared one with one, and so are those of a portion that lie in one stride.
            let are_together = match (write.split, other.split) {
                (Split::Each { stride }, Split::Each { stride: its }) => {
                    stride == its && write.region.offset / stride == other.region.offset / stride
                }
                _ => false,
            };
            let copies = |access: &Access| match access.split {
                Split::Own { .. } => access.span(1).start..access.region.end(),
                Split::Each { .. } if are_together => access.span(1),
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

#[cfg(test)]
mod tests;
