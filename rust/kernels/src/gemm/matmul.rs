//! The general product, for matrices with any strides: what `dlcore.ops.matmul` calls.
//!
//! Matrices are read where they lie, unless that is slow: B must have rows that are whole vectors, and lines
//! of either that lie a page or more apart crowd into few sets of the caches. Then a block at a time is
//! copied into lines that lie close. Threads take columns of C if there are many, else rows.

use crate::gather;
use crate::matrix::{Matrix, MatrixMut, Strided};
use crate::memory::{Memory, OutOfMemory};
use crate::simd::{Element, Isa, Kernel, Simd};
use crate::team;

use super::blocking::{Blocks, EPILOGUE_ROWS, chunks};
use super::{Start, product};

/// Multiply-adds below which a second thread costs more than it brings.
const ALONE: usize = 1 << 20;

/// Bytes from line to line, from which on a matrix is copied before it is read.
const FAR: usize = 4096;

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
    let start = if accumulate { Start::Existing } else { Start::Zero };
    let work = m.saturating_mul(k).saturating_mul(n);
    let threads = if work < ALONE { 1 } else { team::threads() };
    let by_columns = n >= m;
    let (length, unit) = if by_columns { (n, T::LANES) } else { (m, EPILOGUE_ROWS) };
    let items = length.div_ceil(unit);
    let parts = threads.min(items);
    if parts <= 1 {
        return isa.run(Part { a, b, c, start });
    }
    let mut rest = Some(c);
    let mut jobs = Vec::with_capacity(parts);
    for part in 0..parts {
        let range = items * part / parts * unit..(items * (part + 1) / parts * unit).min(length);
        let taken = rest.take().expect("one part is left for each range");
        let (mine, others) =
            if by_columns { taken.split_columns(range.len()) } else { taken.split_rows(range.len()) };
        rest = Some(others);
        jobs.push(if by_columns {
            Part { a, b: b.block(0..k, range), c: mine, start }
        } else {
            Part { a: a.block(range, 0..k), b, c: mine, start }
        });
    }
    team::share(jobs, |job| isa.run(job)).into_iter().collect()
}

struct Part<'a, T> {
    a: Strided<'a, T>,
    b: Strided<'a, T>,
    c: MatrixMut<'a, T>,
    start: Start<'a, T>,
}

impl<T: Element> Kernel for Part<'_, T> {
    type Output = Result<(), OutOfMemory>;

    #[inline(always)]
    fn run<S: Simd>(self) -> Result<(), OutOfMemory> {
        let Part { a, b, mut c, start } = self;
        let as_it_lies = b
            .as_matrix()
            .filter(|b| b.columns().is_multiple_of(T::LANES) && !is_far(a.rows(), b.pitch(), size_of::<T>()));
        let far_a = is_far(b.columns(), line_step(a), size_of::<T>());
        if let (Some(rows), false) = (as_it_lies, far_a) {
            product::<T, S, _>(a, rows, start, c, ());
            return Ok(());
        }
        let blocks = Blocks::of::<T, S>(b.rows(), b.columns());
        let pitch = close_pitch::<T>(blocks.widest());
        let length_b = if as_it_lies.is_some() { 0 } else { blocks.longest() * pitch };
        let mut of_b = Memory::zeroed(length_b, "a block of a factor")?;
        // Lines of A that are its columns stay columns.
        let turned = a.row_steps().stride == 1;
        let (lines, length) =
            if turned { (blocks.longest(), EPILOGUE_ROWS) } else { (EPILOGUE_ROWS, blocks.longest()) };
        let a_pitch = close_pitch::<T>(length);
        let mut of_a = Memory::zeroed(if far_a { lines * a_pitch } else { 0 }, "a block of a factor")?;
        for columns in blocks.columns() {
            for terms in blocks.terms() {
                let rows = match as_it_lies {
                    Some(rows) => rows.row_range(terms.clone()).column_range(columns.clone()),
                    None => {
                        let block = b.block(terms.clone(), columns.clone());
                        pack::<T, S>(block, of_b.as_mut_slice(), pitch)
                    }
                };
                let start = if terms.start == 0 { start } else { Start::Existing };
                let mut c = c.reborrow().column_range(columns.clone());
                if !far_a {
                    product::<T, S, _>(a.block(0..a.rows(), terms), rows, start, c, ());
                    continue;
                }
                for chunk in chunks(a.rows(), EPILOGUE_ROWS) {
                    let block = a.block(chunk.clone(), terms.clone());
                    let block = if turned {
                        let lines = pack::<T, S>(block.transposed(), of_a.as_mut_slice(), a_pitch);
                        lines.strided().transposed()
                    } else {
                        pack::<T, S>(block, of_a.as_mut_slice(), a_pitch).strided()
                    };
                    product::<T, S, _>(block, rows, start, c.reborrow().row_range(chunk), ());
                }
            }
        }
        Ok(())
    }
}

/// From line to line of what lies in lines; of what does not, far.
fn line_step<T: Copy>(a: Strided<'_, T>) -> usize {
    match (a.row_steps().stride, a.column_steps().stride) {
        (step, 1) | (1, step) => step.unsigned_abs(),
        _ => FAR,
    }
}

/// Whether a copy pays: lines that far apart, and read so often.
fn is_far(times: usize, step: usize, size: usize) -> bool {
    const OFTEN: usize = 32;
    times >= OFTEN && step * size >= FAR
}

/// A pitch for so many columns that is whole vectors, and no multiple of 256 bytes.
fn close_pitch<T: Element>(columns: usize) -> usize {
    let pitch = columns.next_multiple_of(T::LANES);
    if (pitch * size_of::<T>()).is_multiple_of(256) { pitch + T::LANES } else { pitch }
}

/// Copies a block into rows a pitch apart.
#[inline(always)]
fn pack<'a, T: Element, S: Simd>(block: Strided<'_, T>, to: &'a mut [T], pitch: usize) -> Matrix<'a, T> {
    let (rows, columns) = (block.rows(), block.columns());
    let to = &mut to[..rows * pitch];
    if let Some(from) = block.as_matrix() {
        for (i, row) in to.chunks_exact_mut(pitch).enumerate() {
            row[..columns].copy_from_slice(from.row(i));
        }
    } else if let Some(from) = block.transposed().as_matrix() {
        gather::transpose::<T, S>(from, MatrixMut::from_slice(to, rows, pitch));
    } else {
        for (i, row) in to.chunks_exact_mut(pitch).enumerate() {
            for (j, value) in row[..columns].iter_mut().enumerate() {
                *value = block.get(i, j);
            }
        }
    }
    Matrix::from_slice(to, rows, pitch).column_range(0..columns)
}
