//! All rooms on all instruction sets: against a reference, at special values, and bit for bit.
//!
//! The walks take every n-th bit pattern, so all exponents, subnormals and both signs are met alike.
//! `DLCORE_TEST_QUICK=1` thins them, for emulated machines.

use std::marker::PhantomData;

use super::Math;
use crate::simd::{Element, Isa, Kernel, Simd, Vector};

/// A function under test.
trait Function {
    const NAME: &'static str;
    /// The largest errors, in ulp, that its docs allow: `f32` and `f64`.
    const BOUND: (f64, f64);
    fn apply<V: Vector>(x: V) -> V;
    fn reference(x: f64) -> f64;
}

/// A function mapped over a slice whose length is a multiple of 16.
struct Map<'a, T, F> {
    x: &'a [T],
    y: &'a mut [T],
    function: PhantomData<F>,
}

impl<T: Element, F: Function> Kernel for Map<'_, T, F> {
    type Output = ();
    #[inline(always)]
    fn run<S: Simd>(self) {
        for (x, y) in self.x.chunks_exact(T::LANES).zip(self.y.chunks_exact_mut(T::LANES)) {
            F::apply(T::Vector::<S>::load(x)).store(y);
        }
    }
}

fn map<T: Element, F: Function>(isa: Isa, x: &[T]) -> Vec<T> {
    let mut y = vec![T::default(); x.len()];
    isa.run(Map::<T, F> { x, y: &mut y, function: PhantomData });
    y
}

macro_rules! functions {
    ($($name:ident: $f32_bound:literal, $f64_bound:literal, $reference:expr;)*) => {
        $(
            #[allow(non_camel_case_types)]
            struct $name;
            impl Function for $name {
                const NAME: &'static str = stringify!($name);
                const BOUND: (f64, f64) = ($f32_bound, $f64_bound);
                #[inline(always)]
                fn apply<V: Vector>(x: V) -> V {
                    V::Elem::$name(x)
                }
                fn reference(x: f64) -> f64 {
                    let f: fn(f64) -> f64 = $reference;
                    f(x)
                }
            }
        )*

        /// Runs a generic test for every function.
        macro_rules! for_each_function {
            ($test:ident) => { $( $test::<$name>(); )* };
        }
    };
}

functions! {
    exp: 2.0, 2.0, f64::exp;
    exp_m1: 2.0, 2.0, f64::exp_m1;
    log: 2.0, 2.0, f64::ln;
    log1p: 2.0, 2.0, f64::ln_1p;
    tanh: 2.0, 2.0, f64::tanh;
    sigmoid: 2.0, 2.0, |x| if x < 0.0 { x.exp() / (1.0 + x.exp()) } else { 1.0 / (1.0 + (-x).exp()) };
    erf: 2.0, 2.0, libm::erf;
}

/// What the references themselves may be off, in ulp of `f64`.
const REFERENCE_ERROR: f64 = 2.0;

fn thinned(step: u64) -> u64 {
    if std::env::var_os("DLCORE_TEST_QUICK").is_some() { step * 50 + 1 } else { step }
}

/// Every `step`-th bit pattern of `f32`, in blocks.
fn blocks_f32(step: u64) -> impl Iterator<Item = Vec<f32>> {
    const BLOCK: u64 = 4096;
    (0..1u64 << 32).step_by((step * BLOCK) as usize).map(move |start| {
        (0..BLOCK).map(|i| f32::from_bits((start + i * step).min(u64::from(u32::MAX)) as u32)).collect()
    })
}

/// The distance in ulp of `f32`; an infinite result counts as the power of two that it stands for.
fn ulps_f32(y: f32, exact: f64) -> f64 {
    if exact.is_nan() || y.is_nan() {
        return if exact.is_nan() && y.is_nan() { 0.0 } else { f64::INFINITY };
    }
    let above_max = 2f64.powi(128);
    let y = f64::from(y).clamp(-above_max, above_max);
    let exact = exact.clamp(-above_max, above_max);
    // The exponent of the exact value, no lower than that of the smallest normal number.
    let exponent = (((exact.to_bits() >> 52) & 0x7ff) as i32 - 1023).clamp(-126, 127);
    (y - exact).abs() / 2f64.powi(exponent - 23)
}

/// The distance in ulp of `f64`, as far as the reference can tell.
fn ulps_f64(y: f64, exact: f64) -> f64 {
    if exact.is_nan() || y.is_nan() {
        return if exact.is_nan() && y.is_nan() { 0.0 } else { f64::INFINITY };
    }
    if y == exact {
        return 0.0;
    }
    let exponent = ((exact.to_bits() >> 52) & 0x7ff).max(1);
    let ulp = if exponent > 52 { (exponent - 52) << 52 } else { 1 << (exponent - 1) };
    (y - exact).abs() / f64::from_bits(ulp)
}

/// The largest error over a walk, and where.
fn worst_f32<F: Function>(isa: Isa, step: u64) -> (f64, f32) {
    let mut worst = (0.0, 0.0);
    for x in blocks_f32(step) {
        for (&x, &y) in x.iter().zip(&map::<f32, F>(isa, &x)) {
            let error = ulps_f32(y, F::reference(f64::from(x)));
            if error > worst.0 {
                worst = (error, x);
            }
        }
    }
    worst
}

fn check_f32<F: Function>() {
    for isa in Isa::available() {
        let (error, at) = worst_f32::<F>(isa, thinned(8191));
        assert!(error <= F::BOUND.0, "{} on {}: {error} ulp at {at:e}", F::NAME, isa.name());
    }
}

#[test]
fn f32_is_within_its_bound() {
    for_each_function!(check_f32);
}

fn check_all_f32<F: Function>() {
    let (error, at) = worst_f32::<F>(Isa::best(), 1);
    println!("{:8} {error:.3} ulp at {at:e} ({:#010x})", F::NAME, at.to_bits());
    assert!(error <= F::BOUND.0, "{}: {error} ulp at {at:e}", F::NAME);
}

#[test]
#[ignore = "walks over all 2^32 numbers, minutes a function"]
fn f32_is_within_its_bound_everywhere() {
    for_each_function!(check_all_f32);
}

/// A fixed sample of `f64`: all exponents, and densely where the functions change.
fn sample_f64() -> Vec<f64> {
    let count = 1 << 18;
    let step = thinned(1) as usize;
    let mut x: Vec<f64> = (0..count)
        .step_by(step)
        .map(|i| f64::from_bits((i as u64).wrapping_mul(u64::MAX / count as u64) ^ 0x5a5a_5a5a))
        .collect();
    for range in [1.0, 8.0, 40.0, 800.0] {
        x.extend((0..count / 4).step_by(step).map(|i| (8.0 * i as f64 / count as f64 - 1.0) * range));
    }
    x.resize(x.len().next_multiple_of(16), 0.0);
    x
}

fn check_f64<F: Function>() {
    let x = sample_f64();
    for isa in Isa::available() {
        for (&x, &y) in x.iter().zip(&map::<f64, F>(isa, &x)) {
            let error = ulps_f64(y, F::reference(x));
            let bound = F::BOUND.1 + REFERENCE_ERROR;
            assert!(error <= bound, "{} on {}: {error} ulp at {x:e}: {y:e}", F::NAME, isa.name());
        }
    }
}

#[test]
fn f64_is_within_its_bound() {
    for_each_function!(check_f64);
}

/// Checks one function at arguments whose results are exact; the sign of zero counts.
fn check_special<F: Function>(cases: &[(f64, f64)]) {
    for isa in Isa::available() {
        for &(x, expected) in cases {
            let f32_y = f64::from(map::<f32, F>(isa, &[x as f32; 16])[0]);
            let f64_y = map::<f64, F>(isa, &[x; 16])[0];
            for y in [f32_y, f64_y] {
                let same = y.to_bits() == expected.to_bits() || y.is_nan() && expected.is_nan();
                assert!(same, "{} on {}: f({x}) = {y}, expected {expected}", F::NAME, isa.name());
            }
        }
    }
}

#[test]
fn special_values_are_exact() {
    const INF: f64 = f64::INFINITY;
    const NAN: f64 = f64::NAN;
    let largest = f64::from(f32::MAX);
    check_special::<exp>(&[
        (-INF, 0.0),
        (-largest, 0.0),
        (-0.0, 1.0),
        (0.0, 1.0),
        (largest, INF),
        (INF, INF),
        (NAN, NAN),
    ]);
    check_special::<exp_m1>(&[
        (-INF, -1.0),
        (-largest, -1.0),
        (-0.0, -0.0),
        (0.0, 0.0),
        (largest, INF),
        (INF, INF),
        (NAN, NAN),
    ]);
    check_special::<log>(&[
        (-INF, NAN),
        (-1.0, NAN),
        (-0.0, -INF),
        (0.0, -INF),
        (1.0, 0.0),
        (INF, INF),
        (NAN, NAN),
    ]);
    check_special::<log1p>(&[
        (-INF, NAN),
        (-2.0, NAN),
        (-1.0, -INF),
        (-0.0, -0.0),
        (0.0, 0.0),
        (INF, INF),
        (NAN, NAN),
    ]);
    check_special::<tanh>(&[(-INF, -1.0), (-0.0, -0.0), (0.0, 0.0), (largest, 1.0), (INF, 1.0), (NAN, NAN)]);
    check_special::<sigmoid>(&[(-INF, 0.0), (-0.0, 0.5), (0.0, 0.5), (largest, 1.0), (INF, 1.0), (NAN, NAN)]);
    check_special::<erf>(&[(-INF, -1.0), (-0.0, -0.0), (0.0, 0.0), (largest, 1.0), (INF, 1.0), (NAN, NAN)]);
}

/// A hash of the results (FNV-1a over words); all NaN are one.
fn digest<T: Element, F: Function>(isa: Isa, x: &[T]) -> u64 {
    map::<T, F>(isa, x).iter().fold(0xcbf2_9ce4_8422_2325, |hash, y| {
        let y = y.to_f64();
        let word = if y.is_nan() { u64::MAX } else { y.to_bits() };
        (hash ^ word).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

fn check_same_bits<F: Function>() {
    let f32_sample: Vec<f32> = blocks_f32(thinned(100_003)).flatten().collect();
    let f64_sample = sample_f64();
    let scalar = Isa::named("scalar").expect("every machine has it");
    for isa in Isa::available() {
        assert_eq!(
            (digest::<f32, F>(isa, &f32_sample), digest::<f64, F>(isa, &f64_sample)),
            (digest::<f32, F>(scalar, &f32_sample), digest::<f64, F>(scalar, &f64_sample)),
            "{}: {} differs from scalar",
            F::NAME,
            isa.name()
        );
    }
}

#[test]
fn all_sets_give_the_same_bits() {
    for_each_function!(check_same_bits);
}

/// The same sample on every machine, for [`all_machines_give_the_same_bits`].
fn check_known_bits<F: Function>(expected: (u64, u64)) {
    let f32_sample: Vec<f32> = blocks_f32(1_000_003).flatten().collect();
    let f64_sample: Vec<f64> = f32_sample.iter().map(|&x| f64::from(x) * (1.0 + 1e-9)).collect();
    for isa in Isa::available() {
        let found = (digest::<f32, F>(isa, &f32_sample), digest::<f64, F>(isa, &f64_sample));
        assert_eq!(found, expected, "{} on {}: {found:#x?}", F::NAME, isa.name());
    }
}

/// Holds other architectures to the bits of the machine this was written on. Who changes a
/// coefficient writes the new numbers here.
#[test]
fn all_machines_give_the_same_bits() {
    check_known_bits::<exp>((0x6a5f_5750_9488_89f0, 0xb139_d28a_2efa_03a5));
    check_known_bits::<exp_m1>((0x83f8_b880_d488_89f0, 0x772f_27c7_5587_d5de));
    check_known_bits::<log>((0x16f3_0ed3_531c_74e1, 0x26d1_4f3d_2a29_9fc6));
    check_known_bits::<log1p>((0x91ef_467c_a04e_507e, 0x9db8_921d_dd7b_76d3));
    check_known_bits::<tanh>((0x3cdf_adab_f488_89f0, 0xce77_697f_9e71_e71b));
    check_known_bits::<sigmoid>((0x3186_b9cc_d488_89f0, 0xdc67_54bc_5774_f88f));
    check_known_bits::<erf>((0xe988_1e51_1488_89f0, 0x7890_4ce2_71d9_f36c));
}
