//! Softmax: p_j = exp(x_j - max x) / sum_i exp(x_i - max x), over the features of each row.
//!
//! Backward: dL/dx_j = p_j (g_j - sum_i p_i g_i). The features lie in different rows of a block, so
//! the maximum and the sums run down the columns, lane by lane: no operation crosses lanes.

use dlcore_kernels::matrix::{Matrix, MatrixMut};
use dlcore_kernels::simd::{Element, Kernel, Simd, Vector};

use super::{Block, Kept};

/// `softmax`
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Softmax;

impl Softmax {
    pub(super) fn with(_: [f64; 3]) -> Self {
        Self
    }
}

impl Block for Softmax {
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
                let x = &mut block.row(j)[column..];
                let power = T::exp(T::Vector::<S>::load_part(x) - largest);
                power.store_part(x);
                sum = sum + power;
            }
            for j in 0..block.rows() {
                let x = &mut block.row(j)[column..];
                (T::Vector::<S>::load_part(x) / sum).store_part(x);
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
            let mut inner = T::Vector::<S>::zero();
            for j in 0..gradient.rows() {
                let p = T::Vector::<S>::load_part(&kept.row(j)[column..]) * scale;
                let g = T::Vector::<S>::load_part(&gradient.row(j)[column..]);
                inner = p.mul_add(g, inner);
            }
            for j in 0..gradient.rows() {
                let p = T::Vector::<S>::load_part(&kept.row(j)[column..]) * scale;
                let g = &mut gradient.row(j)[column..];
                (p * (T::Vector::<S>::load_part(g) - inner)).store_part(g);
            }
        }
    }
}
