//! Huber's loss: the mean over the outputs, with e = y' - y, of e^2 / 2 where |e| <= d, else
//! d |e| - d^2 / 2; the derivative is e / n, cut to plus or minus d / n.
//!
//! Huber, "Robust estimation of a location parameter", Annals of Mathematical Statistics 1964.

use dlcore_kernels::simd::{Element, Vector};

use super::{Lanes, Parameters, Rows, Targets};

/// `huber`
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Huber {
    delta: f64,
}

impl Rows for Huber {
    const TARGETS: Targets = Targets::Vectors;

    fn with(Parameters { delta, .. }: Parameters) -> Self {
        Self { delta }
    }

    #[inline(always)]
    fn lanes<T: Element, V: Vector<Elem = T>>(self, rows: &mut Lanes<'_, T, V>) -> V {
        let mean = V::constant(1.0 / rows.outputs() as f64);
        let delta = V::constant(self.delta);
        let half = V::constant(0.5);
        let mut sum = V::zero();
        for j in 0..rows.outputs() {
            let error = rows.output(j) - rows.target(j);
            // Both branches are (|e| - c / 2) c, with c the error's magnitude cut to delta.
            let size = error.abs();
            let cut = V::select(delta.lt(size), delta, size);
            sum = (size - half * cut).mul_add(cut, sum);
            rows.set_gradient(j, V::select(delta.lt(size), delta.copy_sign(error), error) * mean);
        }
        sum * mean
    }
}
