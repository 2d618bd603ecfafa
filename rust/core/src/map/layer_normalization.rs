//! Layer normalization: each row gets mean 0 and variance 1 over its features, then each feature a scale and an
//! offset that learn.
//!
//! ```text
//! h = (x - m) r,   m = mean x,   r = 1 / sqrt(var x + eps)       over the n features of a row
//! y = gamma h + beta
//! dL/dbeta = sum g,   dL/dgamma = sum g h                        over the batch, g = dL/dy
//! dL/dx = r (q - (sum q + h sum q h) / n),   q = gamma g
//! ```
//!
//! The features lie in different rows of a block, so sums over them run down the columns, lane by lane.
//!
//! Ba, Kiros and Hinton, "Layer normalization", arXiv:1607.06450.

use dlcore_kernels::matrix::{Matrix, MatrixMut};
use dlcore_kernels::simd::{Element, Kernel, Simd, Vector};

use super::{MAX_VARIABLES, Pass, Room, Scope};
use crate::variables::{Variables, Wish};

/// The variables are gamma and beta, if they are there.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct LayerNormalization {
    /// Added to the variance.
    pub epsilon: f64,
    /// Of gamma; none where it is 1.
    pub scale: Option<Wish>,
    /// Of beta; none where it is 0.
    pub center: Option<Wish>,
    /// Whether it learns.
    pub trainable: bool,
}

impl LayerNormalization {
    #[inline(always)]
    fn gamma<T: Element, S: Simd>(self, pass: &Pass<'_, T>, i: usize) -> Option<T::Vector<S>> {
        self.scale.map(|_| pass.variable::<S>(0, i))
    }

    #[inline(always)]
    fn beta<T: Element, S: Simd>(self, pass: &Pass<'_, T>, i: usize) -> T::Vector<S> {
        match self.center {
            Some(_) => pass.variable::<S>(usize::from(self.scale.is_some()), i),
            None => T::Vector::<S>::zero(),
        }
    }
}

impl Room for LayerNormalization {
    fn scope(self) -> Scope {
        Scope::Row
    }

    /// Mean and inverse deviation.
    fn statistics(self) -> usize {
        2
    }

    fn variables(self, features: usize) -> Vec<Variables> {
        let learned = [self.scale, self.center].into_iter().flatten();
        learned.map(|wish| Variables::vector(features, wish, self.trainable)).collect()
    }

    fn forward<T: Element, S: Simd>(
        self,
        pass: Pass<'_, T>,
        output: MatrixMut<'_, T>,
        statistics: Option<MatrixMut<'_, T>>,
    ) {
        S::call(Forward { room: self, pass, output, statistics });
    }

    fn down<T: Element, S: Simd>(
        self,
        pass: Pass<'_, T>,
        statistics: Option<Matrix<'_, T>>,
        gradient: MatrixMut<'_, T>,
    ) {
        if let Some(statistics) = statistics {
            S::call(Down { room: self, pass, statistics, gradient });
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
        let (by_scale, by_center) = match self.scale {
            None => (second, first),
            Some(_) => (first, second),
        };
        S::call(Gradient { pass, statistics, gradient, by_scale, by_center });
    }
}

struct Forward<'a, T> {
    room: LayerNormalization,
    pass: Pass<'a, T>,
    output: MatrixMut<'a, T>,
    statistics: Option<MatrixMut<'a, T>>,
}

impl<T: Element> Kernel for Forward<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        let Self { room, pass, mut output, mut statistics } = self;
        let features = pass.input.rows();
        let share = T::Vector::<S>::constant(1.0 / features as f64);
        for column in (0..output.columns()).step_by(T::LANES) {
            let x = |i: usize| T::Vector::<S>::load_part(&pass.input.row(i)[column..]);
            let mut sum = T::Vector::<S>::zero();
            for i in 0..features {
                sum = sum + x(i);
            }
            let mean = sum * share;
            let mut squares = T::Vector::<S>::zero();
            for i in 0..features {
                let from_mean = x(i) - mean;
                squares = from_mean.mul_add(from_mean, squares);
            }
            let variance = squares * share;
            let inverse = T::Vector::<S>::one() / (variance + T::Vector::<S>::constant(room.epsilon)).sqrt();
            if let Some(statistics) = &mut statistics {
                mean.store_part(&mut statistics.row(0)[column..]);
                inverse.store_part(&mut statistics.row(1)[column..]);
            }
            for i in 0..features {
                let factor = room.gamma::<T, S>(&pass, i).map_or(inverse, |gamma| gamma * inverse);
                let y = (x(i) - mean).mul_add(factor, room.beta::<T, S>(&pass, i));
                y.store_part(&mut output.row(i)[column..]);
            }
        }
    }
}

struct Down<'a, T> {
    room: LayerNormalization,
    pass: Pass<'a, T>,
    statistics: Matrix<'a, T>,
    gradient: MatrixMut<'a, T>,
}

impl<T: Element> Kernel for Down<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        let Self { room, pass, statistics, mut gradient } = self;
        let features = gradient.rows();
        let share = T::Vector::<S>::constant(1.0 / features as f64);
        for column in (0..gradient.columns()).step_by(T::LANES) {
            let [mean, inverse] = [0, 1].map(|k| T::Vector::<S>::load_part(&statistics.row(k)[column..]));
            let standard =
                |i: usize| (T::Vector::<S>::load_part(&pass.input.row(i)[column..]) - mean) * inverse;
            let (mut sum, mut inner) = (T::Vector::<S>::zero(), T::Vector::<S>::zero());
            for i in 0..features {
                let slot = &mut gradient.row(i)[column..];
                let g = T::Vector::<S>::load_part(slot);
                let q = room.gamma::<T, S>(&pass, i).map_or(g, |gamma| gamma * g);
                q.store_part(slot);
                sum = sum + q;
                inner = standard(i).mul_add(q, inner);
            }
            let (sum, inner) = (sum * share, inner * share);
            for i in 0..features {
                let slot = &mut gradient.row(i)[column..];
                let q = T::Vector::<S>::load_part(slot);
                (inverse * (q - standard(i).mul_add(inner, sum))).store_part(slot);
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
        let columns = gradient.columns();
        for i in 0..gradient.rows() {
            let (x, g) = (&pass.input.row(i)[..columns], &gradient.row(i)[..columns]);
            let (mut sum, mut inner) = (T::Vector::<S>::zero(), T::Vector::<S>::zero());
            for (at, (x, g)) in x.chunks(T::LANES).zip(g.chunks(T::LANES)).enumerate() {
                let [mean, inverse] =
                    [0, 1].map(|k| T::Vector::<S>::load_part(&statistics.row(k)[at * T::LANES..][..x.len()]));
                // What is behind the last row counts as a gradient of zero.
                let (x, g) = (T::Vector::<S>::load_part(x), T::Vector::<S>::load_part(g));
                sum = sum + g;
                inner = ((x - mean) * inverse).mul_add(g, inner);
            }
            if let Some(to) = by_scale.get_mut(i) {
                *to = inner.sum();
            }
            if let Some(to) = by_center.get_mut(i) {
                *to = sum.sum();
            }
        }
    }
}
