//! The hinge loss of classes: max(max_j (1 - y_j) p_j - sum_j y_j p_j + 1, 0), the lead that the right
//! class lacks. The derivative by p_j is s ((1 - y_j) / k if j is one of the k largest, else 0, less y_j),
//! with s = 1 where the loss is positive, 1/2 at the kink and 0 beyond, as JAX has it.

use dlcore_kernels::simd::{Element, Vector};

use super::{Lanes, Parameters, Rows, Targets, hold};

/// `categorical_hinge`
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct CategoricalHinge;

impl Rows for CategoricalHinge {
    const TARGETS: Targets = Targets::Vectors;

    fn with(_: Parameters) -> Self {
        Self
    }

    #[inline(always)]
    fn lanes<T: Element, V: Vector<Elem = T>>(self, rows: &mut Lanes<'_, T, V>) -> V {
        let (zero, one) = (V::zero(), V::one());
        let (mut right, mut wrong, mut ties) = (zero, zero, zero);
        for j in 0..rows.outputs() {
            let (y, output) = (rows.target(j), rows.output(j));
            right = y.mul_add(output, right);
            let value = (one - y) * output;
            let larger = if j == 0 { one.equal(one) } else { wrong.lt(value) };
            ties = V::select(larger, one, ties + V::select(value.equal(wrong), one, zero));
            wrong = V::select(larger, value, wrong);
        }
        let (loss, slope) = hold(wrong - right + one, zero, V::constant(f64::INFINITY));
        for j in 0..rows.outputs() {
            let y = rows.target(j);
            let other = one - y;
            let is_largest = (other * rows.output(j)).equal(wrong);
            let pushes = V::select(is_largest, other / ties, zero);
            rows.set_gradient(j, (pushes - y) * slope);
        }
        loss
    }
}
