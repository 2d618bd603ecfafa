//! Walks the table: a loss without a formula here fails.

use dlcore_kernels::matrix::{Matrix, MatrixMut};
use dlcore_kernels::simd::{Element, Isa, Kernel, Simd};

use super::{Loss, Parameters, Pass, Quantiles, Targets, find};
use crate::activation::Activation;

const ROWS: usize = 19;
const BATCH_ROWS: usize = 25;

fn log_sigmoid(z: f64) -> f64 {
    if z < -40.0 { z } else { -(-z).exp().ln_1p() }
}

/// The loss of one row, in plain words.
fn naive(name: &str, parameters: Parameters, outputs: &[f64], targets: &[f64]) -> f64 {
    let Parameters { from_logits, label_smoothing: s, delta, floor, alpha, gamma, quantiles, .. } =
        parameters;
    let n = outputs.len() as f64;
    let clip = |p: f64| p.clamp(1e-7, 1.0 - 1e-7);
    let mean = |term: &dyn Fn(f64, f64) -> f64| {
        outputs.iter().zip(targets).map(|(&p, &y)| term(p, y)).sum::<f64>() / n
    };
    match name {
        "binary_crossentropy" => mean(&|p, y| {
            let y = y * (1.0 - s) + s / 2.0;
            let limit = |log_p: f64| log_p.clamp(floor.ln(), (-floor).ln_1p());
            let (log_p, log_not_p) = if from_logits {
                (limit(log_sigmoid(p)), limit(log_sigmoid(-p)))
            } else {
                (clip(p).ln(), (1.0 - clip(p)).ln())
            };
            -y * log_p - (1.0 - y) * log_not_p
        }),
        "categorical_crossentropy" | "sparse_categorical_crossentropy" => {
            let largest = outputs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let logits_sum: f64 = outputs.iter().map(|z| (z - largest).exp()).sum();
            let sum: f64 = outputs.iter().sum();
            let mut loss = 0.0;
            for (j, &p) in outputs.iter().enumerate() {
                let sparse = name.starts_with("sparse");
                let y = if sparse { f64::from(u8::from(targets[0] == j as f64)) } else { targets[j] };
                let y = y * (1.0 - s) + s / n;
                let log_p = if from_logits {
                    (p - largest - logits_sum.ln()).clamp(floor.ln(), (-floor).ln_1p())
                } else {
                    clip(p / sum).ln()
                };
                loss -= y * log_p;
            }
            loss
        }
        "mean_squared_error" => mean(&|p, y| (p - y).powi(2)),
        "mean_absolute_error" => mean(&|p, y| (p - y).abs()),
        "huber" => mean(&|p, y| {
            let e = (p - y).abs();
            if e <= delta { 0.5 * e * e } else { delta * e - 0.5 * delta * delta }
        }),
        "poisson" => mean(&|p, y| p - y * (p + 1e-7).ln()),
        "half_poisson_deviance" => mean(&|p, y| p - y * p.ln() + if y > 0.0 { y * y.ln() - y } else { 0.0 }),
        "quantile" => {
            let pairs = outputs.iter().zip(targets).enumerate();
            let one = |(j, (p, y)): (usize, (&f64, &f64))| {
                let q = quantiles.of(j);
                if y >= p { q * (y - p) } else { (1.0 - q) * (p - y) }
            };
            pairs.map(one).sum::<f64>() / n
        }
        "binary_focal_crossentropy" => mean(&|p, y| {
            let y = y * (1.0 - s) + s / 2.0;
            let p = if from_logits { log_sigmoid(p).exp() } else { p };
            let bce = -y * clip(p).ln() - (1.0 - y) * (1.0 - clip(p)).ln();
            let focal = (1.0 - (y * p + (1.0 - y) * (1.0 - p))).powf(gamma);
            let balance = y * alpha + (1.0 - y) * (1.0 - alpha);
            if parameters.apply_class_balancing { balance * focal * bce } else { focal * bce }
        }),
        "categorical_focal_crossentropy" => {
            let largest = outputs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let unscaled = |z: f64| if from_logits { (z - largest).exp() } else { z };
            let sum = n * mean(&|p, _| unscaled(p));
            n * mean(&|p, y| {
                let (p, y) = (clip(unscaled(p) / sum), y * (1.0 - s) + s / n);
                -alpha * (1.0 - p).powf(gamma) * y * p.ln()
            })
        }
        "hinge" => mean(&|p, y| (1.0 - sign(y) * p).max(0.0)),
        "squared_hinge" => mean(&|p, y| (1.0 - sign(y) * p).max(0.0).powi(2)),
        "categorical_hinge" => {
            let right = n * mean(&|p, y| y * p);
            let wrong = outputs.iter().zip(targets).map(|(p, y)| (1.0 - y) * p);
            (wrong.fold(f64::NEG_INFINITY, f64::max) - right + 1.0).max(0.0)
        }
        "kl_divergence" => {
            n * mean(&|p, y| y.clamp(1e-7, 1.0) * (y.clamp(1e-7, 1.0) / p.clamp(1e-7, 1.0)).ln())
        }
        "log_cosh" => mean(&|p, y| {
            if (p - y).abs() < 300.0 { (p - y).cosh().ln() } else { (p - y).abs() - 2.0_f64.ln() }
        }),
        "mean_absolute_percentage_error" => mean(&|p, y| 100.0 * (y - p).abs() / y.abs().max(1e-7)),
        "mean_squared_logarithmic_error" => mean(&|p, y| (p.max(1e-7).ln_1p() - y.max(1e-7).ln_1p()).powi(2)),
        "cosine_similarity" => {
            let lengths = mean(&|_, y| n * y * y).sqrt() * mean(&|p, _| n * p * p).sqrt();
            if lengths == 0.0 { 0.0 } else { -n * mean(&|p, y| p * y) / lengths }
        }
        _ => panic!("no formula for {name}"),
    }
}

/// Of a label: 0 stands for -1.
fn sign(y: f64) -> f64 {
    if y == 0.0 { -1.0 } else { y }
}

struct Run<'a, T>(Loss, Pass<'a, T>);

impl<T: Element> Kernel for Run<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<S: Simd>(self) {
        self.0.run::<T, S>(self.1);
    }
}

/// Losses and gradients of a block of `n` outputs.
fn pass<T: Element>(
    isa: Isa,
    loss: Loss,
    outputs: &[f64],
    targets: &[f64],
    weights: Option<&[f64]>,
) -> [Vec<f64>; 2] {
    let cast = |values: &[f64]| -> Vec<T> { values.iter().map(|&v| T::from_f64(v)).collect() };
    let (outputs, targets, weights) = (cast(outputs), cast(targets), weights.map(cast));
    let n = outputs.len() / ROWS;
    let mut gradient = vec![T::from_f64(f64::NAN); outputs.len()];
    let mut losses = vec![T::default(); ROWS];
    isa.run(Run(
        loss,
        Pass {
            outputs: Matrix::from_slice(&outputs, n, ROWS),
            targets: Matrix::from_slice(&targets, targets.len() / ROWS, ROWS),
            weights: weights.as_deref(),
            share: 1.0 / BATCH_ROWS as f64,
            gradient: MatrixMut::from_slice(&mut gradient, n, ROWS),
            losses: &mut losses,
        },
    ));
    [losses, gradient].map(|values| values.into_iter().map(T::to_f64).collect())
}

/// All but the one that only hands on what it is given.
fn all() -> Vec<(Loss, Parameters)> {
    let mut all = Vec::new();
    for &name in Loss::NAMES.iter().filter(|&&name| name != "given") {
        let gammas: &[f64] = if name.contains("focal") { &[2.0, 1.5, 0.0] } else { &[0.0] };
        for from_logits in [false, true] {
            for (label_smoothing, &gamma) in
                [0.0, 0.1].into_iter().flat_map(|s| gammas.iter().map(move |g| (s, g)))
            {
                let parameters = Parameters {
                    from_logits,
                    label_smoothing,
                    delta: 0.3,
                    floor: 0.0,
                    alpha: 0.3,
                    gamma,
                    apply_class_balancing: gamma == 1.5,
                    quantiles: Quantiles::new(&[0.1, 0.75]).unwrap(),
                };
                all.push((find(name, parameters).unwrap(), parameters));
            }
        }
    }
    all
}

/// Outputs between 0.02 and 0.98, four times that for logits; any targets in (0, 1), or labels.
fn data(loss: Loss, parameters: Parameters, n: usize) -> (Vec<f64>, Vec<f64>) {
    let scatter = |i: usize| 0.02 + 0.96 * (i * 37 % 101) as f64 / 101.0;
    let outputs = (0..n * ROWS).map(scatter);
    let outputs = outputs.map(|p| if parameters.from_logits { 8.0 * p - 4.0 } else { p }).collect();
    let targets = match loss.targets() {
        Targets::Vectors => (0..n * ROWS).map(|i| scatter(i * 3 + 5) + 0.001).collect(),
        Targets::Labels => (0..ROWS).map(|i| (i * 5 % 7 % n) as f64).collect(),
        Targets::Derivatives => unreachable!(),
    };
    (outputs, targets)
}

fn column(block: &[f64], row: usize) -> Vec<f64> {
    block.iter().skip(row).step_by(ROWS).copied().collect()
}

/// Poisson's take the logarithm of an output, which must not be negative.
fn is_defined(loss: Loss, parameters: Parameters) -> bool {
    !matches!(loss.name(), "poisson" | "half_poisson_deviance") || !parameters.from_logits
}

#[test]
fn values_and_gradients_agree_with_the_plain_formula() {
    const STEP: f64 = 1e-5;
    let weights: Vec<f64> = (0..ROWS).map(|i| 0.5 + i as f64 / 8.0).collect();
    for (loss, parameters) in all().into_iter().filter(|&(loss, parameters)| is_defined(loss, parameters)) {
        for n in [1, 3, 10] {
            let (outputs, targets) = data(loss, parameters, n);
            let [losses, gradient] = pass::<f64>(Isa::best(), loss, &outputs, &targets, Some(&weights));
            let [single, _] = pass::<f32>(Isa::best(), loss, &outputs, &targets, Some(&weights));
            for row in 0..ROWS {
                let targets = column(&targets, row);
                let expected =
                    weights[row] * naive(loss.name(), parameters, &column(&outputs, row), &targets);
                let found = losses[row];
                assert!(
                    (found - expected).abs() <= 1e-13 * (1.0 + expected.abs()),
                    "{loss:?}: {found}, {expected}"
                );
                let slack = 1e-5 * (1.0 + expected.abs());
                assert!((single[row] - expected).abs() <= slack, "{loss:?}: {}, {expected}", single[row]);
                for j in 0..n {
                    let moved = [STEP, -STEP].map(|step| {
                        let mut outputs = column(&outputs, row);
                        outputs[j] += step;
                        weights[row] / BATCH_ROWS as f64 * naive(loss.name(), parameters, &outputs, &targets)
                    });
                    let expected = (moved[0] - moved[1]) / (2.0 * STEP);
                    let found = gradient[j * ROWS + row];
                    let slack = 1e-6 * expected.abs() + 1e-9;
                    assert!((found - expected).abs() <= slack, "{loss:?}': {found}, {expected}");
                }
            }
        }
    }
}

#[test]
fn without_weights_each_row_counts_once() {
    for (loss, parameters) in all().into_iter().filter(|&(loss, parameters)| is_defined(loss, parameters)) {
        let (outputs, targets) = data(loss, parameters, 3);
        let plain = pass::<f32>(Isa::best(), loss, &outputs, &targets, None);
        assert_eq!(plain, pass::<f32>(Isa::best(), loss, &outputs, &targets, Some(&[1.0; ROWS])));
    }
}

/// Logits of plus and minus 10 000, probabilities of exactly 0 and 1.
#[test]
fn extremes_stay_finite_and_right() {
    // A deviance from a rate of 0 is infinite, rightly.
    let can_be_extreme = |loss: Loss| loss.name() != "half_poisson_deviance";
    for (loss, parameters) in all().into_iter().filter(|&(loss, parameters)| is_defined(loss, parameters)) {
        for n in [2, 3].into_iter().filter(|_| can_be_extreme(loss)) {
            let (low, high) = if parameters.from_logits { (-1e4, 1e4) } else { (0.0, 1.0) };
            let outputs: Vec<f64> = (0..n * ROWS).map(|i| [low, high][(i % ROWS + i / ROWS) % 2]).collect();
            let targets: Vec<f64> = match loss.targets() {
                Targets::Vectors => (0..n * ROWS).map(|i| ((i / 2) % 2) as f64).collect(),
                Targets::Labels => (0..ROWS).map(|i| ((i / 2) % n) as f64).collect(),
                Targets::Derivatives => unreachable!(),
            };
            for (run, tolerance) in [(pass::<f32> as fn(_, _, &_, &_, _) -> _, 1e-2), (pass::<f64>, 1e-12)] {
                let [losses, gradient]: [Vec<f64>; 2] = run(Isa::best(), loss, &outputs, &targets, None);
                assert!(gradient.iter().all(|g| g.is_finite()), "{loss:?}: {gradient:?}");
                for (row, found) in losses.into_iter().enumerate() {
                    let (outputs, targets) = (column(&outputs, row), column(&targets, row));
                    let expected = naive(loss.name(), parameters, &outputs, &targets);
                    let slack = tolerance * (1.0 + expected.abs());
                    assert!((found - expected).abs() <= slack, "{loss:?}: {found}, {expected}");
                }
            }
        }
    }
}

#[test]
fn a_clipped_probability_has_no_gradient() {
    let loss = find("binary_crossentropy", Parameters::default()).unwrap();
    let [_, gradient] = pass::<f64>(Isa::best(), loss, &[1e-8; ROWS], &[1.0; ROWS], None);
    assert_eq!(gradient, [0.0; ROWS]);
    let [_, gradient] = pass::<f64>(Isa::best(), loss, &[2e-7; ROWS], &[1.0; ROWS], None);
    assert!(gradient[0] < -1e5);
}

#[test]
fn nan_is_not_hidden() {
    for (loss, parameters) in all().into_iter().filter(|&(loss, parameters)| is_defined(loss, parameters)) {
        let (mut outputs, targets) = data(loss, parameters, 3);
        outputs[ROWS + 4] = f64::NAN;
        let [losses, gradient] = pass::<f32>(Isa::best(), loss, &outputs, &targets, None);
        assert!(losses[4].is_nan(), "{loss:?}: {losses:?}");
        assert!(gradient[ROWS + 4].is_nan(), "{loss:?}: {gradient:?}");
        assert!(losses[5].is_finite());
    }
}

#[test]
fn a_given_loss_and_its_derivatives_are_handed_on() {
    let loss = find("given", Parameters::default()).unwrap();
    let (outputs, targets, weights) = ([0.5; 2 * ROWS], [3.0, -2.0, 0.25].map(|y| [y; ROWS]), [4.0; ROWS]);
    for isa in Isa::available() {
        let [losses, gradient] = pass::<f64>(isa, loss, &outputs, targets.as_flattened(), Some(&weights));
        assert_eq!(losses, [12.0; ROWS]);
        let expected = [-8.0, 1.0].map(|slope| [slope * (1.0 / BATCH_ROWS as f64); ROWS]);
        assert_eq!(gradient, expected.as_flattened());
    }
}

struct Chain<'a>(Activation, MatrixMut<'a, f64>, Option<Matrix<'a, f64>>);

impl Kernel for Chain<'_> {
    type Output = ();
    #[inline(always)]
    fn run<S: Simd>(self) {
        match self.2 {
            None => self.0.forward::<f64, S>(self.1),
            Some(kept) => self.0.backward::<f64, S>(kept, 1.0, self.1),
        }
    }
}

/// The canonical pair in one formula equals the two one after the other.
#[test]
fn on_the_inputs_of_its_activation_a_loss_is_the_same() {
    let mut pairs = 0;
    for (loss, parameters) in all() {
        for activation in Activation::NAMES.iter().map(|name| Activation::named(name, [1.0; 3]).unwrap()) {
            let Some(fused) = loss.on_inputs_of(activation) else { continue };
            if !is_defined(loss, parameters) {
                continue;
            }
            pairs += 1;
            assert!(!parameters.from_logits);
            let (logits, targets) = data(fused, Parameters { from_logits: true, ..parameters }, 3);
            let mut outputs = logits.clone();
            run_activation(activation, &mut outputs, None);
            let [losses, mut gradient] = pass::<f64>(Isa::best(), loss, &outputs, &targets, None);
            run_activation(activation, &mut gradient, Some(&outputs));
            let expected = pass::<f64>(Isa::best(), fused, &logits, &targets, None).concat();
            for (found, expected) in [losses, gradient].concat().into_iter().zip(expected) {
                assert!((found - expected).abs() < 1e-12, "{loss:?} on {activation:?}: {found}, {expected}");
            }
        }
    }
    assert_eq!(pairs, 8, "four losses, with and without label smoothing");
}

fn run_activation(activation: Activation, block: &mut [f64], kept: Option<&[f64]>) {
    let kept = kept.map(|kept| Matrix::from_slice(kept, kept.len() / ROWS, ROWS));
    let n = block.len() / ROWS;
    Isa::best().run(Chain(activation, MatrixMut::from_slice(block, n, ROWS), kept));
}

#[test]
fn every_instruction_set_gives_the_same_bits() {
    for (loss, parameters) in all().into_iter().filter(|&(loss, parameters)| is_defined(loss, parameters)) {
        let (outputs, targets) = data(loss, parameters, 3);
        for isa in Isa::available() {
            for run in [pass::<f32>, pass::<f64>] {
                let expected = run(Isa::best(), loss, &outputs, &targets, None).concat();
                let found = run(isa, loss, &outputs, &targets, None).concat();
                let bits = |values: Vec<f64>| values.into_iter().map(f64::to_bits).collect::<Vec<_>>();
                assert_eq!(bits(found), bits(expected), "{loss:?} on {}", isa.name());
            }
        }
    }
}
