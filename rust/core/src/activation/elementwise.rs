//! From a formula on vectors to an activation on blocks.

use dlcore_kernels::matrix::{Matrix, MatrixMut};
use dlcore_kernels::simd::{Element, Kernel, Simd, Vector};

use super::{Block, Kept};

/// An activation that acts on each element by itself. Both formulas are `#[inline(always)]`.
pub trait Elementwise: Copy + Send + Sync {
    /// What `backward` is given as `kept`.
    fn kept(self) -> Kept;

    /// The output for an input.
    fn forward<T: Element, V: Vector<Elem = T>>(self, x: V) -> V;

    /// The gradient by the input, from the gradient by the output.
    fn backward<T: Element, V: Vector<Elem = T>>(self, kept: V, gradient: V) -> V;
}

impl<F: Elementwise> Block for F {
    const MIXES_FEATURES: bool = false;

    fn kept(self) -> Kept {
        Elementwise::kept(self)
    }

    fn forward<T: Element, S: Simd>(self, block: MatrixMut<'_, T>) {
        S::call(Forward { formula: self, block });
    }

    fn backward<T: Element, S: Simd>(self, kept: Matrix<'_, T>, kept_scale: T, gradient: MatrixMut<'_, T>) {
        S::call(Backward { formula: self, kept, kept_scale, gradient });
    }
}

struct Forward<'a, F, T> {
    formula: F,
    block: MatrixMut<'a, T>,
}

impl<F: Elementwise, T: Element> Kernel for Forward<'_, F, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        let Self { formula, mut block } = self;
        for i in 0..block.rows() {
            let mut vectors = block.row(i).chunks_exact_mut(T::LANES);
            for values in vectors.by_ref() {
                formula.forward::<T, _>(T::Vector::<S>::load(values)).store(values);
            }
            let tail = vectors.into_remainder();
            if !tail.is_empty() {
                formula.forward::<T, _>(T::Vector::<S>::load_part(tail)).store_part(tail);
            }
        }
    }
}

struct Backward<'a, F, T> {
    formula: F,
    kept: Matrix<'a, T>,
    kept_scale: T,
    gradient: MatrixMut<'a, T>,
}

impl<F: Elementwise, T: Element> Kernel for Backward<'_, F, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        let Self { formula, kept, kept_scale, mut gradient } = self;
        let scale = T::Vector::<S>::splat(kept_scale);
        for i in 0..gradient.rows() {
            let mut kept_vectors = kept.row(i).chunks_exact(T::LANES);
            let mut vectors = gradient.row(i).chunks_exact_mut(T::LANES);
            for (values, kept) in vectors.by_ref().zip(kept_vectors.by_ref()) {
                let kept = T::Vector::<S>::load(kept) * scale;
                formula.backward::<T, _>(kept, T::Vector::<S>::load(values)).store(values);
            }
            let tail = vectors.into_remainder();
            if !tail.is_empty() {
                let kept = T::Vector::<S>::load_part(kept_vectors.remainder()) * scale;
                formula.backward::<T, _>(kept, T::Vector::<S>::load_part(tail)).store_part(tail);
            }
        }
    }
}

/// The lane, or the bound where it is less; NaN stays NaN.
#[inline(always)]
pub(super) fn not_below<V: Vector>(x: V, bound: f64) -> V {
    let bound = V::constant(bound);
    V::select(x.lt(bound), bound, x)
}

/// The lane, or the bound where it is greater; NaN stays NaN.
#[inline(always)]
pub(super) fn not_above<V: Vector>(x: V, bound: f64) -> V {
    let bound = V::constant(bound);
    V::select(bound.lt(x), bound, x)
}

/// Where an output that was cut to two bounds lies between them. One at a bound may have passed through dropout, divided
/// and multiplied: four roundings.
#[inline(always)]
pub(super) fn inside<T: Element, V: Vector<Elem = T>>(output: V, low: f64, high: f64) -> V::Mask {
    let part = 1.0 - 4.0 * T::EPSILON.to_f64();
    V::both(V::constant(low * part).lt(output), output.lt(V::constant(high * part)))
}
