//! Walks the table: an activation without a formula here fails.

use std::f64::consts::{FRAC_2_SQRT_PI, PI, SQRT_2};

use dlcore_kernels::matrix::{Matrix, MatrixMut};
use dlcore_kernels::simd::{Element, Isa, Kernel, Simd};

use super::{Activation, Kept};

/// One whole vector of `f32` and a tail, two of `f64` and a tail.
const ROWS: usize = 19;
const FEATURES: usize = 5;

/// What each is tried with.
fn parameters(name: &str) -> [[f64; 3]; 2] {
    match name {
        "relu_general" => [[0.3, 2.5, 0.5], [0.0, 1.2, 0.0]],
        "squareplus" | "soft_shrink" | "hard_shrink" => [[0.31, 0.0, 0.0], [2.5, 0.0, 0.0]],
        "threshold" => [[0.3, -0.4, 0.0], [-0.5, 1.0, 0.0]],
        _ => [[0.3, 0.0, 0.0], [-0.5, 0.0, 0.0]],
    }
}

/// The outputs of one row, in plain words.
fn naive(name: &str, parameters: [f64; 3], x: &[f64]) -> Vec<f64> {
    if name == "log_softmax" {
        let largest = x.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let sum: f64 = x.iter().map(|x| (x - largest).exp()).sum();
        return x.iter().map(|x| x - largest - sum.ln()).collect();
    }
    if name == "softmax" {
        let largest = x.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let powers: Vec<f64> = x.iter().map(|x| (x - largest).exp()).collect();
        let sum: f64 = powers.iter().sum();
        return powers.iter().map(|p| p / sum).collect();
    }
    x.iter().map(|&x| naive_element(name, parameters, x)).collect()
}

fn naive_element(name: &str, [parameter, second, third]: [f64; 3], x: f64) -> f64 {
    let softplus = if x > 40.0 { x } else { x.exp().ln_1p() };
    match name {
        "linear" => x,
        "relu" => x.max(0.0),
        "leaky_relu" => x.max(0.0) + parameter * x.min(0.0),
        "elu" => x.max(0.0) + parameter * x.min(0.0).exp_m1(),
        "selu" => 1.0507009873554805 * (x.max(0.0) + 1.6732632423543772 * x.min(0.0).exp_m1()),
        "gelu" => 0.5 * x * (1.0 + naive_erf(x / SQRT_2)),
        "gelu_tanh" => 0.5 * x * (1.0 + ((2.0 / PI).sqrt() * (x + 0.044715 * x.powi(3))).tanh()),
        "silu" => x / (1.0 + (-x).exp()),
        "mish" => x * softplus.tanh(),
        "softplus" => softplus,
        "exponential" => x.exp(),
        "tanh" => x.tanh(),
        "sigmoid" => 1.0 / (1.0 + (-x).exp()),
        "hard_sigmoid" => (x / 6.0 + 0.5).clamp(0.0, 1.0),
        "relu6" => x.clamp(0.0, 6.0),
        "relu_general" if x > third => x.min(second),
        "relu_general" => parameter * (x - third),
        "celu" => x.max(0.0) + parameter * (x.min(0.0) / parameter).exp_m1(),
        "squareplus" if x > 0.0 => (x + (x * x + parameter).sqrt()) / 2.0,
        "squareplus" => parameter / 2.0 / ((x * x + parameter).sqrt() - x),
        "softsign" => x / (1.0 + x.abs()),
        "soft_shrink" => (x - parameter).max(0.0) + (x + parameter).min(0.0),
        "hard_shrink" if x.abs() > parameter => x,
        "hard_shrink" => 0.0,
        "tanh_shrink" => x - x.tanh(),
        "threshold" if x > parameter => x,
        "threshold" => second,
        "sparse_plus" if x.abs() < 1.0 => (x + 1.0).powi(2) / 4.0,
        "sparse_plus" => x.max(0.0),
        "sparse_sigmoid" => ((x + 1.0) / 2.0).clamp(0.0, 1.0),
        "hard_silu" => x * (x / 6.0 + 0.5).clamp(0.0, 1.0),
        "hard_tanh" => x.clamp(-1.0, 1.0),
        "log_sigmoid" => x - softplus,
        _ => panic!("no formula for {name}"),
    }
}

/// 2 / sqrt(pi) e^(-x^2) times the sum of 2^n x^(2n + 1) / (1 3 5 ... (2n + 1)).
fn naive_erf(x: f64) -> f64 {
    if x.abs() > 6.0 {
        return x.signum();
    }
    let (mut term, mut sum) = (x, 0.0);
    for n in 0..200 {
        sum += term;
        term *= 2.0 * x * x / (2 * n + 3) as f64;
    }
    FRAC_2_SQRT_PI * (-x * x).exp() * sum
}

/// The derivatives far to the left and far to the right.
fn far_slopes(name: &str, [parameter, ..]: [f64; 3]) -> [f64; 2] {
    match name {
        "linear" | "soft_shrink" | "hard_shrink" | "tanh_shrink" => [1.0, 1.0],
        "relu_general" => [parameter, 0.0],
        "celu" if parameter < 0.0 => [f64::INFINITY, 1.0],
        "log_sigmoid" => [1.0, 0.0],
        "leaky_relu" => [parameter, 1.0],
        "selu" => [0.0, 1.0507009873554805],
        "exponential" => [0.0, f64::INFINITY],
        "tanh" | "sigmoid" | "hard_sigmoid" | "relu6" | "softsign" | "sparse_sigmoid" | "hard_tanh" => {
            [0.0, 0.0]
        }
        _ => [0.0, 1.0],
    }
}

/// The outputs far to the left and far to the right.
fn limits(name: &str, [parameter, second, _]: [f64; 3]) -> [f64; 2] {
    let infinity = f64::INFINITY;
    match name {
        "relu6" => [0.0, 6.0],
        "relu_general" if parameter == 0.0 => [0.0, second],
        "relu_general" => [-infinity, second],
        "celu" if parameter < 0.0 => [-infinity, infinity],
        "celu" => [-parameter, infinity],
        "threshold" => [second, infinity],
        "log_sigmoid" => [-infinity, 0.0],
        "linear" | "soft_shrink" | "hard_shrink" | "tanh_shrink" => [-infinity, infinity],
        "leaky_relu" => [-infinity * parameter, infinity],
        "elu" => [-parameter, infinity],
        "selu" => [-1.0507009873554805 * 1.6732632423543772, infinity],
        "tanh" | "softsign" | "hard_tanh" => [-1.0, 1.0],
        "sigmoid" | "hard_sigmoid" | "sparse_sigmoid" => [0.0, 1.0],
        _ => [0.0, infinity],
    }
}

struct Forward<'a, T>(Activation, MatrixMut<'a, T>);

impl<T: Element> Kernel for Forward<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<S: Simd>(self) {
        self.0.forward::<T, S>(self.1);
    }
}

struct Backward<'a, T>(Activation, Matrix<'a, T>, T, MatrixMut<'a, T>);

impl<T: Element> Kernel for Backward<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<S: Simd>(self) {
        self.0.backward::<T, S>(self.1, self.2, self.3);
    }
}

/// Outputs and gradients of a feature-major block; what is kept has been divided by `scale`.
fn pass<T: Element>(isa: Isa, activation: Activation, x: &[f64], upper: &[f64], scale: f64) -> [Vec<f64>; 2] {
    let cast = |values: &[f64]| -> Vec<T> { values.iter().map(|&v| T::from_f64(v)).collect() };
    let columns = x.len() / FEATURES;
    let (mut output, mut gradient) = (cast(x), cast(upper));
    isa.run(Forward(activation, MatrixMut::from_slice(&mut output, FEATURES, columns)));
    let mut kept = if activation.kept() == Kept::Output { output.clone() } else { cast(x) };
    for value in &mut kept {
        *value = *value / T::from_f64(scale);
    }
    let kept = Matrix::from_slice(&kept, FEATURES, columns);
    let block = MatrixMut::from_slice(&mut gradient, FEATURES, columns);
    isa.run(Backward(activation, kept, T::from_f64(scale), block));
    [output, gradient].map(|values| values.into_iter().map(T::to_f64).collect())
}

fn all() -> Vec<(Activation, [f64; 3])> {
    let mut all = Vec::new();
    for name in Activation::NAMES {
        for parameters in parameters(name) {
            all.push((Activation::named(name, parameters).unwrap(), parameters));
        }
    }
    all
}

/// Values between plus and minus `size`, none of them on a kink.
fn some(size: f64, seed: usize) -> Vec<f64> {
    (0..FEATURES * ROWS).map(|i| size * (((i + seed) * 37 % 101) as f64 - 50.3) / 51.0).collect()
}

fn row_of(block: &[f64], row: usize) -> Vec<f64> {
    (0..FEATURES).map(|j| block[j * ROWS + row]).collect()
}

fn check_values<T: Element>(size: f64, tolerance: f64) {
    for (activation, parameters) in all() {
        let x = some(size, 0).iter().map(|&v| T::from_f64(v).to_f64()).collect::<Vec<_>>();
        let [output, _] = pass::<T>(Isa::best(), activation, &x, &x, 1.0);
        for row in 0..ROWS {
            let expected = naive(activation.name(), parameters, &row_of(&x, row));
            for (j, (y, expected)) in row_of(&output, row).into_iter().zip(expected).enumerate() {
                let (x, slack) = (x[j * ROWS + row], tolerance * (1.0 + expected.abs()));
                let overflows = y == T::from_f64(expected).to_f64();
                let is_right = overflows || (y - expected).abs() <= slack;
                assert!(is_right, "{activation:?} at {x}: {y}, expected {expected}");
            }
        }
    }
}

#[test]
fn values_agree_with_the_plain_formula() {
    for size in [0.01, 1.0, 8.0, 100.0, 1e4] {
        check_values::<f32>(size, 1e-6);
        check_values::<f64>(size, 1e-14);
    }
}

#[test]
fn gradients_agree_with_central_differences() {
    const STEP: f64 = 1e-5;
    for (activation, parameters) in all() {
        for scale in [1.0, 0.7] {
            let (x, upper) = (some(6.0, 0), some(2.0, 11));
            let [_, gradient] = pass::<f64>(Isa::best(), activation, &x, &upper, scale);
            for row in 0..ROWS {
                for j in 0..FEATURES {
                    let moved = [STEP, -STEP].map(|step| {
                        let mut x = row_of(&x, row);
                        x[j] += step;
                        let y = naive(activation.name(), parameters, &x);
                        y.iter().zip(row_of(&upper, row)).map(|(y, g)| y * g).sum::<f64>()
                    });
                    let expected = (moved[0] - moved[1]) / (2.0 * STEP);
                    let (x, found) = (x[j * ROWS + row], gradient[j * ROWS + row]);
                    let slack = 1e-6 * expected.abs() + 1e-9;
                    assert!((found - expected).abs() <= slack, "{activation:?}' at {x}: {found}, {expected}");
                }
            }
        }
    }
}

/// The scales are those of dropout, whose roundings must not move an output off its limit.
fn check_far<T: Element>() {
    for (activation, parameters) in all().into_iter().filter(|(a, _)| !a.mixes_features()) {
        let limits = limits(activation.name(), parameters);
        let slopes = far_slopes(activation.name(), parameters);
        for (size, scale) in [(1e4, 1.0), (1e30, 1.0), (f64::INFINITY, 1.0), (1e4, 0.7), (1e4, 0.91)] {
            for (side, sign) in [-1.0, 1.0].into_iter().enumerate() {
                let (x, ones) = ([sign * size; FEATURES], [1.0; FEATURES]);
                let [y, gradient] = pass::<T>(Isa::best(), activation, &x, &ones, scale);
                let (limit, y, slope) = (limits[side], y[0], gradient[0]);
                let is_right = slope == slopes[side] || (slope - slopes[side]).abs() < 1e-6;
                assert!(is_right, "{activation:?}' at {}: {slope}", x[0]);
                // These come near their limits as 1 / x does.
                let is_slow = matches!(activation.name(), "softsign" | "squareplus");
                if limit.is_finite() {
                    assert!(
                        (y - limit).abs() < if is_slow { 2e-4 } else { 1e-6 },
                        "{activation:?} at {}: {y}",
                        x[0]
                    );
                } else if size.is_infinite() {
                    assert_eq!(y, limit, "{activation:?} at {}", x[0]);
                }
            }
        }
    }
}

#[test]
fn far_away_are_the_limits() {
    check_far::<f32>();
    check_far::<f64>();
}

#[test]
fn nan_stays_nan() {
    for (activation, _) in all() {
        let mut x = some(3.0, 0);
        x[ROWS + 2] = f64::NAN;
        x[ROWS + 18] = f64::NAN;
        for [y, _] in [
            pass::<f32>(Isa::best(), activation, &x, &x, 1.0),
            pass::<f64>(Isa::best(), activation, &x, &x, 1.0),
        ] {
            assert!(y[ROWS + 2].is_nan() && y[ROWS + 18].is_nan(), "{activation:?}: {y:?}");
            assert!(row_of(&y, 3).iter().all(|y| y.is_finite()), "{activation:?}: {y:?}");
        }
    }
}

#[test]
fn every_instruction_set_gives_the_same_bits() {
    let special = [0.0, -0.0, 1e-40, -1e-40, 1e4, -1e4, f64::INFINITY, f64::NEG_INFINITY, f64::NAN];
    for (activation, _) in all() {
        for size in [1e-3, 1.0, 20.0, 800.0] {
            let mut x = some(size, 3);
            x[..special.len()].copy_from_slice(&special);
            for isa in Isa::available() {
                for run in [pass::<f32>, pass::<f64>] {
                    let expected = run(Isa::best(), activation, &x, &some(1.0, 5), 0.7);
                    let found = run(isa, activation, &x, &some(1.0, 5), 0.7);
                    for (found, expected) in found.concat().into_iter().zip(expected.concat()) {
                        let same =
                            found.to_bits() == expected.to_bits() || found.is_nan() && expected.is_nan();
                        assert!(same, "{activation:?} on {}: {found:e}, expected {expected:e}", isa.name());
                    }
                }
            }
        }
    }
}
