//! Cosine similarity, negated: -sum_j u_j v_j, where u and v are target and output divided by their
//! lengths, or multiplied by 1e7 where that is less. The derivative by p_j is (s v_j - u_j) r, with s the
//! cosine and r one by the output's length; -u_j r where the length is below 1e-7. Vectors so long that their
//! squares might be infinite are first divided by their largest number.

use dlcore_kernels::simd::{Element, Vector};

use super::{EPSILON, Lanes, Parameters, Rows, Targets};

/// `cosine_similarity`
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct CosineSimilarity;

impl Rows for CosineSimilarity {
    const TARGETS: Targets = Targets::Vectors;

    fn with(_: Parameters) -> Self {
        Self
    }

    #[inline(always)]
    fn lanes<T: Element, V: Vector<Elem = T>>(self, rows: &mut Lanes<'_, T, V>) -> V {
        let (mut output_unit, mut target_unit) = (V::zero(), V::zero());
        for j in 0..rows.outputs() {
            output_unit = rows.output(j).abs().at_least(output_unit);
            target_unit = rows.target(j).abs().at_least(target_unit);
        }
        let (output_unit, target_unit) = (unit(output_unit), unit(target_unit));
        let (mut product, mut of_output, mut of_target) = (V::zero(), V::zero(), V::zero());
        for j in 0..rows.outputs() {
            let (output, y) = (rows.output(j) / output_unit, rows.target(j) / target_unit);
            product = y.mul_add(output, product);
            of_output = output.mul_add(output, of_output);
            of_target = y.mul_add(y, of_target);
        }
        let (by_output, is_short) = inverse_length(of_output);
        let (by_target, _) = inverse_length(of_target);
        let cosine = product * by_target * by_output;
        let pull = V::select(is_short, V::zero(), cosine * by_output);
        for j in 0..rows.outputs() {
            let (output, y) = (rows.output(j) / output_unit, rows.target(j) / target_unit);
            rows.set_gradient(j, (pull * output - y * by_target) * by_output / output_unit);
        }
        -cosine
    }
}

/// What a vector with that largest number is measured in: 1, if the square can be nothing but finite.
#[inline(always)]
fn unit<V: Vector>(largest: V) -> V {
    V::select(V::constant(1e15).lt(largest), largest, V::one())
}

/// One by the length, from its square; at most 1e7, and where it would be more.
#[inline(always)]
fn inverse_length<V: Vector>(square: V) -> (V, V::Mask) {
    let most = V::constant(1.0 / EPSILON);
    let inverse = V::one() / square.sqrt();
    let is_short = most.lt(inverse);
    (V::select(is_short, most, inverse), is_short)
}
