//! How a process finds out that it was forked.
//!
//! A forked child has the memory of its parent, but of its threads only the one that forked. What another thread
//! held at that moment is held for ever. Who holds something therefore notes the generation; a later one finds
//! that the holder cannot be there.

use std::sync::atomic::{AtomicUsize, Ordering};

static GENERATION: AtomicUsize = AtomicUsize::new(0);

/// How often this process and those that it descends from were forked, since [`watch_forks`].
pub fn generation() -> usize {
    GENERATION.load(Ordering::Relaxed)
}

/// Counts forks from now on; to be called once, before there are teams.
///
/// # Panics
/// If the system has no memory for that.
#[cfg(unix)]
pub fn watch_forks() {
    use std::ffi::c_int;

    type Handler = Option<extern "C" fn()>;
    unsafe extern "C" {
        /// POSIX.
        fn pthread_atfork(before: Handler, in_parent: Handler, in_child: Handler) -> c_int;
    }
    extern "C" fn in_child() {
        GENERATION.fetch_add(1, Ordering::Relaxed);
        super::AVAILABLE.store(0, Ordering::Relaxed);
    }
    // SAFETY: the function is as declared; the handler is never unloaded, since Python unloads no module, and only
    // stores to atomics, which a child may do that was forked from several threads.
    let failure = unsafe { pthread_atfork(None, None, Some(in_child)) };
    assert_eq!(failure, 0, "no memory to watch for forks");
}

/// There are none.
#[cfg(not(unix))]
pub fn watch_forks() {}
