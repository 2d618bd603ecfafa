//! Rescaling: y = x scale + offset; dL/dx = scale dL/dy.

use dlcore_kernels::simd::{Element, Vector};

use super::{MAX_VARIABLES, Room};

/// The same for all features.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Rescaling {
    /// The factor.
    pub scale: f64,
    /// Added after it.
    pub offset: f64,
}

impl Room for Rescaling {
    #[inline(always)]
    fn value<T: Element, V: Vector<Elem = T>>(self, x: V, _: [V; MAX_VARIABLES]) -> V {
        x.mul_add(V::constant(self.scale), V::constant(self.offset))
    }

    #[inline(always)]
    fn slope<T: Element, V: Vector<Elem = T>>(self, _: V, gradient: V, _: [V; MAX_VARIABLES]) -> V {
        gradient * V::constant(self.scale)
    }
}
