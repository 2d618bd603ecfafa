//! L1 and L2 penalties: `l1 sum |w| + l2 sum w^2`, with the gradient `l1 sign(w) + 2 l2 w`.

use dlcore_kernels::matrix::MatrixMut;
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

    /// The penalty on a row of weights.
    pub fn penalty<T: Element, S: Simd>(&self, weights: Panels<'_, T>, row: usize) -> T {
        S::call(Penalty { regularizer: *self, weights, row })
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

/// The sum of the squares of each row.
pub fn squared_norms<T: Element, S: Simd>(values: Panels<'_, T>, mut norms: MatrixMut<'_, T>) {
    let square = Regularizer { l1: 0.0, l2: 1.0 };
    for i in 0..values.rows() {
        norms.row(i)[0] = square.penalty::<T, S>(values, i);
    }
}

struct Penalty<'a, T> {
    regularizer: Regularizer,
    weights: Panels<'a, T>,
    row: usize,
}

impl<T: Element> Kernel for Penalty<'_, T> {
    type Output = T;

    #[inline(always)]
    fn run<S: Simd>(self) -> T {
        let l1 = T::Vector::<S>::constant(self.regularizer.l1);
        let l2 = T::Vector::<S>::constant(self.regularizer.l2);
        let mut sum = T::Vector::<S>::zero();
        for panel in 0..self.weights.count() {
            let w = T::Vector::<S>::load_part(self.weights.part(self.row, panel));
            sum = (l2 * w).mul_add(w, l1.mul_add(w.abs(), sum));
        }
        sum.sum()
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
        for panel in 0..self.weights.count() {
            let gradient = self.gradient.part(self.row, panel);
            let w = T::Vector::<S>::load_part(self.weights.part(self.row, panel));
            let sign = T::Vector::<S>::select(w.equal(T::Vector::<S>::zero()), w, l1.copy_sign(w));
            let g = T::Vector::<S>::load_part(gradient);
            l2.mul_add(w, g + sign).store_part(gradient);
        }
    }
}
