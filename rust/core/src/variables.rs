//! The variables of a layer that lie together, and what is asked of them: a kernel with its bias as the row under
//! it, or a vector with a number for each feature, which lies as a column.

use dlcore_kernels::panels::Panels;
use dlcore_kernels::simd::{Element, Simd};

use crate::constraint::Constraint;
use crate::regularizer::Regularizer;

/// What may be asked of a variable.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Wish {
    /// What large numbers cost.
    pub regularizer: Regularizer,
    /// What holds after each update.
    pub constraint: Constraint,
}

/// One or two variables; their numbers are elsewhere.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Variables {
    /// Whether it is a vector along the features.
    pub is_vector: bool,
    /// Of the kernel, or the vector.
    pub kernel_rows: usize,
    /// Whether there is a bias: one row more.
    pub has_bias: bool,
    /// Of kernel and bias.
    pub columns: usize,
    /// Of the kernel, or the vector.
    pub kernel: Wish,
    /// Of the bias.
    pub bias: Wish,
    /// Whether gradients change them.
    pub trainable: bool,
}

impl Variables {
    /// A number for each feature.
    pub fn vector(features: usize, wish: Wish, trainable: bool) -> Self {
        Self {
            is_vector: true,
            kernel_rows: features,
            has_bias: false,
            columns: 1,
            kernel: wish,
            bias: Wish::default(),
            trainable,
        }
    }

    /// A number for each feature, which no gradient changes.
    pub fn fixed(features: usize) -> Self {
        Self::vector(features, Wish::default(), false)
    }

    /// Rows of all.
    pub fn rows(&self) -> usize {
        self.kernel_rows + usize::from(self.has_bias)
    }

    /// How many numbers they are.
    pub fn count(&self) -> usize {
        self.rows() * self.columns
    }

    /// The shape of each as users know it.
    pub fn shapes(&self) -> impl Iterator<Item = Vec<usize>> {
        let kernel =
            if self.is_vector { vec![self.kernel_rows] } else { vec![self.kernel_rows, self.columns] };
        std::iter::once(kernel).chain(self.has_bias.then(|| vec![self.columns]))
    }

    /// Whether there is a penalty that training has to do with.
    pub fn is_regularized(&self) -> bool {
        let bias = self.has_bias && self.bias.regularizer.is_some();
        self.trainable && (self.kernel.regularizer.is_some() || bias)
    }

    /// Whether something is to hold after each update.
    pub fn is_constrained(&self) -> bool {
        let bias = self.has_bias && self.bias.constraint != Constraint::None;
        self.trainable && (self.kernel.constraint != Constraint::None || bias)
    }

    /// Whether the penalty's gradient is proportional to the weights, so that an update can add it.
    pub fn only_shrinks(&self) -> bool {
        self.kernel.regularizer.l1 == 0.0 && self.bias.regularizer.l1 == 0.0
    }

    /// The regularizer on row `i`.
    pub fn regularizer(&self, i: usize) -> Regularizer {
        if i < self.kernel_rows { self.kernel.regularizer } else { self.bias.regularizer }
    }

    /// The penalty on the rows from `first` on: a sum for each whole vector's worth of rows, which is where threads
    /// part them.
    pub fn penalties<T: Element, S: Simd>(
        &self,
        numbers: Panels<'_, T>,
        first: usize,
        mut sum: impl FnMut(usize, T),
    ) {
        let rows = numbers.rows();
        let kernel = self.kernel_rows.saturating_sub(first).min(rows);
        for start in (0..rows).step_by(T::LANES) {
            let end = rows.min(start + T::LANES);
            let mut penalty = T::default();
            if start < kernel {
                penalty = self.kernel.regularizer.penalty::<T, S>(numbers, start..end.min(kernel));
            }
            if end > kernel {
                penalty = penalty + self.bias.regularizer.penalty::<T, S>(numbers, start.max(kernel)..end);
            }
            sum(start, penalty);
        }
    }
}
