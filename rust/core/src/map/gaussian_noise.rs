//! Gaussian noise: in training y = x + sigma z with z normal, drawn anew in each step; dL/dx = dL/dy.
//!
//! z is a function of (seed, step, layer, row in the batch, feature), as dropped elements are (dropout.rs). A word of
//! Philox gives a sign and 23 bits of probability p below 1/2, of which z is the quantile:
//!
//! Wichura, "Algorithm AS 241: the percentage points of the normal distribution", Applied Statistics 37 (1988), the
//! version for single precision, PPND7. No |z| exceeds 5.3, so its third range is never met.

use dlcore_kernels::math::Math;
use dlcore_kernels::matrix::MatrixMut;
use dlcore_kernels::simd::{Element, Kernel, Simd, Vector};

use super::{Pass, Room};
use crate::dropout::ROWS;

/// Outside of training it does nothing.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct GaussianNoise {
    /// Sigma.
    pub stddev: f64,
    /// Which of the network's layers that draw it is.
    pub layer: u32,
}

/// Features that share a call of the generator.
const FEATURES: usize = 4;

impl Room for GaussianNoise {
    fn forward<T: Element, S: Simd>(
        self,
        pass: Pass<'_, T>,
        mut output: MatrixMut<'_, T>,
        _: Option<MatrixMut<'_, T>>,
    ) {
        for i in 0..output.rows() {
            output.row(i).copy_from_slice(pass.input.row(i));
        }
        S::call(Forward { room: self, pass, output });
    }
}

struct Forward<'a, T> {
    room: GaussianNoise,
    pass: Pass<'a, T>,
    output: MatrixMut<'a, T>,
}

impl<T: Element> Kernel for Forward<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        let Self { room, pass, mut output } = self;
        let Some(draw) = pass.draw else { return };
        let (feature, row) = pass.origin;
        for i in (0..output.rows()).step_by(FEATURES) {
            let group = (feature + i) / FEATURES;
            for j in (0..output.columns()).step_by(ROWS) {
                let words = draw.words(room.layer, group, row + j);
                for f in 0..FEATURES.min(output.rows() - i) {
                    let normal = quantiles::<S>(&words[f]);
                    for (x, z) in output.row(i + f)[j..].iter_mut().zip(normal) {
                        *x = *x + T::from_f64(room.stddev * f64::from(z));
                    }
                }
            }
        }
    }
}

/// A normal number for each word.
#[inline(always)]
fn quantiles<S: Simd>(words: &[u32; ROWS]) -> [f32; ROWS] {
    /// The bits of 2^23: with 23 bits below, a whole number between that and 2^24.
    const LARGE: u32 = 0x4b00_0000;
    const A: [f64; 4] = [3.387_132_717_9, 50.434_271_938, 159.291_132_02, 59.109_374_72];
    const B: [f64; 4] = [1.0, 17.895_169_469, 78.757_757_664, 67.187_563_6];
    const C: [f64; 4] = [1.423_437_277_7, 2.756_815_39, 1.306_728_481_6, 0.170_238_211_03];
    const D: [f64; 4] = [1.0, 0.737_001_642_5, 0.120_211_329_75, 0.0];

    let (mut numbers, mut signs) = ([0.0; ROWS], [0.0; ROWS]);
    for ((number, sign), word) in numbers.iter_mut().zip(&mut signs).zip(words) {
        *number = f32::from_bits(LARGE | word >> 9) - f32::from_bits(LARGE);
        *sign = f32::from_bits(word << 31);
    }
    let constant = S::F32::constant;
    let polynomial = |c: [f64; 4], r: S::F32| {
        let high = constant(c[3]).mul_add(r, constant(c[2]));
        high.mul_add(r, constant(c[1])).mul_add(r, constant(c[0]))
    };
    // From 0 to 1/2, both excluded.
    let p = (S::F32::load(&numbers) + constant(0.5)) * constant(0.5_f64.powi(24));
    let q = constant(0.5) - p;
    let near = constant(0.180_625) - q * q;
    let central = q * polynomial(A, near) / polynomial(B, near);
    let far = (-<f32 as Math>::log(p)).sqrt() - constant(1.6);
    let tail = polynomial(C, far) / polynomial(D, far);
    let size = S::F32::select(q.le(constant(0.425)), central, tail);
    size.copy_sign(S::F32::load(&signs)).to_lanes()
}
