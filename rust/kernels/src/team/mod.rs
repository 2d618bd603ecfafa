//! The threads: a private pool, and teams made of the caller and some of its workers.
//!
//! # Who may have how many
//!
//! The pool has one worker less than the configured threads, since the caller works too. Every
//! running team is counted with all its members (work that wants its caller only is not: it takes
//! no worker). A team that starts gets what is
//! left of the configured number, at least its caller: so several fits at once share the cores
//! instead of outnumbering them, and at the next epoch, when it asks anew, a team grows or shrinks.
//!
//! # Why nobody waits for ever
//!
//! A team's members meet at barriers, so all of them must run at once. The count above sees to
//! that: a worker that was counted for a team is not promised to another one before the team ends.
//!
//! # Awake
//!
//! A worker that sleeps takes some fifty microseconds to come, as long as a whole prediction. So who has just
//! been in a team stays awake for a moment (`LINGER`), in case another one starts, as it does
//! at the next epoch or in a loop over predictions.
//!
//! # Fork
//!
//! A forked child has the pool's bookkeeping but none of its threads. The pool is kept with the
//! generation that built it (fork.rs); a child that finds another's leaks it and builds its own. If the fork
//! happened while a thread held the lock, the child can never have it, and works alone.

mod barrier;
mod c;
mod fork;

pub use barrier::{Barrier, BreakOnPanic};
pub use fork::{generation, watch_forks};

use std::cell::Cell;
use std::hint;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, TryLockError};
use std::thread;
use std::time::{Duration, Instant};

use crate::memory;

/// More threads than this are never used; a team's bookkeeping is not made for more.
pub const MAX_THREADS: usize = 256;

/// Bytes of a worker's stack, as many as Rust gives to any thread.
const STACK: usize = 2 << 20;

/// Bytes that a worker takes besides, at most.
const SMALL: usize = 1 << 16;

/// How long a worker stays awake after its team.
const LINGER: Duration = Duration::from_micros(200);

/// The configured number; 0 until it is set.
static THREADS: AtomicUsize = AtomicUsize::new(0);

/// The number of cores; 0 until it is asked for.
static AVAILABLE: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    /// What teams that start on this thread are held to.
    static LIMIT: Cell<usize> = const { Cell::new(MAX_THREADS) };
}

static POOL: Mutex<Option<Arc<Pool>>> = Mutex::new(None);

struct Pool {
    generation: usize,
    threads: usize,
    /// Members of all running teams, callers included.
    busy: AtomicUsize,
    /// How many teams have started.
    teams: Arc<AtomicUsize>,
    workers: rayon::ThreadPool,
}

impl Pool {
    /// Lets so many workers wait for the next team, unless they would be in somebody's way.
    fn linger(&self, workers: usize) {
        if self.threads > available() {
            return;
        }
        let last = self.teams.load(Ordering::Relaxed);
        for _ in 0..workers {
            let teams = Arc::clone(&self.teams);
            self.workers.spawn(move || {
                let begun = Instant::now();
                while teams.load(Ordering::Relaxed) == last && begun.elapsed() < LINGER {
                    hint::spin_loop();
                }
            });
        }
    }
}

/// How many threads a team may have that starts on this thread.
pub fn threads() -> usize {
    configured().min(LIMIT.get())
}

/// What was set for all, else what the machine lends to this process.
fn configured() -> usize {
    match THREADS.load(Ordering::Relaxed) {
        0 => available(),
        set => set,
    }
}

/// What affinity mask and cgroup allow. Asked once in a process: the answer takes tens of microseconds and files of
/// the system, as long as a small net's whole epoch.
pub fn available() -> usize {
    // No lock, which a fork could find taken; if two threads ask at first, they get the same answer.
    match AVAILABLE.load(Ordering::Relaxed) {
        0 => {
            let answer = thread::available_parallelism().map_or(1, usize::from).min(MAX_THREADS);
            AVAILABLE.store(answer, Ordering::Relaxed);
            answer
        }
        known => known,
    }
}

/// Sets how many threads a team may have, from its next start on.
///
/// # Panics
/// Unless the number is in `1..=MAX_THREADS`.
pub fn set_threads(threads: usize) {
    assert!((1..=MAX_THREADS).contains(&threads));
    THREADS.store(threads, Ordering::Relaxed);
}

/// Sets how many threads a team that starts on this thread may have at most; returns what held before.
pub fn limit_threads(threads: usize) -> usize {
    LIMIT.replace(threads.clamp(1, MAX_THREADS))
}

/// The pool of this process, for the number of threads that is set now; none if it cannot be had.
fn pool() -> Option<Arc<Pool>> {
    let threads = configured();
    let mut slot = match POOL.try_lock() {
        Ok(slot) => slot,
        Err(TryLockError::Poisoned(error)) => error.into_inner(),
        Err(TryLockError::WouldBlock) => return None,
    };
    if let Some(old) = slot.take() {
        if old.generation != generation() {
            // Its threads are in another process: dropping it would wait for them.
            std::mem::forget(old);
        } else if old.threads == threads {
            *slot = Some(Arc::clone(&old));
            return Some(old);
        }
    }
    // A thread that found no room when it has just started would end the process.
    let stacks: Result<Vec<_>, _> =
        (1..threads).map(|_| memory::room::<u8>(STACK + SMALL, "a thread")).collect();
    drop(stacks.ok()?);
    let workers = rayon::ThreadPoolBuilder::new()
        .num_threads(threads - 1)
        .stack_size(STACK)
        .thread_name(|i| format!("dlcore-{i}"))
        .build()
        .ok()?;
    let pool = Arc::new(Pool {
        generation: generation(),
        threads,
        busy: AtomicUsize::new(0),
        teams: Arc::default(),
        workers,
    });
    *slot = Some(Arc::clone(&pool));
    Some(pool)
}

/// A claim on some of the pool's threads, given back when dropped.
struct Claim {
    pool: Arc<Pool>,
    members: usize,
}

impl Claim {
    fn of(wanted: usize) -> Option<Self> {
        let pool = pool()?;
        let wanted = wanted.min(LIMIT.get());
        let mut members = 1;
        let grown = pool.busy.fetch_update(Ordering::AcqRel, Ordering::Acquire, |busy| {
            members = wanted.min(pool.threads.saturating_sub(busy)).max(1);
            Some(busy + members)
        });
        debug_assert!(grown.is_ok());
        Some(Self { pool, members })
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        self.pool.busy.fetch_sub(self.members, Ordering::AcqRel);
    }
}

/// Runs `work(member, members, barrier)` once on each member of a team, the caller being member 0,
/// and returns what that returned. The team has at most `wanted` members.
pub fn run<R>(
    wanted: usize,
    worker: impl Fn(usize, usize, &Barrier) + Sync,
    caller: impl FnOnce(usize, &Barrier) -> R,
) -> R {
    let claim = if wanted > 1 && threads() > 1 { Claim::of(wanted) } else { None };
    let members = claim.as_ref().map_or(1, |claim| claim.members);
    let barrier = Barrier::new(members);
    match &claim {
        Some(claim) if members > 1 => {
            claim.pool.teams.fetch_add(1, Ordering::Relaxed);
            let result = claim.pool.workers.in_place_scope(|scope| {
                for member in 1..members {
                    let (barrier, worker) = (&barrier, &worker);
                    scope.spawn(move |_| {
                        let _guard = BreakOnPanic(barrier, member);
                        worker(member, members, barrier);
                    });
                }
                let _guard = BreakOnPanic(&barrier, 0);
                caller(members, &barrier)
            });
            claim.pool.linger(members - 1);
            result
        }
        _ => caller(1, &barrier),
    }
}

/// Does independent jobs on as many threads as there are jobs and threads free.
pub fn share<J: Send, R: Send>(jobs: Vec<J>, work: impl Fn(J) -> R + Sync) -> Vec<R> {
    let count = jobs.len();
    let slots: Vec<_> = jobs.into_iter().map(|job| Mutex::new((Some(job), None))).collect();
    let next = AtomicUsize::new(0);
    let take = || {
        while let Some(slot) = slots.get(next.fetch_add(1, Ordering::Relaxed)) {
            let mut slot = slot.lock().expect("a job is taken once");
            slot.1 = slot.0.take().map(&work);
        }
    };
    run(count, |_, _, _| take(), |_, _| take());
    slots.into_iter().filter_map(|slot| slot.into_inner().expect("no job panicked").1).collect()
}
