//! Whole trainings: the same bits everywhere, no allocation in a step, and what faults leave behind.

use dlcore_kernels::gather::{Order, Source};
use dlcore_kernels::sparse::SparseSource;

use super::*;
use crate::loss;
use crate::optimizer;
use crate::random;
use crate::regularizer::Regularizer;
use crate::variables::Wish;

fn dense(units: usize, l2: f64) -> Layer {
    let kernel = Wish { regularizer: Regularizer { l1: l2 / 2.0, l2 }, ..Wish::default() };
    Layer::Dense { units, use_bias: true, kernel, bias: Wish::default(), trainable: true }
}

fn activation(name: &str) -> Layer {
    Layer::Activation(Activation::named(name, [1.0; 3]).unwrap())
}

use crate::activation::Activation;

fn recipe(loss_name: &str, optimizer_name: &str, clipping: Clipping) -> Recipe {
    let optimizer_parameters = optimizer::Parameters {
        momentum: 0.9,
        nesterov: true,
        beta_1: 0.9,
        beta_2: 0.999,
        rho: 0.9,
        centered: true,
        amsgrad: optimizer_name == "adam",
        epsilon: 1e-7,
        initial_accumulator_value: 0.1,
    };
    Recipe {
        loss: loss::find(loss_name, loss::Parameters { delta: 1.0, ..Default::default() }).unwrap(),
        objective: Objective::default(),
        metrics: vec![Metric::named("mean_absolute_error", 0.5).unwrap()],
        optimizer: optimizer::find(optimizer_name, optimizer_parameters).unwrap(),
        clipping,
        weight_decay: 0.01,
        average: None,
        accumulation: 1,
    }
}

/// A network with weights, and rows to learn.
struct Case<T> {
    network: Network<T>,
    x: Vec<T>,
    y: Vec<T>,
    weights: Vec<T>,
    widths: [usize; 2],
}

impl<T: Element> Case<T> {
    fn new(isa: Isa, width: usize, layers: &[Layer], rows: usize) -> Self {
        let mut network = Network::new(isa, width, layers, 11).unwrap();
        let mut weights = network.parameters().unwrap();
        random::uniform(isa, 1, -0.2, 0.2, &mut weights);
        network.set_parameters(&weights).unwrap();
        let outputs = network.output_width();
        let numbers = |seed, count, low| {
            let mut values = vec![T::default(); count];
            random::uniform(isa, seed, low, 1.0, &mut values);
            values
        };
        Self {
            network,
            x: numbers(2, rows * width, -1.0),
            y: numbers(3, rows * outputs, 0.0),
            weights: numbers(4, rows, 0.0),
            widths: [width, outputs],
        }
    }

    fn train(&mut self, order: Order<'_>, rows: usize, batch: usize, rate: f64) -> Outcome {
        let [width, outputs] = self.widths;
        let x = Input::Dense(Source::new(&self.x, width).unwrap());
        let data =
            Data { x, y: Source::new(&self.y, outputs), weights: Source::new(&self.weights, 1), order, rows };
        self.network.train(data, batch, &[rate], None, &mut || true).unwrap()
    }

    fn predict(&mut self) -> Vec<T> {
        let x = Input::Dense(Source::new(&self.x, self.widths[0]).unwrap());
        let mut outputs = vec![T::default(); x.rows() * self.widths[1]];
        self.network.predict(x, &mut outputs, &mut || true).unwrap();
        outputs
    }
}

/// FNV-1a over the bits of numbers.
fn digest(numbers: impl IntoIterator<Item = f64>) -> u64 {
    let bytes = numbers.into_iter().flat_map(|x| x.to_bits().to_le_bytes());
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// Wide and narrow layers, every kind of stage, a short last batch, all that optimizers can do.
fn training_digest<T: Element>(isa: Isa) -> u64 {
    let wide = [
        Layer::Dropout(0.1),
        dense(130, 1e-4),
        activation("gelu"),
        Layer::Dropout(0.3),
        dense(300, 0.0),
        activation("relu"),
        Layer::Dropout(0.2),
        dense(7, 0.0),
        activation("softmax"),
    ];
    let narrow = [dense(3, 0.0), activation("tanh"), activation("elu"), dense(1, 0.0), activation("sigmoid")];
    let norm = Clipping { norm: Some(0.5), ..Clipping::default() };
    let global = Clipping { value: Some(0.1), global_norm: Some(1.0), ..Clipping::default() };
    let cases = [
        (&wide[..], "categorical_crossentropy", "adam", Clipping::default()),
        (&wide[..], "mean_squared_error", "rmsprop", norm),
        (&narrow[..], "binary_crossentropy", "sgd", global),
    ];
    let mut numbers = Vec::new();
    for (layers, loss, optimizer, clipping) in cases {
        let mut case = Case::<T>::new(isa, 19, layers, 150);
        case.network.compile(recipe(loss, optimizer, clipping)).unwrap();
        for epoch in 0..3 {
            let order = random::shuffle(isa, epoch, 150).unwrap();
            let outcome = case.train(Order::Listed(&order), 150, 64, 1e-2);
            numbers.extend([outcome.loss, outcome.metrics[0]]);
        }
        numbers.extend(case.network.parameters().unwrap().iter().map(|x| x.to_f64()));
        numbers.extend(case.predict().into_iter().map(Element::to_f64));
    }
    // Batches for which updates are fused, and a short one.
    let mut case = Case::<T>::new(isa, 19, &wide, 300);
    case.network.compile(recipe("categorical_crossentropy", "adam", Clipping::default())).unwrap();
    for epoch in 0..2 {
        let order = random::shuffle(isa, epoch, 300).unwrap();
        numbers.push(case.train(Order::Listed(&order), 300, 120, 1e-2).loss);
    }
    numbers.extend(case.network.parameters().unwrap().iter().map(|x| x.to_f64()));
    // A large batch of a small network, in three chunks; the last batch has rows for one of them.
    let mut case = Case::<T>::new(isa, 19, &narrow, 800);
    case.network.compile(recipe("binary_crossentropy", "adam", Clipping::default())).unwrap();
    for epoch in 0..3 {
        let order = random::shuffle(isa, epoch, 800).unwrap();
        numbers.push(case.train(Order::Listed(&order), 800, 700, 1e-2).loss);
    }
    numbers.extend(case.network.parameters().unwrap().iter().map(|x| x.to_f64()));
    assert!(numbers.iter().all(|x| x.is_finite()));
    digest(numbers)
}

/// An emulated machine is slow, and its threads slower.
fn is_emulated() -> bool {
    std::env::var_os("DLCORE_TEST_QUICK").is_some()
}

/// Held equal over threads and instruction sets, and, being literals, over machines.
#[test]
fn the_same_bits_everywhere() {
    let before = team::threads();
    for isa in Isa::available() {
        for threads in if is_emulated() { vec![2] } else { vec![1, 2, 3, 8] } {
            team::set_threads(threads);
            let digests = [training_digest::<f32>(isa), training_digest::<f64>(isa)];
            assert_eq!(digests, DIGESTS, "{} on {threads} threads: {digests:#x?}", isa.name());
        }
    }
    team::set_threads(before);
}

const DIGESTS: [u64; 2] = [0x81d5_e915_a505_735d, 0xa1d0_9ac5_755d_6ba4];

/// Clipping at a bound that no gradient reaches changes nothing but the plan: gradients are stored then.
#[test]
fn a_fused_update_has_the_same_bits() {
    let learns = |name| optimizer::find(name, optimizer::Parameters::default()).unwrap().learns();
    for name in optimizer::NAMES.iter().copied().filter(|name| learns(name)) {
        for isa in Isa::available() {
            let layers =
                [dense(280, 0.0), activation("relu"), dense(130, 0.0), activation("relu"), dense(3, 0.0)];
            let trained = |clipping| {
                let mut case = Case::<f32>::new(isa, 121, &layers, 300);
                case.network.compile(recipe("mean_squared_error", name, clipping)).unwrap();
                case.train(Order::Sequence, 300, 113, 1e-3);
                (case.network.parameters().unwrap(), case.network.slots().unwrap())
            };
            let stored = trained(Clipping { value: Some(1e30), ..Clipping::default() });
            assert!(trained(Clipping::default()) == stored, "{name} on {}", isa.name());
        }
    }
}

/// Padding behind the weights of the last panel has no gradient: it could become infinite else, or be slow.
#[test]
fn padding_stays_zero() {
    for units in [300, 17] {
        let layers = [dense(units, 0.0), activation("relu"), dense(3, 0.0)];
        let mut case = Case::<f32>::new(Isa::best(), 130, &layers, 240);
        case.network.compile(recipe("mean_squared_error", "adam", Clipping::default())).unwrap();
        case.train(Order::Sequence, 240, 120, 1e-2);
        let panels = arena::panels(case.network.parameters.as_slice(), case.network.places[0].region);
        let last = panels.panel(panels.count() - 1, 0..panels.rows());
        let padding = last.chunks(16).flat_map(|row| &row[units % 16..]);
        assert!(padding.copied().all(|weight| weight == 0.0));
    }
}

/// Chunks add up another way, so the bits differ from those of smaller batches; the gradient is the same.
#[test]
fn chunks_add_up_to_the_gradient() {
    let layers = [dense(12, 1e-3), activation("tanh"), dense(2, 0.0)];
    let mut case = Case::<f64>::new(Isa::best(), 5, &layers, 1000);
    case.network.compile(recipe("mean_squared_error", "sgd", Clipping::default())).unwrap();
    let mut gradients = |rows: std::ops::Range<usize>| {
        let part = |values: &[f64], width| values[rows.start * width..rows.end * width].to_vec();
        let (x, y, weights) = (part(&case.x, 5), part(&case.y, 2), part(&case.weights, 1));
        let data = Data {
            x: Input::Dense(Source::new(&x, 5).unwrap()),
            y: Source::new(&y, 2),
            weights: Source::new(&weights, 1),
            order: Order::Sequence,
            rows: rows.len(),
        };
        case.network.differentiate(data, &mut || true).unwrap();
        case.network.gradients().unwrap()
    };
    // Batches of 200 rows are not cut.
    let all = gradients(0..1000);
    let parts: Vec<_> = (0..5).map(|i| gradients(i * 200..(i + 1) * 200)).collect();
    for (i, gradient) in all.iter().enumerate() {
        let mean = parts.iter().map(|part| part[i]).sum::<f64>() / 5.0;
        assert!((gradient - mean).abs() < 1e-13, "{i}: {gradient} and {mean}");
    }
}

#[test]
fn a_row_has_the_same_prediction_in_any_batch() {
    let plain = [dense(40, 0.0), activation("tanh"), dense(5, 0.0), activation("softmax")];
    // Stages without a product, at both ends and between.
    let odd = [
        activation("elu"),
        dense(40, 0.0),
        activation("tanh"),
        activation("gelu"),
        Layer::Dropout(0.5),
        dense(5, 0.0),
        Layer::Dropout(0.5),
        activation("softmax"),
    ];
    // Layers too large for a few rows to be shared out.
    let large = [dense(1000, 0.0), activation("relu"), dense(40, 0.0), dense(5, 0.0)];
    for layers in [&plain[..], &odd[..], &large[..]] {
        check_predictions(layers);
    }
}

fn check_predictions(layers: &[Layer]) {
    let mut case = Case::<f32>::new(Isa::best(), 33, layers, 700);
    let together = case.predict();
    for first in [0, 1, 15, 16, 255, 256, 690] {
        for count in [1, 2, 3, 4, 5, 9] {
            let x = case.x[first * 33..(first + count) * 33].to_vec();
            let mut alone = vec![0.0; count * 5];
            case.network
                .predict(Input::Dense(Source::new(&x, 33).unwrap()), &mut alone, &mut || true)
                .unwrap();
            assert_eq!(alone, together[first * 5..(first + count) * 5], "{count} rows from {first}");
        }
    }
}

/// Sixteen times the steps, not one allocation more.
#[test]
fn a_step_allocates_nothing() {
    let layers =
        [dense(40, 1e-3), activation("gelu"), Layer::Dropout(0.5), dense(3, 0.0), activation("softmax")];
    let mut case = Case::<f32>::new(Isa::best(), 20, &layers, 640);
    let clipping = Clipping { global_norm: Some(1.0), ..Clipping::default() };
    case.network.compile(recipe("categorical_crossentropy", "adam", clipping)).unwrap();
    let mut allocations = |rows| {
        case.train(Order::Sequence, rows, 20, 1e-3);
        allocation_counter::measure(|| {
            case.train(Order::Sequence, rows, 20, 1e-3);
        })
        .count_total
    };
    assert_eq!(allocations(640), allocations(40));
}

#[test]
fn a_loss_that_is_not_finite_changes_nothing() {
    let layers = [dense(4, 0.0), activation("relu"), dense(1, 0.0)];
    let mut case = Case::<f32>::new(Isa::best(), 3, &layers, 60);
    case.network.compile(recipe("mean_squared_error", "sgd", Clipping::default())).unwrap();
    case.y[45] = f32::INFINITY;
    let outcome = case.train(Order::Sequence, 40, 20, 1e-2);
    assert_eq!((outcome.fault, outcome.batches), (None, 2));
    let before = case.network.parameters().unwrap();
    let order: Vec<u32> = (40..60).collect();
    let outcome = case.train(Order::Listed(&order), 20, 20, 1e-2);
    assert_eq!((outcome.fault, outcome.batches), (Some("the loss is not finite"), 0));
    assert_eq!(case.network.parameters().unwrap(), before);
    assert_eq!(case.network.iterations(), 2);
}

#[test]
fn a_weight_never_becomes_infinite() {
    let layers = [dense(4, 0.0), activation("relu"), dense(1, 0.0)];
    let mut case = Case::<f32>::new(Isa::best(), 3, &layers, 60);
    case.network.compile(recipe("mean_squared_error", "sgd", Clipping::default())).unwrap();
    let faults: Vec<_> = (0..20).filter_map(|_| case.train(Order::Sequence, 60, 20, 1e38).fault).collect();
    assert!(!faults.is_empty());
    assert!(case.network.parameters().unwrap().iter().all(|weight| weight.is_finite()));
}

/// Whoever finds the fault, it is told of the batch in which it came.
#[test]
fn a_fault_of_any_thread_is_told_at_once() {
    let before = team::threads();
    // An emulated machine is slow, and its threads slower.
    let rounds = if std::env::var_os("DLCORE_TEST_QUICK").is_some() { 2 } else { 30 };
    let layers = [dense(300, 0.0), activation("relu"), dense(300, 0.0), activation("relu"), dense(20, 0.0)];
    for threads in [1, 2, 8] {
        team::set_threads(threads);
        for batch in [40, 120] {
            for _ in 0..rounds {
                let mut case = Case::<f32>::new(Isa::best(), 200, &layers, 120);
                case.network.compile(recipe("mean_squared_error", "sgd", Clipping::default())).unwrap();
                // Too much for the weights of the last features alone, which the last thread updates.
                case.x.chunks_mut(200).for_each(|row| row[199] = 1e3);
                case.y.fill(1e4);
                let outcome = case.train(Order::Sequence, 120, batch, 1e33);
                assert_eq!((outcome.fault.is_some(), outcome.batches), (true, 0), "{threads} threads");
            }
        }
    }
    team::set_threads(before);
}

/// L2 that the updates add themselves, fused with the product or not, and L2 that is added to stored
/// gradients, as clipping by norm wants it: a norm that is never reached changes nothing.
#[test]
fn a_penalty_rides_on_the_update() {
    fn run<T: Element>(isa: Isa, units: usize, batch: usize, clipping: Clipping) -> Vec<u64> {
        let l2 = |l2| Wish { regularizer: Regularizer { l1: 0.0, l2 }, ..Wish::default() };
        let layer = |units| Layer::Dense {
            units,
            use_bias: true,
            kernel: l2(0.01),
            bias: l2(0.003),
            trainable: true,
        };
        let layers = [layer(units), activation("tanh"), layer(units), activation("relu"), layer(3)];
        let mut case = Case::<T>::new(isa, 21, &layers, 800);
        case.network.compile(recipe("mean_squared_error", "adam", clipping)).unwrap();
        let losses = (0..3).map(|_| case.train(Order::Sequence, 800, batch, 1e-2).loss).collect::<Vec<_>>();
        let weights = case.network.parameters().unwrap();
        losses.into_iter().chain(weights.iter().map(|x| x.to_f64())).map(f64::to_bits).collect()
    }
    let never = Clipping { norm: Some(1e30), ..Clipping::default() };
    for (units, batch) in
        [(40, 700), (9, 64), (300, 120), (300, 64)].into_iter().take(if is_emulated() { 2 } else { 4 })
    {
        let expected = run::<f32>(Isa::best(), units, batch, never);
        for isa in Isa::available() {
            let found = run::<f32>(isa, units, batch, Clipping::default());
            assert!(found == expected, "{units} units, batch {batch}, {}", isa.name());
        }
        let [expected, found] =
            [never, Clipping::default()].map(|clipping| run::<f64>(Isa::best(), units, batch, clipping));
        assert!(found == expected, "{units} units, batch {batch}, f64");
    }
}

/// Zeros add nothing to a sum, so leaving them out changes no bit; on any number of threads.
#[test]
fn rows_without_zeros_train_as_rows_with_them() {
    fn run<T: Element>(isa: Isa, units: usize, batch: usize, sparse: bool) -> Vec<u64> {
        const FEATURES: usize = 130;
        let layers = [dense(units, 0.0), activation("gelu"), Layer::Dropout(0.25), dense(3, 0.0)];
        let mut case = Case::<T>::new(isa, FEATURES, &layers, 300);
        let (mut values, mut indices, mut starts) = (vec![], vec![], vec![0]);
        for (i, x) in case.x.iter_mut().enumerate() {
            if i * 7919 % 101 < 95 {
                *x = T::default();
            } else {
                values.push(*x);
                indices.push((i % FEATURES) as u32);
            }
            if (i + 1) % FEATURES == 0 {
                starts.push(values.len() as u64);
            }
        }
        let x = if sparse {
            Input::Sparse(SparseSource::new(&values, &indices, &starts, FEATURES).unwrap())
        } else {
            Input::Dense(Source::new(&case.x, FEATURES).unwrap())
        };
        let (y, weights) = (Source::new(&case.y, 3), Source::new(&case.weights, 1));
        case.network.compile(recipe("mean_squared_error", "adam", Clipping::default())).unwrap();
        let mut numbers = Vec::new();
        for epoch in 0..2 {
            let order = random::shuffle(isa, epoch, 300).unwrap();
            let data = Data { x, y, weights, order: Order::Listed(&order), rows: 290 };
            numbers.push(case.network.train(data, batch, &[1e-2], None, &mut || true).unwrap().loss);
        }
        let data = Data { x, y, weights, order: Order::Sequence, rows: 300 };
        numbers.push(case.network.evaluate(data, None, &mut || true).unwrap().loss);
        let mut outputs = vec![T::default(); 900];
        case.network.predict(x, &mut outputs, &mut || true).unwrap();
        let weights = case.network.parameters().unwrap();
        numbers.extend(weights.iter().chain(&outputs).map(|x| x.to_f64()));
        numbers.into_iter().map(f64::to_bits).collect()
    }
    let before = team::threads();
    for (units, batch) in
        [(40, 290), (17, 64), (100, 120)].into_iter().take(if is_emulated() { 1 } else { 3 })
    {
        for isa in Isa::available() {
            for threads in if is_emulated() { vec![2] } else { vec![1, 3] } {
                team::set_threads(threads);
                let name = isa.name();
                assert!(
                    run::<f32>(isa, units, batch, true) == run::<f32>(isa, units, batch, false),
                    "{units} {name}"
                );
                assert!(
                    run::<f64>(isa, units, batch, true) == run::<f64>(isa, units, batch, false),
                    "{units} {name}"
                );
            }
        }
    }
    team::set_threads(before);
}

/// Weights and penalties as scikit-learn averages them: one row after another in plain words.
#[test]
fn an_objective_by_weight() {
    let layers = [dense(2, 0.02)];
    for (by_weight, penalty_by_weight) in [(false, false), (true, true), (true, false)] {
        let mut case = Case::<f64>::new(Isa::best(), 3, &layers, 40);
        let objective = Objective { by_weight, penalty_by_weight, loss_scale: 0.5, gradient_scale: 3.0 };
        let recipe = Recipe {
            objective,
            metrics: vec![],
            weight_decay: 0.0,
            optimizer: optimizer::find("sgd", optimizer::Parameters::default()).unwrap(),
            ..recipe("mean_squared_error", "sgd", Clipping::default())
        };
        case.network.compile(recipe).unwrap();
        let before = case.network.parameters().unwrap();
        let outputs = case.predict();
        let outcome = case.train(Order::Sequence, 40, 40, 0.1);
        let after = case.network.parameters().unwrap();

        let errors: Vec<f64> = outputs.iter().zip(&case.y).map(|(p, y)| p - y).collect();
        let total: f64 = if by_weight { case.weights.iter().sum() } else { 40.0 };
        let divisor = if penalty_by_weight { total } else { 1.0 };
        let losses: f64 = (0..40)
            .map(|i| case.weights[i] * errors[2 * i..2 * i + 2].iter().map(|e| e * e).sum::<f64>() / 2.0)
            .sum();
        let penalty: f64 = before[..6].iter().map(|w| 0.01 * w.abs() + 0.02 * w * w).sum();
        let expected = 0.5 * losses / total + penalty / divisor;
        assert!((outcome.loss - expected).abs() < 1e-12, "{objective:?}: {} {expected}", outcome.loss);
        for (at, (&w, &new)) in before[..6].iter().zip(&after).enumerate() {
            let (feature, unit) = (at / 2, at % 2);
            let slope = |i: usize| case.weights[i] * errors[2 * i + unit] * case.x[3 * i + feature];
            let gradient: f64 = 3.0 * (0..40).map(slope).sum::<f64>() / total;
            let pull = (0.01 * w.signum() + 0.04 * w) / divisor;
            let expected = w - 0.1 * (gradient + pull);
            assert!((new - expected).abs() < 1e-12, "{objective:?}: {new} {expected}");
        }
    }
}

#[test]
fn a_stop_is_after_a_whole_batch() {
    let layers = [dense(700, 0.0), activation("relu"), dense(300, 0.0)];
    let mut case = Case::<f32>::new(Isa::best(), 100, &layers, 640);
    case.network.compile(recipe("mean_squared_error", "sgd", Clipping::default())).unwrap();
    let [width, outputs] = case.widths;
    let x = Input::Dense(Source::new(&case.x, width).unwrap());
    let data = Data { x, y: Source::new(&case.y, outputs), weights: None, order: Order::Sequence, rows: 640 };
    let mut asked = 0;
    let mut keep_on = || {
        asked += 1;
        asked < 3
    };
    let outcome = case.network.train(data, 64, &[1e-3], None, &mut keep_on).unwrap();
    assert!(outcome.batches < 10 && outcome.rows == outcome.batches * 64, "{outcome:?}");
    assert_eq!(case.network.iterations(), outcome.batches as u64);
}

/// Rows of which no power of two makes a mean that is exact.
/// Of a batch that takes long: after the refusal nothing has been learned from it, and the next one goes as ever.
#[test]
fn a_long_batch_is_abandoned_as_a_whole() {
    if is_emulated() {
        return;
    }
    let large = ([dense(900, 0.0), activation("relu"), dense(3, 0.0)], 100, 800);
    let chunks = ([dense(30, 0.0), activation("tanh"), dense(3, 0.0)], 20, 100_000);
    for (layers, width, rows) in [large, chunks] {
        let fresh = || {
            let mut case = Case::<f32>::new(Isa::best(), width, &layers, rows);
            case.network.compile(recipe("mean_squared_error", "adam", Clipping::default())).unwrap();
            case
        };
        let state = |case: &Case<f32>| (case.network.parameters().unwrap(), case.network.slots().unwrap());
        let mut expected = fresh();
        expected.train(Order::Sequence, rows, rows, 0.01);
        for refusal in [1, 2, 4] {
            let mut case = fresh();
            let before = state(&case);
            let x = Input::Dense(Source::new(&case.x, width).unwrap());
            let (y, weights) = (Source::new(&case.y, 3), Source::new(&case.weights, 1));
            let data = Data { x, y, weights, order: Order::Sequence, rows };
            let mut asked = 0;
            let mut keep_on = || {
                asked += 1;
                asked % refusal != 0
            };
            case.network.differentiate(data, &mut keep_on).unwrap();
            let outcome = case.network.train(data, rows, &[0.01], None, &mut keep_on).unwrap();
            assert_eq!((asked, outcome.batches), (2 * refusal, 0));
            assert!(state(&case) == before);
            case.train(Order::Sequence, rows, rows, 0.01);
            assert!(state(&case) == state(&expected));
        }
    }
}

#[test]
fn sums_of_calls_add_up_to_those_of_one() {
    let layers = [dense(5, 0.01), activation("tanh"), dense(2, 0.0)];
    let order: Vec<u32> = (0..343).rev().collect();
    let [mut whole, mut parts] = [(); 2].map(|()| {
        let mut case = Case::<f64>::new(Isa::best(), 3, &layers, 343);
        case.network.compile(recipe("mean_squared_error", "adam", Clipping::default())).unwrap();
        case
    });
    let expected = whole.train(Order::Listed(&order), 343, 49, 1e-3);
    let mut sums = vec![0.0; 2];
    for batch in order.chunks(49) {
        let part = parts.train(Order::Listed(batch), 49, 49, 1e-3);
        sums.iter_mut().zip(part.sums).for_each(|(sum, part)| *sum += part);
    }
    assert_eq!(sums, expected.sums);
    assert_eq!(sums[0] / 343.0, expected.loss);
}

#[test]
fn another_seed_draws_otherwise() {
    let layers = [dense(40, 0.0), Layer::Dropout(0.5), dense(1, 0.0)];
    let mut case = Case::<f32>::new(Isa::best(), 3, &layers, 8);
    let mut outputs = |seed| {
        case.network.set_seed(seed);
        assert_eq!(case.network.seed(), seed);
        let mut outputs = vec![0.0; 8];
        case.network.rehearse(Input::Dense(Source::new(&case.x, 3).unwrap()), &mut outputs).unwrap();
        outputs
    };
    let first = outputs(1);
    assert_ne!(outputs(2), first);
    assert_eq!(outputs(1), first);
}

#[test]
fn errors_name_the_argument() {
    let message = |result: Result<Outcome, Error>| result.unwrap_err().to_string();
    let mut case = Case::<f32>::new(Isa::best(), 3, &[dense(2, 0.0)], 8);
    let x = Input::Dense(Source::new(&case.x, 3).unwrap());
    let data = |x, y, weights| Data { x, y, weights, order: Order::Sequence, rows: 8 };
    let network = &mut case.network;
    assert!(message(network.train(data(x, None, None), 4, &[0.1], None, &mut || true)).contains("compile()"));
    network.compile(recipe("mean_squared_error", "sgd", Clipping::default())).unwrap();
    assert!(message(network.train(data(x, None, None), 4, &[0.1], None, &mut || true)).starts_with("y:"));
    let wide = Input::Dense(Source::new(&case.x, 4).unwrap());
    assert!(
        message(network.train(data(wide, None, None), 4, &[0.1], None, &mut || true))
            .starts_with("x: expected rows of 3")
    );
    let y = Source::new(&case.y, 2);
    let short = Source::new(&case.weights[..5], 1);
    assert!(
        message(network.train(data(x, y, short), 4, &[0.1], None, &mut || true))
            .starts_with("sample_weight:")
    );
    for (layers, name) in [
        (vec![], "layers:"),
        (vec![dense(1, 0.0); 2001], "layers: expected at most"),
        (vec![dense(0, 0.0)], "units:"),
        (vec![Layer::Dropout(1.5)], "rate:"),
    ] {
        let error = Network::<f32>::new(Isa::best(), 3, &layers, 0).err().unwrap();
        assert!(error.to_string().starts_with(name), "{error}");
    }
    let huge = Network::<f32>::new(Isa::best(), usize::MAX / 2, &[dense(8, 0.0)], 0).err().unwrap();
    assert!(huge.to_string().starts_with("features:"), "{huge}");
}
