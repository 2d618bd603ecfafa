//! One vector for every instruction set.
//!
//! A vector is **64 bytes everywhere**: one AVX-512 register, two AVX2 registers, four NEON
//! registers, or a plain array. So the number of lanes (16 of `f32`, 8 of `f64`) follows from the
//! element type alone, every buffer is padded the same, and each kernel is written once.
//!
//! The same program must give the same bits on every instruction set. Four rules see to that:
//!
//! 1. A multiply-add is fused, with one rounding, on every path; the scalar one emulates it.
//! 2. Lanes are strangers to each other. The one exception, [`Vector::sum`], adds them in a tree
//!    fixed by the lane count.
//! 3. There is no minimum or maximum: x86 and ARM differ on `max(-0, 0)` and on NaN. Formulas
//!    compare and select.
//! 4. A tail is padded or masked and goes through the same formula as the rest.
//!
//! NaN payloads are the one thing left to the hardware.
//!
//! # How a kernel reaches its instruction set
//!
//! A [`Kernel`] is a struct of arguments whose `run` is generic over a [`Simd`] type. [`Isa::run`]
//! starts it on the set chosen at run time, and below that [`Simd::call`] starts another without
//! choosing again. Each such call enters a `#[target_feature]` function, into which `run` and all
//! that it calls must be inlined: **mark them `#[inline(always)]`**, or every vector operation
//! becomes a function call, tens of times slower. Code without vector operations, such as a loop
//! that starts kernels, needs no mark.

mod dispatch;
mod element;
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
#[macro_use]
mod registers;
mod scalar;

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
#[cfg(target_arch = "aarch64")]
mod neon;

pub use dispatch::{Isa, UnknownIsa};
pub use element::Element;

use std::ops::{Add, Div, Mul, Neg, Sub};

/// Work that runs on vectors: a struct of arguments with one generic method.
pub trait Kernel {
    /// What [`run`](Kernel::run) returns.
    type Output;

    /// Does the work. Implementations are `#[inline(always)]`.
    fn run<S: Simd>(self) -> Self::Output;
}

/// An instruction set. Only this crate can name one; others meet it as a type parameter below
/// [`Isa::run`], that is, after it was found on the machine.
pub trait Simd: Copy + Send + Sync + 'static {
    /// Sixteen lanes of `f32`.
    type F32: Vector<Elem = f32>;
    /// Eight lanes of `f64`.
    type F64: Vector<Elem = f64>;
    /// The name that `DLCORE_ISA` knows.
    const NAME: &'static str;
    /// Rows of the register tile of a product.
    const TILE_ROWS: usize;
    /// Vectors in a row of the register tile.
    const TILE_VECTORS: usize;

    /// Runs a kernel inside a function compiled for this set.
    fn call<K: Kernel>(kernel: K) -> K::Output;
}

/// Asks for the cache line at an address, to read it soon. It need not be a valid one.
#[inline(always)]
pub fn prefetch<T>(at: *const T) {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: a prefetch of any address does nothing but warm a cache; every x86-64 has it.
    unsafe {
        std::arch::x86_64::_mm_prefetch::<{ std::arch::x86_64::_MM_HINT_T0 }>(at.cast());
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = at;
}

/// The same for what is read much later: the line stays out of the first level.
#[inline(always)]
pub fn prefetch_for_later<T>(at: *const T) {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: as above.
    unsafe {
        std::arch::x86_64::_mm_prefetch::<{ std::arch::x86_64::_MM_HINT_T1 }>(at.cast());
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = at;
}

/// The same, to write it soon: no other core keeps it then. Processors that do not know this take it
/// for a no-operation.
#[inline(always)]
pub fn prefetch_to_write<T>(at: *const T) {
    // The intrinsic becomes a prefetch to read unless the code is compiled for a younger processor.
    #[cfg(target_arch = "x86_64")]
    // SAFETY: as above.
    unsafe {
        std::arch::asm!("prefetchw byte ptr [{}]", in(reg) at.addr(), options(nomem, nostack, preserves_flags));
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = at;
}

/// Sixty-four bytes of lanes. All operations act lane by lane.
pub trait Vector:
    Copy + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> + Div<Output = Self> + Neg<Output = Self>
{
    /// The type of a lane.
    type Elem: Element;
    /// One truth value a lane.
    type Mask: Copy;
    /// Whether an operation is many instructions, so that long formulas are better called than written
    /// out wherever they are used.
    const IS_LONG: bool = false;

    /// All lanes equal to `x`.
    fn splat(x: Self::Elem) -> Self;

    /// Reads one vector.
    ///
    /// # Safety
    /// 64 bytes from `from` on must be readable; no alignment is asked for.
    unsafe fn load_ptr(from: *const Self::Elem) -> Self;

    /// Writes one vector.
    ///
    /// # Safety
    /// 64 bytes from `to` on must be writable; no alignment is asked for.
    unsafe fn store_ptr(self, to: *mut Self::Elem);

    /// `self * factor + addend` with one rounding.
    fn mul_add(self, factor: Self, addend: Self) -> Self;
    /// Square root, correctly rounded.
    fn sqrt(self) -> Self;

    /// Bitwise and.
    fn and(self, other: Self) -> Self;
    /// Bitwise or.
    fn or(self, other: Self) -> Self;
    /// Bitwise exclusive or.
    fn xor(self, other: Self) -> Self;
    /// The bits of each lane moved up by `N`.
    fn shift_left<const N: u32>(self) -> Self;
    /// The bits of each lane moved down by `N`, zeros from above.
    fn shift_right<const N: u32>(self) -> Self;
    /// The bits of each lane added as integers, wrapping.
    fn int_add(self, other: Self) -> Self;
    /// The bits of each lane subtracted as integers, wrapping.
    fn int_sub(self, other: Self) -> Self;

    /// `self < other`; false where either is NaN.
    fn lt(self, other: Self) -> Self::Mask;
    /// `self <= other`; false where either is NaN.
    fn le(self, other: Self) -> Self::Mask;
    /// `self == other` as numbers: `0 == -0`, NaN equals nothing.
    fn equal(self, other: Self) -> Self::Mask;
    /// Equal bits: tells `0` from `-0`.
    fn bits_equal(self, other: Self) -> Self::Mask;
    /// `yes` where the mask is set, `no` elsewhere.
    fn select(mask: Self::Mask, yes: Self, no: Self) -> Self;
    /// Both masks.
    fn both(a: Self::Mask, b: Self::Mask) -> Self::Mask;
    /// Either mask.
    fn either(a: Self::Mask, b: Self::Mask) -> Self::Mask;
    /// The mask as bits, lane 0 lowest.
    fn mask_to_bits(mask: Self::Mask) -> u32;
    /// The lowest bits as a mask, lane 0 lowest.
    fn mask_from_bits(bits: u32) -> Self::Mask;

    /// Transposes a block: the first `count` elements at each of the pointers (one pointer a lane;
    /// there are always sixteen, of which `f64` uses eight) become `count` rows of one vector.
    /// `count` is at most the number of lanes; the pitch is in elements.
    ///
    /// # Safety
    /// `count` elements must be readable at each pointer, and `count` rows of 64 bytes, a pitch
    /// apart, writable at `to`; the two must not overlap.
    #[inline(always)]
    unsafe fn transpose(from: &[*const Self::Elem; 16], count: usize, to: *mut Self::Elem, to_pitch: usize) {
        for i in 0..count {
            for (lane, &row) in from.iter().enumerate().take(Self::Elem::LANES) {
                // SAFETY: i is below `count` and the lane below the lane count, so this is within
                // the caller's promise.
                unsafe { *to.add(i * to_pitch + lane) = *row.add(i) };
            }
        }
    }

    /// Writes the first `count` lanes.
    ///
    /// # Safety
    /// `count` elements from `to` on must be writable.
    #[inline(always)]
    unsafe fn store_part_ptr(self, to: *mut Self::Elem, count: usize) {
        let lanes = self.to_lanes();
        // SAFETY: the copy stays within the lanes, and within the caller's promise.
        unsafe { std::ptr::copy_nonoverlapping(lanes.as_ptr(), to, count.min(Self::Elem::LANES)) }
    }

    /// Reads the first `count` lanes; the others are zero.
    ///
    /// # Safety
    /// `count` elements from `from` on must be readable.
    #[inline(always)]
    unsafe fn load_part_ptr(from: *const Self::Elem, count: usize) -> Self {
        let mut lanes = [Self::Elem::default(); 16];
        let count = count.min(Self::Elem::LANES);
        // SAFETY: the copy stays within the lanes, and within the caller's promise.
        unsafe { std::ptr::copy_nonoverlapping(from, lanes.as_mut_ptr(), count) };
        // SAFETY: `lanes` is at least 64 bytes long.
        unsafe { Self::load_ptr(lanes.as_ptr()) }
    }

    /// Reads the first lanes of a slice.
    ///
    /// # Panics
    /// If the slice is shorter than a vector.
    #[inline(always)]
    fn load(from: &[Self::Elem]) -> Self {
        let from = &from[..Self::Elem::LANES];
        // SAFETY: the slice is one vector long.
        unsafe { Self::load_ptr(from.as_ptr()) }
    }

    /// Writes to the first lanes of a slice.
    ///
    /// # Panics
    /// If the slice is shorter than a vector.
    #[inline(always)]
    fn store(self, to: &mut [Self::Elem]) {
        let to = &mut to[..Self::Elem::LANES];
        // SAFETY: the slice is one vector long.
        unsafe { self.store_ptr(to.as_mut_ptr()) }
    }

    /// Reads a slice that may be shorter than a vector; missing lanes are zero.
    #[inline(always)]
    fn load_part(from: &[Self::Elem]) -> Self {
        // SAFETY: the length of the slice bounds the read.
        unsafe { Self::load_part_ptr(from.as_ptr(), from.len()) }
    }

    /// Writes as many lanes as the slice has room for.
    #[inline(always)]
    fn store_part(self, to: &mut [Self::Elem]) {
        // SAFETY: the length of the slice bounds the write.
        unsafe { self.store_part_ptr(to.as_mut_ptr(), to.len()) }
    }

    /// The lanes as an array; of `f64` the last eight entries are zero.
    #[inline(always)]
    fn to_lanes(self) -> [Self::Elem; 16] {
        let mut lanes = [Self::Elem::default(); 16];
        self.store(&mut lanes);
        lanes
    }

    /// All lanes zero.
    #[inline(always)]
    fn zero() -> Self {
        Self::splat(Self::Elem::default())
    }

    /// All lanes one.
    #[inline(always)]
    fn one() -> Self {
        Self::constant(1.0)
    }

    /// All lanes equal to a constant, rounded to the element type.
    #[inline(always)]
    fn constant(x: f64) -> Self {
        Self::splat(Self::Elem::from_f64(x))
    }

    /// The sign bit alone.
    #[inline(always)]
    fn sign_bit() -> Self {
        Self::constant(-0.0)
    }

    /// The absolute value; NaN stays NaN.
    #[inline(always)]
    fn abs(self) -> Self {
        self.and(Self::sign_bit().xor(Self::splat(Self::Elem::ALL_BITS)))
    }

    /// The magnitude of `self` with the sign of `sign`.
    #[inline(always)]
    fn copy_sign(self, sign: Self) -> Self {
        self.abs().or(sign.and(Self::sign_bit()))
    }

    /// True where the lane is neither infinite nor NaN.
    #[inline(always)]
    fn is_finite(self) -> Self::Mask {
        self.abs().le(Self::splat(Self::Elem::MAX))
    }

    /// The lane where it is greater than the bound, else the bound (also for NaN).
    #[inline(always)]
    fn at_least(self, bound: Self) -> Self {
        Self::select(bound.lt(self), self, bound)
    }

    /// The lane where it is less than the bound, else the bound (also for NaN).
    #[inline(always)]
    fn at_most(self, bound: Self) -> Self {
        Self::select(self.lt(bound), self, bound)
    }

    /// The sum of all lanes: the upper half is added to the lower until one lane is left.
    #[inline(always)]
    fn sum(self) -> Self::Elem {
        let mut lanes = self.to_lanes();
        let mut half = Self::Elem::LANES / 2;
        while half > 0 {
            for i in 0..half {
                lanes[i] = lanes[i] + lanes[i + half];
            }
            half /= 2;
        }
        lanes[0]
    }

    /// The [`sum`](Self::sum) of each of the first vectors, as many as there are lanes; lane `i` is that of
    /// vector `i`.
    #[inline(always)]
    fn sums(vectors: &[Self; 16]) -> Self {
        let mut rows = [[Self::Elem::default(); 16]; 16];
        let mut columns = rows;
        let mut from = [rows[0].as_ptr(); 16];
        for ((vector, row), from) in vectors.iter().zip(&mut rows).zip(&mut from).take(Self::Elem::LANES) {
            vector.store(row);
            *from = row.as_ptr();
        }
        // SAFETY: each row has as many elements as there are lanes; so many columns have room for a vector.
        unsafe { Self::transpose(&from, Self::Elem::LANES, columns.as_mut_ptr().cast(), 16) };
        let mut sums = [Self::zero(); 16];
        for (sum, column) in sums.iter_mut().zip(&columns).take(Self::Elem::LANES) {
            *sum = Self::load(column);
        }
        let mut half = Self::Elem::LANES / 2;
        while half > 0 {
            for i in 0..half {
                sums[i] = sums[i] + sums[i + half];
            }
            half /= 2;
        }
        sums[0]
    }
}

#[cfg(test)]
mod tests;
