//! Memory for numbers: aligned to a vector, zeroed, never out of reach of an error.
//!
//! What is small, a list of phases or a worker's name, is taken without asking, and where there is not even room
//! for that, Rust ends the process; so does the C library where a thread starts. Therefore who takes much must leave
//! something ([`spare`]), and who begins a piece of work looks first whether it is there.

use std::alloc::{Layout, alloc_zeroed, dealloc};
use std::hint::black_box;
use std::ptr::NonNull;

/// More memory than there is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("out of memory: {} for {purpose} could not be allocated", amount(*.bytes))]
pub struct OutOfMemory {
    /// How much was asked for; `usize::MAX` if it cannot be counted.
    pub bytes: usize,
    /// What it was for.
    pub purpose: &'static str,
}

impl OutOfMemory {
    /// For so many values.
    pub fn of<T>(len: usize, purpose: &'static str) -> Self {
        Self { bytes: len.saturating_mul(size_of::<T>()), purpose }
    }
}

fn amount(bytes: usize) -> String {
    if bytes == usize::MAX { "more bytes than can be counted".to_owned() } else { format!("{bytes} bytes") }
}

/// An empty vector with room for `len` values.
pub fn room<T>(len: usize, purpose: &'static str) -> Result<Vec<T>, OutOfMemory> {
    let none = OutOfMemory::of::<T>(len, purpose);
    let mut values = Vec::new();
    values.try_reserve_exact(len).map_err(|_| none)?;
    leaves_spare(none)?;
    // Else the compiler may leave out what is only asked for and given back.
    Ok(black_box(values))
}

/// Bytes for all that is small, many times over.
const SPARE: usize = 1 << 20;

/// Whether there is room for what is small.
pub fn spare() -> Result<(), OutOfMemory> {
    let none = OutOfMemory { bytes: SPARE, purpose: "what is small" };
    let mut values = Vec::<u8>::new();
    values.try_reserve_exact(SPARE).map_err(|_| none)?;
    drop(black_box(values));
    Ok(())
}

/// Whether there still is, once so much has been taken; little cannot use it up.
fn leaves_spare(taken: OutOfMemory) -> Result<(), OutOfMemory> {
    if taken.bytes < SPARE / 16 { Ok(()) } else { spare().map_err(|_| taken) }
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
    pub fn zeroed(len: usize, purpose: &'static str) -> Result<Self, OutOfMemory> {
        let none = OutOfMemory::of::<T>(len, purpose);
        let layout = Self::layout(len).ok_or(none)?;
        if len == 0 {
            return Ok(Self { data: NonNull::dangling(), len });
        }
        // SAFETY: the layout is not empty.
        let data = unsafe { alloc_zeroed(layout) };
        let memory = NonNull::new(data.cast()).map(|data| Self { data, len }).ok_or(none)?;
        leaves_spare(none)?;
        Ok(memory)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn aligned_and_zero() {
        let blocks: Vec<_> = (0..100).map(|len| Memory::<f32>::zeroed(len, "a test").unwrap()).collect();
        for (len, block) in blocks.iter().enumerate() {
            assert_eq!(block.as_slice(), vec![0.0; len]);
            assert!(len == 0 || block.as_slice().as_ptr().addr().is_multiple_of(64));
        }
    }

    #[test]
    fn too_much_is_an_error_that_says_for_what() {
        let error = Memory::<f64>::zeroed(1 << 50, "a test").unwrap_err();
        assert_eq!(
            error.to_string(),
            "out of memory: 9007199254740992 bytes for a test could not be allocated"
        );
        let error = room::<f64>(usize::MAX, "a test").unwrap_err();
        assert!(error.to_string().contains("more bytes than can be counted for a test"));
    }
}
