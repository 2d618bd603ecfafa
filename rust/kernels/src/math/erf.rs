//! The error function.
//!
//! 1. `y = |x|`; the sign is put back at the end.
//! 2. Up to one: the odd polynomial `y + y p(y²)`; the first coefficient of `p` is `2/sqrt(π) - 1`.
//! 3. Above: `1 - erfc(y)` with `erfc(y) = e^q(y)`, where `q` is a polynomial in `y - 2`. The
//!    logarithm of erfc is smooth, and what its errors do to the result is damped by erfc, at most
//!    0.16. The argument is held where the result is already one.
//!
//! Both are computed, and each lane takes its own. (That erf is well served by the exponential of a
//! polynomial goes back to Hastings, "Approximations for Digital Computers", 1955.)

use super::exp::{Exp, in_normal_range};
use super::format::{Format, not_above, polynomial};
use crate::simd::Vector;

/// What differs between the formats.
pub struct Erf<const N: usize, const M: usize> {
    /// Here and above the result is one.
    pub highest: f64,
    /// `erf(y) / y - 1` as a polynomial in `y²`, by Remez' algorithm on `y <= 1`; rounded as in
    /// [`exp`](super::exp).
    pub p: [f64; N],
    /// `log(erfc(y))` as a polynomial in `y - 2`, by Remez' algorithm from 1 to the highest, for the
    /// smallest error of erfc.
    pub q: [f64; M],
}

/// Errors: 2^-29.5 and 2^-30.4.
pub const F32: Erf<7, 8> = Erf {
    highest: 4.0,
    p: [
        0.128_379_17,
        -0.376_126_3,
        0.112_836_18,
        -0.026_855_126,
        0.005_190_733_4,
        -0.000_803_075_03,
        7.920_303e-5,
    ],
    q: [
        -5.364_941,
        -4.418_16,
        -0.923_752_9,
        -0.016_479_824,
        0.003_555_316_5,
        -0.000_716_888,
        0.000_167_672_39,
        -8.854_631e-6,
    ],
};

/// Errors: 2^-56.2 (the rounding of the first coefficient) and 2^-57.
pub const F64: Erf<13, 18> = Erf {
    highest: 6.0,
    p: [
        0.128_379_167_095_512_6,
        -0.376_126_389_031_841_1,
        0.112_837_916_709_720_64,
        -0.026_866_170_648_280_792,
        0.005_223_977_655_679_985,
        -0.000_854_832_873_482_693_9,
        0.000_120_553_943_064_561_55,
        -1.492_709_409_327_397_2e-5,
        1.648_471_491_254_603_7e-6,
        -1.659_814_445_150_415e-7,
        1.630_230_247_974_443e-8,
        -1.762_661_657_541_452_3e-9,
        1.637_473_978_488_734e-10,
    ],
    q: [
        -5.364_941_264_616_636,
        -4.418_160_805_994_413,
        -0.923_750_841_823_951_4,
        -0.016_465_118_137_427_924,
        0.003_570_756_347_893_468_4,
        -0.000_732_399_377_516_651_8,
        0.000_135_309_330_773_901_7,
        -2.070_647_243_216_213_8e-5,
        1.952_185_865_776_000_8e-6,
        2.037_304_492_833_200_8e-7,
        -1.731_691_905_601_945_7e-7,
        5.769_327_176_628_596e-8,
        -1.399_238_739_421_182_5e-8,
        2.611_075_896_375_285_4e-9,
        -2.558_680_881_477_175_5e-10,
        -7.199_400_351_598_58e-11,
        3.646_350_537_949_791e-11,
        -4.801_991_086_985_618e-12,
    ],
};

/// `erf(x)`: at most 2 ulp.
#[inline(always)]
pub fn erf<V: Vector<Elem: Format>, const N: usize, const M: usize, const L: usize>(
    x: V,
    f: &Erf<N, M>,
    e: &Exp<L>,
) -> V {
    let y = x.abs();
    let near = polynomial(y * y, &f.p).mul_add(y, y);

    let held = not_above(y, f.highest);
    let far = V::one() - in_normal_range(polynomial(held - V::constant(2.0), &f.q), e);

    V::select(y.le(V::one()), near, far).copy_sign(x)
}
