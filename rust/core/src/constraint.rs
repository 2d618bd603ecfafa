//! Constraints: what holds of a variable after each update. Keras's formulas; the norm is that of each column of a
//! kernel (the weights of one unit), or of a whole vector.
//!
//! Srebro, Rennie and Jaakkola, "Maximum-margin matrix factorization", NIPS 2004 (max-norm).

use std::ops::Range;

use dlcore_kernels::panels::PanelsMut;
use dlcore_kernels::simd::{Element, Kernel, Simd, Vector};

/// What holds.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub enum Constraint {
    /// Anything.
    #[default]
    None,
    /// No number is negative.
    NonNegative,
    /// The norm comes nearer to the range from `low` to `high`, by a share of `rate` of the way.
    Norm {
        /// At least.
        low: f64,
        /// At most.
        high: f64,
        /// 1 is all the way.
        rate: f64,
    },
}

/// Added to a norm that is divided by.
const EPSILON: f64 = 1e-7;

impl Constraint {
    /// Makes it hold for rows of numbers: for each column, or, `as_one`, for all of them together.
    pub fn apply<T: Element, S: Simd>(self, numbers: PanelsMut<'_, T>, rows: Range<usize>, as_one: bool) {
        match self {
            Self::None => {}
            Self::NonNegative => S::call(NonNegative { numbers, rows }),
            Self::Norm { low, high, rate } => S::call(Norm { low, high, rate, numbers, rows, as_one }),
        }
    }
}

struct NonNegative<'a, T> {
    numbers: PanelsMut<'a, T>,
    rows: Range<usize>,
}

impl<T: Element> Kernel for NonNegative<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(mut self) {
        for panel in 0..self.numbers.count() {
            for i in self.rows.clone() {
                let part = self.numbers.part(i, panel);
                let w = T::Vector::<S>::load_part(part);
                T::Vector::<S>::select(w.lt(T::Vector::<S>::zero()), T::Vector::<S>::zero(), w)
                    .store_part(part);
            }
        }
    }
}

struct Norm<'a, T> {
    low: f64,
    high: f64,
    rate: f64,
    numbers: PanelsMut<'a, T>,
    rows: Range<usize>,
    as_one: bool,
}

impl<T: Element> Norm<'_, T> {
    /// By what numbers of these squared norms are multiplied.
    #[inline(always)]
    fn factor<S: Simd>(&self, squares: T::Vector<S>) -> T::Vector<S> {
        let constant = T::Vector::<S>::constant;
        let norm = squares.sqrt();
        let within = norm.at_least(constant(self.low)).at_most(constant(self.high));
        let wished = constant(self.rate).mul_add(within, constant(1.0 - self.rate) * norm);
        wished / (norm + constant(EPSILON))
    }

    #[inline(always)]
    fn squares<S: Simd>(&mut self, panel: usize, mut sum: T::Vector<S>) -> T::Vector<S> {
        for i in self.rows.clone() {
            let w = T::Vector::<S>::load_part(self.numbers.part(i, panel));
            sum = w.mul_add(w, sum);
        }
        sum
    }

    #[inline(always)]
    fn scale<S: Simd>(&mut self, panel: usize, factor: T::Vector<S>) {
        for i in self.rows.clone() {
            let part = self.numbers.part(i, panel);
            (T::Vector::<S>::load_part(part) * factor).store_part(part);
        }
    }
}

impl<T: Element> Kernel for Norm<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(mut self) {
        if self.as_one {
            let mut squares = T::Vector::<S>::zero();
            for panel in 0..self.numbers.count() {
                squares = self.squares::<S>(panel, squares);
            }
            let factor = self.factor::<S>(T::Vector::<S>::splat(squares.sum()));
            for panel in 0..self.numbers.count() {
                self.scale::<S>(panel, factor);
            }
            return;
        }
        for panel in 0..self.numbers.count() {
            let squares = self.squares::<S>(panel, T::Vector::<S>::zero());
            let factor = self.factor::<S>(squares);
            self.scale::<S>(panel, factor);
        }
    }
}
