//! L1 and L2 penalties: `l1 sum |w| + l2 sum w^2`, with the gradient `l1 sign(w) + 2 l2 w`,
//! where, as in Keras on JAX, the sign of zero is 1.

use std::ops::Range;

use dlcore_kernels::matrix::{Matrix, MatrixMut};
use dlcore_kernels::panels::{Panels, PanelsMut};
use dlcore_kernels::simd::{Element, Kernel, Simd, Vector};

/// The two factors; zero is off.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Regularizer {
    /// Of the absolute values.
    pub l1: f64,
    /// Of the squares.
    pub l2: f64,
}

impl Regularizer {
    /// Whether there is a penalty.
    pub fn is_some(&self) -> bool {
        self.l1 != 0.0 || self.l2 != 0.0
    }

    /// Both factors times a number.
    pub fn times(self, scale: f64) -> Self {
        Self { l1: self.l1 * scale, l2: self.l2 * scale }
    }

    /// The penalty on some rows of weights: all their squares and sizes go into the lanes of one sum.
    pub fn penalty<T: Element, S: Simd>(&self, weights: Panels<'_, T>, rows: Range<usize>) -> T {
        S::call(Penalty { regularizer: *self, weights, rows })
    }

    /// Adds the penalty's gradient to that of the row.
    pub fn add_gradient<T: Element, S: Simd>(
        &self,
        weights: Panels<'_, T>,
        gradient: PanelsMut<'_, T>,
        row: usize,
    ) {
        S::call(AddGradient { regularizer: *self, weights, gradient, row });
    }
}

impl Regularizer {
    /// The penalty on each column.
    pub fn column_penalties<T: Element, S: Simd>(&self, values: Matrix<'_, T>, to: &mut [T]) {
        S::call(ColumnPenalties { regularizer: *self, values, to });
    }

    /// Adds the penalty's gradient by each value to what is there.
    pub fn add_to_each<T: Element, S: Simd>(&self, values: Matrix<'_, T>, to: MatrixMut<'_, T>) {
        S::call(AddToEach { regularizer: *self, values, to });
    }
}

/// The sum of the squares of each row.
pub fn squared_norms<T: Element, S: Simd>(values: Panels<'_, T>, mut norms: MatrixMut<'_, T>) {
    let square = Regularizer { l1: 0.0, l2: 1.0 };
    for i in 0..values.rows() {
        norms.row(i)[0] = square.penalty::<T, S>(values, i..i + 1);
    }
}

struct Penalty<'a, T> {
    regularizer: Regularizer,
    weights: Panels<'a, T>,
    rows: Range<usize>,
}

impl<T: Element> Kernel for Penalty<'_, T> {
    type Output = T;

    #[inline(always)]
    fn run<S: Simd>(self) -> T {
        let square = |w: T::Vector<S>, sum| w.mul_add(w, sum);
        let size = |w: T::Vector<S>, sum| sum + w.abs();
        let l2 = T::from_f64(self.regularizer.l2) * self.sum::<S>(square);
        if self.regularizer.l1 == 0.0 {
            return l2;
        }
        T::from_f64(self.regularizer.l1) * self.sum::<S>(size) + l2
    }
}

impl<T: Element> Penalty<'_, T> {
    /// The sum over the rows of what `add` adds for each weight: in four chains, since one would wait.
    #[inline(always)]
    fn sum<S: Simd>(&self, add: impl Fn(T::Vector<S>, T::Vector<S>) -> T::Vector<S>) -> T {
        let mut sums = [T::Vector::<S>::zero(); 4];
        let whole = self.weights.columns() / T::LANES;
        for panel in 0..whole {
            let mut fours = self.weights.panel(panel, self.rows.clone()).chunks_exact(4 * T::LANES);
            for four in fours.by_ref() {
                for (chain, sum) in sums.iter_mut().enumerate() {
                    *sum = add(T::Vector::<S>::load(&four[chain * T::LANES..]), *sum);
                }
            }
            for row in fours.remainder().chunks_exact(T::LANES) {
                sums[0] = add(T::Vector::<S>::load(row), sums[0]);
            }
        }
        for panel in whole..self.weights.count() {
            for row in self.rows.clone() {
                sums[0] = add(T::Vector::<S>::load_part(self.weights.part(row, panel)), sums[0]);
            }
        }
        ((sums[0] + sums[1]) + (sums[2] + sums[3])).sum()
    }
}

struct AddGradient<'a, T> {
    regularizer: Regularizer,
    weights: Panels<'a, T>,
    gradient: PanelsMut<'a, T>,
    row: usize,
}

impl<T: Element> Kernel for AddGradient<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(mut self) {
        let l1 = T::Vector::<S>::constant(self.regularizer.l1);
        let l2 = T::Vector::<S>::constant(2.0 * self.regularizer.l2);
        let zero = T::Vector::<S>::zero();
        for panel in 0..self.weights.count() {
            let gradient = self.gradient.part(self.row, panel);
            let w = T::Vector::<S>::load_part(self.weights.part(self.row, panel));
            let sign = T::Vector::<S>::select(w.lt(zero), -l1, l1);
            let g = T::Vector::<S>::load_part(gradient);
            l2.mul_add(w, g + sign).store_part(gradient);
        }
    }
}

struct ColumnPenalties<'a, T> {
    regularizer: Regularizer,
    values: Matrix<'a, T>,
    to: &'a mut [T],
}

impl<T: Element> Kernel for ColumnPenalties<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        let l1 = T::Vector::<S>::constant(self.regularizer.l1);
        let l2 = T::Vector::<S>::constant(self.regularizer.l2);
        for column in (0..self.values.columns()).step_by(T::LANES) {
            let (mut sizes, mut squares) = (T::Vector::<S>::zero(), T::Vector::<S>::zero());
            for i in 0..self.values.rows() {
                let x = T::Vector::<S>::load_part(&self.values.row(i)[column..]);
                sizes = sizes + x.abs();
                squares = x.mul_add(x, squares);
            }
            l1.mul_add(sizes, l2 * squares).store_part(&mut self.to[column..]);
        }
    }
}

struct AddToEach<'a, T> {
    regularizer: Regularizer,
    values: Matrix<'a, T>,
    to: MatrixMut<'a, T>,
}

impl<T: Element> Kernel for AddToEach<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(mut self) {
        let l1 = T::Vector::<S>::constant(self.regularizer.l1);
        let l2 = T::Vector::<S>::constant(2.0 * self.regularizer.l2);
        let zero = T::Vector::<S>::zero();
        for i in 0..self.to.rows() {
            let values = self.values.row(i).chunks(T::LANES);
            for (to, x) in self.to.row(i).chunks_mut(T::LANES).zip(values) {
                let x = T::Vector::<S>::load_part(x);
                let sign = T::Vector::<S>::select(x.lt(zero), -l1, l1);
                l2.mul_add(x, T::Vector::<S>::load_part(to) + sign).store_part(to);
            }
        }
    }
}
