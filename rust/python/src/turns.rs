//! A network, of which calls take turns.
//!
//! Who waits does so without the interpreter, and in line: the one that is next has a flag of its own. So a fit, which
//! takes the network again for each epoch, lets a prediction of another thread in between. To wait is to look now and
//! then, and not to sleep in a lock of the system, because of what may happen or be found out meanwhile:
//!
//! - there is Ctrl-C;
//! - who has the network is not there: this process was forked while another thread was at it;
//! - it is this very thread that has it: a signal's handler runs in the midst of a fit.
//!
//! The last two would be waits for ever, and are errors.

use std::ptr;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use dlcore_core::error::Error;
use dlcore_kernels::team;
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;

use crate::error::{detached, exception};
use crate::signals::Signals;

pub struct Turns<T> {
    /// Of the call that is next.
    next: Flag,
    /// Of the call that is under way.
    taken: Flag,
    /// Nobody waits for this lock. It remembers whether a panic has left the value half done.
    value: Mutex<T>,
}

impl<T: Send> Turns<T> {
    pub fn new(value: T) -> Self {
        Self { next: Flag::default(), taken: Flag::default(), value: Mutex::new(value) }
    }

    /// Does work with the value, and without the interpreter.
    pub fn with<R: Send>(
        &self,
        py: Python<'_>,
        work: impl FnOnce(&mut T) -> Result<R, Error> + Send,
    ) -> PyResult<R> {
        detached(py, || {
            let next = self.next.raise()?;
            let _taken = self.taken.raise()?;
            drop(next);
            let broken = |_| PyRuntimeError::new_err("the model was left broken by an internal error");
            work(&mut *self.value.try_lock().map_err(broken)?).map_err(exception)
        })?
    }
}

/// Raised by one thread at a time.
#[derive(Default)]
struct Flag {
    /// 0 while it is down, else one more than the generation of the process that raised it.
    state: AtomicUsize,
    /// The thread that raised it.
    thread: AtomicUsize,
}

impl Flag {
    fn raise(&self) -> PyResult<Raised<'_>> {
        let up = team::generation() + 1;
        if let Err(found) = self.state.compare_exchange(0, up, Ordering::Acquire, Ordering::Relaxed) {
            self.wait(up, found)?;
        }
        self.thread.store(this_thread(), Ordering::Relaxed);
        Ok(Raised(self))
    }

    #[cold]
    fn wait(&self, up: usize, mut found: usize) -> PyResult<()> {
        let (begun, mut signals) = (Instant::now(), Signals::new());
        loop {
            if found != up {
                return Err(PyRuntimeError::new_err(
                    "the model was in use by another thread when this process was forked: its weights may be half \
                     changed. Build or load it anew in this process",
                ));
            }
            if self.thread.load(Ordering::Relaxed) == this_thread() {
                return Err(PyRuntimeError::new_err(
                    "the model is in use by this thread: a signal's handler must not call it in the midst of a fit. \
                     It may raise an exception, and the model be used when the fit has ended with that",
                ));
            }
            pause(begun.elapsed());
            if !signals.keep_on() {
                signals.raised()?;
            }
            match self.state.compare_exchange(0, up, Ordering::Acquire, Ordering::Relaxed) {
                Ok(_) => return Ok(()),
                Err(state) => found = state,
            }
        }
    }
}

/// Lowers the flag when dropped.
struct Raised<'a>(&'a Flag);

impl Drop for Raised<'_> {
    fn drop(&mut self) {
        self.0.thread.store(0, Ordering::Relaxed);
        self.0.state.store(0, Ordering::Release);
    }
}

/// A number that no other thread has.
fn this_thread() -> usize {
    thread_local!(static HERE: u8 = const { 0 });
    HERE.with(|here| ptr::from_ref(here).addr())
}

/// The longer it took so far, the longer: a prediction is over soon, an epoch is not.
fn pause(waited: Duration) {
    if waited < Duration::from_micros(50) {
        thread::yield_now();
    } else {
        thread::sleep((waited / 4).min(Duration::from_millis(1)));
    }
}
