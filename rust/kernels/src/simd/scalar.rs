//! No vector instructions: a vector is an array, and the multiply-add is emulated where the machine
//! may not have one. Slow, and the oracle that all other paths are held against.

use super::{Kernel, Simd};

/// The set that every machine has.
#[derive(Clone, Copy)]
pub struct Scalar;

impl Simd for Scalar {
    type F32 = F32;
    type F64 = F64;
    const NAME: &'static str = "scalar";
    const TILE_ROWS: usize = 2;
    const TILE_VECTORS: usize = 1;

    #[inline(always)]
    fn call<K: Kernel>(kernel: K) -> K::Output {
        enter(kernel)
    }
}

#[inline(never)]
fn enter<K: Kernel>(kernel: K) -> K::Output {
    kernel.run::<Scalar>()
}

/// `a * b + c` rounded once, without a fused instruction.
///
/// The product of two `f32` is exact in `f64`. Their sum is rounded *to odd* (if it is inexact and
/// its last bit even, it moves one step towards the lost part), which makes the second rounding,
/// to `f32`, come out as if it were the only one (Boldo and Melquiond, "Emulation of FMA and
/// correctly rounded sums: proved algorithms using rounding to odd", 2008).
#[inline(always)]
fn fused_f32(a: f32, b: f32, c: f32) -> f32 {
    let product = f64::from(a) * f64::from(b);
    let c = f64::from(c);
    let sum = product + c;
    // Knuth's two-sum: what the addition lost, exactly.
    let c_part = sum - product;
    let lost = (product - (sum - c_part)) + (c - c_part);
    let bits = sum.to_bits();
    let inexact_and_even = lost != 0.0 && bits & 1 == 0 && sum.is_finite();
    // One step away from zero if the lost part has the sign of the sum, else one step towards it.
    let step = if (lost > 0.0) == (sum > 0.0) { 1 } else { u64::MAX };
    let odd = if inexact_and_even { f64::from_bits(bits.wrapping_add(step)) } else { sum };
    odd as f32
}

macro_rules! lanes {
    ($name:ident, $elem:ty, $bits:ty, $lanes:literal, $fused:expr) => {
        /// The lanes.
        #[derive(Clone, Copy)]
        pub struct $name([$elem; $lanes]);

        lanes!(@operator $name, Add, add, +);
        lanes!(@operator $name, Sub, sub, -);
        lanes!(@operator $name, Mul, mul, *);
        lanes!(@operator $name, Div, div, /);

        impl std::ops::Neg for $name {
            type Output = Self;
            fn neg(self) -> Self {
                Self(std::array::from_fn(|i| -self.0[i]))
            }
        }

        impl $name {
            #[inline(always)]
            fn bitwise(self, other: Self, f: impl Fn($bits, $bits) -> $bits) -> Self {
                Self(std::array::from_fn(|i| <$elem>::from_bits(f(self.0[i].to_bits(), other.0[i].to_bits()))))
            }

            #[inline(always)]
            fn compare(self, other: Self, f: impl Fn($elem, $elem) -> bool) -> [bool; $lanes] {
                std::array::from_fn(|i| f(self.0[i], other.0[i]))
            }
        }

        impl crate::simd::Vector for $name {
            type Elem = $elem;
            type Mask = [bool; $lanes];
            const IS_LONG: bool = true;

            #[inline(always)]
            fn splat(x: $elem) -> Self {
                Self([x; $lanes])
            }
            #[inline(always)]
            unsafe fn load_ptr(from: *const $elem) -> Self {
                // SAFETY: the caller promises 64 readable bytes.
                Self(unsafe { from.cast::<[$elem; $lanes]>().read_unaligned() })
            }
            #[inline(always)]
            unsafe fn store_ptr(self, to: *mut $elem) {
                // SAFETY: the caller promises 64 writable bytes.
                unsafe { to.cast::<[$elem; $lanes]>().write_unaligned(self.0) }
            }
            // A call: written out sixteen times wherever it stands, it would be a quarter of the wheel.
            #[inline(never)]
            fn mul_add(self, factor: Self, addend: Self) -> Self {
                Self(std::array::from_fn(|i| $fused(self.0[i], factor.0[i], addend.0[i])))
            }
            #[inline(always)]
            fn sqrt(self) -> Self {
                Self(self.0.map(|x| x.sqrt()))
            }
            #[inline(always)]
            fn and(self, other: Self) -> Self {
                self.bitwise(other, |a, b| a & b)
            }
            #[inline(always)]
            fn or(self, other: Self) -> Self {
                self.bitwise(other, |a, b| a | b)
            }
            #[inline(always)]
            fn xor(self, other: Self) -> Self {
                self.bitwise(other, |a, b| a ^ b)
            }
            #[inline(always)]
            fn shift_left<const N: u32>(self) -> Self {
                self.bitwise(self, |a, _| a << N)
            }
            #[inline(always)]
            fn shift_right<const N: u32>(self) -> Self {
                self.bitwise(self, |a, _| a >> N)
            }
            #[inline(always)]
            fn int_add(self, other: Self) -> Self {
                self.bitwise(other, <$bits>::wrapping_add)
            }
            #[inline(always)]
            fn int_sub(self, other: Self) -> Self {
                self.bitwise(other, <$bits>::wrapping_sub)
            }
            #[inline(always)]
            fn lt(self, other: Self) -> Self::Mask {
                self.compare(other, |a, b| a < b)
            }
            #[inline(always)]
            fn le(self, other: Self) -> Self::Mask {
                self.compare(other, |a, b| a <= b)
            }
            #[inline(always)]
            fn equal(self, other: Self) -> Self::Mask {
                self.compare(other, |a, b| a == b)
            }
            #[inline(always)]
            fn bits_equal(self, other: Self) -> Self::Mask {
                self.compare(other, |a, b| a.to_bits() == b.to_bits())
            }
            #[inline(always)]
            fn select(mask: Self::Mask, yes: Self, no: Self) -> Self {
                Self(std::array::from_fn(|i| if mask[i] { yes.0[i] } else { no.0[i] }))
            }
            #[inline(always)]
            fn both(a: Self::Mask, b: Self::Mask) -> Self::Mask {
                std::array::from_fn(|i| a[i] & b[i])
            }
            #[inline(always)]
            fn either(a: Self::Mask, b: Self::Mask) -> Self::Mask {
                std::array::from_fn(|i| a[i] | b[i])
            }
            #[inline(always)]
            fn mask_to_bits(mask: Self::Mask) -> u32 {
                (0..$lanes).map(|i| u32::from(mask[i]) << i).sum()
            }
            #[inline(always)]
            fn mask_from_bits(bits: u32) -> Self::Mask {
                std::array::from_fn(|i| bits >> i & 1 == 1)
            }
        }
    };
    (@operator $name:ident, $trait:ident, $method:ident, $operator:tt) => {
        impl std::ops::$trait for $name {
            type Output = Self;
            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                Self(std::array::from_fn(|i| self.0[i] $operator other.0[i]))
            }
        }
    };
}

lanes!(F32, f32, u32, 16, fused_f32);
// The standard library's is exact on every machine: an instruction or a correct routine.
lanes!(F64, f64, u64, 8, f64::mul_add);
