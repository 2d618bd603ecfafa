//! Metrics: one room each; a number for each row, of which the caller takes the mean.
//!
//! A metric sees what a loss sees, [one vector of rows](crate::loss::Lanes) at a time, with the
//! outputs as predictions (after the output activation). Weights do not enter, as in Keras.

mod binary_accuracy;
mod categorical_accuracy;
mod mean_absolute_error;
mod mean_squared_error;
mod sparse_categorical_accuracy;

use dlcore_kernels::matrix::Matrix;
use dlcore_kernels::simd::{Element, Kernel, Simd, Vector};

use crate::error::Error;

/// A metric on vectors of rows.
pub trait Rows: Copy + Send + Sync {
    /// With its threshold (for those that decide between two classes).
    fn with(threshold: f64) -> Self;

    /// The value of each row. `#[inline(always)]`.
    fn lanes<T: Element, V: Vector<Elem = T>>(self, rows: &Lanes<'_, T>) -> V;
}

/// One vector of rows: what a [`Rows`] sees.
pub struct Lanes<'a, T> {
    outputs: Matrix<'a, T>,
    targets: Matrix<'a, T>,
    column: usize,
}

impl<T: Element> Lanes<'_, T> {
    /// How many outputs a row has.
    #[inline(always)]
    pub fn outputs(&self) -> usize {
        self.outputs.rows()
    }

    /// Output `j`.
    #[inline(always)]
    pub fn output<V: Vector<Elem = T>>(&self, j: usize) -> V {
        V::load_part(&self.outputs.row(j)[self.column..])
    }

    /// The target of output `j` (0: the class index, where targets are labels).
    #[inline(always)]
    pub fn target<V: Vector<Elem = T>>(&self, j: usize) -> V {
        V::load_part(&self.targets.row(j)[self.column..])
    }
}

/// The class with the largest value so far, the first of several.
#[derive(Clone, Copy)]
struct ArgMax<V> {
    best: V,
    index: V,
}

impl<V: Vector> ArgMax<V> {
    /// Class 0 has this value.
    #[inline(always)]
    fn first(value: V) -> Self {
        Self { best: value, index: V::zero() }
    }

    /// Class `j` has this value.
    #[inline(always)]
    fn next(self, j: usize, value: V) -> Self {
        let larger = self.best.lt(value);
        Self {
            best: V::select(larger, value, self.best),
            index: V::select(larger, V::constant(j as f64), self.index),
        }
    }
}

/// Makes the type [`Metric`], which is one of the table's, and the look-up by name.
macro_rules! metrics {
    ($($name:literal => $variant:ident in $room:ident),* $(,)?) => {
        /// One of the metrics.
        #[derive(Clone, Copy, PartialEq, Debug)]
        pub enum Metric {
            $(
                #[doc = concat!("`", $name, "`")]
                $variant($room::$variant),
            )*
        }

        impl Metric {
            /// The names in the table.
            pub const NAMES: &[&str] = &[$($name),*];

            /// The metric of that name.
            pub fn named(name: &str, threshold: f64) -> Result<Self, Error> {
                match name {
                    $($name => Ok(Self::$variant(<$room::$variant as Rows>::with(threshold))),)*
                    _ => Err(Error::unknown("metric", name, Self::NAMES)),
                }
            }

            /// Its name.
            pub fn name(&self) -> &'static str {
                match self { $(Self::$variant(_) => $name,)* }
            }

            /// The value of each row of a feature-major block.
            pub fn run<T: Element, S: Simd>(&self, outputs: Matrix<'_, T>, targets: Matrix<'_, T>, values: &mut [T]) {
                match self { $(Self::$variant(room) => S::call(WithMetric { metric: *room, outputs, targets, values }),)* }
            }
        }
    };
}

metrics! {
    "binary_accuracy" => BinaryAccuracy in binary_accuracy,
    "categorical_accuracy" => CategoricalAccuracy in categorical_accuracy,
    "sparse_categorical_accuracy" => SparseCategoricalAccuracy in sparse_categorical_accuracy,
    "mean_squared_error" => MeanSquaredError in mean_squared_error,
    "mean_absolute_error" => MeanAbsoluteError in mean_absolute_error,
}

struct WithMetric<'a, M, T> {
    metric: M,
    outputs: Matrix<'a, T>,
    targets: Matrix<'a, T>,
    values: &'a mut [T],
}

impl<M: Rows, T: Element> Kernel for WithMetric<'_, M, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        let Self { metric, outputs, targets, values } = self;
        for column in (0..outputs.columns()).step_by(T::LANES) {
            let rows = Lanes { outputs, targets, column };
            metric.lanes::<T, T::Vector<S>>(&rows).store_part(&mut values[column..]);
        }
    }
}

#[cfg(test)]
mod tests;
