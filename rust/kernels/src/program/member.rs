//! One member's way through all steps.

use std::ops::{ControlFlow, Range};
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::simd::{Element, Kernel, Simd};
use crate::team::Barrier;

use super::share::{Base, Share};
use super::{Chain, Job, Phase, Program};

pub struct Member<'a, T, J: Job<T>, A: ?Sized>
where
    T: Element,
{
    pub program: &'a Program<J::Body>,
    pub job: &'a J,
    pub bases: &'a [Base<T>],
    pub member: usize,
    pub members: usize,
    pub barrier: &'a Barrier,
    /// The first step that is not done any more. The caller sets it to the next step before all meet for
    /// that one. Who reads it late may find a still later step there, and rightly goes on.
    pub end: &'a AtomicUsize,
    pub after: &'a mut A,
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
                    members: self.members,
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
