//! Products of matrices: `C = start + A B`, then an epilogue on what was just stored.
//!
//! # The picture
//!
//! ```text
//!            n: columns (lanes)            A  m x k  any two strides, read one scalar at a time
//!          +----------------+              B  k x n  rows contiguous, read vector by vector
//!        B |  kc x nc in L2 | k            C  m x n  rows contiguous
//!          +----------------+
//!   +----+ +----------------+              LOOP 3  blocks of nc columns and kc terms: that much
//!   |    | | tile           |                      of B stays in L2 while all of A goes by
//! A |    | |   8 x 3 vectors| m            LOOP 2  blocks of 48 rows: what the epilogue gets while
//!   |    | |                |                      it is hot in L1
//!   +----+ +----------------+              LOOP 1  tiles: 24 accumulators in registers, k terms
//! ```
//!
//! Nothing is packed: an element of A is broadcast from wherever it lies, so the weights of a
//! layer serve X W (strides `1, n`), G W^T (strides `n, 1`) and X^T G as they are. A may also be
//! the activations, read along a row or down a column at the same speed.
//!
//! # One order of summation
//!
//! Every element of C is one chain: its start value, then `a[i][0] * b[0][j]`, then the next, each
//! by a fused multiply-add, whatever the tile, the block, the instruction set or the thread. A
//! block boundary in k stores the tile and *continues from it*. So none of the sizes here can
//! change a bit of a result.

mod blocking;
mod matmul;
mod tile;

pub use matmul::matmul;

use crate::matrix::{Matrix, MatrixMut, Strided};
use crate::simd::{Element, Simd};
use blocking::Blocks;
use tile::TileRows;

/// What an element of C is before the first term is added.
#[derive(Clone, Copy, Debug)]
pub enum Start<'a, T> {
    /// Zero.
    Zero,
    /// What C holds.
    Existing,
    /// A value for each row of C.
    PerRow(&'a [T]),
    /// A value for each column of C, padded like a row of B.
    PerColumn(&'a [T]),
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
pub fn product<T: Element, S: Simd, E: Epilogue<T>>(
    a: Strided<'_, T>,
    b: Matrix<'_, T>,
    start: Start<'_, T>,
    mut c: MatrixMut<'_, T>,
    mut epilogue: E,
) {
    let (m, k, n) = (a.rows(), a.columns(), b.columns());
    assert_eq!(b.rows(), k, "rows of B and columns of A");
    assert_eq!((c.rows(), c.columns()), (m, n), "shape of C");
    assert!(k == 0 || n.next_multiple_of(T::LANES) <= b.width(), "B is not padded to whole vectors");
    match start {
        Start::PerRow(values) => assert!(values.len() >= m),
        Start::PerColumn(values) => assert!(values.len() >= n.next_multiple_of(T::LANES)),
        Start::Zero | Start::Existing => {}
    }
    let blocks = Blocks::of::<T, S>(k, n);
    for columns in blocks.columns() {
        for terms in blocks.terms() {
            let is_first = terms.start == 0;
            let is_last = terms.end == k;
            for rows in blocking::chunks(m, blocking::EPILOGUE_ROWS) {
                let mut block = c.reborrow().row_range(rows.clone()).column_range(columns.clone());
                for tile_rows in blocking::chunks(rows.len(), S::TILE_ROWS) {
                    let in_c = rows.start + tile_rows.start..rows.start + tile_rows.end;
                    let start = match start {
                        _ if !is_first => Start::Existing,
                        Start::PerRow(values) => Start::PerRow(&values[in_c.clone()]),
                        Start::PerColumn(values) => Start::PerColumn(&values[columns.start..]),
                        other => other,
                    };
                    S::call(TileRows {
                        a: a.block(in_c, terms.clone()),
                        b: b.row_range(terms.clone()).column_range(columns.clone()),
                        start,
                        c: block.reborrow().row_range(tile_rows),
                    });
                }
                if is_last {
                    epilogue.finish::<S>(block, rows.start, columns.start);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
