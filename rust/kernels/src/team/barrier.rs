//! A barrier that spins for a moment and then sleeps.
//!
//! All members add themselves to a count. The last one resets it and turns the round; the others
//! wait for the round to turn. On two quiet cores that takes some tens of nanoseconds. Who has spun
//! in vain yields the core, and at last sleeps on a condition variable, so that a busy machine is
//! not starved: the member waited for may need that very core.
//!
//! Why nobody waits for ever: every member of a team is running when the team starts work (see
//! `mod.rs`), all of them pass the same barriers in the same order, and a member that panics
//! breaks the barrier, which wakes the others and makes them panic too.

use std::hint;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};
use std::thread;

/// Rounds of spinning before the core is yielded: about twenty microseconds.
const SPINS: usize = 4_000;
/// Yields before sleeping.
const YIELDS: usize = 50;

/// A meeting point for a fixed number of members.
pub struct Barrier {
    members: usize,
    arrived: AtomicUsize,
    round: AtomicUsize,
    sleepers: AtomicUsize,
    broken: AtomicBool,
    lock: Mutex<()>,
    turned: Condvar,
}

impl Barrier {
    /// For so many members.
    pub fn new(members: usize) -> Self {
        Self {
            members,
            arrived: AtomicUsize::new(0),
            round: AtomicUsize::new(0),
            sleepers: AtomicUsize::new(0),
            broken: AtomicBool::new(false),
            lock: Mutex::new(()),
            turned: Condvar::new(),
        }
    }

    /// Returns when all members have called it. What each wrote before is visible to all after.
    ///
    /// # Panics
    /// If a member broke the barrier.
    #[inline]
    pub fn wait(&self) {
        if self.members > 1 {
            self.meet();
        }
    }

    fn meet(&self) {
        // Who sees the round that a break turned sees that it is broken, and must not wait for the
        // next; who still sees the round before it sees it turn.
        let round = self.round.load(Ordering::Acquire);
        self.check();
        // AcqRel: the last member to arrive sees the writes of all before it, and the release of
        // the round passes them on.
        if self.arrived.fetch_add(1, Ordering::AcqRel) + 1 == self.members {
            self.arrived.store(0, Ordering::Relaxed);
            self.turn();
        } else {
            self.wait_for_turn(round);
        }
        self.check();
    }

    fn check(&self) {
        assert!(!self.broken.load(Ordering::Relaxed), "another thread of the team panicked");
    }

    /// SeqCst here and in `sleep` orders "round turned, is there a sleeper?" against "I sleep, has
    /// the round turned?": at least one of the two sees the other.
    fn turn(&self) {
        self.round.fetch_add(1, Ordering::SeqCst);
        if self.sleepers.load(Ordering::SeqCst) > 0 {
            drop(self.lock.lock().unwrap_or_else(PoisonError::into_inner));
            self.turned.notify_all();
        }
    }

    fn wait_for_turn(&self, round: usize) {
        for _ in 0..SPINS {
            if self.round.load(Ordering::Acquire) != round {
                return;
            }
            hint::spin_loop();
        }
        for _ in 0..YIELDS {
            if self.round.load(Ordering::Acquire) != round {
                return;
            }
            thread::yield_now();
        }
        self.sleep(round);
    }

    #[cold]
    fn sleep(&self, round: usize) {
        self.sleepers.fetch_add(1, Ordering::SeqCst);
        let mut guard = self.lock.lock().unwrap_or_else(PoisonError::into_inner);
        while self.round.load(Ordering::SeqCst) == round {
            guard = self.turned.wait(guard).unwrap_or_else(PoisonError::into_inner);
        }
        drop(guard);
        self.sleepers.fetch_sub(1, Ordering::SeqCst);
    }

    /// Lets go all that wait, and all that will, with a panic.
    fn break_up(&self) {
        self.broken.store(true, Ordering::SeqCst);
        self.turn();
    }
}

/// Breaks the barrier if the member that holds it unwinds.
pub struct BreakOnPanic<'a>(pub &'a Barrier);

impl Drop for BreakOnPanic<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.break_up();
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
                        barrier.wait();
                        assert!(counts.iter().all(|count| count.load(Ordering::Relaxed) == round));
                        barrier.wait();
                    }
                });
            }
        });
    }

    #[test]
    fn sleepers_wake() {
        let barrier = Barrier::new(2);
        thread::scope(|scope| {
            scope.spawn(|| barrier.wait());
            while barrier.sleepers.load(Ordering::SeqCst) == 0 {
                thread::yield_now();
            }
            barrier.wait();
        });
    }

    #[test]
    fn who_comes_after_a_panic_does_not_wait() {
        let barrier = Barrier::new(2);
        barrier.break_up();
        assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| barrier.wait())).is_err());
    }

    #[test]
    fn a_panic_frees_the_others() {
        let barrier = Barrier::new(2);
        thread::scope(|scope| {
            let waiting = scope.spawn(|| barrier.wait());
            let panicking = scope.spawn(|| {
                let _guard = BreakOnPanic(&barrier);
                panic!("on purpose");
            });
            assert!(panicking.join().is_err());
            assert!(waiting.join().is_err());
        });
    }
}
