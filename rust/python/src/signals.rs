//! Ctrl-C, and what else a signal's handler in Python may raise.

use std::time::{Duration, Instant};

use pyo3::prelude::*;

/// Looks for signals now and then from within work without the interpreter.
pub struct Signals {
    next: Instant,
    raised: Option<PyErr>,
}

impl Signals {
    const INTERVAL: Duration = Duration::from_millis(40);

    pub fn new() -> Self {
        Self { next: Instant::now() + Self::INTERVAL, raised: None }
    }

    /// Whether no handler has raised anything.
    pub fn keep_on(&mut self) -> bool {
        if Instant::now() < self.next {
            return true;
        }
        self.raised = Python::attach(|py| py.check_signals()).err();
        self.next = Instant::now() + Self::INTERVAL;
        self.raised.is_none()
    }

    /// What a handler raised.
    pub fn raised(&mut self) -> PyResult<()> {
        self.raised.take().map_or(Ok(()), Err)
    }
}
