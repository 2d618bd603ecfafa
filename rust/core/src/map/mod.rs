//! Maps: layers that are no product and give as many features as they get. One room each, forward and backward
//! under each other, and the table.
//!
//! What they work on is feature-major, like all activations: a row is a feature, and the rows of the batch lie along
//! the lanes of vectors. Their variables are vectors with a number for each feature.

mod alpha_dropout;
mod batch_normalization;
mod gaussian_noise;
mod layer_normalization;
mod normalization;
mod prelu;
mod rescaling;
mod unit_normalization;

pub use alpha_dropout::AlphaDropout;
pub use batch_normalization::BatchNormalization;
pub use gaussian_noise::GaussianNoise;
pub use layer_normalization::LayerNormalization;
pub use normalization::Normalization;
pub use prelu::Prelu;
pub use rescaling::Rescaling;
pub use unit_normalization::UnitNormalization;

use dlcore_kernels::matrix::{Matrix, MatrixMut};
use dlcore_kernels::simd::{Element, Kernel, Simd, Vector};

use crate::dropout::Draw;
use crate::variables::Variables;

/// How many variables a map may have.
pub const MAX_VARIABLES: usize = 4;

/// What an output depends on, besides the variables of its feature.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Scope {
    /// The input of the same row and feature.
    Element,
    /// All features of the row.
    Row,
    /// The same feature of all rows of a batch, in training.
    Batch,
}

/// What a map is given of the forward pass, and when.
#[derive(Clone, Copy)]
pub struct Pass<'a, T> {
    /// Features x rows of the batch.
    pub input: Matrix<'a, T>,
    /// Those of these features, in the order of [`Room::variables`].
    pub variables: [&'a [T]; MAX_VARIABLES],
    /// In training.
    pub draw: Option<Draw>,
    /// The feature and the row of the batch at which the matrix begins.
    pub origin: (usize, usize),
}

impl<T: Element> Pass<'_, T> {
    /// Variable `k` of feature `i` in all lanes; zero if there is none.
    #[inline(always)]
    fn variable<S: Simd>(&self, k: usize, i: usize) -> T::Vector<S> {
        T::Vector::<S>::splat(self.variables[k].get(i).copied().unwrap_or_default())
    }

    #[inline(always)]
    fn variables_of<S: Simd>(&self, i: usize) -> [T::Vector<S>; MAX_VARIABLES] {
        let mut variables = [T::Vector::<S>::zero(); MAX_VARIABLES];
        for (k, variable) in variables.iter_mut().enumerate() {
            *variable = self.variable::<S>(k, i);
        }
        variables
    }
}

/// A map. Functions on vectors are `#[inline(always)]`.
pub trait Room: Copy + Send + Sync {
    /// What an output depends on.
    fn scope(self) -> Scope {
        Scope::Element
    }

    /// How many numbers of each row, or feature, the way back needs besides the input.
    fn statistics(self) -> usize {
        0
    }

    /// Its variables, for so many features, in the order in which [`Pass`] gives them.
    fn variables(self, _features: usize) -> Vec<Variables> {
        vec![]
    }

    /// The output of an input, if nothing else enters: always, or outside of training.
    fn value<T: Element, V: Vector<Elem = T>>(self, x: V, _variables: [V; MAX_VARIABLES]) -> V {
        x
    }

    /// The gradient by that input, from the gradient by that output.
    fn slope<T: Element, V: Vector<Elem = T>>(self, _x: V, gradient: V, _variables: [V; MAX_VARIABLES]) -> V {
        gradient
    }

    /// Fills the output, and the statistics.
    fn forward<T: Element, S: Simd>(
        self,
        pass: Pass<'_, T>,
        output: MatrixMut<'_, T>,
        _statistics: Option<MatrixMut<'_, T>>,
    ) {
        S::call(Values { room: self, pass, output });
    }

    /// Replaces the gradient by the output with that by the input.
    fn down<T: Element, S: Simd>(
        self,
        pass: Pass<'_, T>,
        _statistics: Option<Matrix<'_, T>>,
        gradient: MatrixMut<'_, T>,
    ) {
        S::call(Slopes { room: self, pass, gradient });
    }

    /// Fills the gradients by the trainable variables, in their order, from the gradient by the output.
    fn gradient<T: Element, S: Simd>(
        self,
        _pass: Pass<'_, T>,
        _statistics: Option<Matrix<'_, T>>,
        _gradient: Matrix<'_, T>,
        _by_variables: [&mut [T]; MAX_VARIABLES],
    ) {
    }

    /// How many of its variables follow the batches in training: the last ones, which do not learn.
    fn followers(self) -> usize {
        0
    }

    /// They follow the statistics of a batch.
    fn follow<T: Element>(self, _statistics: Matrix<'_, T>, _followers: [&mut [T]; MAX_VARIABLES]) {}
}

struct Values<'a, R, T> {
    room: R,
    pass: Pass<'a, T>,
    output: MatrixMut<'a, T>,
}

impl<R: Room, T: Element> Kernel for Values<'_, R, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        let Self { room, pass, mut output } = self;
        for i in 0..output.rows() {
            let variables = pass.variables_of::<S>(i);
            let inputs = pass.input.row(i).chunks(T::LANES);
            for (to, x) in output.row(i).chunks_mut(T::LANES).zip(inputs) {
                room.value(T::Vector::<S>::load_part(x), variables).store_part(to);
            }
        }
    }
}

struct Slopes<'a, R, T> {
    room: R,
    pass: Pass<'a, T>,
    gradient: MatrixMut<'a, T>,
}

impl<R: Room, T: Element> Kernel for Slopes<'_, R, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        let Self { room, pass, mut gradient } = self;
        for i in 0..gradient.rows() {
            let variables = pass.variables_of::<S>(i);
            let inputs = pass.input.row(i).chunks(T::LANES);
            for (g, x) in gradient.row(i).chunks_mut(T::LANES).zip(inputs) {
                let (x, slope) = (T::Vector::<S>::load_part(x), T::Vector::<S>::load_part(g));
                room.slope(x, slope, variables).store_part(g);
            }
        }
    }
}

/// Values of a row whose features lie along the lanes.
struct RowValues<'a, R, T> {
    room: R,
    variables: [&'a [T]; MAX_VARIABLES],
    input: &'a [T],
    output: &'a mut [T],
}

impl<R: Room, T: Element> Kernel for RowValues<'_, R, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        let Self { room, variables, input, output } = self;
        for (at, (to, x)) in output.chunks_mut(T::LANES).zip(input.chunks(T::LANES)).enumerate() {
            let mut vectors = [T::Vector::<S>::zero(); MAX_VARIABLES];
            for (vector, values) in vectors.iter_mut().zip(variables) {
                *vector = T::Vector::<S>::load_part(values.get(at * T::LANES..).unwrap_or(&[]));
            }
            room.value(T::Vector::<S>::load_part(x), vectors).store_part(to);
        }
    }
}

/// Two sums over the first `count` elements of two rows: of the second, and of the products.
#[inline(always)]
fn sums<T: Element, S: Simd>(
    count: usize,
    x: &[T],
    gradient: &[T],
    mut centred: impl FnMut(T::Vector<S>) -> T::Vector<S>,
) -> (T, T) {
    let (mut sum, mut inner) = (T::Vector::<S>::zero(), T::Vector::<S>::zero());
    for (x, g) in x[..count].chunks(T::LANES).zip(gradient[..count].chunks(T::LANES)) {
        // What is behind the last element counts as a gradient of zero.
        let g = T::Vector::<S>::load_part(g);
        sum = sum + g;
        inner = centred(T::Vector::<S>::load_part(x)).mul_add(g, inner);
    }
    (sum.sum(), inner.sum())
}

/// Makes the type [`Map`], which is one of the table's.
macro_rules! maps {
    ($($variant:ident),* $(,)?) => {
        /// One of the maps.
        #[derive(Clone, Copy, PartialEq, Debug)]
        pub enum Map {
            $(
                #[doc = concat!("See [`", stringify!($variant), "`].")]
                $variant($variant),
            )*
        }

        impl Map {
            /// See [`Room::scope`].
            pub fn scope(&self) -> Scope {
                match self { $(Self::$variant(room) => room.scope(),)* }
            }

            /// See [`Room::statistics`].
            pub fn statistics(&self) -> usize {
                match self { $(Self::$variant(room) => room.statistics(),)* }
            }

            /// See [`Room::variables`].
            pub fn variables(&self, features: usize) -> Vec<Variables> {
                match self { $(Self::$variant(room) => room.variables(features),)* }
            }

            /// See [`Room::forward`].
            pub fn forward<T: Element, S: Simd>(
                &self,
                pass: Pass<'_, T>,
                output: MatrixMut<'_, T>,
                statistics: Option<MatrixMut<'_, T>>,
            ) {
                match self { $(Self::$variant(room) => room.forward::<T, S>(pass, output, statistics),)* }
            }

            /// The output of one row, outside of training; not for those whose scope is the row.
            pub fn forward_row<T: Element, S: Simd>(
                &self,
                variables: [&[T]; MAX_VARIABLES],
                input: &[T],
                output: &mut [T],
            ) {
                match self {
                    $(Self::$variant(room) => S::call(RowValues { room: *room, variables, input, output }),)*
                }
            }

            /// See [`Room::down`].
            pub fn down<T: Element, S: Simd>(
                &self,
                pass: Pass<'_, T>,
                statistics: Option<Matrix<'_, T>>,
                gradient: MatrixMut<'_, T>,
            ) {
                match self { $(Self::$variant(room) => room.down::<T, S>(pass, statistics, gradient),)* }
            }

            /// See [`Room::gradient`].
            pub fn gradient<T: Element, S: Simd>(
                &self,
                pass: Pass<'_, T>,
                statistics: Option<Matrix<'_, T>>,
                gradient: Matrix<'_, T>,
                by_variables: [&mut [T]; MAX_VARIABLES],
            ) {
                match self {
                    $(Self::$variant(room) => {
                        room.gradient::<T, S>(pass, statistics, gradient, by_variables);
                    })*
                }
            }

            /// See [`Room::followers`].
            pub fn followers(&self) -> usize {
                match self { $(Self::$variant(room) => room.followers(),)* }
            }

            /// See [`Room::follow`].
            pub fn follow<T: Element>(&self, statistics: Matrix<'_, T>, followers: [&mut [T]; MAX_VARIABLES]) {
                match self { $(Self::$variant(room) => room.follow(statistics, followers),)* }
            }
        }
    };
}

maps! {
    AlphaDropout,
    BatchNormalization,
    GaussianNoise,
    LayerNormalization,
    Normalization,
    Prelu,
    Rescaling,
    UnitNormalization,
}

#[cfg(test)]
mod tests;
