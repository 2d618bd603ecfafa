//! The innermost loops: a block of rows of A against all columns of B, tile by tile in registers.
//!
//! A tile of `R` rows and `C` vectors holds `R * C` accumulators. A term costs `C` loads of B and
//! `R` broadcasts of A for `R * C` multiply-adds: with 8 x 3 on AVX-512 the arithmetic units, two
//! multiply-adds a cycle, are the bottleneck and nothing else.

use std::marker::PhantomData;

use crate::matrix::{Matrix, Strided};
use crate::simd::{Element, Kernel, Simd, Vector, prefetch};

use super::Start;
use super::blocking::evenly;

/// Where C lies: rows a pitch apart, vectors of a row a group apart.
#[derive(Debug)]
pub struct Target<T> {
    pub data: *mut T,
    pub pitch: usize,
    pub group: usize,
}

impl<T> Clone for Target<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Target<T> {}

impl<T> Target<T> {
    /// The same, from a row and a vector on.
    pub fn at(self, row: usize, vector: usize) -> Self {
        Self { data: self.data.wrapping_add(row * self.pitch + vector * self.group), ..self }
    }
}

/// A block of C: some rows, all columns that are given, all terms that are given.
pub struct Block<'a, T> {
    pub a: Strided<'a, T>,
    pub b: Matrix<'a, T>,
    pub start: Start<'a, T>,
    pub c: Target<T>,
}

impl<T: Element> Kernel for Block<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        let (rows, vectors) = (self.a.rows(), self.b.columns().div_ceil(T::LANES));
        // As even as can be: 13 vectors are 3 + 3 + 3 + 2 + 2, not 3 + 3 + 3 + 3 + 1.
        let strips = vectors.div_ceil(S::TILE_VECTORS).max(1);
        let (wide, more) = evenly(vectors, strips);
        // Rows of a tile lie in one run of A's.
        let run = self.a.row_steps().run.min(rows);
        let mut tile = Tile::<T, S> { block: self, row: 0, vector: 0, set: PhantomData };
        for strip in 0..strips {
            let width = wide + usize::from(strip < more);
            let mut run_start = 0;
            while run_start < rows {
                let run = run.min(rows - run_start);
                let tiles = run.div_ceil(S::TILE_ROWS);
                let (high, more) = evenly(run, tiles);
                tile.row = run_start;
                for t in 0..tiles {
                    let height = high + usize::from(t < more);
                    tile.choose(height, width);
                    tile.row += height;
                }
                run_start += run;
            }
            tile.vector += width;
        }
    }
}

struct Tile<'a, T, S> {
    block: Block<'a, T>,
    row: usize,
    vector: usize,
    set: PhantomData<S>,
}

/// One term of a tile: a row of B, and a scalar of A for each row.
///
/// # Safety
/// `C` vectors must be readable at `b`, and a scalar at each of `R` strides from `a` on.
#[inline(always)]
pub unsafe fn add_term<T: Element, S: Simd, const R: usize, const C: usize>(
    sum: &mut [[T::Vector<S>; C]; R],
    a: *const T,
    row_stride: isize,
    b: *const T,
) {
    let mut factors = [T::Vector::<S>::zero(); C];
    for v in 0..C {
        // SAFETY: the caller's promise.
        factors[v] = unsafe { T::Vector::<S>::load_ptr(b.add(v * T::LANES)) };
    }
    for r in 0..R {
        // SAFETY: the caller's promise.
        let scalar = T::Vector::<S>::splat(unsafe { *a.offset(r as isize * row_stride) });
        for v in 0..C {
            sum[r][v] = scalar.mul_add(factors[v], sum[r][v]);
        }
    }
}

impl<T: Element, S: Simd> Tile<'_, T, S> {
    /// Calls the code made for this number of rows and vectors. Shapes that the instruction set
    /// does not use vanish at compile time.
    #[inline(always)]
    fn choose(&mut self, rows: usize, vectors: usize) {
        macro_rules! shapes {
            ($([$($r:literal)*] x $c:literal),*) => {
                match (rows, vectors) {
                    $($(($r, $c) if const { $r <= S::TILE_ROWS && $c <= S::TILE_VECTORS } => self.compute::<$r, $c>(),)*)*
                    (_, 0) => {}
                    (rows, vectors) => unreachable!("no tile of {rows} rows and {vectors} vectors"),
                }
            };
        }
        shapes!([1 2 3 4 5 6 7 8] x 1, [1 2 3 4 5 6 7 8] x 2, [1 2 3 4 5 6 7 8] x 3);
    }

    #[inline(always)]
    fn compute<const R: usize, const C: usize>(&mut self) {
        let Block { a, b, start, c } = self.block;
        let (row_stride, term_steps) = (a.row_steps().stride, a.column_steps());
        let lanes = T::LANES;
        let column = self.vector * lanes;
        // Columns of the last vector that exist.
        let last = (b.columns() - column - (C - 1) * lanes).min(lanes);
        let c = c.at(self.row, self.vector);
        let mut sum = [[T::Vector::<S>::zero(); C]; R];

        // SAFETY: `sweep` checked that the shapes fit, that A has R rows of `b.rows()` elements (so
        // every scalar that is read lies in A), that C vectors of B can be read from `column` on in
        // each row, and that there are R start values; C is written only in its R rows, up to its
        // last column.
        unsafe {
            match start {
                Start::Zero => {}
                Start::PerRow(values) => {
                    let (first, stride) = (values.at(self.row, 0), values.row_steps().stride);
                    for r in 0..R {
                        sum[r] = [T::Vector::<S>::splat(*first.offset(r as isize * stride)); C];
                    }
                }
                Start::Existing => {
                    for r in 0..R {
                        for v in 0..C {
                            let count = if v == C - 1 { last } else { lanes };
                            let from = c.at(r, v).data;
                            sum[r][v] = T::Vector::<S>::load_part_ptr(from, count);
                        }
                    }
                }
            }

            let mut run_start = a.at(self.row, 0);
            let mut b_data = b.as_ptr().wrapping_add(column);
            let mut left = b.rows();
            while left > 0 {
                let run = left.min(term_steps.run);
                if term_steps.run != usize::MAX {
                    // The next rows of A, which lie behind these in the panel: a leap away from
                    // what comes before them, where no hardware foresees them.
                    for r in R..2 * R {
                        prefetch(run_start.wrapping_offset(r as isize * row_stride));
                    }
                }
                let mut a_data = run_start;
                for _ in 0..run {
                    add_term::<T, S, R, C>(&mut sum, a_data, row_stride, b_data);
                    a_data = a_data.wrapping_offset(term_steps.stride);
                    b_data = b_data.wrapping_add(b.pitch());
                }
                run_start = run_start.wrapping_offset(term_steps.jump);
                left -= run;
            }

            for r in 0..R {
                for v in 0..C {
                    let to = c.at(r, v).data;
                    if v == C - 1 && last < lanes {
                        sum[r][v].store_part_ptr(to, last);
                    } else {
                        sum[r][v].store_ptr(to);
                    }
                }
            }
        }
    }
}
