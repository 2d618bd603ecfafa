//! The general product, for matrices with any strides: what `dlcore.ops.matmul` calls.
//!
//! B is copied, a block at a time, into rows that are padded to whole vectors, unless it has such
//! rows already; A is read where it lies. Threads take columns of C if there are many, else rows.

use crate::matrix::{Matrix, MatrixMut, Strided};
use crate::memory::{Memory, OutOfMemory};
use crate::simd::{Element, Isa, Kernel, Simd};
use crate::team;

use super::{Start, blocking, product};

/// Multiply-adds below which a second thread costs more than it brings (it takes some
/// microseconds to wake).
const ALONE: usize = 1 << 20;

/// `C = A B`, or `C = C + A B` with `accumulate`.
///
/// # Panics
/// If the shapes do not fit.
pub fn matmul<T: Element>(
    isa: Isa,
    a: Strided<'_, T>,
    b: Strided<'_, T>,
    c: MatrixMut<'_, T>,
    accumulate: bool,
) -> Result<(), OutOfMemory> {
    let (m, k, n) = (a.rows(), a.columns(), b.columns());
    assert_eq!(b.rows(), k, "rows of B and columns of A");
    assert_eq!((c.rows(), c.columns()), (m, n), "shape of C");
    let work = m.saturating_mul(k).saturating_mul(n);
    let threads = if work < ALONE { 1 } else { team::threads() };
    let by_columns = n >= m;
    let (length, unit) =
        if by_columns { (n, blocking::tile_columns::<T>()) } else { (m, blocking::EPILOGUE_ROWS) };
    let parts = threads.min(length.div_ceil(unit)).max(1);
    let mut rest = Some(c);
    let mut jobs = Vec::with_capacity(parts);
    for part in 0..parts {
        let items = length.div_ceil(unit);
        let range = items * part / parts * unit..(items * (part + 1) / parts * unit).min(length);
        let taken = rest.take().expect("one part is left for each range");
        let (mine, others) =
            if by_columns { taken.split_columns(range.len()) } else { taken.split_rows(range.len()) };
        rest = Some(others);
        jobs.push(if by_columns {
            Part { a, b: b.block(0..k, range), c: mine, accumulate }
        } else {
            Part { a: a.block(range, 0..k), b, c: mine, accumulate }
        });
    }
    team::share(jobs, |job| isa.run(job)).into_iter().collect()
}

struct Part<'a, T> {
    a: Strided<'a, T>,
    b: Strided<'a, T>,
    c: MatrixMut<'a, T>,
    accumulate: bool,
}

impl<T: Element> Kernel for Part<'_, T> {
    type Output = Result<(), OutOfMemory>;

    #[inline(always)]
    fn run<S: Simd>(self) -> Result<(), OutOfMemory> {
        let Part { a, b, mut c, accumulate } = self;
        let first = if accumulate { Start::Existing } else { Start::Zero };
        if let Some(rows) = b.as_matrix().filter(|b| b.columns() % T::LANES == 0) {
            product::<T, S, _>(a, rows, first, c, ());
            return Ok(());
        }
        let blocks = blocking::Blocks::of::<T, S>(b.rows(), b.columns());
        let pitch = blocks.widest().next_multiple_of(T::LANES);
        let mut packed = Memory::zeroed(blocks.longest() * pitch)?;
        for columns in blocks.columns() {
            for terms in blocks.terms() {
                let block = b.block(terms.clone(), columns.clone());
                pack(block, packed.as_mut_slice(), pitch);
                let rows = Matrix::from_slice(&packed.as_slice()[..terms.len() * pitch], terms.len(), pitch)
                    .column_range(0..columns.len());
                let start = if terms.start == 0 { first } else { Start::Existing };
                let c = c.reborrow().column_range(columns.clone());
                product::<T, S, _>(a.block(0..a.rows(), terms), rows, start, c, ());
            }
        }
        Ok(())
    }
}

/// Copies a block into rows a pitch apart.
fn pack<T: Element>(block: Strided<'_, T>, to: &mut [T], pitch: usize) {
    for (i, row) in to.chunks_exact_mut(pitch).take(block.rows()).enumerate() {
        for (j, value) in row[..block.columns()].iter_mut().enumerate() {
            *value = block.get(i, j);
        }
    }
}
