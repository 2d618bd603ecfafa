//! A barrier that spins for a moment and then sleeps.
//!
//! Each member has a counter of the meetings it has come to, in a cache line of its own, which only it
//! writes. It adds one and waits until all others have come as far. On two quiet cores that costs one
//! cache line moved each way at the same time. Who has spun in vain yields the
//! core, and at last sleeps on a condition variable, so that a busy machine is not starved: the member
//! waited for may need that very core.
//!
//! Why nobody waits for ever: every member of a team is running when the team starts work (see
//! `mod.rs`), all of them pass the same barriers in the same order, and a member that panics
//! counts as come to all meetings there will ever be, which wakes the others and makes them panic too.

use std::hint;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};
use std::thread;

/// Rounds of spinning before the core is yielded: about twenty microseconds.
const SPINS: usize = 4_000;
/// Yields before sleeping.
const YIELDS: usize = 50;

/// A counter alone in its cache line, and in the pair of lines that some processors fetch together.
#[repr(align(128))]
struct Seat(AtomicUsize);

/// A meeting point for a fixed number of members.
pub struct Barrier {
    seats: Vec<Seat>,
    /// None if there are more members than cores: who is waited for may need this one.
    spins: usize,
    sleepers: AtomicUsize,
    broken: AtomicBool,
    lock: Mutex<()>,
    came: Condvar,
}

impl Barrier {
    /// For so many members.
    pub fn new(members: usize) -> Self {
        let seats = if members > 1 { members } else { 0 };
        Self {
            spins: if members > super::available() { 0 } else { SPINS },
            seats: (0..seats).map(|_| Seat(AtomicUsize::new(0))).collect(),
            sleepers: AtomicUsize::new(0),
            broken: AtomicBool::new(false),
            lock: Mutex::new(()),
            came: Condvar::new(),
        }
    }

    /// Returns when all members have called it, each with its number. What each wrote before is visible
    /// to all after.
    ///
    /// # Panics
    /// If a member broke the barrier.
    #[inline]
    pub fn wait(&self, member: usize) {
        if !self.seats.is_empty() {
            self.meet(member);
        }
    }

    fn meet(&self, member: usize) {
        let meeting = self.seats[member].0.load(Ordering::Relaxed) + 1;
        self.come(member, meeting);
        for seat in &self.seats {
            if seat.0.load(Ordering::Acquire) < meeting {
                self.wait_for(seat, meeting);
            }
        }
        assert!(!self.broken.load(Ordering::Relaxed), "another thread of the team panicked");
    }

    /// SeqCst here and in `sleep` orders "I came, is there a sleeper?" against "I sleep, has it come?":
    /// at least one of the two sees the other.
    fn come(&self, member: usize, meeting: usize) {
        self.seats[member].0.store(meeting, Ordering::SeqCst);
        if self.sleepers.load(Ordering::SeqCst) > 0 {
            drop(self.lock.lock().unwrap_or_else(PoisonError::into_inner));
            self.came.notify_all();
        }
    }

    fn wait_for(&self, seat: &Seat, meeting: usize) {
        for _ in 0..self.spins {
            if seat.0.load(Ordering::Acquire) >= meeting {
                return;
            }
            hint::spin_loop();
        }
        for _ in 0..YIELDS {
            if seat.0.load(Ordering::Acquire) >= meeting {
                return;
            }
            thread::yield_now();
        }
        self.sleep(seat, meeting);
    }

    #[cold]
    fn sleep(&self, seat: &Seat, meeting: usize) {
        self.sleepers.fetch_add(1, Ordering::SeqCst);
        let mut guard = self.lock.lock().unwrap_or_else(PoisonError::into_inner);
        while seat.0.load(Ordering::SeqCst) < meeting {
            guard = self.came.wait(guard).unwrap_or_else(PoisonError::into_inner);
        }
        drop(guard);
        self.sleepers.fetch_sub(1, Ordering::SeqCst);
    }

    /// Lets go all that wait for this member, and all that will, with a panic.
    fn break_up(&self, member: usize) {
        self.broken.store(true, Ordering::SeqCst);
        if !self.seats.is_empty() {
            self.come(member, usize::MAX);
        }
    }
}

/// Breaks the barrier if the member that holds it unwinds.
pub struct BreakOnPanic<'a>(pub &'a Barrier, pub usize);

impl Drop for BreakOnPanic<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.break_up(self.1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// More members than cores, so that all three ways to wait are taken.
    #[test]
    fn nobody_passes_before_all_arrive() {
        let members = 8;
        let barrier = Barrier::new(members);
        let counts: Vec<_> = (0..members).map(|_| AtomicUsize::new(0)).collect();
        thread::scope(|scope| {
            for me in 0..members {
                let (barrier, counts) = (&barrier, &counts);
                scope.spawn(move || {
                    for round in 1..=300 {
                        counts[me].fetch_add(1, Ordering::Relaxed);
                        barrier.wait(me);
                        assert!(counts.iter().all(|count| count.load(Ordering::Relaxed) == round));
                        barrier.wait(me);
                    }
                });
            }
        });
    }

    #[test]
    fn sleepers_wake() {
        let barrier = Barrier::new(2);
        thread::scope(|scope| {
            scope.spawn(|| barrier.wait(1));
            while barrier.sleepers.load(Ordering::SeqCst) == 0 {
                thread::yield_now();
            }
            barrier.wait(0);
        });
    }

    #[test]
    fn who_comes_after_a_panic_does_not_wait() {
        let barrier = Barrier::new(2);
        barrier.break_up(1);
        assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| barrier.wait(0))).is_err());
    }

    #[test]
    fn a_panic_frees_the_others() {
        let barrier = Barrier::new(2);
        thread::scope(|scope| {
            let waiting = scope.spawn(|| barrier.wait(0));
            let panicking = scope.spawn(|| {
                let _guard = BreakOnPanic(&barrier, 1);
                panic!("on purpose");
            });
            assert!(panicking.join().is_err());
            assert!(waiting.join().is_err());
        });
    }
}
