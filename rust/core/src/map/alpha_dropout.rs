//! Alpha dropout: dropped elements become s = -1.758.., where SELU saturates, and all are then stretched and moved so
//! that mean and variance stay.
//!
//! y = a x where kept, a s where not, plus b; a = ((1 - p)(1 + p s^2))^-1/2, b = -a s p; dL/dx = a dL/dy where kept.
//! Which are kept is drawn as in dropout.rs, once more on the way back.
//!
//! Klambauer and others, "Self-normalizing neural networks", arXiv:1706.02515.

use dlcore_kernels::matrix::{Matrix, MatrixMut};
use dlcore_kernels::simd::{Element, Kernel, Simd, Vector};

use super::{Pass, Room};
use crate::dropout::Dropout;

/// Outside of training it does nothing.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct AlphaDropout(
    /// Which are dropped.
    pub Dropout,
);

/// Minus SELU's scale times its alpha.
const SATURATED: f64 = -1.758_099_340_847_376_6;

impl AlphaDropout {
    /// The factor and the summand.
    fn stretch(self) -> (f64, f64) {
        let dropped = 1.0 - self.0.unscale();
        let a = if dropped == 1.0 {
            0.0
        } else {
            1.0 / ((1.0 - dropped) * (1.0 + dropped * SATURATED * SATURATED)).sqrt()
        };
        (a, -a * SATURATED * dropped)
    }
}

impl Room for AlphaDropout {
    fn forward<T: Element, S: Simd>(
        self,
        pass: Pass<'_, T>,
        mut output: MatrixMut<'_, T>,
        _: Option<MatrixMut<'_, T>>,
    ) {
        for i in 0..output.rows() {
            output.row(i).copy_from_slice(pass.input.row(i));
        }
        S::call(Forward { room: self, pass, output });
    }

    fn down<T: Element, S: Simd>(
        self,
        pass: Pass<'_, T>,
        _: Option<Matrix<'_, T>>,
        gradient: MatrixMut<'_, T>,
    ) {
        S::call(Down { room: self, pass, gradient });
    }
}

struct Forward<'a, T> {
    room: AlphaDropout,
    pass: Pass<'a, T>,
    output: MatrixMut<'a, T>,
}

impl<T: Element> Kernel for Forward<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        let Self { room, pass, output } = self;
        let Some(draw) = pass.draw else { return };
        let (a, b) = room.stretch();
        let (factor, summand) = (T::Vector::<S>::constant(a), T::Vector::<S>::constant(b));
        let dropped = T::Vector::<S>::constant(SATURATED);
        room.0.for_each::<T, S>(draw, output, pass.origin, |x, mask| {
            T::Vector::<S>::select(mask, x, dropped).mul_add(factor, summand)
        });
    }
}

struct Down<'a, T> {
    room: AlphaDropout,
    pass: Pass<'a, T>,
    gradient: MatrixMut<'a, T>,
}

impl<T: Element> Kernel for Down<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        let Self { room, pass, gradient } = self;
        let Some(draw) = pass.draw else { return };
        let factor = T::Vector::<S>::constant(room.stretch().0);
        room.0.for_each::<T, S>(draw, gradient, pass.origin, |g, mask| {
            T::Vector::<S>::select(mask, g * factor, T::Vector::<S>::zero())
        });
    }
}
