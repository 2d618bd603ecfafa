//! Where the time of a training step goes, phase by phase: microseconds of a step that each phase
//! takes on the calling thread, and what is left: waiting for others, and the list's own overhead.
//!
//! `phases [--f64] [--threads N] [--isa NAME] [--sgd] [--batch N] [--dropout RATE] [WIDTHS...]`, widths as
//! `784-512-512-10`. With `--plain` the clock is not read and only the step's time is printed: reading it costs
//! some twenty nanoseconds a phase, which the smallest nets feel.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use dlcore_core::activation::Activation;
use dlcore_core::epoch::{Clipping, Data, Input, Probe};
use dlcore_core::loss;
use dlcore_core::network::{Network, Recipe};
use dlcore_core::optimizer;
use dlcore_core::plan::Body;
use dlcore_core::random;
use dlcore_core::stage::Layer;
use dlcore_kernels::gather::{Order, Source};
use dlcore_kernels::simd::{Element, Isa};
use dlcore_kernels::team;

/// Adds up what the calling thread spends in each phase.
#[derive(Default)]
struct Stopwatch {
    totals: Mutex<BTreeMap<String, Duration>>,
}

thread_local! {
    static BEGUN: RefCell<Option<Instant>> = const { RefCell::new(None) };
    static MINE: RefCell<Vec<(Body, Duration)>> = const { RefCell::new(Vec::new()) };
}

impl Probe for Stopwatch {
    fn begin(&self, _: Body) {
        BEGUN.set(Some(Instant::now()));
    }

    fn end(&self, body: Body) {
        let took = BEGUN.take().map_or(Duration::ZERO, |begun| begun.elapsed());
        MINE.with_borrow_mut(|mine| match mine.iter_mut().find(|(known, _)| *known == body) {
            Some((_, total)) => *total += took,
            None => mine.push((body, took)),
        });
    }
}

struct Net {
    widths: Vec<usize>,
    batch: usize,
    dropout: f64,
    activation: &'static str,
}

const NETS: [(&str, usize, f64, &str); 9] = [
    ("2-3-1", 32, 0.0, "relu"),
    ("20-64-64-1", 32, 0.0, "relu"),
    ("64-100-10", 200, 0.0, "relu"),
    ("4-32-16-4", 10_000, 0.0, "tanh"),
    ("784-128-10", 128, 0.2, "relu"),
    ("784-512-512-10", 128, 0.2, "relu"),
    ("1024-4096-4096-10", 256, 0.0, "relu"),
    ("33-77-5", 50, 0.0, "relu"),
    ("300-1000-300-1", 64, 0.0, "relu"),
];

struct Options {
    isa: Isa,
    threads: usize,
    plain: bool,
    optimizer: &'static str,
}

fn profile<T: Element>(net: &Net, options: &Options) {
    let Net { widths, batch, dropout, activation } = net;
    let (isa, outputs) = (options.isa, widths[widths.len() - 1]);
    let mut layers = Vec::new();
    for (i, &units) in widths[1..].iter().enumerate() {
        layers.push(Layer::dense(units));
        if i + 2 < widths.len() {
            layers.push(Layer::Activation(Activation::named(activation, [0.0; 3]).expect("a known one")));
            if *dropout > 0.0 {
                layers.push(Layer::Dropout(*dropout));
            }
        } else if outputs > 1 {
            layers.push(Layer::Activation(Activation::named("softmax", [0.0; 3]).expect("a known one")));
        }
    }
    let mut network = Network::<T>::new(isa, widths[0], &layers, 1).expect("a sound network");
    let mut weights = network.parameters().expect("there is room");
    random::uniform(isa, 1, -0.05, 0.05, &mut weights);
    network.set_parameters(&weights).expect("as many");
    let name = if outputs > 1 { "sparse_categorical_crossentropy" } else { "mean_squared_error" };
    let parameters =
        optimizer::Parameters { beta_1: 0.9, beta_2: 0.999, epsilon: 1e-7, ..Default::default() };
    let recipe = Recipe {
        loss: loss::find(name, loss::Parameters::default()).expect("a known loss"),
        objective: Default::default(),
        metrics: vec![],
        optimizer: optimizer::find(options.optimizer, parameters).expect("a known optimizer"),
        clipping: Clipping::default(),
        weight_decay: 0.0,
        average: None,
        accumulation: 1,
    };
    network.compile(recipe).expect("memory");

    let multiply_adds: usize = widths.windows(2).map(|w| w[0] * w[1]).sum();
    let work = (3 * multiply_adds - widths[0] * widths[1]) * batch;
    let steps = (40_000_000 / work).clamp(4, 256);
    let rows = steps * batch;
    let mut x = vec![T::default(); rows * widths[0]];
    random::uniform(isa, 2, -1.0, 1.0, &mut x);
    let y: Vec<T> = (0..rows).map(|i| T::from_f64((i * 7 % outputs) as f64)).collect();
    let order = random::shuffle(isa, 3, rows as u32).expect("there is room");
    let data = Data {
        x: Input::Dense(Source::new(&x, widths[0]).expect("whole rows")),
        y: Source::new(&y, 1),
        weights: None,
        order: Order::Listed(&order),
        rows,
    };
    let stopwatch = Stopwatch::default();
    let epoch = |network: &mut Network<T>, probed: bool| {
        let start = Instant::now();
        let outcome = if probed {
            network.train_probed(data, *batch, 1e-3, &stopwatch)
        } else {
            network.train(data, *batch, &[1e-3], None, &mut || true)
        };
        assert_eq!(outcome.expect("trains").batches, steps);
        start.elapsed()
    };
    let flops = 2.0 * work as f64;
    let measure = |network: &mut Network<T>, epoch: &dyn Fn(&mut Network<T>) -> Duration| {
        let mut times = Vec::new();
        let begun = Instant::now();
        while times.len() < 5 || begun.elapsed() < Duration::from_millis(700) {
            times.push(epoch(network));
        }
        times.sort();
        (times[times.len() / 2].as_secs_f64() * 1e6 / steps as f64, times.len())
    };
    epoch(&mut network, false);
    let (median, _) = measure(&mut network, &|network| epoch(network, false));
    let name = widths.iter().map(usize::to_string).collect::<Vec<_>>().join("-");
    println!(
        "{name} ({batch}), {} threads: {median:.3} us, {:.1} GFLOP/s",
        options.threads,
        flops / median / 1e3
    );
    if options.plain {
        return;
    }
    let (_, count) = measure(&mut network, &|network| {
        MINE.with_borrow_mut(Vec::clear);
        let took = epoch(network, true);
        MINE.with_borrow_mut(|mine| {
            let mut totals = stopwatch.totals.lock().expect("no thread panics");
            for (body, time) in mine.drain(..) {
                *totals.entry(format!("{body:?}")).or_default() += time;
            }
            *totals.entry("step".to_owned()).or_default() += took;
        });
        took
    });
    let totals = stopwatch.totals.lock().expect("no thread panics");
    let of_step = |time: &Duration| time.as_secs_f64() * 1e6 / (count * steps) as f64;
    let mut left = of_step(&totals["step"]);
    print!("   probed step {left:.2} = ");
    for (body, time) in totals.iter().filter(|(body, _)| *body != "step") {
        print!("{body} {:.2}  ", of_step(time));
        left -= of_step(time);
    }
    println!("rest {left:.2}");
}

fn main() {
    let mut options = Options { isa: Isa::best(), threads: team::threads(), plain: false, optimizer: "adam" };
    let (mut is_f64, mut batch, mut dropout, mut nets) = (false, None, None, Vec::new());
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().expect("a value behind the option");
        match argument.as_str() {
            "--f64" => is_f64 = true,
            "--plain" => options.plain = true,
            "--sgd" => options.optimizer = "sgd",
            "--threads" => options.threads = value().parse().expect("a number"),
            "--batch" => batch = Some(value().parse().expect("a number")),
            "--dropout" => dropout = Some(value().parse().expect("a number")),
            "--isa" => options.isa = Isa::named(&value()).expect("a set of this machine"),
            "--bench" => {}
            widths => nets.push(widths.to_owned()),
        }
    }
    team::set_threads(options.threads);
    if nets.is_empty() {
        nets = NETS.iter().map(|net| net.0.to_owned()).collect();
    }
    for name in nets {
        let known = NETS.iter().find(|net| net.0 == name);
        let net = Net {
            widths: name.split('-').map(|width| width.parse().expect("widths as 2-3-1")).collect(),
            batch: batch.or(known.map(|net| net.1)).unwrap_or(128),
            dropout: dropout.or(known.map(|net| net.2)).unwrap_or(0.0),
            activation: known.map_or("relu", |net| net.3),
        };
        if is_f64 { profile::<f64>(&net, &options) } else { profile::<f32>(&net, &options) }
    }
}
