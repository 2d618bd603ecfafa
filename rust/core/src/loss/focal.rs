//! What the focal losses share: x^gamma, the weight of a row by how far its probability is off.
//!
//! Lin and others, "Focal loss for dense object detection", ICCV 2017.

use dlcore_kernels::simd::{Element, Vector};

/// x^gamma and its derivative by x: repeated multiplication where gamma is a small whole number, else
/// e^(gamma log x). Where x is 0 and gamma less than 1, the derivative would be infinite, and is said to be 0: the
/// loss has no more to gain there.
#[inline(always)]
pub fn power<T: Element, V: Vector<Elem = T>>(x: V, gamma: f64) -> (V, V) {
    const MOST_FACTORS: f64 = 8.0;
    if gamma == 0.0 {
        return (V::one(), V::zero());
    }
    let mut below = V::one();
    if gamma.fract() == 0.0 && (1.0..=MOST_FACTORS).contains(&gamma) {
        for _ in 1..gamma as usize {
            below = below * x;
        }
    } else {
        below = V::select(x.equal(V::zero()), x, T::exp(V::constant(gamma - 1.0) * T::log(x)));
    }
    (below * x, V::constant(gamma) * below)
}
