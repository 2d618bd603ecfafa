//! Products of matrices: `C = start + A B`, then an epilogue on what was just stored.
//!
//! # The picture
//!
//! ```text
//!            n: columns (lanes)            A  m x k  any two strides, read one scalar at a time
//!          +-------+--------+              B  k x n  rows contiguous, read vector by vector
//!        B | strip |        | kc           C  m x n  rows contiguous
//!          +-------+--------+
//!   +----+ +-------+--------+              LOOP 4  blocks of nc columns and kc terms: that much
//!   |    | | tile  |        |                      of B stays in L2 while all of A goes by
//! A |    | |  8 x 3 vectors |              LOOP 3  blocks of 48 rows: what the epilogue gets while
//!   |    | +-------+        | m                    it is hot
//!   |    | |       |        |              LOOP 2  strips of B, three vectors wide, by which 48
//!   +----+ +-------+--------+                      rows of A go
//!                                          LOOP 1  tiles: 24 accumulators in registers, kc terms
//! ```
//!
//! Nothing is packed: an element of A is broadcast from wherever it lies, so the weights of a
//! layer, in their panels, serve X W and G W^T as they are. A may also be the activations, read along
//! a row or down a column at the same speed.
//!
//! # One order of summation
//!
//! Every element of C is one chain: its start value, then `a[i][0] * b[0][j]`, then the next, each
//! by a fused multiply-add, whatever the tile, the block, the instruction set or the thread. A
//! block boundary in k stores the tile and *continues from it*. So none of the sizes here can
//! change a bit of a result.

mod blocking;
mod dots;
mod matmul;
mod outer;
mod rows;
mod tile;

pub use dots::product_of_rows;
pub use matmul::matmul;
pub use outer::{Sink, outer, product_into_panels};
pub use rows::product_by_rows;

use std::ops::Range;

use crate::matrix::{Matrix, MatrixMut, Strided};
use crate::simd::{Element, Simd};
use blocking::Blocks;
use tile::{Block, Target};

/// What an element of C is before the first term is added.
#[derive(Clone, Copy, Debug)]
pub enum Start<'a, T> {
    /// Zero.
    Zero,
    /// What C holds.
    Existing,
    /// A value for each row of C: a matrix of one column, whose rows lie in steps like A's.
    PerRow(Strided<'a, T>),
}

/// What is done to a block of C as soon as it is complete.
pub trait Epilogue<T> {
    /// `block` is the part of C that begins at `row` and `column`; it is whole vectors wide, except
    /// at the right edge of C.
    fn finish<S: Simd>(&mut self, block: MatrixMut<'_, T>, row: usize, column: usize);
}

/// Nothing is done.
impl<T> Epilogue<T> for () {
    fn finish<S: Simd>(&mut self, _: MatrixMut<'_, T>, _: usize, _: usize) {}
}

/// `C = start + A B` with `epilogue` on each finished block of C.
///
/// # Panics
/// If the shapes do not fit, or B's rows cannot be read up to the next whole vector.
#[inline(always)]
pub fn product<T: Element, S: Simd, E: Epilogue<T>>(
    a: Strided<'_, T>,
    b: Matrix<'_, T>,
    start: Start<'_, T>,
    mut c: MatrixMut<'_, T>,
    mut epilogue: E,
) {
    assert_eq!((c.rows(), c.columns()), (a.rows(), b.columns()), "shape of C");
    let target = Target { data: c.as_mut_ptr(), pitch: c.pitch(), group: T::LANES };
    // The sweep writes through `target` and calls back when a block is complete: the two views of C
    // are used in turns.
    sweep::<T, S>(a, b, start, target, |rows, columns| {
        let block = c.reborrow().row_range(rows.clone()).column_range(columns.clone());
        epilogue.finish::<S>(block, rows.start, columns.start);
    });
}

/// The loops around the tiles. `finished` is called with rows and columns of C that are complete.
#[inline(always)]
fn sweep<T: Element, S: Simd>(
    a: Strided<'_, T>,
    b: Matrix<'_, T>,
    start: Start<'_, T>,
    c: Target<T>,
    mut finished: impl FnMut(Range<usize>, Range<usize>),
) {
    let (m, k, n) = (a.rows(), a.columns(), b.columns());
    assert_eq!(b.rows(), k, "rows of B and columns of A");
    assert!(k == 0 || n.next_multiple_of(T::LANES) <= b.width(), "B is not padded to whole vectors");
    if let Start::PerRow(values) = start {
        assert!(values.rows() == m && values.columns() == 1, "a start value for each row");
    }
    let blocks = Blocks::of::<T, S>(k, n);
    for columns in blocks.columns() {
        for terms in blocks.terms() {
            for rows in blocking::chunks(m, blocking::EPILOGUE_ROWS) {
                S::call(Block {
                    a: a.block(rows.clone(), terms.clone()),
                    b: b.row_range(terms.clone()).column_range(columns.clone()),
                    start: match start {
                        _ if terms.start > 0 => Start::Existing,
                        Start::PerRow(column) => Start::PerRow(column.block(rows.clone(), 0..1)),
                        other => other,
                    },
                    c: c.at(rows.start, columns.start / T::LANES),
                });
                if terms.end == k {
                    finished(rows, columns.clone());
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
