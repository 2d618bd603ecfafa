//! The logarithm of softmax: y_j = x_j - m - log sum_i exp(x_i - m) with m = max x, over the features of each row.
//!
//! Backward: dL/dx_j = g_j - exp(y_j) sum_i g_i. As in softmax.rs, sums run down the columns, lane by lane.

use dlcore_kernels::matrix::{Matrix, MatrixMut};
use dlcore_kernels::simd::{Element, Kernel, Simd, Vector};

use super::{Block, Kept};

/// `log_softmax`
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct LogSoftmax;

impl LogSoftmax {
    pub(super) fn with(_: [f64; 3]) -> Self {
        Self
    }
}

impl Block for LogSoftmax {
    const MIXES_FEATURES: bool = true;

    fn kept(self) -> Kept {
        Kept::Output
    }

    fn forward<T: Element, S: Simd>(self, block: MatrixMut<'_, T>) {
        S::call(Forward(block));
    }

    fn backward<T: Element, S: Simd>(self, kept: Matrix<'_, T>, kept_scale: T, gradient: MatrixMut<'_, T>) {
        S::call(Backward { kept, kept_scale, gradient });
    }
}

struct Forward<'a, T>(MatrixMut<'a, T>);

impl<T: Element> Kernel for Forward<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        let mut block = self.0;
        for column in (0..block.columns()).step_by(T::LANES) {
            let mut largest = T::Vector::<S>::load_part(&block.row(0)[column..]);
            for j in 1..block.rows() {
                largest = T::Vector::<S>::load_part(&block.row(j)[column..]).at_least(largest);
            }
            let mut sum = T::Vector::<S>::zero();
            for j in 0..block.rows() {
                sum = sum + T::exp(T::Vector::<S>::load_part(&block.row(j)[column..]) - largest);
            }
            let logarithm = T::log(sum);
            for j in 0..block.rows() {
                let x = &mut block.row(j)[column..];
                (T::Vector::<S>::load_part(x) - largest - logarithm).store_part(x);
            }
        }
    }
}

struct Backward<'a, T> {
    kept: Matrix<'a, T>,
    kept_scale: T,
    gradient: MatrixMut<'a, T>,
}

impl<T: Element> Kernel for Backward<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        let Self { kept, kept_scale, mut gradient } = self;
        let scale = T::Vector::<S>::splat(kept_scale);
        for column in (0..gradient.columns()).step_by(T::LANES) {
            let mut sum = T::Vector::<S>::zero();
            for j in 0..gradient.rows() {
                sum = sum + T::Vector::<S>::load_part(&gradient.row(j)[column..]);
            }
            for j in 0..gradient.rows() {
                let p = T::exp(T::Vector::<S>::load_part(&kept.row(j)[column..]) * scale);
                let g = &mut gradient.row(j)[column..];
                (T::Vector::<S>::load_part(g) - p * sum).store_part(g);
            }
        }
    }
}
