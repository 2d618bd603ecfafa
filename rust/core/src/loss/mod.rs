//! Losses: one room each; value and gradient in one pass over the last layer.
//!
//! A loss looks at one vector of rows at a time ([`Lanes`]): it returns their losses and leaves the
//! gradient by each output behind. How rows make the loss of a batch: objective.rs.

mod binary_crossentropy;
mod binary_focal_crossentropy;
mod categorical_crossentropy;
mod categorical_focal_crossentropy;
mod categorical_hinge;
mod cosine_similarity;
mod cross_entropy;
mod focal;
mod given;
mod half_poisson_deviance;
mod hinge;
mod huber;
mod kl_divergence;
mod log_cosh;
mod mean_absolute_error;
mod mean_absolute_percentage_error;
mod mean_squared_error;
mod mean_squared_logarithmic_error;
mod poisson;
mod quantile;
mod sparse_categorical_crossentropy;

use dlcore_kernels::matrix::{Matrix, MatrixMut};
use dlcore_kernels::simd::{Element, Kernel, Simd, Vector};

use crate::activation::Activation;
use crate::error::Error;

pub use quantile::Quantiles;

/// What the targets of a loss look like.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Targets {
    /// A number for each output.
    Vectors,
    /// One class index.
    Labels,
    /// The loss, and then its derivative by each output.
    Derivatives,
}

impl Targets {
    /// How many numbers a row has.
    pub fn width(self, outputs: usize) -> usize {
        match self {
            Self::Vectors => outputs,
            Self::Labels => 1,
            Self::Derivatives => 1 + outputs,
        }
    }
}

/// Parameters that losses may have; each takes what it knows.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Parameters {
    /// The outputs are logits, not probabilities.
    pub from_logits: bool,
    /// Towards how much of the uniform distribution targets are moved.
    pub label_smoothing: f64,
    /// Where Huber's loss turns from square to line.
    pub delta: f64,
    /// Cross-entropies from logits: a loss is reported as if no probability were nearer to 0 or 1 than
    /// this. The gradient does not know.
    pub floor: f64,
    /// Focal losses: what a class counts for.
    pub alpha: f64,
    /// Focal losses: the power of the distance from the truth that a row counts for.
    pub gamma: f64,
    /// The binary focal loss: whether alpha is heeded, 1 - alpha being the other class's.
    pub apply_class_balancing: bool,
    /// The quantile that each output is to be; the last one holds for all that follow.
    pub quantiles: Quantiles,
}

/// A loss on vectors of rows.
pub trait Rows: Copy + Send + Sync + Sized {
    /// What its targets look like.
    const TARGETS: Targets;

    /// With its parameters.
    fn with(parameters: Parameters) -> Self;

    /// The same loss on the inputs of that output activation, where one formula is canonical for
    /// both (then the gradient is p - y).
    fn on_inputs_of(self, _activation: Activation) -> Option<Self> {
        None
    }

    /// The loss of each row; calls `set_gradient` for each output. `#[inline(always)]`.
    fn lanes<T: Element, V: Vector<Elem = T>>(self, rows: &mut Lanes<'_, T, V>) -> V;
}

/// One vector of rows: what a [`Rows`] sees.
pub struct Lanes<'a, T, V> {
    outputs: Matrix<'a, T>,
    targets: Matrix<'a, T>,
    gradient: MatrixMut<'a, T>,
    column: usize,
    factor: V,
}

impl<T: Element, V: Vector<Elem = T>> Lanes<'_, T, V> {
    /// How many outputs a row has.
    #[inline(always)]
    pub fn outputs(&self) -> usize {
        self.outputs.rows()
    }

    /// Output `j`.
    #[inline(always)]
    pub fn output(&self, j: usize) -> V {
        V::load_part(&self.outputs.row(j)[self.column..])
    }

    /// The target of output `j`.
    #[inline(always)]
    pub fn target(&self, j: usize) -> V {
        V::load_part(&self.targets.row(j)[self.column..])
    }

    /// The class indices.
    #[inline(always)]
    pub fn label(&self) -> V {
        self.target(0)
    }

    /// Keeps a value for output `j` where the gradient will be, until [`set_gradient`](Self::set_gradient).
    #[inline(always)]
    pub fn set_scratch(&mut self, j: usize, value: V) {
        value.store_part(&mut self.gradient.row(j)[self.column..]);
    }

    /// What [`set_scratch`](Self::set_scratch) has kept.
    #[inline(always)]
    pub fn scratch(&mut self, j: usize) -> V {
        V::load_part(&self.gradient.row(j)[self.column..])
    }

    /// Says what the derivative of the row's loss by output `j` is.
    #[inline(always)]
    pub fn set_gradient(&mut self, j: usize, derivative: V) {
        (derivative * self.factor).store_part(&mut self.gradient.row(j)[self.column..]);
    }
}

/// Keras's `epsilon()`: how far probabilities stay away from 0 and 1.
const EPSILON: f64 = 1e-7;

/// A probability held between epsilon and 1 - epsilon, and where it had to be. NaN stays NaN, and
/// counts as not held, so that it also shows in the gradient.
#[inline(always)]
fn clip<V: Vector>(p: V) -> (V, V::Mask) {
    let (low, high) = (V::constant(EPSILON), V::constant(1.0 - EPSILON));
    let (too_low, too_high) = (p.lt(low), high.lt(p));
    (V::select(too_low, low, V::select(too_high, high, p)), V::either(too_low, too_high))
}

/// A number held within bounds, and the derivative of that as JAX has it: 1 between the bounds, 1/2 on one
/// of them, 0 beyond. NaN stays NaN in both.
#[inline(always)]
fn hold<V: Vector>(x: V, low: V, high: V) -> (V, V) {
    let (too_low, too_high) = (x.lt(low), high.lt(x));
    let within = V::both(low.lt(x), x.lt(high));
    let on_a_bound = V::either(x.equal(low), x.equal(high));
    let outside = V::select(V::either(too_low, too_high), V::zero(), x);
    (
        V::select(too_low, low, V::select(too_high, high, x)),
        V::select(within, V::one(), V::select(on_a_bound, V::constant(0.5), outside)),
    )
}

/// Bounds of -log p that keep a reported loss finite: those for p not nearer to 0 or 1 than a floor.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Limits {
    low: f64,
    high: f64,
}

impl Limits {
    /// None for a floor of zero.
    fn new(floor: f64) -> Option<Self> {
        (floor > 0.0).then(|| Self { low: -(-floor).ln_1p(), high: -floor.ln() })
    }

    /// NaN stays NaN.
    #[inline(always)]
    fn apply<V: Vector>(self, surprise: V) -> V {
        let (low, high) = (V::constant(self.low), V::constant(self.high));
        V::select(surprise.lt(low), low, V::select(high.lt(surprise), high, surprise))
    }
}

/// Makes the type [`Loss`], which is one of the table's, and the look-up by name.
macro_rules! losses {
    ($($name:literal => $variant:ident in $room:ident),* $(,)?) => {
        /// One of the losses.
        #[derive(Clone, Copy, PartialEq, Debug)]
        pub enum Loss {
            $(
                #[doc = concat!("`", $name, "`")]
                $variant($room::$variant),
            )*
        }

        impl Loss {
            /// The names in the table.
            pub const NAMES: &[&str] = &[$($name),*];

            /// The loss of that name.
            pub fn named(name: &str, parameters: Parameters) -> Option<Self> {
                match name {
                    $($name => Some(Self::$variant(<$room::$variant as Rows>::with(parameters))),)*
                    _ => None,
                }
            }

            /// Its name.
            pub fn name(&self) -> &'static str {
                match self { $(Self::$variant(_) => $name,)* }
            }

            /// What its targets look like.
            pub fn targets(&self) -> Targets {
                match self { $(Self::$variant(_) => <$room::$variant as Rows>::TARGETS,)* }
            }

            /// See [`Rows::on_inputs_of`].
            pub fn on_inputs_of(&self, activation: Activation) -> Option<Self> {
                match self { $(Self::$variant(room) => room.on_inputs_of(activation).map(Self::$variant),)* }
            }

            /// Losses and gradients of a block; see [`Pass`].
            pub fn run<T: Element, S: Simd>(&self, pass: Pass<'_, T>) {
                match self { $(Self::$variant(room) => S::call(WithLoss { loss: *room, pass }),)* }
            }
        }
    };
}

losses! {
    "binary_crossentropy" => BinaryCrossentropy in binary_crossentropy,
    "categorical_crossentropy" => CategoricalCrossentropy in categorical_crossentropy,
    "sparse_categorical_crossentropy" => SparseCategoricalCrossentropy in sparse_categorical_crossentropy,
    "mean_squared_error" => MeanSquaredError in mean_squared_error,
    "mean_absolute_error" => MeanAbsoluteError in mean_absolute_error,
    "huber" => Huber in huber,
    "poisson" => Poisson in poisson,
    "half_poisson_deviance" => HalfPoissonDeviance in half_poisson_deviance,
    "quantile" => Quantile in quantile,
    "binary_focal_crossentropy" => BinaryFocalCrossentropy in binary_focal_crossentropy,
    "categorical_focal_crossentropy" => CategoricalFocalCrossentropy in categorical_focal_crossentropy,
    "hinge" => Hinge in hinge,
    "squared_hinge" => SquaredHinge in hinge,
    "categorical_hinge" => CategoricalHinge in categorical_hinge,
    "kl_divergence" => KLDivergence in kl_divergence,
    "log_cosh" => LogCosh in log_cosh,
    "mean_absolute_percentage_error" => MeanAbsolutePercentageError in mean_absolute_percentage_error,
    "mean_squared_logarithmic_error" => MeanSquaredLogarithmicError in mean_squared_logarithmic_error,
    "cosine_similarity" => CosineSimilarity in cosine_similarity,
    "given" => Given in given,
}

/// The arguments of a pass over a feature-major block: columns are rows of the batch.
pub struct Pass<'a, T> {
    /// Outputs x rows.
    pub outputs: Matrix<'a, T>,
    /// As many x rows as [`Targets::width`] says.
    pub targets: Matrix<'a, T>,
    /// A weight a row.
    pub weights: Option<&'a [T]>,
    /// What a row counts for in the batch's gradient, before its weight.
    pub share: f64,
    /// Filled with the derivative of the batch's loss by each output.
    pub gradient: MatrixMut<'a, T>,
    /// Filled with weight times loss of each row.
    pub losses: &'a mut [T],
}

struct WithLoss<'a, L, T> {
    loss: L,
    pass: Pass<'a, T>,
}

impl<L: Rows, T: Element> Kernel for WithLoss<'_, L, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        let Pass { outputs, targets, weights, share, mut gradient, losses } = self.pass;
        let share = T::Vector::<S>::splat(T::from_f64(share));
        for column in (0..outputs.columns()).step_by(T::LANES) {
            let weight = match weights {
                Some(weights) => T::Vector::<S>::load_part(&weights[column..]),
                None => T::Vector::<S>::one(),
            };
            let mut rows =
                Lanes { outputs, targets, gradient: gradient.reborrow(), column, factor: weight * share };
            let loss = self.loss.lanes(&mut rows);
            (loss * weight).store_part(&mut losses[column..]);
        }
    }
}

/// Checks that there is a loss of that name.
pub fn find(name: &str, parameters: Parameters) -> Result<Loss, Error> {
    Loss::named(name, parameters).ok_or_else(|| Error::unknown("loss", name, Loss::NAMES))
}

#[cfg(test)]
mod tests;
