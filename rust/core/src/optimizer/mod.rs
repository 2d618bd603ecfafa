//! Optimizers: one room each; the update of a weight from its gradient, in the paper's symbols.
//!
//! Formulas and defaults are Keras's. What is common to all stands here: the state (*slots*, each
//! as large as the parameters), clipping by value, decoupled weight decay, and two guards:
//!
//! - a slot that falls below the smallest normal number becomes zero. With a gradient of zero,
//!   moments would decay into subnormal numbers and stay there, where arithmetic is many times
//!   slower;
//! - a weight is replaced only by a finite number. Otherwise it stays, its slots too, and the update
//!   says so.

mod adam;
mod rmsprop;
mod sgd;

use dlcore_kernels::simd::{Element, Kernel, Simd, Vector};

use crate::error::Error;

/// How many slots a rule may have.
pub const MAX_SLOTS: usize = 3;

/// How many factors a rule may compute for a step.
pub const MAX_FACTORS: usize = 6;

/// The parameters of a rule, of which each takes what it knows. The learning rate is not among
/// them: it comes with each step.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Parameters {
    /// SGD and RMSprop.
    pub momentum: f64,
    /// SGD: look ahead along the velocity.
    pub nesterov: bool,
    /// Adam: decay of the mean of gradients.
    pub beta_1: f64,
    /// Adam: decay of the mean of squared gradients.
    pub beta_2: f64,
    /// RMSprop: decay of the mean of squared gradients.
    pub rho: f64,
    /// RMSprop: subtract the mean of gradients.
    pub centered: bool,
    /// Adam: never let the denominator shrink.
    pub amsgrad: bool,
    /// Keeps the division from exploding.
    pub epsilon: f64,
}

/// An update rule on vectors.
pub trait Rule: Copy + Send + Sync + Sized {
    /// Names of the slots.
    const SLOTS: &'static [&'static str];

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

            /// See [`Rule::factors`].
            pub fn factors(&self, learning_rate: f64, step: u64) -> [f64; MAX_FACTORS] {
                match self { $($(Self::$variant(rule) => rule.factors(learning_rate, step),)+)* }
            }

            /// Updates weights; false if one would not have stayed finite, and was left alone.
            pub fn run<T: Element, S: Simd>(&self, update: Update<'_, T>) -> bool {
                match self { $($(Self::$variant(rule) => S::call(WithRule { rule: *rule, update }),)+)* }
            }
        }
    };
}

optimizers! {
    "sgd" => sgd: Sgd | Momentum,
    "adam" => adam: Adam | AmsGrad,
    "rmsprop" => rmsprop: RmsProp | RmsPropMomentum | RmsPropCentered | RmsPropCenteredMomentum,
}

/// The arguments of an update: slices of equal length.
pub struct Update<'a, T> {
    /// Changed.
    pub weights: &'a mut [T],
    /// Read.
    pub gradients: &'a [T],
    /// Changed; as many as the rule has.
    pub slots: [&'a mut [T]; MAX_SLOTS],
    /// From [`Optimizer::factors`].
    pub factors: [f64; MAX_FACTORS],
    /// Gradients are multiplied by this (clipping by norm); 1 otherwise.
    pub gradient_scale: f64,
    /// Then they are cut to plus or minus this; infinity otherwise.
    pub clip_value: f64,
    /// Decoupled weight decay times learning rate; 0 otherwise.
    pub decay: f64,
}

struct WithRule<'a, R, T> {
    rule: R,
    update: Update<'a, T>,
}

impl<R: Rule, T: Element> Kernel for WithRule<'_, R, T> {
    type Output = bool;

    #[inline(always)]
    fn run<S: Simd>(self) -> bool {
        let Self { rule, update } = self;
        let Update { weights, gradients, slots, factors, gradient_scale, clip_value, decay } = update;
        let length = weights.len();
        let mut vectors = [T::Vector::<S>::zero(); MAX_FACTORS];
        for (vector, factor) in vectors.iter_mut().zip(factors) {
            *vector = T::Vector::<S>::constant(factor);
        }
        let mut walk = Walk {
            rule,
            weights,
            gradients: &gradients[..length],
            slots,
            factors: vectors,
            gradient_scale: T::Vector::<S>::constant(gradient_scale),
            highest: T::Vector::<S>::constant(clip_value),
            minus_decay: T::Vector::<S>::constant(-decay),
            finite: T::Vector::<S>::zero().is_finite(),
        };
        for slot in &mut walk.slots[..R::SLOTS.len()] {
            *slot = &mut std::mem::take(slot)[..length];
        }
        if clip_value.is_finite() {
            walk.all::<true>();
        } else {
            walk.all::<false>();
        }
        T::Vector::<S>::mask_to_bits(walk.finite) == (1 << T::LANES) - 1
    }
}

/// An update on its way through the weights. All slices in use are of one length.
struct Walk<'a, R, T, V: Vector> {
    rule: R,
    weights: &'a mut [T],
    gradients: &'a [T],
    slots: [&'a mut [T]; MAX_SLOTS],
    factors: [V; MAX_FACTORS],
    gradient_scale: V,
    highest: V,
    minus_decay: V,
    /// Where all weights stayed finite so far.
    finite: V::Mask,
}

impl<R: Rule, T: Element, V: Vector<Elem = T>> Walk<'_, R, T, V> {
    /// Updates all weights. Comparing is as dear as the rest of the formula, so gradients are only
    /// clipped where that was asked for.
    #[inline(always)]
    fn all<const CLIP: bool>(&mut self) {
        let tail = self.weights.len() - self.weights.len() % T::LANES;
        for at in (0..tail).step_by(T::LANES) {
            self.step::<CLIP, true>(at);
        }
        if tail < self.weights.len() {
            self.step::<CLIP, false>(tail);
        }
    }

    /// Updates one vector, of which all lanes or fewer are weights.
    #[inline(always)]
    fn step<const CLIP: bool, const WHOLE: bool>(&mut self, at: usize) {
        let mut state = [V::zero(); MAX_SLOTS];
        for (values, slot) in state.iter_mut().zip(&self.slots).take(R::SLOTS.len()) {
            *values = load::<V, WHOLE>(&slot[at..]);
        }
        let weight = load::<V, WHOLE>(&self.weights[at..]);
        let mut gradient = load::<V, WHOLE>(&self.gradients[at..]) * self.gradient_scale;
        if CLIP {
            gradient = V::select(self.highest.lt(gradient), self.highest, gradient);
            gradient = V::select(gradient.lt(-self.highest), -self.highest, gradient);
        }

        let before = state;
        let decayed = weight.mul_add(self.minus_decay, weight);
        let new = self.rule.update(&self.factors, decayed, gradient, &mut state);
        let finite = new.is_finite();
        self.finite = V::both(self.finite, finite);

        store::<V, WHOLE>(V::select(finite, new, weight), &mut self.weights[at..]);
        for ((values, before), slot) in
            state.into_iter().zip(before).zip(&mut self.slots).take(R::SLOTS.len())
        {
            store::<V, WHOLE>(V::select(finite, snap(values), before), &mut slot[at..]);
        }
    }
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
