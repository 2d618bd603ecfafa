//! Hinge losses of one output against -1 or 1: the mean over the outputs of h = max(1 - y p, 0), or of
//! h^2. The derivatives are -y / n where 1 - y p > 0, half of it where it is 0, as JAX has it, and
//! -2 y h / n. A target of 0 stands for -1, since Keras takes 0 and 1 for -1 and 1.

use dlcore_kernels::simd::{Element, Vector};

use super::{Lanes, Parameters, Rows, Targets, hold};

/// The loss without and with the square.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct OfMargin<const SQUARED: bool>;

/// `hinge`
pub type Hinge = OfMargin<false>;

/// `squared_hinge`
pub type SquaredHinge = OfMargin<true>;

impl<const SQUARED: bool> Rows for OfMargin<SQUARED> {
    const TARGETS: Targets = Targets::Vectors;

    fn with(_: Parameters) -> Self {
        Self
    }

    #[inline(always)]
    fn lanes<T: Element, V: Vector<Elem = T>>(self, rows: &mut Lanes<'_, T, V>) -> V {
        let mean = V::constant(1.0 / rows.outputs() as f64);
        let mut sum = V::zero();
        for j in 0..rows.outputs() {
            let y = rows.target(j);
            let y = V::select(y.equal(V::zero()), -V::one(), y);
            let (missing, slope) =
                hold((-y).mul_add(rows.output(j), V::one()), V::zero(), V::constant(f64::INFINITY));
            if SQUARED {
                sum = missing.mul_add(missing, sum);
                rows.set_gradient(j, -(y * (missing + missing)) * mean);
            } else {
                sum = sum + missing;
                rows.set_gradient(j, -(y * slope) * mean);
            }
        }
        sum * mean
    }
}
