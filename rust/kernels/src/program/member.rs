//! One member's way through all steps.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use crate::simd::{Element, Kernel, Simd};
use crate::team::Barrier;

use super::share::{Base, Share};
use super::{Chain, Job, KeepOn, Phase, Program};

pub struct Member<'a, 'b, T, J: Job<T>>
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
    /// Whether this step is not to be ended.
    pub abandoned: &'a AtomicBool,
    /// Asked by the caller, who is member 0.
    pub keep_on: &'a mut KeepOn<'b>,
}

impl<T: Element, J: Job<T>> Kernel for Member<'_, '_, T, J> {
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
            for (number, (chain, share)) in self.program.chains.iter().zip(&shares).enumerate() {
                if chain.meet_before {
                    self.barrier.wait(self.member);
                }
                if self.program.abandonable > 0 {
                    self.chain::<S, true>(number, chain, share.clone(), &step);
                } else {
                    self.chain::<S, false>(number, chain, share.clone(), &step);
                }
            }
            if self.program.meet_to_look {
                self.barrier.wait(self.member);
            }
            let is_abandoned = self.abandoned.load(Ordering::Relaxed);
            if self.member == 0 && (is_abandoned || (self.keep_on)(Some(index)).is_break()) {
                self.end.store(index + 1, Ordering::Relaxed);
            }
        }
    }
}

impl<T: Element, J: Job<T>> Member<'_, '_, T, J> {
    #[inline(always)]
    fn chain<S: Simd, const ABANDONABLE: bool>(
        &mut self,
        number: usize,
        chain: &Chain,
        portions: Range<usize>,
        step: &J::Step,
    ) {
        let at_once = if chain.by_portion { 1 } else { portions.len() };
        let mut portion = portions.start;
        while portion < portions.end {
            for phase in &self.program.phases[chain.phases.clone()] {
                if ABANDONABLE {
                    let is_asked = self.member == 0 && number < self.program.abandonable;
                    if is_abandoned(self.abandoned, is_asked.then_some(&mut *self.keep_on)) {
                        return;
                    }
                }
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

/// Whether this step is not to be ended; the caller may say so, if asked. Not a method: as long as nobody else knows
/// where the member is, it stays in registers.
#[inline(never)]
fn is_abandoned(abandoned: &AtomicBool, caller: Option<&mut KeepOn<'_>>) -> bool {
    if !abandoned.load(Ordering::Relaxed) && caller.is_some_and(|keep_on| keep_on(None).is_break()) {
        abandoned.store(true, Ordering::Relaxed);
    }
    abandoned.load(Ordering::Relaxed)
}
