//! Everything that can go wrong, in one type.

use dlcore_kernels::memory::OutOfMemory;

/// An error of the core. The messages name the argument, what was expected and what came.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// An argument that does not fit.
    #[error("{0}")]
    Invalid(String),
    /// More memory than there is.
    #[error(transparent)]
    OutOfMemory(#[from] OutOfMemory),
    /// A file could not be read or written.
    #[error("{path}: {source}")]
    File {
        /// Which file.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// A file that is not what it should be.
    #[error("{path}: {reason}")]
    Damaged {
        /// Which file.
        path: String,
        /// What is wrong with it.
        reason: String,
    },
}

impl Error {
    /// No `kind` (loss, activation, ...) has that name.
    pub fn unknown(kind: &str, name: &str, known: &[&str]) -> Self {
        Self::Invalid(format!("unknown {kind} {name:?}; known are {}", known.join(", ")))
    }
}
