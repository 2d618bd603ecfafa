//! AVX2 with FMA: a vector is two registers, a mask is a register of all-ones and all-zero lanes.

use std::arch::x86_64::*;

use super::{Kernel, Simd, Vector};

/// The set; its existence below [`Simd::call`] is the proof that the machine has it.
#[derive(Clone, Copy)]
pub struct Avx2;

impl Simd for Avx2 {
    type F32 = F32;
    type F64 = F64;
    const NAME: &'static str = "avx2";
    // 6 x 1 vectors are 12 accumulators of 16 registers.
    const TILE_ROWS: usize = 6;
    const TILE_VECTORS: usize = 1;

    #[inline(always)]
    fn call<K: Kernel>(kernel: K) -> K::Output {
        // SAFETY: `Isa` hands out this type only where the machine has these features.
        unsafe { enter(kernel) }
    }
}

#[target_feature(enable = "avx2,fma,bmi2")]
fn enter<K: Kernel>(kernel: K) -> K::Output {
    kernel.run::<Avx2>()
}

/// Whether this machine can run it.
pub fn is_available() -> bool {
    is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") && is_x86_feature_detected!("bmi2")
}

/// Wraps intrinsics whose shape differs from what `vector!` expects.
macro_rules! adapters {
    ($($name:ident($($arg:ident: $type:ty),*) -> $output:ty $(, const $n:ident)? { $body:expr })*) => {
        $(
            #[inline]
            #[target_feature(enable = "avx2")]
            fn $name$(<const $n: u32>)?($($arg: $type),*) -> $output { $body }
        )*
    };
}

adapters! {
    shl_ps(a: __m256) -> __m256, const N { _mm256_castsi256_ps(_mm256_sll_epi32(_mm256_castps_si256(a), _mm_cvtsi32_si128(N as i32))) }
    shr_ps(a: __m256) -> __m256, const N { _mm256_castsi256_ps(_mm256_srl_epi32(_mm256_castps_si256(a), _mm_cvtsi32_si128(N as i32))) }
    iadd_ps(a: __m256, b: __m256) -> __m256 { _mm256_castsi256_ps(_mm256_add_epi32(_mm256_castps_si256(a), _mm256_castps_si256(b))) }
    isub_ps(a: __m256, b: __m256) -> __m256 { _mm256_castsi256_ps(_mm256_sub_epi32(_mm256_castps_si256(a), _mm256_castps_si256(b))) }
    lt_ps(a: __m256, b: __m256) -> __m256 { _mm256_cmp_ps::<_CMP_LT_OQ>(a, b) }
    le_ps(a: __m256, b: __m256) -> __m256 { _mm256_cmp_ps::<_CMP_LE_OQ>(a, b) }
    eq_ps(a: __m256, b: __m256) -> __m256 { _mm256_cmp_ps::<_CMP_EQ_OQ>(a, b) }
    bits_eq_ps(a: __m256, b: __m256) -> __m256 { _mm256_castsi256_ps(_mm256_cmpeq_epi32(_mm256_castps_si256(a), _mm256_castps_si256(b))) }
    select_ps(mask: __m256, yes: __m256, no: __m256) -> __m256 { _mm256_blendv_ps(no, yes, mask) }
    to_bits_ps(mask: __m256) -> u32 { _mm256_movemask_ps(mask) as u32 }
    from_bits_ps(bits: u32) -> __m256 {{
        let lane = _mm256_setr_epi32(1, 2, 4, 8, 16, 32, 64, 128);
        _mm256_castsi256_ps(_mm256_cmpeq_epi32(_mm256_and_si256(_mm256_set1_epi32(bits as i32), lane), lane))
    }}

    shl_pd(a: __m256d) -> __m256d, const N { _mm256_castsi256_pd(_mm256_sll_epi64(_mm256_castpd_si256(a), _mm_cvtsi32_si128(N as i32))) }
    shr_pd(a: __m256d) -> __m256d, const N { _mm256_castsi256_pd(_mm256_srl_epi64(_mm256_castpd_si256(a), _mm_cvtsi32_si128(N as i32))) }
    iadd_pd(a: __m256d, b: __m256d) -> __m256d { _mm256_castsi256_pd(_mm256_add_epi64(_mm256_castpd_si256(a), _mm256_castpd_si256(b))) }
    isub_pd(a: __m256d, b: __m256d) -> __m256d { _mm256_castsi256_pd(_mm256_sub_epi64(_mm256_castpd_si256(a), _mm256_castpd_si256(b))) }
    lt_pd(a: __m256d, b: __m256d) -> __m256d { _mm256_cmp_pd::<_CMP_LT_OQ>(a, b) }
    le_pd(a: __m256d, b: __m256d) -> __m256d { _mm256_cmp_pd::<_CMP_LE_OQ>(a, b) }
    eq_pd(a: __m256d, b: __m256d) -> __m256d { _mm256_cmp_pd::<_CMP_EQ_OQ>(a, b) }
    bits_eq_pd(a: __m256d, b: __m256d) -> __m256d { _mm256_castsi256_pd(_mm256_cmpeq_epi64(_mm256_castpd_si256(a), _mm256_castpd_si256(b))) }
    select_pd(mask: __m256d, yes: __m256d, no: __m256d) -> __m256d { _mm256_blendv_pd(no, yes, mask) }
    to_bits_pd(mask: __m256d) -> u32 { _mm256_movemask_pd(mask) as u32 }
    from_bits_pd(bits: u32) -> __m256d {{
        let lane = _mm256_setr_epi64x(1, 2, 4, 8);
        _mm256_castsi256_pd(_mm256_cmpeq_epi64(_mm256_and_si256(_mm256_set1_epi64x(i64::from(bits)), lane), lane))
    }}
}

vector! {
    F32: __m256, registers [0 1] of f32, mask __m256;
    splat: _mm256_set1_ps, load: _mm256_loadu_ps, store: _mm256_storeu_ps,
    add: _mm256_add_ps, sub: _mm256_sub_ps, mul: _mm256_mul_ps, div: _mm256_div_ps,
    mul_add: _mm256_fmadd_ps, sqrt: _mm256_sqrt_ps,
    and: _mm256_and_ps, or: _mm256_or_ps, xor: _mm256_xor_ps,
    shift_left: shl_ps, shift_right: shr_ps,
    int_add: iadd_ps, int_sub: isub_ps,
    lt: lt_ps, le: le_ps, equal: eq_ps, bits_equal: bits_eq_ps,
    select: select_ps, both: _mm256_and_ps, either: _mm256_or_ps,
    mask_to_bits: to_bits_ps, mask_from_bits: from_bits_ps,
}

vector! {
    F64: __m256d, registers [0 1] of f64, mask __m256d;
    splat: _mm256_set1_pd, load: _mm256_loadu_pd, store: _mm256_storeu_pd,
    add: _mm256_add_pd, sub: _mm256_sub_pd, mul: _mm256_mul_pd, div: _mm256_div_pd,
    mul_add: _mm256_fmadd_pd, sqrt: _mm256_sqrt_pd,
    and: _mm256_and_pd, or: _mm256_or_pd, xor: _mm256_xor_pd,
    shift_left: shl_pd, shift_right: shr_pd,
    int_add: iadd_pd, int_sub: isub_pd,
    lt: lt_pd, le: le_pd, equal: eq_pd, bits_equal: bits_eq_pd,
    select: select_pd, both: _mm256_and_pd, either: _mm256_or_pd,
    mask_to_bits: to_bits_pd, mask_from_bits: from_bits_pd,
}
