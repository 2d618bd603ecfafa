//! A few rows by themselves: `y = start + x W` with the lanes along the units, for predictions of fewer
//! rows than a vector has lanes.
//!
//! Four panels of W go by at once, and each of their vectors is multiplied with one scalar of x: W is read
//! once, from its first to its last element, which is all the time that this takes. Each element of y
//! adds up the same terms in the same order as in the other products, so it has the same bits.

use crate::matrix::{Matrix, MatrixMut};
use crate::panels::Panels;
use crate::simd::{Element, Kernel, Simd, Vector};

/// Panels at a time: enough chains of sums to keep the multiply-adds going.
const PANELS: usize = 4;

/// `C = A W + b` for plain rows of A; of `[W; b]`, `weights` has the rows of W and, if there is a bias, b.
///
/// # Panics
/// If the shapes do not fit, or rows of C have no room for whole vectors.
pub fn product_by_rows<T: Element, S: Simd>(a: Matrix<'_, T>, weights: Panels<'_, T>, c: MatrixMut<'_, T>) {
    let (terms, units) = (a.columns(), weights.columns());
    assert!(weights.rows() == terms || weights.rows() == terms + 1, "rows of the weights");
    assert_eq!((c.rows(), c.columns()), (a.rows(), units), "shape of C");
    assert!(units.next_multiple_of(T::LANES) <= c.width(), "C is not padded to whole vectors");
    S::call(ByRows { a, weights, c });
}

struct ByRows<'a, T> {
    a: Matrix<'a, T>,
    weights: Panels<'a, T>,
    c: MatrixMut<'a, T>,
}

impl<T: Element> Kernel for ByRows<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(mut self) {
        let count = self.weights.count();
        let whole = count - count % PANELS;
        for row in 0..self.a.rows() {
            for panel in (0..whole).step_by(PANELS) {
                self.panels::<S, PANELS>(row, panel);
            }
            for panel in whole..count {
                self.panels::<S, 1>(row, panel);
            }
        }
    }
}

impl<T: Element> ByRows<'_, T> {
    #[inline(always)]
    fn panels<S: Simd, const C: usize>(&mut self, row: usize, panel: usize) {
        let x = self.a.row(row);
        let bias = self.weights.rows() - x.len();
        let vector = |values: &[T]| T::Vector::<S>::load_part(values);
        let mut sums = [T::Vector::<S>::zero(); C];
        if bias == 1 {
            for v in 0..C {
                sums[v] = vector(self.weights.part(x.len(), panel + v));
            }
        }
        let columns: [_; C] = std::array::from_fn(|v| self.weights.panel(panel + v, 0..x.len()));
        let width = columns[0].len() / x.len().max(1);
        if width == T::LANES {
            for (i, &factor) in x.iter().enumerate() {
                let factor = T::Vector::<S>::splat(factor);
                for v in 0..C {
                    let weights = T::Vector::<S>::load(&columns[v][i * T::LANES..]);
                    sums[v] = weights.mul_add(factor, sums[v]);
                }
            }
        } else {
            for (i, &factor) in x.iter().enumerate() {
                let weights = T::Vector::<S>::load_part(&columns[0][i * width..(i + 1) * width]);
                sums[0] = weights.mul_add(T::Vector::<S>::splat(factor), sums[0]);
            }
        }
        for v in 0..C {
            sums[v].store(&mut self.c.padded_row(row)[(panel + v) * T::LANES..]);
        }
    }
}
