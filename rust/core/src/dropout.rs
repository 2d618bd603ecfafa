//! Dropout: each output is dropped with probability `rate`, the others are divided by `1 - rate`.
//!
//! Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting", JMLR 2014
//! (in its inverted form, so that nothing is to be done at prediction).
//!
//! # Which are dropped
//!
//! Whether an element is dropped is a function of (seed, step, layer, row in the batch, feature), by
//! the counter-based generator Philox: no order of evaluation and no number of threads can change
//! it. A call of Philox gives 128 bits, which serve eight features of one row, 16 bits each; so the
//! rate is rounded to a multiple of 2^-16 (and outputs are divided by what that leaves exactly).
//!
//! # No mask is stored
//!
//! A dropped output is stored as `-0.0`, and a kept one never is (adding `0.0` turns `-0.0` into
//! `0.0`). Both behave alike in the next product, and the backward pass can tell them apart.

use dlcore_kernels::matrix::{Matrix, MatrixMut};
use dlcore_kernels::random::philox4x32_lanes;
use dlcore_kernels::simd::{Element, Kernel, Simd, Vector};

/// Features that share a call of the generator.
const FEATURES: usize = 8;
/// Rows whose calls are made at once.
pub const ROWS: usize = 16;

/// One dropout layer.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Dropout {
    /// Dropped where 16 random bits are below.
    threshold: u32,
    layer: u32,
}

/// What decides, besides the place of an element, whether it is dropped.
#[derive(Clone, Copy, Debug)]
pub struct Draw {
    /// The network's seed.
    pub seed: u64,
    /// The number of the update.
    pub step: u64,
}

impl Dropout {
    /// The `layer`-th layer of a network that draws (they draw independently).
    pub fn new(rate: f64, layer: u32) -> Self {
        Self { threshold: (rate * 65536.0).round() as u32, layer }
    }

    /// The part of the elements that is kept.
    fn keep(&self) -> f64 {
        f64::from(65536 - self.threshold) / 65536.0
    }

    /// What kept elements were multiplied by.
    pub fn scale(&self) -> f64 {
        if self.threshold == 65536 { 0.0 } else { 1.0 / self.keep() }
    }

    /// What undoes that.
    pub fn unscale(&self) -> f64 {
        self.keep()
    }

    /// Drops elements of a feature-major block that begins at a feature (a multiple of eight) and at
    /// a row of the batch.
    pub fn forward<T: Element, S: Simd>(
        &self,
        draw: Draw,
        block: MatrixMut<'_, T>,
        feature: usize,
        row: usize,
    ) {
        assert!(feature.is_multiple_of(FEATURES));
        S::call(Forward { dropout: *self, draw, block, feature, row });
    }

    /// Replaces the gradient by the output with that by the input.
    pub fn backward<T: Element, S: Simd>(&self, outputs: Matrix<'_, T>, gradient: MatrixMut<'_, T>) {
        S::call(Backward { scale: T::from_f64(self.scale()), outputs, gradient });
    }
}

struct Forward<'a, T> {
    dropout: Dropout,
    draw: Draw,
    block: MatrixMut<'a, T>,
    feature: usize,
    row: usize,
}

impl<T: Element> Kernel for Forward<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        let Self { dropout, draw, block, feature, row } = self;
        let scale = T::Vector::<S>::constant(dropout.scale());
        let dropped = T::Vector::<S>::constant(-0.0);
        dropout.for_each::<T, S>(draw, block, (feature, row), |x, mask| {
            let kept = x.mul_add(scale, T::Vector::<S>::zero());
            T::Vector::<S>::select(mask, kept, dropped)
        });
    }
}

impl Dropout {
    /// Replaces each vector of a block that begins at a feature and a row, told which lanes are kept.
    #[inline(always)]
    pub fn for_each<T: Element, S: Simd>(
        &self,
        draw: Draw,
        mut block: MatrixMut<'_, T>,
        (feature, row): (usize, usize),
        new: impl Fn(T::Vector<S>, <T::Vector<S> as Vector>::Mask) -> T::Vector<S>,
    ) {
        for i in (0..block.rows()).step_by(FEATURES) {
            let group = (feature + i) / FEATURES;
            for j in (0..block.columns()).step_by(ROWS) {
                let words = draw.words(self.layer, group, row + j);
                for f in 0..FEATURES.min(block.rows() - i) {
                    let keep = at_least::<S>(&words[f / 2], f % 2 == 1, self.threshold);
                    let values = &mut block.row(i + f)[j..];
                    for (v, values) in values.chunks_mut(T::LANES).take(ROWS / T::LANES).enumerate() {
                        let mask = T::Vector::<S>::mask_from_bits(keep >> (v * T::LANES));
                        new(T::Vector::<S>::load_part(values), mask).store_part(values);
                    }
                }
            }
        }
    }
}

impl Draw {
    /// Four words for each of sixteen rows, for a group of features of a layer that draws.
    #[inline(always)]
    pub fn words(self, layer: u32, group: usize, row: usize) -> [[u32; ROWS]; 4] {
        let key = [self.seed as u32, (self.seed >> 32) as u32];
        let layer = layer | ((self.step >> 32) as u32) << 16;
        philox4x32_lanes([row as u32, group as u32, self.step as u32, layer], key)
    }
}

/// For each lane, whether the upper or the lower 16 bits of its word are at least `threshold`. As the last
/// bits of 2^23 they are a floating-point number, which vectors can compare.
#[inline(always)]
fn at_least<S: Simd>(words: &[u32; ROWS], upper: bool, threshold: u32) -> u32 {
    const LARGE: u32 = 0x4b00_0000;
    let bits = |bits| S::F32::splat(f32::from_bits(bits));
    let mut lanes = [0.0; ROWS];
    for (lane, word) in lanes.iter_mut().zip(words) {
        *lane = f32::from_bits(*word);
    }
    let words = S::F32::load(&lanes);
    let halves = if upper { words.shift_right::<16>() } else { words.and(bits(0xffff)) };
    S::F32::mask_to_bits(bits(LARGE + threshold).le(halves.or(bits(LARGE))))
}

struct Backward<'a, T> {
    scale: T,
    outputs: Matrix<'a, T>,
    gradient: MatrixMut<'a, T>,
}

impl<T: Element> Kernel for Backward<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        let Self { scale, outputs, mut gradient } = self;
        let scale = T::Vector::<S>::splat(scale);
        let mark = T::Vector::<S>::constant(-0.0);
        for i in 0..gradient.rows() {
            let outputs = outputs.row(i).chunks(T::LANES);
            for (outputs, values) in outputs.zip(gradient.row(i).chunks_mut(T::LANES)) {
                let dropped = T::Vector::<S>::load_part(outputs).bits_equal(mark);
                let scaled = T::Vector::<S>::load_part(values) * scale;
                T::Vector::<S>::select(dropped, T::Vector::<S>::zero(), scaled).store_part(values);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dlcore_kernels::simd::Isa;

    struct Run<'a> {
        dropout: Dropout,
        block: MatrixMut<'a, f32>,
        feature: usize,
        row: usize,
    }

    impl Kernel for Run<'_> {
        type Output = ();
        #[inline(always)]
        fn run<S: Simd>(self) {
            let draw = Draw { seed: 7, step: 3 };
            self.dropout.forward::<f32, S>(draw, self.block, self.feature, self.row);
        }
    }

    /// 40 features x 64 rows of ones.
    fn whole(isa: Isa, rate: f64) -> Vec<f32> {
        let mut values = vec![1.0; 40 * 64];
        let block = MatrixMut::from_slice(&mut values, 40, 64);
        isa.run(Run { dropout: Dropout::new(rate, 1), block, feature: 0, row: 0 });
        values
    }

    #[test]
    fn the_place_decides_and_not_the_order() {
        let expected = whole(Isa::best(), 0.3);
        for isa in Isa::available() {
            assert_eq!(whole(isa, 0.3), expected, "{}", isa.name());
            // Part by part, from the end.
            let mut parts = vec![1.0; 40 * 64];
            for feature in [32, 8, 0] {
                let features = if feature == 8 { 24 } else { 8 };
                for row in [48, 16, 0] {
                    let rows = if row == 16 { 32 } else { 16 };
                    let block = MatrixMut::from_slice(&mut parts, 40, 64)
                        .row_range(feature..feature + features)
                        .column_range(row..row + rows);
                    isa.run(Run { dropout: Dropout::new(0.3, 1), block, feature, row });
                }
            }
            assert_eq!(parts, expected, "{}", isa.name());
        }
    }

    #[test]
    fn the_rate_is_kept_and_the_expectation_too() {
        for rate in [0.0, 0.2, 0.5, 0.9] {
            let values = whole(Isa::best(), rate);
            let dropped = values.iter().filter(|x| **x == 0.0).count() as f64 / values.len() as f64;
            assert!((dropped - rate).abs() < 0.03, "rate {rate}: {dropped} dropped");
            let scale = Dropout::new(rate, 1).scale() as f32;
            assert!(values.iter().all(|&x| x == scale || x.to_bits() == (-0.0_f32).to_bits()));
        }
        assert!(whole(Isa::best(), 1.0).iter().all(|&x| x == 0.0));
    }
}
