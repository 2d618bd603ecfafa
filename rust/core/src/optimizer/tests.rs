//! Walks the table: an optimizer without a formula here fails.

use dlcore_kernels::panels::{Panels, PanelsMut};
use dlcore_kernels::simd::{Element, Isa, Kernel, Simd};

use super::{Change, MAX_SLOTS, NAMES, Optimizer, Parameters, bias_correction, find, power};

/// One whole vector of `f32` and a tail, two of `f64` and a tail.
const WEIGHTS: usize = 19;
const RATE: f64 = 0.01;
const SCALE: f64 = 0.9;
/// With the bound and without are two loops.
const CLIPS: [f64; 2] = [1.5, f64::INFINITY];
const DECAY: f64 = 1e-4;

/// All combinations of the switches that a rule knows, for every name.
fn all() -> Vec<(&'static str, Parameters, Optimizer)> {
    let mut all: Vec<(_, _, Optimizer)> = Vec::new();
    for name in NAMES {
        for switches in 0..8 {
            let parameters = Parameters {
                momentum: if switches & 1 == 0 { 0.0 } else { 0.8 },
                nesterov: switches & 2 != 0,
                centered: switches & 2 != 0,
                amsgrad: switches & 4 != 0,
                beta_1: 0.9,
                beta_2: 0.99,
                rho: 0.95,
                epsilon: 1e-7,
                initial_accumulator_value: 0.1,
            };
            let optimizer = find(name, parameters).unwrap();
            if all.iter().all(|(_, _, known)| *known != optimizer) {
                all.push((*name, parameters, optimizer));
            }
        }
    }
    all
}

fn with_clips() -> Vec<((&'static str, Parameters, Optimizer), f64)> {
    all().into_iter().flat_map(|case| CLIPS.map(|clip| (case, clip))).collect()
}

/// One weight, in plain words; the state is whatever the formula needs.
fn naive(name: &str, p: Parameters, step: i32, w: f64, g: f64, state: &mut [f64; 3]) -> f64 {
    let w = w - DECAY * w;
    let [a, b, c] = state;
    match name {
        "sgd" => {
            *a = p.momentum * *a - RATE * g;
            if p.nesterov { w + p.momentum * *a - RATE * g } else { w + *a }
        }
        "adam" => {
            *a = p.beta_1 * *a + (1.0 - p.beta_1) * g;
            *b = p.beta_2 * *b + (1.0 - p.beta_2) * g * g;
            *c = c.max(*b);
            let v = if p.amsgrad { *c } else { *b };
            let alpha = RATE * (1.0 - p.beta_2.powi(step)).sqrt() / (1.0 - p.beta_1.powi(step));
            w - alpha * *a / (v.sqrt() + p.epsilon)
        }
        "rmsprop" => {
            *a = p.rho * *a + (1.0 - p.rho) * g * g;
            *b = p.rho * *b + (1.0 - p.rho) * g;
            let variance = if p.centered { *a - *b * *b } else { *a };
            *c = p.momentum * *c + RATE * g / (variance + p.epsilon).sqrt();
            w - *c
        }
        "adagrad" => {
            *a += g * g + if step == 1 { p.initial_accumulator_value } else { 0.0 };
            w - RATE * g / (*a + p.epsilon).sqrt()
        }
        "adadelta" => {
            *a = p.rho * *a + (1.0 - p.rho) * g * g;
            let change = -(*b + p.epsilon).sqrt() * g / (*a + p.epsilon).sqrt();
            *b = p.rho * *b + (1.0 - p.rho) * change * change;
            w + RATE * change
        }
        "adamax" => {
            *a = p.beta_1 * *a + (1.0 - p.beta_1) * g;
            *b = (p.beta_2 * *b).max(g.abs());
            w - RATE * *a / ((1.0 - p.beta_1.powi(step)) * (*b + p.epsilon))
        }
        "nadam" => {
            let u = |t: i32| p.beta_1 * (1.0 - 0.5 * 0.96_f64.powi(t));
            *a = p.beta_1 * *a + (1.0 - p.beta_1) * g;
            *b = p.beta_2 * *b + (1.0 - p.beta_2) * g * g;
            let product: f64 = (1..=step).map(u).product();
            let m = u(step + 1) * *a / (1.0 - product * u(step + 1)) + (1.0 - u(step)) * g / (1.0 - product);
            w - RATE * m / ((*b / (1.0 - p.beta_2.powi(step))).sqrt() + p.epsilon)
        }
        "lion" => {
            let direction = p.beta_1 * *a + (1.0 - p.beta_1) * g;
            *a = p.beta_2 * *a + (1.0 - p.beta_2) * g;
            if direction == 0.0 { w } else { w - RATE * direction.signum() }
        }
        _ => panic!("no formula for {name}"),
    }
}

struct Run<'a, T> {
    optimizer: Optimizer,
    change: Change,
    weights: &'a mut [T],
    gradients: &'a [T],
    slots: [&'a mut [T]; MAX_SLOTS],
}

impl<T: Element> Kernel for Run<'_, T> {
    type Output = bool;
    #[inline(always)]
    fn run<S: Simd>(self) -> bool {
        let changes = [(0..self.weights.len(), self.change)];
        let mut slots = self.slots.map(|slot| (!slot.is_empty()).then(|| PanelsMut::column(slot)));
        let (weights, gradients) = (PanelsMut::column(self.weights), Panels::column(self.gradients));
        self.optimizer.run::<T, S>(&changes, weights, gradients, &mut slots)
    }
}

/// Weights on their way; slots that a rule has not are empty.
struct Trained<T> {
    isa: Isa,
    optimizer: Optimizer,
    clip: f64,
    weights: Vec<T>,
    slots: [Vec<T>; MAX_SLOTS],
    step: u64,
}

impl<T: Element> Trained<T> {
    fn new(isa: Isa, optimizer: Optimizer, clip: f64) -> Self {
        let initial = optimizer.initial().map(T::from_f64);
        let slots = std::array::from_fn(|slot| {
            vec![initial[slot]; if slot < optimizer.slots().len() { WEIGHTS } else { 0 }]
        });
        let weights = (0..WEIGHTS).map(|i| T::from_f64(start(i))).collect();
        Self { isa, optimizer, clip, weights, slots, step: 0 }
    }

    fn update(&mut self, gradients: &[f64]) -> bool {
        self.step += 1;
        let gradients: Vec<T> = gradients.iter().map(|&g| T::from_f64(g)).collect();
        self.isa.run(Run {
            optimizer: self.optimizer,
            change: Change {
                factors: self.optimizer.factors(RATE, self.step),
                gradient_scale: SCALE,
                l2: 0.0,
                bias_l2: 0.0,
                clip_value: self.clip,
                decay: DECAY,
                pulls: true,
                average: None,
            },
            weights: &mut self.weights,
            gradients: &gradients,
            slots: self.slots.each_mut().map(Vec::as_mut_slice),
        })
    }

    fn bits(&self) -> Vec<u64> {
        let slots = self.slots.iter().flatten();
        self.weights.iter().chain(slots).map(|x| x.to_f64().to_bits()).collect()
    }
}

fn start(i: usize) -> f64 {
    (i as f64 - 9.0) / 8.0
}

/// Between -2 and 2: some are clipped.
fn gradients(step: usize) -> Vec<f64> {
    (0..WEIGHTS).map(|i| ((i * 37 + step * 29) % 101) as f64 / 25.0 - 2.0).collect()
}

#[test]
fn fifty_steps_agree_with_the_plain_formula() {
    for ((name, parameters, optimizer), clip) in with_clips() {
        let mut trained = Trained::<f64>::new(Isa::best(), optimizer, clip);
        let mut expected: Vec<f64> = (0..WEIGHTS).map(start).collect();
        let mut states = [[0.0; 3]; WEIGHTS];
        for step in 1..=50 {
            let gradients = gradients(step);
            assert!(trained.update(&gradients));
            for i in 0..WEIGHTS {
                let (w, g) = (expected[i], (gradients[i] * SCALE).clamp(-clip, clip));
                expected[i] = naive(name, parameters, step as i32, w, g, &mut states[i]);
                let (found, expected) = (trained.weights[i], expected[i]);
                assert!((found - expected).abs() < 1e-12, "{optimizer:?}, {step}: {found}, {expected}");
            }
        }
    }
}

/// Slots that never shrink.
const LASTING: [&str; 2] = ["velocity_hat", "accumulator"];

/// Without a gradient, every slot but one that never shrinks ends at zero.
fn check_decay<T: Element>() {
    for ((_, _, optimizer), clip) in with_clips() {
        let mut trained = Trained::<T>::new(Isa::best(), optimizer, clip);
        for step in 0..5 {
            trained.update(&gradients(step));
        }
        let decaying = optimizer.slots().iter().filter(|slot| !LASTING.contains(slot)).count();
        let mut all_zero = decaying == 0;
        for _ in 0..80_000 {
            if all_zero {
                break;
            }
            trained.update(&[0.0; WEIGHTS]);
            let mut slots = trained.slots[..decaying].iter().flatten().map(|x| x.to_f64());
            let is_sound = |x: f64| x == 0.0 || x.abs() >= T::MIN_NORMAL.to_f64();
            assert!(slots.clone().all(is_sound), "{optimizer:?}: {:?}", trained.slots);
            all_zero = slots.all(|x| x == 0.0);
        }
        assert!(all_zero, "{optimizer:?}: {:?}", trained.slots);
    }
}

#[test]
fn slots_of_a_dead_gradient_become_zero_and_never_subnormal() {
    check_decay::<f32>();
    check_decay::<f64>();
}

#[test]
fn a_weight_that_would_not_stay_finite_is_left_alone() {
    for ((_, _, optimizer), clip) in with_clips() {
        for i in [2, 18] {
            let bad = if clip.is_finite() { f64::NAN } else { f64::INFINITY };
            let mut trained = Trained::<f32>::new(Isa::best(), optimizer, clip);
            let mut gradients = gradients(1);
            assert!(trained.update(&gradients));
            let before = trained.weights.clone();
            gradients[i] = bad;
            assert!(!trained.update(&gradients), "{optimizer:?}");
            for (k, (weight, before)) in trained.weights.iter().zip(before).enumerate() {
                assert_eq!(*weight == before, k == i, "{optimizer:?}, weight {k}");
            }
        }
    }
}

/// Of a gradient whose square overflows, too; and whatever came, the next one is learned from.
#[test]
fn a_huge_gradient_is_refused_or_forgotten() {
    for (_, _, optimizer) in all() {
        for huge in [1e18, 1e25, 1e37] {
            let mut trained = Trained::<f32>::new(Isa::best(), optimizer, f64::INFINITY);
            assert!(trained.update(&gradients(1)));
            let (before, mut gradients) = (trained.bits(), gradients(1));
            gradients[2] = huge;
            let is_learned = trained.update(&gradients);
            let of_weight_2 = |bits: &[u64]| [2, 2 + WEIGHTS, 2 + 2 * WEIGHTS].map(|i| bits.get(i).copied());
            assert!(is_learned || of_weight_2(&before) == of_weight_2(&trained.bits()), "{optimizer:?}");
            assert!(
                trained.slots.iter().flatten().all(|x| x.is_finite()),
                "{optimizer:?}: {:?}",
                trained.slots
            );
            gradients[2] = 0.5;
            assert!(trained.update(&gradients), "{optimizer:?}: after {huge}");
        }
    }
}

/// As those that fill up a panel: zero, and never a gradient. Not even without an epsilon.
#[test]
fn a_weight_of_zero_without_gradient_stays_zero() {
    for name in NAMES {
        for amsgrad in [false, true] {
            let parameters =
                Parameters { beta_1: 0.9, beta_2: 0.99, rho: 0.9, amsgrad, ..Parameters::default() };
            let optimizer = find(name, parameters).unwrap();
            let mut trained = Trained::<f32>::new(Isa::best(), optimizer, f64::INFINITY);
            trained.weights.fill(0.0);
            for _ in 0..3 {
                assert!(trained.update(&[0.0; WEIGHTS]), "{optimizer:?}");
            }
            assert_eq!(trained.weights, [0.0; WEIGHTS], "{optimizer:?}");
        }
    }
}

/// A constant gradient has no variance, and rounding must not make it negative.
#[test]
fn a_centered_variance_is_never_negative() {
    let parameters = Parameters { rho: 0.9, epsilon: 1e-12, centered: true, ..Parameters::default() };
    let optimizer = find("rmsprop", parameters).unwrap();
    let mut trained = Trained::<f32>::new(Isa::best(), optimizer, f64::INFINITY);
    let constant: Vec<f64> = (0..WEIGHTS).map(|i| 1.1 + 7.3 * i as f64).collect();
    for step in 0..500 {
        assert!(trained.update(&constant), "step {step}");
    }
}

#[test]
fn every_instruction_set_gives_the_same_bits() {
    fn check<T: Element>(isa: Isa, optimizer: Optimizer, clip: f64) {
        let [mut found, mut expected] = [isa, Isa::best()].map(|isa| Trained::<T>::new(isa, optimizer, clip));
        for step in 1..=20 {
            found.update(&gradients(step));
            expected.update(&gradients(step));
        }
        assert_eq!(found.bits(), expected.bits(), "{optimizer:?} on {}", isa.name());
    }
    for isa in Isa::available() {
        for ((_, _, optimizer), clip) in with_clips() {
            check::<f32>(isa, optimizer, clip);
            check::<f64>(isa, optimizer, clip);
        }
    }
}

#[test]
fn an_unknown_name_lists_the_known() {
    let message = find("adamw", Parameters::default()).unwrap_err().to_string();
    assert!(message.contains("\"adamw\"") && message.contains("rmsprop"), "{message}");
}

/// What is spared must not show, on either side of the step from which on it is.
#[test]
fn a_correction_that_is_left_out_was_one() {
    for b in [0.0, 0.5, 0.9, 0.99, 0.999, 0.9999, 1.0 - 1e-7] {
        let last = (42.0 / (1.0 - b)) as u64;
        for step in (1..10).chain(last - 2..last + 3).chain([10 * last]) {
            assert_eq!(bias_correction(b, step), 1.0 - power(b, step), "{b} {step}");
        }
    }
}
