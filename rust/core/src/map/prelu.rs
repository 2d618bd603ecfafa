//! The parametric rectified linear unit: y = x where x > 0, else a x, with a slope a for each feature that learns.
//!
//! dL/dx = dL/dy where x > 0, else a dL/dy; dL/da = the sum over the batch of x dL/dy where x <= 0.
//!
//! He and others, "Delving deep into rectifiers", arXiv:1502.01852.

use dlcore_kernels::matrix::Matrix;
use dlcore_kernels::simd::{Element, Kernel, Simd, Vector};

use super::{MAX_VARIABLES, Pass, Room, sums};
use crate::variables::{Variables, Wish};

/// The variable is the slope.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Prelu {
    /// Of the slopes.
    pub wish: Wish,
    /// Whether they learn.
    pub trainable: bool,
}

impl Room for Prelu {
    fn variables(self, features: usize) -> Vec<Variables> {
        vec![Variables::vector(features, self.wish, self.trainable)]
    }

    #[inline(always)]
    fn value<T: Element, V: Vector<Elem = T>>(self, x: V, [a, ..]: [V; MAX_VARIABLES]) -> V {
        V::select(V::zero().lt(x), x, a * x)
    }

    #[inline(always)]
    fn slope<T: Element, V: Vector<Elem = T>>(self, x: V, gradient: V, [a, ..]: [V; MAX_VARIABLES]) -> V {
        V::select(V::zero().lt(x), gradient, a * gradient)
    }

    fn gradient<T: Element, S: Simd>(
        self,
        pass: Pass<'_, T>,
        _: Option<Matrix<'_, T>>,
        gradient: Matrix<'_, T>,
        [by_slope, ..]: [&mut [T]; MAX_VARIABLES],
    ) {
        S::call(Gradient { pass, gradient, by_slope });
    }
}

struct Gradient<'a, T> {
    pass: Pass<'a, T>,
    gradient: Matrix<'a, T>,
    by_slope: &'a mut [T],
}

impl<T: Element> Kernel for Gradient<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        let Self { pass, gradient, by_slope } = self;
        for (i, to) in by_slope.iter_mut().enumerate() {
            let negative = |x: T::Vector<S>| {
                T::Vector::<S>::select(T::Vector::<S>::zero().lt(x), T::Vector::<S>::zero(), x)
            };
            (_, *to) = sums::<T, S>(gradient.columns(), pass.input.row(i), gradient.row(i), negative);
        }
    }
}
