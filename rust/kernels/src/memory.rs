//! Memory for numbers: aligned to a vector, zeroed, never out of reach of an error.

use std::alloc::{Layout, alloc_zeroed, dealloc};
use std::ptr::NonNull;

/// More memory than there is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("out of memory: {bytes} bytes could not be allocated")]
pub struct OutOfMemory {
    /// How much was asked for (capped).
    pub bytes: usize,
}

/// A block of numbers, aligned to 64 bytes. It is not copied, and its length never changes.
#[derive(Debug)]
pub struct Memory<T> {
    data: NonNull<T>,
    len: usize,
}

// SAFETY: `Memory` owns its numbers as a `Vec` does.
unsafe impl<T: Send> Send for Memory<T> {}
// SAFETY: as above.
unsafe impl<T: Sync> Sync for Memory<T> {}

impl<T: Copy> Memory<T> {
    /// `len` numbers, all zero.
    pub fn zeroed(len: usize) -> Result<Self, OutOfMemory> {
        let layout = Self::layout(len).ok_or(OutOfMemory { bytes: usize::MAX })?;
        if len == 0 {
            return Ok(Self { data: NonNull::dangling(), len });
        }
        // SAFETY: the layout is not empty.
        let data = unsafe { alloc_zeroed(layout) };
        match NonNull::new(data.cast()) {
            Some(data) => Ok(Self { data, len }),
            None => Err(OutOfMemory { bytes: layout.size() }),
        }
    }

    fn layout(len: usize) -> Option<Layout> {
        Layout::array::<T>(len).ok()?.align_to(64).ok()
    }

    /// How many numbers.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }
    /// All numbers.
    pub fn as_slice(&self) -> &[T] {
        // SAFETY: so many numbers were allocated, and zero is a valid `f32`, `f64` or integer.
        unsafe { std::slice::from_raw_parts(self.data.as_ptr(), self.len) }
    }

    /// All numbers.
    pub fn as_mut_slice(&mut self) -> &mut [T] {
        // SAFETY: as above, and `self` is borrowed exclusively.
        unsafe { std::slice::from_raw_parts_mut(self.data.as_ptr(), self.len) }
    }
}

impl<T> Drop for Memory<T> {
    fn drop(&mut self) {
        if self.len > 0 {
            let layout = Layout::array::<T>(self.len).ok().and_then(|layout| layout.align_to(64).ok());
            let layout = layout.expect("the layout was computed at allocation");
            // SAFETY: allocated with this very layout.
            unsafe { dealloc(self.data.as_ptr().cast(), layout) }
        }
    }
}
