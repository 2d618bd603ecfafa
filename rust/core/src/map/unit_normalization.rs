//! Unit normalization: y = x / |x|, each row divided by its length; a length below 1e-12 counts as 1e-12.
//!
//! dL/dx = (g - y sum(g y)) / |x|, or g / 1e-12 below, with g = dL/dy. Sums run down the columns, lane by lane.

use dlcore_kernels::matrix::{Matrix, MatrixMut};
use dlcore_kernels::simd::{Element, Kernel, Simd, Vector};

use super::{Pass, Room, Scope};

/// It has no variables.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct UnitNormalization;

/// The largest factor: one over the least length.
const LARGEST: f64 = 1e12;

impl Room for UnitNormalization {
    fn scope(self) -> Scope {
        Scope::Row
    }

    /// One over the length.
    fn statistics(self) -> usize {
        1
    }

    fn forward<T: Element, S: Simd>(
        self,
        pass: Pass<'_, T>,
        output: MatrixMut<'_, T>,
        statistics: Option<MatrixMut<'_, T>>,
    ) {
        S::call(Forward { input: pass.input, output, statistics });
    }

    fn down<T: Element, S: Simd>(
        self,
        pass: Pass<'_, T>,
        statistics: Option<Matrix<'_, T>>,
        gradient: MatrixMut<'_, T>,
    ) {
        if let Some(statistics) = statistics {
            S::call(Down { input: pass.input, statistics, gradient });
        }
    }
}

struct Forward<'a, T> {
    input: Matrix<'a, T>,
    output: MatrixMut<'a, T>,
    statistics: Option<MatrixMut<'a, T>>,
}

impl<T: Element> Kernel for Forward<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        let Self { input, mut output, mut statistics } = self;
        for column in (0..output.columns()).step_by(T::LANES) {
            let x = |i: usize| T::Vector::<S>::load_part(&input.row(i)[column..]);
            let mut squares = T::Vector::<S>::zero();
            for i in 0..input.rows() {
                squares = x(i).mul_add(x(i), squares);
            }
            let inverse = T::Vector::<S>::one() / squares.sqrt();
            let inverse = inverse.at_most(T::Vector::<S>::constant(LARGEST));
            if let Some(statistics) = &mut statistics {
                inverse.store_part(&mut statistics.row(0)[column..]);
            }
            for i in 0..input.rows() {
                (x(i) * inverse).store_part(&mut output.row(i)[column..]);
            }
        }
    }
}

struct Down<'a, T> {
    input: Matrix<'a, T>,
    statistics: Matrix<'a, T>,
    gradient: MatrixMut<'a, T>,
}

impl<T: Element> Kernel for Down<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        let Self { input, statistics, mut gradient } = self;
        let largest = T::Vector::<S>::constant(LARGEST);
        for column in (0..gradient.columns()).step_by(T::LANES) {
            let inverse = T::Vector::<S>::load_part(&statistics.row(0)[column..]);
            let y = |i: usize| T::Vector::<S>::load_part(&input.row(i)[column..]) * inverse;
            let mut inner = T::Vector::<S>::zero();
            for i in 0..gradient.rows() {
                inner = y(i).mul_add(T::Vector::<S>::load_part(&gradient.row(i)[column..]), inner);
            }
            let inner = T::Vector::<S>::select(inverse.lt(largest), inner, T::Vector::<S>::zero());
            for i in 0..gradient.rows() {
                let g = &mut gradient.row(i)[column..];
                let rest = T::Vector::<S>::load_part(g) - y(i) * inner;
                (rest * inverse).store_part(g);
            }
        }
    }
}
