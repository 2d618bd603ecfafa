//! The quantile loss ("pinball"): the mean over the outputs of q (y - p) where y >= p, else
//! (1 - q) (p - y); derivative by p: -q / n or (1 - q) / n. Least where p is the q-quantile of y.
//!
//! Koenker and Bassett, "Regression quantiles", Econometrica 1978.

use dlcore_kernels::simd::{Element, Vector};

use super::{Lanes, Parameters, Rows, Targets};

/// A quantile for each output.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Quantiles {
    values: [f64; Self::MOST],
    count: usize,
}

impl Quantiles {
    /// As many as there can be.
    pub const MOST: usize = 16;

    /// In the order of the outputs; none if there is none or too many.
    pub fn new(quantiles: &[f64]) -> Option<Self> {
        let mut values = [0.5; Self::MOST];
        let count = quantiles.len();
        values.get_mut(..count)?.copy_from_slice(quantiles);
        (count > 0).then_some(Self { values, count })
    }

    /// That of output `j`; the last one holds for all that follow.
    pub fn of(&self, j: usize) -> f64 {
        self.values[j.min(self.count - 1)]
    }
}

impl Default for Quantiles {
    /// The median.
    fn default() -> Self {
        Self { values: [0.5; Self::MOST], count: 1 }
    }
}

/// `quantile`
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Quantile {
    quantiles: Quantiles,
}

impl Rows for Quantile {
    const TARGETS: Targets = Targets::Vectors;

    fn with(Parameters { quantiles, .. }: Parameters) -> Self {
        Self { quantiles }
    }

    #[inline(always)]
    fn lanes<T: Element, V: Vector<Elem = T>>(self, rows: &mut Lanes<'_, T, V>) -> V {
        let mean = V::constant(1.0 / rows.outputs() as f64);
        let mut sum = V::zero();
        for j in 0..rows.outputs() {
            let quantile = self.quantiles.of(j);
            let (above, below) = (V::constant(quantile), V::constant(1.0 - quantile));
            let (output, y) = (rows.output(j), rows.target(j));
            let error = output - y;
            // At y = p the derivative is taken to be 0, and NaN stays NaN.
            let derivative = V::select(y.lt(output), below, V::select(output.lt(y), -above, error));
            sum = error.mul_add(derivative, sum);
            rows.set_gradient(j, derivative * mean);
        }
        sum * mean
    }
}
