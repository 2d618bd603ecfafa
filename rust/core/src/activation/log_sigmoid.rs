//! The logarithm of the sigmoid: f(x) = -log(1 + e^-x); f' = 1 - sigmoid(x) = 1 - e^y, with y the output.
//!
//! Computed as min(x, 0) - log1p(e^-|x|), where nothing overflows.

use dlcore_kernels::simd::{Element, Vector};

use super::elementwise::not_above;
use super::{Elementwise, Kept};

/// `log_sigmoid`
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct LogSigmoid;

impl LogSigmoid {
    pub(super) fn with(_: [f64; 3]) -> Self {
        Self
    }
}

impl Elementwise for LogSigmoid {
    fn kept(self) -> Kept {
        Kept::Output
    }

    #[inline(always)]
    fn forward<T: Element, V: Vector<Elem = T>>(self, x: V) -> V {
        not_above(x, 0.0) - T::log1p(T::exp(-x.abs()))
    }

    #[inline(always)]
    fn backward<T: Element, V: Vector<Elem = T>>(self, output: V, gradient: V) -> V {
        gradient * -T::exp_m1(output)
    }
}
