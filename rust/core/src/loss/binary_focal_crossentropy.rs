//! Binary focal cross-entropy: the mean over the outputs of a (1 - p_t)^gamma times the binary
//! cross-entropy, where p_t = y p + (1 - y) (1 - p), and a is 1, or y alpha + (1 - y) (1 - alpha) to
//! balance classes.
//!
//! The cross-entropy is that of p clipped to [1e-7, 1 - 1e-7], the focal factor that of p as it is; the
//! derivative follows by the product rule, and half of the cross-entropy's counts where p is one of the
//! bounds, as JAX has it. From logits z: p = sigmoid(z), and times p (1 - p). Label smoothing s replaces y
//! by y (1 - s) + s / 2.

use dlcore_kernels::simd::{Element, Vector};

use super::{EPSILON, Lanes, Parameters, Rows, Targets, focal, hold};

/// `binary_focal_crossentropy`
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct BinaryFocalCrossentropy {
    from_logits: bool,
    label_smoothing: f64,
    alpha: Option<f64>,
    gamma: f64,
}

impl Rows for BinaryFocalCrossentropy {
    const TARGETS: Targets = Targets::Vectors;

    fn with(parameters: Parameters) -> Self {
        let Parameters { from_logits, label_smoothing, alpha, gamma, apply_class_balancing, .. } = parameters;
        Self { from_logits, label_smoothing, alpha: apply_class_balancing.then_some(alpha), gamma }
    }

    #[inline(always)]
    fn lanes<T: Element, V: Vector<Elem = T>>(self, rows: &mut Lanes<'_, T, V>) -> V {
        let mean = V::constant(1.0 / rows.outputs() as f64);
        let keep = V::constant(1.0 - self.label_smoothing);
        let shift = V::constant(self.label_smoothing / 2.0);
        let (low, high) = (V::constant(EPSILON), V::constant(1.0 - EPSILON));
        let one = V::one();
        let mut sum = V::zero();
        for j in 0..rows.outputs() {
            let y = rows.target(j).mul_add(keep, shift);
            let not_y = one - y;
            let output = rows.output(j);
            let p = if self.from_logits { T::sigmoid(output) } else { output };

            let (clipped, slope) = hold(p, low, high);
            let not_p = one - clipped;
            let surprise = -(y * T::log(clipped) + not_y * T::log(not_p));
            let its_slope = (not_y / not_p - y / clipped) * slope;

            let off = one - (y * p + not_y * (one - p));
            let (factor, by_off) = focal::power(off, self.gamma);
            let weight = match self.alpha {
                Some(alpha) => y.mul_add(V::constant(alpha), not_y * V::constant(1.0 - alpha)),
                None => one,
            };
            sum = sum + weight * factor * surprise;
            let by_p = weight * (factor * its_slope + by_off * (not_y - y) * surprise);
            let derivative = if self.from_logits { by_p * (p * (one - p)) } else { by_p };
            rows.set_gradient(j, derivative * mean);
        }
        sum * mean
    }
}
