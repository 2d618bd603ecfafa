//! The rectified linear unit with all that may be asked of it: f(x) = min(x, m) where x > t, else s (x - t); f' = 1
//! where t < x < m, s where x <= t, else 0.

use dlcore_kernels::simd::{Element, Vector};

use super::elementwise::not_above;
use super::{Elementwise, Kept};

/// `relu_general`; the parameters are the slope s below, the largest output m, and the threshold t.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct ReluGeneral {
    negative_slope: f64,
    max_value: f64,
    threshold: f64,
}

impl ReluGeneral {
    pub(super) fn with([negative_slope, max_value, threshold]: [f64; 3]) -> Self {
        Self { negative_slope, max_value, threshold }
    }
}

impl Elementwise for ReluGeneral {
    fn kept(self) -> Kept {
        Kept::Input
    }

    #[inline(always)]
    fn forward<T: Element, V: Vector<Elem = T>>(self, x: V) -> V {
        let threshold = V::constant(self.threshold);
        // A slope of zero is not multiplied by, as infinity may come in.
        let below = match self.negative_slope {
            0.0 => V::zero(),
            slope => (x - threshold) * V::constant(slope),
        };
        V::select(x.le(threshold), below, not_above(x, self.max_value))
    }

    #[inline(always)]
    fn backward<T: Element, V: Vector<Elem = T>>(self, input: V, gradient: V) -> V {
        let above = V::select(input.lt(V::constant(self.max_value)), gradient, V::zero());
        let below = gradient * V::constant(self.negative_slope);
        V::select(input.le(V::constant(self.threshold)), below, above)
    }
}
