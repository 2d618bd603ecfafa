//! AVX-512: a vector is one register, a mask is bits.

use std::arch::x86_64::*;

use super::{Kernel, Simd, Vector};

/// The set; its existence below [`Simd::call`] is the proof that the machine has it.
#[derive(Clone, Copy)]
pub struct Avx512;

impl Simd for Avx512 {
    type F32 = F32;
    type F64 = F64;
    const NAME: &'static str = "avx512";
    // 8 x 3 accumulators of 32 registers; each broadcast feeds three multiply-adds (the load
    // ports allow one broadcast a cycle, and two multiply-adds are issued in it).
    const TILE_ROWS: usize = 8;
    const TILE_VECTORS: usize = 3;

    #[inline(always)]
    fn call<K: Kernel>(kernel: K) -> K::Output {
        // SAFETY: `Isa` hands out this type only where the machine has these features.
        unsafe { enter(kernel) }
    }
}

#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx2,fma,bmi2")]
fn enter<K: Kernel>(kernel: K) -> K::Output {
    kernel.run::<Avx512>()
}

/// Whether this machine can run it.
pub fn is_available() -> bool {
    is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512vl")
        && is_x86_feature_detected!("avx512dq")
        && is_x86_feature_detected!("avx512bw")
        && is_x86_feature_detected!("avx2")
        && is_x86_feature_detected!("fma")
        && is_x86_feature_detected!("bmi2")
}

/// Wraps intrinsics whose shape differs from what `vector!` expects.
macro_rules! adapters {
    ($($name:ident($($arg:ident: $type:ty),*) -> $output:ty $(, const $n:ident)? { $body:expr })*) => {
        $(
            #[inline]
            #[target_feature(enable = "avx512f,avx512dq")]
            fn $name$(<const $n: u32>)?($($arg: $type),*) -> $output { $body }
        )*
    };
}

adapters! {
    shl_ps(a: __m512) -> __m512, const N { _mm512_castsi512_ps(_mm512_slli_epi32::<N>(_mm512_castps_si512(a))) }
    shr_ps(a: __m512) -> __m512, const N { _mm512_castsi512_ps(_mm512_srli_epi32::<N>(_mm512_castps_si512(a))) }
    iadd_ps(a: __m512, b: __m512) -> __m512 { _mm512_castsi512_ps(_mm512_add_epi32(_mm512_castps_si512(a), _mm512_castps_si512(b))) }
    isub_ps(a: __m512, b: __m512) -> __m512 { _mm512_castsi512_ps(_mm512_sub_epi32(_mm512_castps_si512(a), _mm512_castps_si512(b))) }
    lt_ps(a: __m512, b: __m512) -> __mmask16 { _mm512_cmp_ps_mask::<_CMP_LT_OQ>(a, b) }
    le_ps(a: __m512, b: __m512) -> __mmask16 { _mm512_cmp_ps_mask::<_CMP_LE_OQ>(a, b) }
    eq_ps(a: __m512, b: __m512) -> __mmask16 { _mm512_cmp_ps_mask::<_CMP_EQ_OQ>(a, b) }
    bits_eq_ps(a: __m512, b: __m512) -> __mmask16 { _mm512_cmpeq_epi32_mask(_mm512_castps_si512(a), _mm512_castps_si512(b)) }
    select_ps(mask: __mmask16, yes: __m512, no: __m512) -> __m512 { _mm512_mask_blend_ps(mask, no, yes) }
    and_16(a: __mmask16, b: __mmask16) -> __mmask16 { a & b }
    or_16(a: __mmask16, b: __mmask16) -> __mmask16 { a | b }
    to_bits_16(mask: __mmask16) -> u32 { u32::from(mask) }
    from_bits_16(bits: u32) -> __mmask16 { bits as __mmask16 }

    shl_pd(a: __m512d) -> __m512d, const N { _mm512_castsi512_pd(_mm512_slli_epi64::<N>(_mm512_castpd_si512(a))) }
    shr_pd(a: __m512d) -> __m512d, const N { _mm512_castsi512_pd(_mm512_srli_epi64::<N>(_mm512_castpd_si512(a))) }
    iadd_pd(a: __m512d, b: __m512d) -> __m512d { _mm512_castsi512_pd(_mm512_add_epi64(_mm512_castpd_si512(a), _mm512_castpd_si512(b))) }
    isub_pd(a: __m512d, b: __m512d) -> __m512d { _mm512_castsi512_pd(_mm512_sub_epi64(_mm512_castpd_si512(a), _mm512_castpd_si512(b))) }
    lt_pd(a: __m512d, b: __m512d) -> __mmask8 { _mm512_cmp_pd_mask::<_CMP_LT_OQ>(a, b) }
    le_pd(a: __m512d, b: __m512d) -> __mmask8 { _mm512_cmp_pd_mask::<_CMP_LE_OQ>(a, b) }
    eq_pd(a: __m512d, b: __m512d) -> __mmask8 { _mm512_cmp_pd_mask::<_CMP_EQ_OQ>(a, b) }
    bits_eq_pd(a: __m512d, b: __m512d) -> __mmask8 { _mm512_cmpeq_epi64_mask(_mm512_castpd_si512(a), _mm512_castpd_si512(b)) }
    select_pd(mask: __mmask8, yes: __m512d, no: __m512d) -> __m512d { _mm512_mask_blend_pd(mask, no, yes) }
    and_8(a: __mmask8, b: __mmask8) -> __mmask8 { a & b }
    or_8(a: __mmask8, b: __mmask8) -> __mmask8 { a | b }
    to_bits_8(mask: __mmask8) -> u32 { u32::from(mask) }
    from_bits_8(bits: u32) -> __mmask8 { bits as __mmask8 }
}

vector! {
    F32: __m512, registers [0] of f32, mask __mmask16;
    splat: _mm512_set1_ps, load: _mm512_loadu_ps, store: _mm512_storeu_ps,
    add: _mm512_add_ps, sub: _mm512_sub_ps, mul: _mm512_mul_ps, div: _mm512_div_ps,
    mul_add: _mm512_fmadd_ps, sqrt: _mm512_sqrt_ps,
    and: _mm512_and_ps, or: _mm512_or_ps, xor: _mm512_xor_ps,
    shift_left: shl_ps, shift_right: shr_ps,
    int_add: iadd_ps, int_sub: isub_ps,
    lt: lt_ps, le: le_ps, equal: eq_ps, bits_equal: bits_eq_ps,
    select: select_ps, both: and_16, either: or_16,
    mask_to_bits: to_bits_16, mask_from_bits: from_bits_16,

    #[inline(always)]
    unsafe fn store_part_ptr(self, to: *mut f32, count: usize) {
        let mask = (1u32 << count.min(16)) - 1;
        // SAFETY: the mask keeps the write within the caller's promise.
        unsafe { _mm512_mask_storeu_ps(to, mask as __mmask16, self.0[0]) }
    }

    #[inline(always)]
    unsafe fn load_part_ptr(from: *const f32, count: usize) -> Self {
        let mask = (1u32 << count.min(16)) - 1;
        // SAFETY: the mask keeps the read within the caller's promise.
        Self([unsafe { _mm512_maskz_loadu_ps(mask as __mmask16, from) }])
    }

    #[inline(always)]
    unsafe fn transpose(from: &[*const f32; 16], count: usize, to: *mut f32, to_pitch: usize) {
        // SAFETY: the caller's promise is the same.
        unsafe { transpose_16(from, count, to, to_pitch) }
    }

    #[inline(always)]
    fn sums(vectors: &[Self; 16]) -> Self {
        // SAFETY: see `splat`.
        unsafe { sums_16(vectors) }
    }
}

vector! {
    F64: __m512d, registers [0] of f64, mask __mmask8;
    splat: _mm512_set1_pd, load: _mm512_loadu_pd, store: _mm512_storeu_pd,
    add: _mm512_add_pd, sub: _mm512_sub_pd, mul: _mm512_mul_pd, div: _mm512_div_pd,
    mul_add: _mm512_fmadd_pd, sqrt: _mm512_sqrt_pd,
    and: _mm512_and_pd, or: _mm512_or_pd, xor: _mm512_xor_pd,
    shift_left: shl_pd, shift_right: shr_pd,
    int_add: iadd_pd, int_sub: isub_pd,
    lt: lt_pd, le: le_pd, equal: eq_pd, bits_equal: bits_eq_pd,
    select: select_pd, both: and_8, either: or_8,
    mask_to_bits: to_bits_8, mask_from_bits: from_bits_8,

    #[inline(always)]
    unsafe fn store_part_ptr(self, to: *mut f64, count: usize) {
        let mask = (1u32 << count.min(8)) - 1;
        // SAFETY: the mask keeps the write within the caller's promise.
        unsafe { _mm512_mask_storeu_pd(to, mask as __mmask8, self.0[0]) }
    }

    #[inline(always)]
    unsafe fn load_part_ptr(from: *const f64, count: usize) -> Self {
        let mask = (1u32 << count.min(8)) - 1;
        // SAFETY: the mask keeps the read within the caller's promise.
        Self([unsafe { _mm512_maskz_loadu_pd(mask as __mmask8, from) }])
    }

    #[inline(always)]
    unsafe fn transpose(from: &[*const f64; 16], count: usize, to: *mut f64, to_pitch: usize) {
        // SAFETY: the caller's promise is the same.
        unsafe { transpose_8(from, count, to, to_pitch) }
    }

    #[inline(always)]
    fn sums(vectors: &[Self; 16]) -> Self {
        // SAFETY: see `splat`.
        unsafe { sums_8(vectors) }
    }
}

/// Sixteen rows of up to sixteen `f32`, transposed in four rounds, each of which swaps ever larger
/// parts of two registers: elements, pairs, quarters, halves.
///
/// # Safety
/// As [`Vector::transpose`].
#[target_feature(enable = "avx512f")]
#[inline]
unsafe fn transpose_16(from: &[*const f32; 16], count: usize, to: *mut f32, to_pitch: usize) {
    let mask = ((1u32 << count.min(16)) - 1) as __mmask16;
    let mut a = [_mm512_setzero_ps(); 16];
    let mut b = a;
    for i in 0..16 {
        // SAFETY: the mask keeps the read within what the caller promises.
        a[i] = unsafe { _mm512_maskz_loadu_ps(mask, from[i]) };
    }
    for i in 0..8 {
        b[2 * i] = _mm512_unpacklo_ps(a[2 * i], a[2 * i + 1]);
        b[2 * i + 1] = _mm512_unpackhi_ps(a[2 * i], a[2 * i + 1]);
    }
    for i in 0..4 {
        for j in 0..2 {
            let low = _mm512_castps_pd(b[4 * i + j]);
            let high = _mm512_castps_pd(b[4 * i + 2 + j]);
            a[4 * i + 2 * j] = _mm512_castpd_ps(_mm512_unpacklo_pd(low, high));
            a[4 * i + 2 * j + 1] = _mm512_castpd_ps(_mm512_unpackhi_pd(low, high));
        }
    }
    for i in 0..2 {
        for j in 0..4 {
            let (low, high) = (a[8 * i + j], a[8 * i + 4 + j]);
            b[8 * i + j] = _mm512_shuffle_f32x4::<0b10_00_10_00>(low, high);
            b[8 * i + 4 + j] = _mm512_shuffle_f32x4::<0b11_01_11_01>(low, high);
        }
    }
    for j in 0..8 {
        let (low, high) = (b[j], b[8 + j]);
        a[j] = _mm512_shuffle_f32x4::<0b10_00_10_00>(low, high);
        a[j + 8] = _mm512_shuffle_f32x4::<0b11_01_11_01>(low, high);
    }
    for (i, row) in a.into_iter().enumerate() {
        if i < count {
            // SAFETY: the caller promises `count` writable rows.
            unsafe { _mm512_storeu_ps(to.add(i * to_pitch), row) };
        }
    }
}

/// Eight rows of up to eight `f64`, transposed in three rounds: elements, quarters, halves.
///
/// # Safety
/// As [`Vector::transpose`].
#[target_feature(enable = "avx512f")]
#[inline]
unsafe fn transpose_8(from: &[*const f64; 16], count: usize, to: *mut f64, to_pitch: usize) {
    let mask = ((1u32 << count.min(8)) - 1) as __mmask8;
    let mut a = [_mm512_setzero_pd(); 8];
    let mut b = a;
    for i in 0..8 {
        // SAFETY: the mask keeps the read within what the caller promises.
        a[i] = unsafe { _mm512_maskz_loadu_pd(mask, from[i]) };
    }
    for i in 0..4 {
        b[2 * i] = _mm512_unpacklo_pd(a[2 * i], a[2 * i + 1]);
        b[2 * i + 1] = _mm512_unpackhi_pd(a[2 * i], a[2 * i + 1]);
    }
    for i in 0..2 {
        for j in 0..2 {
            let (low, high) = (b[4 * i + j], b[4 * i + 2 + j]);
            a[4 * i + j] = _mm512_shuffle_f64x2::<0b10_00_10_00>(low, high);
            a[4 * i + 2 + j] = _mm512_shuffle_f64x2::<0b11_01_11_01>(low, high);
        }
    }
    for j in 0..4 {
        let (low, high) = (a[j], a[4 + j]);
        b[j] = _mm512_shuffle_f64x2::<0b10_00_10_00>(low, high);
        b[j + 4] = _mm512_shuffle_f64x2::<0b11_01_11_01>(low, high);
    }
    for (i, row) in b.into_iter().enumerate() {
        if i < count {
            // SAFETY: the caller promises `count` writable rows.
            unsafe { _mm512_storeu_pd(to.add(i * to_pitch), row) };
        }
    }
}

/// Sixteen sums in four rounds. Each takes two vectors, adds the upper half of every sum that is under way to its
/// lower half, and so needs one vector for what two held. At last lane `4 i + j` has what began as
/// vector `4 j + i`, so they begin in that order.
#[target_feature(enable = "avx512f")]
#[inline]
fn sums_16(vectors: &[F32; 16]) -> F32 {
    let mut a = [_mm512_setzero_ps(); 16];
    for i in 0..16 {
        a[i] = vectors[i % 4 * 4 + i / 4].0[0];
    }
    for i in 0..8 {
        let (x, y) = (a[2 * i], a[2 * i + 1]);
        let (low, high) =
            (_mm512_shuffle_f32x4::<0b01_00_01_00>(x, y), _mm512_shuffle_f32x4::<0b11_10_11_10>(x, y));
        a[i] = _mm512_add_ps(low, high);
    }
    for i in 0..4 {
        let (x, y) = (a[2 * i], a[2 * i + 1]);
        let (low, high) =
            (_mm512_shuffle_f32x4::<0b10_00_10_00>(x, y), _mm512_shuffle_f32x4::<0b11_01_11_01>(x, y));
        a[i] = _mm512_add_ps(low, high);
    }
    for i in 0..2 {
        let (x, y) = (_mm512_castps_pd(a[2 * i]), _mm512_castps_pd(a[2 * i + 1]));
        let (low, high) = (_mm512_unpacklo_pd(x, y), _mm512_unpackhi_pd(x, y));
        a[i] = _mm512_add_ps(_mm512_castpd_ps(low), _mm512_castpd_ps(high));
    }
    let low = _mm512_shuffle_ps::<0b10_00_10_00>(a[0], a[1]);
    let high = _mm512_shuffle_ps::<0b11_01_11_01>(a[0], a[1]);
    F32([_mm512_add_ps(low, high)])
}

/// Eight sums in three rounds, the same way.
#[target_feature(enable = "avx512f")]
#[inline]
fn sums_8(vectors: &[F64; 16]) -> F64 {
    let mut a = [_mm512_setzero_pd(); 8];
    for i in 0..8 {
        a[i] = vectors[i % 4 * 2 + i / 4].0[0];
    }
    for i in 0..4 {
        let (x, y) = (a[2 * i], a[2 * i + 1]);
        let (low, high) =
            (_mm512_shuffle_f64x2::<0b01_00_01_00>(x, y), _mm512_shuffle_f64x2::<0b11_10_11_10>(x, y));
        a[i] = _mm512_add_pd(low, high);
    }
    for i in 0..2 {
        let (x, y) = (a[2 * i], a[2 * i + 1]);
        let (low, high) =
            (_mm512_shuffle_f64x2::<0b10_00_10_00>(x, y), _mm512_shuffle_f64x2::<0b11_01_11_01>(x, y));
        a[i] = _mm512_add_pd(low, high);
    }
    F64([_mm512_add_pd(_mm512_unpacklo_pd(a[0], a[1]), _mm512_unpackhi_pd(a[0], a[1]))])
}
