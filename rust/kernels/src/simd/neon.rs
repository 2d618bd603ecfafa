//! NEON: a vector is four registers, a mask is a register of all-ones and all-zero lanes.

use std::arch::aarch64::*;

use super::{Kernel, Simd, Vector};

/// The set; every aarch64 machine has it.
#[derive(Clone, Copy)]
pub struct Neon;

impl Simd for Neon {
    type F32 = F32;
    type F64 = F64;
    const NAME: &'static str = "neon";
    // 6 x 1 vectors are 24 accumulators of 32 registers.
    const TILE_ROWS: usize = 6;
    const TILE_VECTORS: usize = 1;

    #[inline(always)]
    fn call<K: Kernel>(kernel: K) -> K::Output {
        // SAFETY: the set is part of the architecture.
        unsafe { enter(kernel) }
    }
}

#[target_feature(enable = "neon")]
fn enter<K: Kernel>(kernel: K) -> K::Output {
    kernel.run::<Neon>()
}

/// Wraps intrinsics whose shape differs from what `vector!` expects.
macro_rules! adapters {
    ($($name:ident($($arg:ident: $type:ty),*) -> $output:ty $(, const $n:ident)? { $body:expr })*) => {
        $(
            #[inline]
            #[target_feature(enable = "neon")]
            fn $name$(<const $n: u32>)?($($arg: $type),*) -> $output { $body }
        )*
    };
}

adapters! {
    fma_f32(a: float32x4_t, b: float32x4_t, c: float32x4_t) -> float32x4_t { vfmaq_f32(c, a, b) }
    and_f32(a: float32x4_t, b: float32x4_t) -> float32x4_t { vreinterpretq_f32_u32(vandq_u32(vreinterpretq_u32_f32(a), vreinterpretq_u32_f32(b))) }
    or_f32(a: float32x4_t, b: float32x4_t) -> float32x4_t { vreinterpretq_f32_u32(vorrq_u32(vreinterpretq_u32_f32(a), vreinterpretq_u32_f32(b))) }
    xor_f32(a: float32x4_t, b: float32x4_t) -> float32x4_t { vreinterpretq_f32_u32(veorq_u32(vreinterpretq_u32_f32(a), vreinterpretq_u32_f32(b))) }
    shl_f32(a: float32x4_t) -> float32x4_t, const N { vreinterpretq_f32_u32(vshlq_u32(vreinterpretq_u32_f32(a), vdupq_n_s32(N as i32))) }
    shr_f32(a: float32x4_t) -> float32x4_t, const N { vreinterpretq_f32_u32(vshlq_u32(vreinterpretq_u32_f32(a), vdupq_n_s32(-(N as i32)))) }
    iadd_f32(a: float32x4_t, b: float32x4_t) -> float32x4_t { vreinterpretq_f32_u32(vaddq_u32(vreinterpretq_u32_f32(a), vreinterpretq_u32_f32(b))) }
    isub_f32(a: float32x4_t, b: float32x4_t) -> float32x4_t { vreinterpretq_f32_u32(vsubq_u32(vreinterpretq_u32_f32(a), vreinterpretq_u32_f32(b))) }
    bits_eq_f32(a: float32x4_t, b: float32x4_t) -> uint32x4_t { vceqq_u32(vreinterpretq_u32_f32(a), vreinterpretq_u32_f32(b)) }
    lanes_32() -> uint32x4_t { vcombine_u32(vcreate_u32(2 << 32 | 1), vcreate_u32(8 << 32 | 4)) }
    to_bits_32(mask: uint32x4_t) -> u32 { vaddvq_u32(vandq_u32(mask, lanes_32())) }
    from_bits_32(bits: u32) -> uint32x4_t { vtstq_u32(vdupq_n_u32(bits), lanes_32()) }

    fma_f64(a: float64x2_t, b: float64x2_t, c: float64x2_t) -> float64x2_t { vfmaq_f64(c, a, b) }
    and_f64(a: float64x2_t, b: float64x2_t) -> float64x2_t { vreinterpretq_f64_u64(vandq_u64(vreinterpretq_u64_f64(a), vreinterpretq_u64_f64(b))) }
    or_f64(a: float64x2_t, b: float64x2_t) -> float64x2_t { vreinterpretq_f64_u64(vorrq_u64(vreinterpretq_u64_f64(a), vreinterpretq_u64_f64(b))) }
    xor_f64(a: float64x2_t, b: float64x2_t) -> float64x2_t { vreinterpretq_f64_u64(veorq_u64(vreinterpretq_u64_f64(a), vreinterpretq_u64_f64(b))) }
    shl_f64(a: float64x2_t) -> float64x2_t, const N { vreinterpretq_f64_u64(vshlq_u64(vreinterpretq_u64_f64(a), vdupq_n_s64(N as i64))) }
    shr_f64(a: float64x2_t) -> float64x2_t, const N { vreinterpretq_f64_u64(vshlq_u64(vreinterpretq_u64_f64(a), vdupq_n_s64(-(N as i64)))) }
    iadd_f64(a: float64x2_t, b: float64x2_t) -> float64x2_t { vreinterpretq_f64_u64(vaddq_u64(vreinterpretq_u64_f64(a), vreinterpretq_u64_f64(b))) }
    isub_f64(a: float64x2_t, b: float64x2_t) -> float64x2_t { vreinterpretq_f64_u64(vsubq_u64(vreinterpretq_u64_f64(a), vreinterpretq_u64_f64(b))) }
    bits_eq_f64(a: float64x2_t, b: float64x2_t) -> uint64x2_t { vceqq_u64(vreinterpretq_u64_f64(a), vreinterpretq_u64_f64(b)) }
    lanes_64() -> uint64x2_t { vcombine_u64(vcreate_u64(1), vcreate_u64(2)) }
    to_bits_64(mask: uint64x2_t) -> u32 { vaddvq_u64(vandq_u64(mask, lanes_64())) as u32 }
    from_bits_64(bits: u32) -> uint64x2_t { vtstq_u64(vdupq_n_u64(u64::from(bits)), lanes_64()) }
}

vector! {
    F32: float32x4_t, registers [0 1 2 3] of f32, mask uint32x4_t;
    splat: vdupq_n_f32, load: vld1q_f32, store: vst1q_f32,
    add: vaddq_f32, sub: vsubq_f32, mul: vmulq_f32, div: vdivq_f32,
    mul_add: fma_f32, sqrt: vsqrtq_f32,
    and: and_f32, or: or_f32, xor: xor_f32,
    shift_left: shl_f32, shift_right: shr_f32,
    int_add: iadd_f32, int_sub: isub_f32,
    lt: vcltq_f32, le: vcleq_f32, equal: vceqq_f32, bits_equal: bits_eq_f32,
    select: vbslq_f32, both: vandq_u32, either: vorrq_u32,
    mask_to_bits: to_bits_32, mask_from_bits: from_bits_32,
}

vector! {
    F64: float64x2_t, registers [0 1 2 3] of f64, mask uint64x2_t;
    splat: vdupq_n_f64, load: vld1q_f64, store: vst1q_f64,
    add: vaddq_f64, sub: vsubq_f64, mul: vmulq_f64, div: vdivq_f64,
    mul_add: fma_f64, sqrt: vsqrtq_f64,
    and: and_f64, or: or_f64, xor: xor_f64,
    shift_left: shl_f64, shift_right: shr_f64,
    int_add: iadd_f64, int_sub: isub_f64,
    lt: vcltq_f64, le: vcleq_f64, equal: vceqq_f64, bits_equal: bits_eq_f64,
    select: vbslq_f64, both: vandq_u64, either: vorrq_u64,
    mask_to_bits: to_bits_64, mask_from_bits: from_bits_64,
}
