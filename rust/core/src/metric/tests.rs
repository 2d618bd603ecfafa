//! Walks the table: a metric without a formula here fails.

use dlcore_kernels::matrix::Matrix;
use dlcore_kernels::simd::{Element, Isa, Kernel, Simd};

use super::Metric;

const ROWS: usize = 19;
const THRESHOLD: f64 = 0.4;

fn first_largest(values: &[f64]) -> usize {
    (0..values.len()).fold(0, |best, j| if values[j] > values[best] { j } else { best })
}

fn mean(values: impl ExactSizeIterator<Item = f64>) -> f64 {
    let n = values.len() as f64;
    values.sum::<f64>() / n
}

/// The value of one row, in plain words.
fn naive(name: &str, outputs: &[f64], targets: &[f64]) -> f64 {
    let pairs = outputs.iter().zip(targets);
    let truth = |yes: bool| f64::from(u8::from(yes));
    match name {
        "binary_accuracy" => mean(pairs.map(|(p, y)| truth(truth(*p > THRESHOLD) == *y))),
        "categorical_accuracy" => truth(first_largest(outputs) == first_largest(targets)),
        "sparse_categorical_accuracy" => truth(first_largest(outputs) as f64 == targets[0]),
        "mean_squared_error" => mean(pairs.map(|(p, y)| (p - y).powi(2))),
        "mean_absolute_error" => mean(pairs.map(|(p, y)| (p - y).abs())),
        _ => panic!("no formula for {name}"),
    }
}

struct Run<'a, T>(Metric, Matrix<'a, T>, Matrix<'a, T>, &'a mut [T]);

impl<T: Element> Kernel for Run<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<S: Simd>(self) {
        self.0.run::<T, S>(self.1, self.2, self.3);
    }
}

fn values<T: Element>(isa: Isa, metric: Metric, n: usize, outputs: &[f64], targets: &[f64]) -> Vec<f64> {
    let cast = |values: &[f64]| -> Vec<T> { values.iter().map(|&v| T::from_f64(v)).collect() };
    let (outputs, targets) = (cast(outputs), cast(targets));
    let mut values = vec![T::default(); ROWS];
    let outputs = Matrix::from_slice(&outputs, n, ROWS);
    let targets = Matrix::from_slice(&targets, targets.len() / ROWS, ROWS);
    isa.run(Run(metric, outputs, targets, &mut values));
    values.into_iter().map(T::to_f64).collect()
}

/// Outputs in eighths, so that some are equal; targets 0 and 1, or labels.
fn data(name: &str, n: usize) -> (Vec<f64>, Vec<f64>) {
    let outputs = (0..n * ROWS).map(|i| (i * 37 % 11 % 8) as f64 / 8.0).collect();
    let targets = if name.starts_with("sparse") {
        (0..ROWS).map(|i| (i * 5 % 7 % n) as f64).collect()
    } else {
        (0..n * ROWS).map(|i| (i * 13 % 5 % 2) as f64).collect()
    };
    (outputs, targets)
}

fn column(block: &[f64], row: usize) -> Vec<f64> {
    block.iter().skip(row).step_by(ROWS).copied().collect()
}

#[test]
fn values_agree_with_the_plain_formula_on_every_instruction_set() {
    for name in Metric::NAMES {
        let metric = Metric::named(name, THRESHOLD).unwrap();
        assert_eq!(metric.name(), *name);
        for n in [1, 2, 4, 10] {
            let (outputs, targets) = data(name, n);
            for isa in Isa::available() {
                for (run, tolerance) in
                    [(values::<f32> as fn(_, _, _, &_, &_) -> _, 1e-6), (values::<f64>, 1e-14)]
                {
                    let found: Vec<f64> = run(isa, metric, n, &outputs, &targets);
                    assert_eq!(found, run(Isa::best(), metric, n, &outputs, &targets), "{name}, {n}");
                    for (row, found) in found.into_iter().enumerate() {
                        let expected = naive(name, &column(&outputs, row), &column(&targets, row));
                        assert!((found - expected).abs() < tolerance, "{name}, {n}: {found}, {expected}");
                    }
                }
            }
        }
    }
}

#[test]
fn of_equal_values_the_first_counts() {
    let metric = Metric::named("categorical_accuracy", 0.0).unwrap();
    let block = |a: f64, b: f64| [[a; ROWS], [b; ROWS]].concat();
    assert_eq!(values::<f32>(Isa::best(), metric, 2, &block(0.5, 0.5), &block(1.0, 0.0)), [1.0; ROWS]);
    assert_eq!(values::<f32>(Isa::best(), metric, 2, &block(0.5, 0.5), &block(0.0, 1.0)), [0.0; ROWS]);
}

#[test]
fn an_unknown_name_lists_the_known() {
    let message = Metric::named("accuracy", 0.5).unwrap_err().to_string();
    assert!(message.contains("\"accuracy\"") && message.contains("binary_accuracy"), "{message}");
}
