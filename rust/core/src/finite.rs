//! Whether all numbers are finite.

use dlcore_kernels::simd::{Element, Kernel, Simd, Vector};

/// Whether no number is infinite or NaN.
pub struct AllFinite<'a, T> {
    /// The numbers.
    pub values: &'a [T],
}

impl<T: Element> Kernel for AllFinite<'_, T> {
    type Output = bool;
    #[inline(always)]
    fn run<S: Simd>(self) -> bool {
        let mut finite = T::Vector::<S>::zero().is_finite();
        let whole = self.values.len() - self.values.len() % T::LANES;
        for values in self.values[..whole].chunks_exact(T::LANES) {
            finite = T::Vector::<S>::both(finite, T::Vector::<S>::load(values).is_finite());
        }
        let rest = T::Vector::<S>::load_part(&self.values[whole..]).is_finite();
        T::Vector::<S>::mask_to_bits(T::Vector::<S>::both(finite, rest)) == (1 << T::LANES) - 1
    }
}
