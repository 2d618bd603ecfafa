//! Batch normalization: each feature gets mean 0 and variance 1 over the batch, then a scale and an offset that learn.
//!
//! ```text
//! training    h = (x - m) r,   m = mean x,   r = 1 / sqrt(var x + eps)    over the n rows of the batch
//!             y = gamma h + beta
//! backward    dL/dbeta = sum g,   dL/dgamma = sum g h,   g = dL/dy
//!             dL/dx = gamma r (g - (sum g + h sum g h) / n)
//! prediction  the same with running means of m and var: new = momentum old + (1 - momentum) batch's
//! ```
//!
//! A layer that is frozen predicts in training, too, as in Keras. The features are shared out among threads, since
//! each needs its whole batch.
//!
//! Ioffe and Szegedy, "Batch normalization", arXiv:1502.03167, algorithm 1.

use dlcore_kernels::matrix::{Matrix, MatrixMut};
use dlcore_kernels::simd::{Element, Kernel, Simd, Vector};

use super::{MAX_VARIABLES, Pass, Room, Scope, Slopes, Values, sums};
use crate::variables::{Variables, Wish};

/// The variables are gamma and beta, if they are there, then the running mean and variance.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct BatchNormalization {
    /// How slowly the running numbers follow.
    pub momentum: f64,
    /// Added to the variance.
    pub epsilon: f64,
    /// Of gamma; none where it is 1.
    pub scale: Option<Wish>,
    /// Of beta; none where it is 0.
    pub center: Option<Wish>,
    /// Whether it learns, and looks at the batch.
    pub trainable: bool,
}

impl BatchNormalization {
    /// Gamma, beta, running mean and variance among the variables.
    #[inline(always)]
    fn sort<V: Copy>(self, variables: [V; MAX_VARIABLES]) -> (Option<V>, Option<V>, V, V) {
        let [a, b, c, d] = variables;
        match (self.scale.is_some(), self.center.is_some()) {
            (true, true) => (Some(a), Some(b), c, d),
            (true, false) => (Some(a), None, b, c),
            (false, true) => (None, Some(a), b, c),
            (false, false) => (None, None, a, b),
        }
    }

    /// Gamma / sqrt(variance + eps).
    #[inline(always)]
    fn factor<V: Vector>(self, gamma: Option<V>, variance: V) -> V {
        let inverse = V::one() / (variance + V::constant(self.epsilon)).sqrt();
        gamma.map_or(inverse, |gamma| gamma * inverse)
    }
}

impl Room for BatchNormalization {
    fn scope(self) -> Scope {
        if self.trainable { Scope::Batch } else { Scope::Element }
    }

    /// Mean, inverse deviation, variance.
    fn statistics(self) -> usize {
        if self.trainable { 3 } else { 0 }
    }

    fn variables(self, features: usize) -> Vec<Variables> {
        let learned = [self.scale, self.center].into_iter().flatten();
        learned
            .map(|wish| Variables::vector(features, wish, self.trainable))
            .chain([Variables::fixed(features); 2])
            .collect()
    }

    #[inline(always)]
    fn value<T: Element, V: Vector<Elem = T>>(self, x: V, variables: [V; MAX_VARIABLES]) -> V {
        let (gamma, beta, mean, variance) = self.sort(variables);
        let factor = self.factor(gamma, variance);
        (x - mean).mul_add(factor, beta.unwrap_or(V::zero()))
    }

    #[inline(always)]
    fn slope<T: Element, V: Vector<Elem = T>>(self, _: V, gradient: V, variables: [V; MAX_VARIABLES]) -> V {
        let (gamma, _, _, variance) = self.sort(variables);
        gradient * self.factor(gamma, variance)
    }

    fn forward<T: Element, S: Simd>(
        self,
        pass: Pass<'_, T>,
        output: MatrixMut<'_, T>,
        statistics: Option<MatrixMut<'_, T>>,
    ) {
        match statistics {
            Some(statistics) => S::call(Forward { room: self, pass, output, statistics }),
            None => S::call(Values { room: self, pass, output }),
        }
    }

    fn down<T: Element, S: Simd>(
        self,
        pass: Pass<'_, T>,
        statistics: Option<Matrix<'_, T>>,
        gradient: MatrixMut<'_, T>,
    ) {
        match statistics {
            Some(statistics) => S::call(Down { room: self, pass, statistics, gradient }),
            None => S::call(Slopes { room: self, pass, gradient }),
        }
    }

    fn gradient<T: Element, S: Simd>(
        self,
        pass: Pass<'_, T>,
        statistics: Option<Matrix<'_, T>>,
        gradient: Matrix<'_, T>,
        [first, second, ..]: [&mut [T]; MAX_VARIABLES],
    ) {
        let Some(statistics) = statistics else { return };
        let (by_scale, by_center) = match (self.scale, self.center) {
            (None, _) => (second, first),
            _ => (first, second),
        };
        S::call(Gradient { pass, statistics, gradient, by_scale, by_center });
    }

    fn followers(self) -> usize {
        2
    }

    /// A batch that gives no finite number leaves the running ones alone. They become zero below the smallest normal
    /// number, like an optimizer's moments.
    fn follow<T: Element>(self, statistics: Matrix<'_, T>, [mean, variance, ..]: [&mut [T]; MAX_VARIABLES]) {
        let (momentum, share) = (T::from_f64(self.momentum), T::from_f64(1.0 - self.momentum));
        for (i, (mean, variance)) in mean.iter_mut().zip(variance).enumerate() {
            let row = statistics.row(i);
            for (running, new) in [(mean, row[0]), (variance, row[2])] {
                if new.to_f64().is_finite() {
                    *running = *running * momentum + new * share;
                    if running.to_f64().abs() < T::MIN_NORMAL.to_f64() {
                        *running = T::default();
                    }
                }
            }
        }
    }
}

struct Forward<'a, T> {
    room: BatchNormalization,
    pass: Pass<'a, T>,
    output: MatrixMut<'a, T>,
    statistics: MatrixMut<'a, T>,
}

impl<T: Element> Kernel for Forward<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        let Self { room, pass, mut output, mut statistics } = self;
        let columns = pass.input.columns();
        let share = T::Vector::<S>::constant(1.0 / columns as f64);
        let epsilon = T::Vector::<S>::constant(room.epsilon);
        for i in 0..output.rows() {
            let (gamma, beta, _, _) = room.sort(pass.variables_of::<S>(i));
            let x = &pass.input.row(i)[..columns];
            let mut sum = T::Vector::<S>::zero();
            for x in x.chunks(T::LANES) {
                sum = sum + T::Vector::<S>::load_part(x);
            }
            let mean = T::Vector::<S>::splat(sum.sum()) * share;
            let mut squares = T::Vector::<S>::zero();
            for x in x.chunks(T::LANES) {
                let live = T::Vector::<S>::mask_from_bits((1_u32 << x.len()) - 1);
                let from_mean = T::Vector::<S>::load_part(x) - mean;
                let from_mean = T::Vector::<S>::select(live, from_mean, T::Vector::<S>::zero());
                squares = from_mean.mul_add(from_mean, squares);
            }
            let variance = T::Vector::<S>::splat(squares.sum()) * share;
            let inverse = T::Vector::<S>::one() / (variance + epsilon).sqrt();
            let numbers = statistics.row(i);
            for (to, number) in numbers.iter_mut().zip([mean, inverse, variance]) {
                *to = number.to_lanes()[0];
            }
            let factor = gamma.map_or(inverse, |gamma| gamma * inverse);
            let offset = beta.unwrap_or(T::Vector::<S>::zero());
            for (to, x) in output.row(i).chunks_mut(T::LANES).zip(x.chunks(T::LANES)) {
                (T::Vector::<S>::load_part(x) - mean).mul_add(factor, offset).store_part(&mut to[..x.len()]);
            }
        }
    }
}

struct Down<'a, T> {
    room: BatchNormalization,
    pass: Pass<'a, T>,
    statistics: Matrix<'a, T>,
    gradient: MatrixMut<'a, T>,
}

impl<T: Element> Kernel for Down<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        let Self { room, pass, statistics, mut gradient } = self;
        let columns = gradient.columns();
        let share = T::Vector::<S>::constant(1.0 / columns as f64);
        for i in 0..gradient.rows() {
            let (gamma, ..) = room.sort(pass.variables_of::<S>(i));
            let x = pass.input.row(i);
            let [mean, inverse] = [0, 1].map(|k| T::Vector::<S>::splat(statistics.row(i)[k]));
            let standard = |x: T::Vector<S>| (x - mean) * inverse;
            let (sum, inner) = sums::<T, S>(columns, x, gradient.row(i), standard);
            let [sum, inner] = [sum, inner].map(|sum| T::Vector::<S>::splat(sum) * share);
            let factor = gamma.map_or(inverse, |gamma| gamma * inverse);
            for (g, x) in gradient.row(i).chunks_mut(T::LANES).zip(x[..columns].chunks(T::LANES)) {
                let h = standard(T::Vector::<S>::load_part(x));
                let rest = T::Vector::<S>::load_part(g) - h.mul_add(inner, sum);
                (factor * rest).store_part(g);
            }
        }
    }
}

struct Gradient<'a, T> {
    pass: Pass<'a, T>,
    statistics: Matrix<'a, T>,
    gradient: Matrix<'a, T>,
    by_scale: &'a mut [T],
    by_center: &'a mut [T],
}

impl<T: Element> Kernel for Gradient<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        let Self { pass, statistics, gradient, by_scale, by_center } = self;
        for i in 0..gradient.rows() {
            let [mean, inverse] = [0, 1].map(|k| T::Vector::<S>::splat(statistics.row(i)[k]));
            let standard = |x: T::Vector<S>| (x - mean) * inverse;
            let (sum, inner) = sums::<T, S>(gradient.columns(), pass.input.row(i), gradient.row(i), standard);
            if let Some(to) = by_scale.get_mut(i) {
                *to = inner;
            }
            if let Some(to) = by_center.get_mut(i) {
                *to = sum;
            }
        }
    }
}
