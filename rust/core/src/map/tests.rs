//! Every map within a network: gradients against differences of the loss, the same bits everywhere, what is done at
//! prediction, what is frozen, and the moments of what is drawn.

use dlcore_kernels::gather::{Order, Source};
use dlcore_kernels::simd::Isa;
use dlcore_kernels::team;

use super::*;
use crate::activation::Activation;
use crate::constraint::Constraint;
use crate::epoch::{Averaging, Clipping, Data, Input};
use crate::loss;
use crate::metric::Metric;
use crate::network::{Network, Outcome, Recipe};
use crate::objective::Objective;
use crate::optimizer;
use crate::random;
use crate::regularizer::Regularizer;
use crate::stage::Layer;
use crate::variables::Wish;

const WIDTH: usize = 5;

fn wish() -> Wish {
    Wish { regularizer: Regularizer { l1: 0.01, l2: 0.02 }, ..Wish::default() }
}

fn batch_normalization(scale: bool, center: bool) -> Layer {
    let (scale, center) = (scale.then(wish), center.then(wish));
    let momentum = 0.9;
    Layer::Map(Map::BatchNormalization(BatchNormalization {
        momentum,
        epsilon: 1e-3,
        scale,
        center,
        trainable: true,
    }))
}

fn layer_normalization(scale: bool, center: bool) -> Layer {
    let (scale, center) = (scale.then(wish), center.then(wish));
    Layer::Map(Map::LayerNormalization(LayerNormalization { epsilon: 1e-3, scale, center, trainable: true }))
}

fn frozen() -> Layer {
    let (scale, center) = (Some(wish()), Some(wish()));
    let layer = BatchNormalization { momentum: 0.9, epsilon: 1e-3, scale, center, trainable: false };
    Layer::Map(Map::BatchNormalization(layer))
}

fn activation(name: &str) -> Layer {
    Layer::Activation(Activation::named(name, [0.5; 3]).unwrap())
}

/// What each map is tried with.
fn layers() -> Vec<(&'static str, Vec<Layer>)> {
    let prelu = Layer::Map(Map::Prelu(Prelu { wish: wish(), trainable: true }));
    let rescaling = Layer::Map(Map::Rescaling(Rescaling { scale: 1.5, offset: -0.25 }));
    let activity = Layer::Activity(Regularizer { l1: 0.03, l2: 0.05 });
    vec![
        ("batch", vec![batch_normalization(true, true), activation("gelu")]),
        ("batch, no center", vec![batch_normalization(true, false)]),
        ("batch, no scale", vec![batch_normalization(false, true), Layer::Dropout(0.3)]),
        ("batch, bare", vec![batch_normalization(false, false)]),
        ("batch after softmax", vec![activation("softmax"), batch_normalization(true, true)]),
        ("batch before softmax", vec![batch_normalization(true, true), activation("softmax")]),
        ("batch, frozen", vec![frozen()]),
        ("layer", vec![layer_normalization(true, true), activation("tanh")]),
        ("layer, no center", vec![layer_normalization(true, false)]),
        ("layer, no scale", vec![layer_normalization(false, true), activation("softmax")]),
        ("layer, bare", vec![layer_normalization(false, false)]),
        ("unit", vec![Layer::Map(Map::UnitNormalization(UnitNormalization))]),
        ("normalization", vec![Layer::Map(Map::Normalization(Normalization))]),
        ("prelu", vec![prelu]),
        ("rescaling", vec![rescaling, activation("gelu")]),
        ("alpha dropout", vec![activation("selu"), Layer::AlphaDropout(0.2)]),
        ("noise", vec![Layer::GaussianNoise(0.3), activation("tanh")]),
        ("activity", vec![activation("tanh"), activity.clone(), activation("sigmoid"), Layer::Dropout(0.2)]),
        ("activity of a map", vec![layer_normalization(true, true), activity]),
    ]
}

fn recipe() -> Recipe {
    let parameters =
        optimizer::Parameters { beta_1: 0.9, beta_2: 0.999, epsilon: 1e-7, ..Default::default() };
    Recipe {
        loss: loss::find("mean_squared_error", loss::Parameters::default()).unwrap(),
        objective: Objective::default(),
        metrics: vec![Metric::named("mean_absolute_error", 0.5).unwrap()],
        optimizer: optimizer::find("adam", parameters).unwrap(),
        clipping: Clipping::default(),
        weight_decay: 0.0,
        average: None,
        accumulation: 1,
    }
}

/// A network with these layers in its midst, at its beginning and at its end.
fn network<T: Element>(isa: Isa, units: usize, middle: &[Layer]) -> Network<T> {
    let mut layers = middle.to_vec();
    layers.push(Layer::dense(units));
    layers.extend_from_slice(middle);
    layers.push(Layer::dense(3));
    layers.extend_from_slice(middle);
    let mut network = Network::new(isa, WIDTH, &layers, 7).unwrap();
    // Variances must be positive.
    let mut weights = network.parameters().unwrap();
    random::uniform(isa, 1, 0.1, 0.9, &mut weights);
    network.set_parameters(&weights).unwrap();
    network.compile(recipe()).unwrap();
    network
}

struct Rows<T> {
    x: Vec<T>,
    y: Vec<T>,
    count: usize,
}

impl<T: Element> Rows<T> {
    fn new(count: usize) -> Self {
        let numbers = |seed, width| {
            let mut values = vec![T::default(); count * width];
            random::uniform(Isa::best(), seed, -1.0, 1.0, &mut values);
            values
        };
        Self { x: numbers(2, WIDTH), y: numbers(3, 3), count }
    }

    fn data(&self) -> Data<'_, T> {
        let x = Input::Dense(Source::new(&self.x, WIDTH).unwrap());
        Data { x, y: Source::new(&self.y, 3), weights: None, order: Order::Sequence, rows: self.count }
    }

    fn train(&self, network: &mut Network<T>, batch: usize) -> Outcome {
        network.train(self.data(), batch, &[0.01], None, &mut || true).unwrap()
    }
}

#[test]
fn gradients_are_those_of_the_loss() {
    // 37 rows are one batch, 600 are cut into chunks; neither is a whole number of vectors.
    for count in [37, 601] {
        let rows = Rows::<f64>::new(count);
        for (name, middle) in layers() {
            let mut network = network::<f64>(Isa::best(), 17, &middle);
            network.differentiate(rows.data(), &mut || true).unwrap();
            let gradients = network.gradients().unwrap();
            let weights = network.parameters().unwrap();
            let (shapes, learned) = (network.shapes(), network.trainable_shapes());
            // Which of all numbers are trainable: the followers and what is frozen are those left out.
            let mut at = 0;
            let mut learned = learned.into_iter().peekable();
            let mut checked = 0;
            let is_frozen = name.contains("frozen") || name == "normalization";
            for (index, shape) in shapes.iter().enumerate() {
                let length: usize = shape.iter().product();
                let follows =
                    middle.iter().any(|layer| matches!(layer, Layer::Map(Map::BatchNormalization(_))))
                        && is_follower(&shapes, index);
                let fixed = shape.len() == 1 && is_frozen && !is_bias(&shapes, index);
                if !follows && !fixed && learned.peek() == Some(shape) {
                    learned.next();
                    for k in (0..length).step_by(length.div_ceil(4)) {
                        let loss = |by: f64, network: &mut Network<f64>| {
                            let mut moved = weights.clone();
                            moved[at + k] += by;
                            network.set_parameters(&moved).unwrap();
                            network.differentiate(rows.data(), &mut || true).unwrap().loss
                        };
                        let step = 1e-5;
                        let difference =
                            (loss(step, &mut network) - loss(-step, &mut network)) / (2.0 * step);
                        let gradient = gradients[checked + k];
                        assert!(
                            (difference - gradient).abs() < 1e-7 * (1.0 + gradient.abs()),
                            "{name}, {count} rows, variable {index}, {k}: {gradient} against {difference}"
                        );
                    }
                    checked += length;
                }
                at += length;
            }
            assert_eq!(checked, gradients.len(), "{name}: not all gradients were looked at");
        }
    }
}

/// A vector right behind a kernel, of its width.
fn is_bias(shapes: &[Vec<usize>], index: usize) -> bool {
    index > 0 && shapes[index - 1].len() == 2 && shapes[index - 1][1] == shapes[index][0]
}

/// The last two vectors before a kernel or the end.
fn is_follower(shapes: &[Vec<usize>], index: usize) -> bool {
    let end = (index..shapes.len()).find(|&i| shapes[i].len() == 2).unwrap_or(shapes.len());
    shapes[index].len() == 1 && index + 2 >= end && !is_bias(shapes, index)
}

#[test]
fn the_same_bits_everywhere() {
    fn run<T: Element>(isa: Isa, threads: usize, middle: &[Layer], batch: usize) -> Vec<u64> {
        team::set_threads(threads);
        let rows = Rows::<T>::new(300);
        let mut network = network::<T>(isa, 70, middle);
        let mut numbers: Vec<f64> = (0..3).map(|_| rows.train(&mut network, batch).loss).collect();
        numbers.push(network.evaluate(rows.data(), None, &mut || true).unwrap().loss);
        let mut outputs = vec![T::default(); 300 * 3];
        network.predict(rows.data().x, &mut outputs, &mut || true).unwrap();
        // A few rows are done row by row.
        let mut few = vec![T::default(); 3];
        network.predict(rows.data().x.part(7..8), &mut few, &mut || true).unwrap();
        assert!(few.iter().zip(&outputs[21..24]).all(|(a, b)| a.to_f64().to_bits() == b.to_f64().to_bits()));
        network.rehearse(rows.data().x, &mut outputs).unwrap();
        numbers.extend(outputs.into_iter().chain(network.parameters().unwrap()).map(T::to_f64));
        numbers.into_iter().map(f64::to_bits).collect()
    }
    // An emulated machine takes ten times as long for all of them.
    let sizes = if std::env::var_os("DLCORE_TEST_QUICK").is_some() { vec![50] } else { vec![50, 300] };
    for (name, middle) in layers() {
        for &batch in &sizes {
            let expected =
                (run::<f32>(Isa::best(), 1, &middle, batch), run::<f64>(Isa::best(), 1, &middle, batch));
            for isa in Isa::available() {
                let threads = if isa == Isa::best() { 3 } else { 1 };
                let got =
                    (run::<f32>(isa, threads, &middle, batch), run::<f64>(isa, threads, &middle, batch));
                assert!(got == expected, "{name}, batches of {batch}, {}", isa.name());
            }
        }
    }
}

#[test]
fn batch_statistics_in_training_and_running_ones_in_prediction() {
    let layers = [batch_normalization(true, true)];
    let mut network = Network::<f64>::new(Isa::best(), WIDTH, &layers, 1).unwrap();
    let start: Vec<f64> = [2.0, 0.5, 0.0, 1.0].iter().flat_map(|&x| [x; WIDTH]).collect();
    network.set_parameters(&start).unwrap();
    network.compile(recipe()).unwrap();
    let rows = Rows::<f64>::new(41);
    let column = |k: usize| rows.x.iter().skip(k).step_by(WIDTH).copied().collect::<Vec<f64>>();
    let moments = |values: &[f64]| {
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        (mean, values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / values.len() as f64)
    };
    let mut outputs = vec![0.0; 41 * WIDTH];
    let x = rows.data().x;
    network.rehearse(x, &mut outputs).unwrap();
    let (mean, variance) = moments(&column(2));
    let expected = (rows.x[2] - mean) / (variance + 1e-3).sqrt() * 2.0 + 0.5;
    assert!((outputs[2] - expected).abs() < 1e-12);
    assert_eq!(network.parameters().unwrap(), start, "a rehearsal changes nothing");
    let y = vec![0.0; 41 * WIDTH];
    let data = Data { x, y: Source::new(&y, WIDTH), weights: None, order: Order::Sequence, rows: 41 };
    network.train(data, 41, &[0.0], None, &mut || true).unwrap();
    let weights = network.parameters().unwrap();
    assert!((weights[2 * WIDTH + 2] - 0.1 * mean).abs() < 1e-12);
    assert!((weights[3 * WIDTH + 2] - (0.9 + 0.1 * variance)).abs() < 1e-12);
    network.predict(x, &mut outputs, &mut || true).unwrap();
    let expected = (rows.x[2] - 0.1 * mean) / (0.9 + 0.1 * variance + 1e-3).sqrt() * 2.0 + 0.5;
    assert!((outputs[2] - expected).abs() < 1e-12);
}

#[test]
fn what_is_frozen_stays() {
    let mut layer = Layer::dense(9);
    if let Layer::Dense { trainable, .. } = &mut layer {
        *trainable = false;
    }
    let layers = [layer.clone(), frozen(), activation("relu"), Layer::dense(3)];
    let mut network = Network::<f32>::new(Isa::best(), WIDTH, &layers, 1).unwrap();
    let mut start = network.parameters().unwrap();
    random::uniform(Isa::best(), 1, 0.1, 0.9, &mut start);
    network.set_parameters(&start).unwrap();
    network.compile(Recipe { weight_decay: 0.1, ..recipe() }).unwrap();
    let rows = Rows::<f32>::new(50);
    rows.train(&mut network, 10);
    let (end, fixed) = (network.parameters().unwrap(), WIDTH * 9 + 9 + 4 * 9);
    assert_eq!(end[..fixed], start[..fixed]);
    assert!(end[fixed..].iter().zip(&start[fixed..]).all(|(a, b)| a != b));
    // Nothing at all learns: losses all the same.
    let mut network = Network::<f32>::new(Isa::best(), WIDTH, &[layer.clone(), layer, frozen()], 1).unwrap();
    network.compile(recipe()).unwrap();
    let start = network.parameters().unwrap();
    let y = vec![0.0; 50 * 9];
    let data = Data { y: Source::new(&y, 9), ..rows.data() };
    assert_eq!(network.train(data, 10, &[0.1], None, &mut || true).unwrap().batches, 5);
    assert_eq!(network.parameters().unwrap(), start);
}

#[test]
fn noise_has_the_moments_it_should() {
    for (layer, mean, deviation) in
        [(Layer::GaussianNoise(2.0), 0.0, 2.0), (Layer::AlphaDropout(0.3), 0.0, 1.0)]
    {
        let mut network = Network::<f64>::new(Isa::best(), 100, &[layer], 1).unwrap();
        let mut x = vec![0.0; 100 * 2000];
        let is_noise = deviation == 2.0;
        if !is_noise {
            random::normal(Isa::best(), 5, 0.0, 1.0, f64::INFINITY, &mut x).unwrap();
        }
        let mut y = vec![0.0; x.len()];
        let input = Input::Dense(Source::new(&x, 100).unwrap());
        network.predict(input, &mut y, &mut || true).unwrap();
        assert_eq!(x, y);
        network.rehearse(input, &mut y).unwrap();
        let count = y.len() as f64;
        let found = y.iter().sum::<f64>() / count;
        let spread = (y.iter().map(|v| (v - found).powi(2)).sum::<f64>() / count).sqrt();
        assert!((found - mean).abs() < 0.02 && (spread / deviation - 1.0).abs() < 0.02, "{found} {spread}");
        if is_noise {
            // The share within one and two deviations.
            for (bound, share) in [(1.0, 0.6827), (2.0, 0.9545), (3.0, 0.9973)] {
                let within = y.iter().filter(|v| v.abs() < 2.0 * bound).count() as f64 / count;
                assert!((within - share).abs() < 0.004, "{within} within {bound}");
            }
        }
    }
}

#[test]
fn constraints_hold_after_updates() {
    let norm = |low, high| Constraint::Norm { low, high, rate: 1.0 };
    for (units, batch) in [(19, 20), (300, 150)] {
        let asked = |constraint| Wish { constraint, ..Wish::default() };
        let (kernel, bias) = (asked(norm(0.0, 0.5)), asked(norm(1.0, 1.0)));
        let first = Layer::Dense { units, use_bias: true, kernel, bias, trainable: true };
        let (kernel, bias) = (asked(Constraint::NonNegative), Wish::default());
        let second = Layer::Dense { units: 3, use_bias: false, kernel, bias, trainable: true };
        let mut network = Network::<f64>::new(Isa::best(), WIDTH, &[first, second], 1).unwrap();
        let mut weights = network.parameters().unwrap();
        random::uniform(Isa::best(), 1, -1.0, 1.0, &mut weights);
        network.set_parameters(&weights).unwrap();
        network.compile(recipe()).unwrap();
        Rows::new(150).train(&mut network, batch);
        let weights = network.parameters().unwrap();
        for unit in 0..units {
            let norm = (0..WIDTH).map(|i| weights[i * units + unit].powi(2)).sum::<f64>().sqrt();
            assert!(norm < 0.5, "unit {unit}: {norm}");
        }
        let bias = &weights[WIDTH * units..][..units];
        assert!((bias.iter().map(|b| b * b).sum::<f64>().sqrt() - 1.0).abs() < 1e-6);
        assert!(weights[WIDTH * units + units..].iter().all(|&w| w >= 0.0));
    }
}

#[test]
fn running_means_and_sums_of_gradients() {
    let rows = Rows::<f64>::new(60);
    let layers = [Layer::dense(20), activation("tanh"), Layer::dense(3)];
    let made = |recipe: Recipe| {
        let mut network = Network::<f64>::new(Isa::best(), WIDTH, &layers, 1).unwrap();
        let mut weights = network.parameters().unwrap();
        random::uniform(Isa::best(), 1, -1.0, 1.0, &mut weights);
        network.set_parameters(&weights).unwrap();
        network.compile(recipe).unwrap();
        network
    };
    // Three batches of twenty, added up, are one of sixty.
    let mut whole = made(recipe());
    rows.train(&mut whole, 60);
    let mut parts = made(Recipe { accumulation: 3, ..recipe() });
    rows.train(&mut parts, 20);
    for (a, b) in whole.parameters().unwrap().iter().zip(parts.parameters().unwrap()) {
        assert!((a - b).abs() < 1e-9, "{a} {b}");
    }
    // The mean follows, and replaces the weights every second update.
    let averaging = |overwrite_every| Some(Averaging { momentum: 0.75, overwrite_every });
    let mut followed = made(Recipe { average: averaging(None), ..recipe() });
    let mut plain = made(recipe());
    let mut mean = Vec::new();
    for step in 0..4 {
        rows.train(&mut followed, 60);
        rows.train(&mut plain, 60);
        let weights = plain.parameters().unwrap();
        assert_eq!(followed.parameters().unwrap(), weights);
        if step == 0 {
            mean = weights;
        } else {
            mean.iter_mut().zip(&weights).for_each(|(mean, w)| *mean = 0.75 * *mean + 0.25 * w);
        }
        let slots = followed.slots().unwrap();
        assert!(slots[2].iter().zip(&mean).all(|(a, b)| (a - b).abs() < 1e-12));
    }
    let mut replaced = made(Recipe { average: averaging(Some(2)), ..recipe() });
    for step in 1..=4 {
        rows.train(&mut replaced, 60);
        assert_eq!(
            replaced.parameters().unwrap() == replaced.slots().unwrap()[2],
            step % 2 == 0 || step == 1,
            "{step}"
        );
    }
}

#[test]
fn outputs_come_with_the_losses() {
    let rows = Rows::<f32>::new(70);
    let mut network = network::<f32>(Isa::best(), 17, &[layer_normalization(true, true)]);
    let mut expected = vec![0.0; 70 * 3];
    network.predict(rows.data().x, &mut expected, &mut || true).unwrap();
    let mut outputs = vec![0.0; 70 * 3];
    let order: Vec<u32> = (0..70).rev().collect();
    let data = Data { order: Order::Listed(&order), ..rows.data() };
    for batch in [32, 70] {
        network.train(data, batch, &[0.0], Some(&mut outputs), &mut || true).unwrap();
        let backwards: Vec<f32> = expected.chunks(3).rev().flatten().copied().collect();
        assert_eq!(outputs, backwards);
    }
    network.evaluate(rows.data(), Some(&mut outputs), &mut || true).unwrap();
    assert_eq!(outputs, expected);
}

/// Sixteen times the steps, not one allocation more.
#[test]
fn a_step_with_any_map_allocates_nothing() {
    for (name, middle) in layers() {
        let rows = Rows::<f32>::new(640);
        let mut network = network::<f32>(Isa::best(), 20, &middle);
        let average = Some(Averaging { momentum: 0.9, overwrite_every: Some(3) });
        network.compile(Recipe { average, accumulation: 2, ..recipe() }).unwrap();
        let mut allocations = |count| {
            let data = Data { rows: count, ..rows.data() };
            let mut train = || network.train(data, 20, &[0.01], None, &mut || true).unwrap();
            train();
            allocation_counter::measure(|| {
                train();
            })
            .count_total
        };
        assert_eq!(allocations(640), allocations(40), "{name}");
    }
}
