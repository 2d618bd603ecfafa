//! Optimizers: one room each; the update of a weight from its gradient, in the paper's symbols.
//!
//! Formulas and defaults are Keras's. What is common to all stands here: the state (*slots*, each
//! as large as the parameters), clipping by value, decoupled weight decay, and two guards:
//!
//! - a weight or slot that falls below the smallest normal number becomes zero. With a gradient of zero,
//!   moments, and weights with a penalty or decay, would decay into subnormal numbers and stay there,
//!   where arithmetic is many times slower;
//! - a weight is replaced only by a finite number, and only if its slots are finite: with the square of a
//!   huge gradient in it, a slot would hold its weight for ever. Otherwise it stays, its slots too, and the
//!   update says so.

mod adadelta;
mod adagrad;
mod adam;
mod adamax;
mod lion;
mod nadam;
mod rmsprop;
mod sgd;

use std::ops::Range;

use dlcore_kernels::gather::Upcoming;
use dlcore_kernels::gemm::{self, Sink};
use dlcore_kernels::matrix::{Matrix, Strided};
use dlcore_kernels::panels::{Panels, PanelsMut};
use dlcore_kernels::simd::{Element, Kernel, Simd, Vector};

use crate::error::Error;

/// How many slots there may be: those of a rule, and the running mean of the weights.
pub const MAX_SLOTS: usize = 4;

/// How many factors a rule may compute for a step.
pub const MAX_FACTORS: usize = 6;

/// What an epsilon below a root is at least, and its root what one beside a root is: else a weight
/// that never had a gradient, as those that fill up a panel, would become 0 / 0. The smallest normal
/// number of `f32`.
const LEAST_EPSILON: f64 = f32::MIN_POSITIVE as f64;

/// The parameters of a rule, of which each takes what it knows. The learning rate is not among
/// them: it comes with each step.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Parameters {
    /// SGD and RMSprop.
    pub momentum: f64,
    /// SGD: look ahead along the velocity.
    pub nesterov: bool,
    /// Adam and its kin: decay of the mean of gradients.
    pub beta_1: f64,
    /// Adam and its kin: decay of the mean of squared gradients, or of what stands in its place.
    pub beta_2: f64,
    /// RMSprop and Adadelta: decay of the mean of squared gradients.
    pub rho: f64,
    /// RMSprop: subtract the mean of gradients.
    pub centered: bool,
    /// Adam: never let the denominator shrink.
    pub amsgrad: bool,
    /// Keeps the division from exploding.
    pub epsilon: f64,
    /// Adagrad: the sum of squared gradients before the first one.
    pub initial_accumulator_value: f64,
}

/// An update rule on vectors.
pub trait Rule: Copy + Send + Sync + Sized {
    /// Names of the slots.
    const SLOTS: &'static [&'static str];

    /// Which slots may overflow although the weight does not: sums of squares.
    const SQUARES: &'static [usize] = &[];

    /// Whether there is code for an update while the gradient is computed. It gains a few parts of a
    /// hundred and weighs more than all else of a rule, so it is made for those that most nets are trained with.
    const LEARNS: bool = false;

    /// What the elements of each slot are before the first step.
    fn initial(self) -> [f64; MAX_SLOTS] {
        [0.0; MAX_SLOTS]
    }

    /// The numbers that are the same for all weights in a step; the first step is number 1.
    fn factors(self, learning_rate: f64, step: u64) -> [f64; MAX_FACTORS];

    /// The new weight; slots are replaced in place. `#[inline(always)]`.
    fn update<T: Element, V: Vector<Elem = T>>(
        self,
        factors: &[V; MAX_FACTORS],
        weight: V,
        gradient: V,
        slots: &mut [V; MAX_SLOTS],
    ) -> V;
}

/// Makes the type [`Optimizer`], which is one of the table's rules, and the look-up by name. A line
/// has a name, the room whose `choose` picks a rule by the parameters, and the rules of that room.
macro_rules! optimizers {
    ($($name:literal => $room:ident: $($variant:ident)|+),* $(,)?) => {
        /// One of the update rules.
        #[derive(Clone, Copy, PartialEq, Debug)]
        pub enum Optimizer {
            $($(
                #[doc = concat!("Of `", $name, "`.")]
                $variant($room::$variant),
            )+)*
        }

        /// The names that [`find`] knows.
        pub const NAMES: &[&str] = &[$($name),*];

        /// The rule of that name, with its parameters.
        pub fn find(name: &str, parameters: Parameters) -> Result<Optimizer, Error> {
            match name {
                $($name => Ok($room::choose(parameters)),)*
                _ => Err(Error::unknown("optimizer", name, NAMES)),
            }
        }

        impl Optimizer {
            /// Names of the slots.
            pub fn slots(&self) -> &'static [&'static str] {
                match self { $($(Self::$variant(_) => <$room::$variant as Rule>::SLOTS,)+)* }
            }

            /// See [`Rule::initial`].
            pub fn initial(&self) -> [f64; MAX_SLOTS] {
                match self { $($(Self::$variant(rule) => rule.initial(),)+)* }
            }

            /// See [`Rule::factors`].
            pub fn factors(&self, learning_rate: f64, step: u64) -> [f64; MAX_FACTORS] {
                match self { $($(Self::$variant(rule) => rule.factors(learning_rate, step),)+)* }
            }

            /// Updates weights by their gradients, which lie alike, as do the rule's slots: some rows, all of
            /// which change in the same way, and perhaps others. False if a weight or slot would not have stayed
            /// finite, and was left alone.
            pub fn run<T: Element, S: Simd>(
                &self,
                changes: &[(Range<usize>, Change)],
                weights: PanelsMut<'_, T>,
                gradients: Panels<'_, T>,
                slots: &mut [Option<PanelsMut<'_, T>>; MAX_SLOTS],
            ) -> bool {
                match self {
                    $($(Self::$variant(rule) => {
                        S::call(WithRule { rule: *rule, changes, weights, gradients, slots })
                    })+)*
                }
            }

            /// See [`Rule::LEARNS`].
            pub fn learns(&self) -> bool {
                match self { $($(Self::$variant(_) => <$room::$variant as Rule>::LEARNS,)+)* }
            }

            /// The same with gradients that are the product of `a` and `b`, and are not stored. There is
            /// no clipping. Of the weights' rows, so many are a kernel's. Meanwhile the upcoming rows are
            /// asked for.
            ///
            /// # Panics
            /// If the rule never [learns](Self::learns).
            #[expect(clippy::too_many_arguments, reason = "an update and the product that it follows")]
            pub fn learn<T: Element, S: Simd>(
                &self,
                change: Change,
                kernel_rows: usize,
                a: Strided<'_, T>,
                b: Matrix<'_, T>,
                weights: PanelsMut<'_, T>,
                slots: [Option<PanelsMut<'_, T>>; MAX_SLOTS],
                upcoming: Upcoming<'_, T>,
            ) -> bool {
                match self {
                    $($(Self::$variant(rule) => {
                        assert!(<$room::$variant as Rule>::LEARNS, "no plan gives such an update to this rule");
                        S::call(Learn { rule: *rule, change, kernel_rows, a, b, weights, slots, upcoming })
                    })+)*
                }
            }
        }
    };
}

optimizers! {
    "sgd" => sgd: Sgd | Momentum,
    "adam" => adam: Adam | AmsGrad,
    "rmsprop" => rmsprop: RmsProp | RmsPropMomentum | RmsPropCentered | RmsPropCenteredMomentum,
    "adagrad" => adagrad: Adagrad,
    "adadelta" => adadelta: Adadelta,
    "adamax" => adamax: Adamax,
    "nadam" => nadam: Nadam,
    "lion" => lion: Lion,
}

/// What is the same for all weights in a step.
#[derive(Clone, Copy, Debug)]
pub struct Change {
    /// From [`Optimizer::factors`].
    pub factors: [f64; MAX_FACTORS],
    /// Gradients are multiplied by this (clipping by norm); 1 otherwise.
    pub gradient_scale: f64,
    /// Then this times the weight is added to that of a kernel's weight: L2; 0 otherwise.
    pub l2: f64,
    /// The same for a bias.
    pub bias_l2: f64,
    /// Then they are cut to plus or minus this; infinity otherwise.
    pub clip_value: f64,
    /// Decoupled weight decay times learning rate; 0 otherwise.
    pub decay: f64,
    /// Whether a decay or a penalty pulls weights towards zero.
    pub pulls: bool,
    /// The running mean of the weights, in the slot behind the rule's, if there is one.
    pub average: Option<Average>,
}

/// What an update does with the running mean of the weights: mean += (1 - momentum) (weight - mean).
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Average {
    /// How slowly it follows.
    pub momentum: f64,
    /// Whether it replaces the weight then.
    pub overwrites: bool,
}

impl Average {
    /// The mean's part of an update, where weights stay otherwise.
    pub fn follow<T: Element, S: Simd>(self, weights: PanelsMut<'_, T>, mean: PanelsMut<'_, T>) {
        S::call(Follow { average: self, weights, mean });
    }

    /// The new mean.
    #[inline(always)]
    fn next<V: Vector>(self, mean: V, weight: V) -> V {
        snap(V::constant(self.momentum).mul_add(mean, V::constant(1.0 - self.momentum) * weight))
    }
}

struct Follow<'a, T> {
    average: Average,
    weights: PanelsMut<'a, T>,
    mean: PanelsMut<'a, T>,
}

impl<T: Element> Kernel for Follow<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        let Self { average, mut weights, mut mean } = self;
        for panel in 0..weights.count() {
            let rows = 0..weights.rows();
            let means = mean.panel(panel, rows.clone()).chunks_mut(T::LANES);
            for (weights, means) in weights.panel(panel, rows).chunks_mut(T::LANES).zip(means) {
                let mean = average.next(T::Vector::<S>::load_part(means), T::Vector::<S>::load_part(weights));
                mean.store_part(means);
                if average.overwrites {
                    mean.store_part(weights);
                }
            }
        }
    }
}

/// The same in vectors, with the rule.
struct Stepper<R, V: Vector> {
    rule: R,
    factors: [V; MAX_FACTORS],
    gradient_scale: V,
    l2: V,
    /// Whether anything pulls weights towards zero: most often not.
    pulls: bool,
    /// Whether gradients are cut.
    clips: bool,
    highest: V,
    minus_decay: V,
    average: Option<Average>,
    /// Where all weights and slots stayed finite so far.
    finite: V::Mask,
}

impl<R: Rule, T: Element, V: Vector<Elem = T>> Stepper<R, V> {
    #[inline(always)]
    fn new(rule: R, change: &Change) -> Self {
        let mut factors = [V::zero(); MAX_FACTORS];
        for (vector, factor) in factors.iter_mut().zip(change.factors) {
            *vector = V::constant(factor);
        }
        Self {
            rule,
            factors,
            gradient_scale: V::constant(change.gradient_scale),
            l2: V::constant(change.l2),
            pulls: change.pulls,
            clips: change.clip_value.is_finite(),
            highest: V::constant(change.clip_value),
            minus_decay: V::constant(-change.decay),
            average: change.average,
            finite: V::zero().is_finite(),
        }
    }

    /// Updates one vector, of which all lanes or fewer are weights. Comparing is as dear as the rest of
    /// the formula, so gradients are only clipped where that was asked for.
    #[inline(always)]
    fn step<const CLIP: bool, const WHOLE: bool>(
        &mut self,
        gradient: V,
        weights: &mut [T],
        slots: [&mut [T]; MAX_SLOTS],
    ) {
        if V::IS_LONG {
            self.call(gradient, weights, slots);
        } else {
            self.update::<CLIP, WHOLE>(gradient, weights, slots);
        }
    }

    /// One function for all cases: cutting at infinity changes nothing.
    #[inline(never)]
    fn call(&mut self, gradient: V, weights: &mut [T], slots: [&mut [T]; MAX_SLOTS]) {
        self.update::<true, false>(gradient, weights, slots);
    }

    #[inline(always)]
    fn update<const CLIP: bool, const WHOLE: bool>(
        &mut self,
        gradient: V,
        weights: &mut [T],
        mut slots: [&mut [T]; MAX_SLOTS],
    ) {
        let mut state = [V::zero(); MAX_SLOTS];
        for (values, slot) in state.iter_mut().zip(&slots).take(R::SLOTS.len()) {
            *values = load::<V, WHOLE>(slot);
        }
        let weight = load::<V, WHOLE>(weights);
        let mut gradient = gradient * self.gradient_scale;
        if self.pulls {
            gradient = weight.mul_add(self.l2, gradient);
        }
        if CLIP {
            gradient = V::select(self.highest.lt(gradient), self.highest, gradient);
            gradient = V::select(gradient.lt(-self.highest), -self.highest, gradient);
        }

        let before = state;
        let decayed = weight.mul_add(self.minus_decay, weight);
        let new = self.rule.update(&self.factors, decayed, gradient, &mut state);
        // One comparison for all: a sum is finite only if its parts are.
        let finite = R::SQUARES.iter().fold(new, |sum, &slot| sum + state[slot]).is_finite();
        self.finite = V::both(self.finite, finite);

        let mut new = V::select(finite, new, weight);
        if self.pulls {
            new = snap(new);
        }
        if let Some(average) = self.average {
            let slot = &mut slots[R::SLOTS.len()];
            let mean = average.next(load::<V, WHOLE>(slot), new);
            store::<V, WHOLE>(mean, slot);
            if average.overwrites {
                new = mean;
            }
        }
        store::<V, WHOLE>(new, weights);
        for ((values, before), slot) in state.into_iter().zip(before).zip(&mut slots).take(R::SLOTS.len()) {
            store::<V, WHOLE>(V::select(finite, snap(values), before), slot);
        }
    }

    /// Updates weights that lie one after another, like their gradients and slots.
    #[inline(always)]
    fn walk(&mut self, weights: &mut [T], gradients: &[T], mut slots: [&mut [T]; MAX_SLOTS]) {
        let length = weights.len();
        let gradients = &gradients[..length];
        for slot in &mut slots[..self.slots()] {
            *slot = &mut std::mem::take(slot)[..length];
        }
        let tail = length - length % T::LANES;
        if self.clips {
            self.walk_whole::<true>(&mut weights[..tail], gradients, &mut slots);
        } else {
            self.walk_whole::<false>(&mut weights[..tail], gradients, &mut slots);
        }
        if tail < length {
            let slots = slots.map(|slot| slot.get_mut(tail..).unwrap_or(&mut []));
            self.step::<true, false>(load::<V, false>(&gradients[tail..]), &mut weights[tail..], slots);
        }
    }

    /// Of whole vectors.
    #[inline(always)]
    fn walk_whole<const CLIP: bool>(
        &mut self,
        weights: &mut [T],
        gradients: &[T],
        slots: &mut [&mut [T]; MAX_SLOTS],
    ) {
        for at in (0..weights.len()).step_by(T::LANES) {
            let slots = slots.each_mut().map(|slot| slot.get_mut(at..at + T::LANES).unwrap_or(&mut []));
            let gradient = load::<V, true>(&gradients[at..]);
            self.step::<CLIP, true>(gradient, &mut weights[at..at + T::LANES], slots);
        }
    }

    /// The rule's, and the mean.
    #[inline(always)]
    fn slots(&self) -> usize {
        R::SLOTS.len() + usize::from(self.average.is_some())
    }

    #[inline(always)]
    fn all_finite(&self) -> bool {
        V::mask_to_bits(self.finite) == (1 << T::LANES) - 1
    }
}

struct WithRule<'a, 'b, R, T> {
    rule: R,
    changes: &'a [(Range<usize>, Change)],
    weights: PanelsMut<'a, T>,
    gradients: Panels<'a, T>,
    slots: &'a mut [Option<PanelsMut<'b, T>>; MAX_SLOTS],
}

impl<R: Rule, T: Element> Kernel for WithRule<'_, '_, R, T> {
    type Output = bool;

    #[inline(always)]
    fn run<S: Simd>(self) -> bool {
        let Self { rule, changes, mut weights, gradients, slots } = self;
        let mut all_finite = true;
        for (rows, change) in changes {
            let mut stepper = Stepper::<R, T::Vector<S>>::new(rule, change);
            for panel in 0..weights.count() {
                let slots = slots
                    .each_mut()
                    .map(|slot| slot.as_mut().map_or(&mut [][..], |slot| slot.panel(panel, rows.clone())));
                let gradients = gradients.panel(panel, rows.clone());
                stepper.walk(weights.panel(panel, rows.clone()), gradients, slots);
            }
            all_finite &= stepper.all_finite();
        }
        all_finite
    }
}

struct Learn<'a, R, T> {
    rule: R,
    change: Change,
    kernel_rows: usize,
    a: Strided<'a, T>,
    b: Matrix<'a, T>,
    weights: PanelsMut<'a, T>,
    slots: [Option<PanelsMut<'a, T>>; MAX_SLOTS],
    upcoming: Upcoming<'a, T>,
}

impl<R: Rule, T: Element> Kernel for Learn<'_, R, T> {
    type Output = bool;

    #[inline(always)]
    fn run<S: Simd>(self) -> bool {
        let Self { rule, change, kernel_rows, a, b, weights, slots, upcoming } = self;
        let stepper = Stepper::<R, T::Vector<S>>::new(rule, &change);
        let l2 = [change.l2, change.bias_l2].map(T::Vector::<S>::constant);
        let mut learning = Learning { stepper, l2, kernel_rows, weights, slots, upcoming };
        gemm::outer::<T, S>(a, b, &mut learning);
        learning.stepper.all_finite()
    }
}

/// Updates weights while their gradients are computed.
struct Learning<'a, R, T, V: Vector> {
    stepper: Stepper<R, V>,
    /// Of kernel and bias.
    l2: [V; 2],
    kernel_rows: usize,
    weights: PanelsMut<'a, T>,
    slots: [Option<PanelsMut<'a, T>>; MAX_SLOTS],
    upcoming: Upcoming<'a, T>,
}

impl<R: Rule, T: Element, S: Simd> Sink<T, S> for Learning<'_, R, T, T::Vector<S>> {
    #[inline(always)]
    fn take(&mut self, gradient: T::Vector<S>, row: usize, panel: usize) {
        let Self { stepper, l2, kernel_rows, weights, slots, upcoming } = self;
        if stepper.pulls {
            stepper.l2 = l2[usize::from(row >= *kernel_rows)];
        }
        upcoming.prefetch();
        // What the next tile will ask for.
        let ahead = row + S::TILE_ROWS;
        weights.prefetch(ahead, panel);
        let mut parts: [&mut [T]; MAX_SLOTS] = [&mut [], &mut [], &mut [], &mut []];
        for (part, slot) in parts.iter_mut().zip(slots).take(stepper.slots()) {
            if let Some(slot) = slot {
                slot.prefetch(ahead, panel);
                *part = slot.part(row, panel);
            }
        }
        stepper.step::<false, true>(gradient, weights.part(row, panel), parts);
    }
}

/// 1 - b^n, what a mean that decays by b lacks after n steps, for b between 0 and 1. Since b^n < e^-n(1 - b), it
/// is 1 to the last bit from some step on, which spares small nets the tenth of their step that powers take.
fn bias_correction(b: f64, n: u64) -> f64 {
    if n as f64 * (1.0 - b) > 42.0 { 1.0 } else { 1.0 - power(b, n) }
}

/// b^n by squaring, without a branch that nobody could foretell. The system's `pow` may differ from
/// machine to machine in the last bit.
fn power(b: f64, n: u64) -> f64 {
    let (mut result, mut square, mut n) = (1.0, b, n);
    while n > 0 {
        result *= [1.0, square][(n & 1) as usize];
        square *= square;
        n >>= 1;
    }
    result
}

#[inline(always)]
fn load<V: Vector, const WHOLE: bool>(from: &[V::Elem]) -> V {
    if WHOLE { V::load(from) } else { V::load_part(from) }
}

#[inline(always)]
fn store<V: Vector, const WHOLE: bool>(x: V, to: &mut [V::Elem]) {
    if WHOLE { x.store(to) } else { x.store_part(to) }
}

/// Zero in place of a subnormal number: those whose exponent field is zero. The test on integers
/// takes half the time of one on magnitudes.
#[inline(always)]
fn snap<V: Vector>(x: V) -> V {
    let exponent = x.and(V::constant(f64::INFINITY));
    V::select(exponent.bits_equal(V::zero()), V::zero(), x)
}

#[cfg(test)]
mod tests;
