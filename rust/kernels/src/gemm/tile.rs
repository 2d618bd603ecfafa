//! The innermost loops: a few rows of A against all columns of B, tile by tile in registers.
//!
//! A tile of `R` rows and `C` vectors holds `R * C` accumulators. A term costs `C` loads of B and
//! `R` broadcasts of A for `R * C` multiply-adds: with 8 x 3 on AVX-512 the arithmetic units, two
//! multiply-adds a cycle, are the bottleneck and nothing else.

use crate::matrix::{Matrix, MatrixMut, Strided};
use crate::simd::{Element, Kernel, Simd, Vector};

use super::Start;

/// Up to `TILE_ROWS` rows of C.
pub struct TileRows<'a, T> {
    pub a: Strided<'a, T>,
    pub b: Matrix<'a, T>,
    pub start: Start<'a, T>,
    pub c: MatrixMut<'a, T>,
}

impl<T: Element> Kernel for TileRows<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        let vectors = self.b.columns().div_ceil(T::LANES);
        // As even as can be: 13 vectors are 3 + 3 + 3 + 2 + 2, not 3 + 3 + 3 + 3 + 1.
        let tiles = vectors.div_ceil(S::TILE_VECTORS).max(1);
        let (wide, more) = (vectors / tiles, vectors % tiles);
        let mut tile = Tile { rows: self, column: 0 };
        for t in 0..tiles {
            let width = wide + usize::from(t < more);
            tile.choose::<S>(width);
            tile.column += width * T::LANES;
        }
    }
}

struct Tile<'a, T> {
    rows: TileRows<'a, T>,
    column: usize,
}

impl<T: Element> Tile<'_, T> {
    /// Calls the code made for this number of rows and vectors. Shapes that the instruction set
    /// does not use vanish at compile time.
    #[inline(always)]
    fn choose<S: Simd>(&mut self, vectors: usize) {
        macro_rules! shapes {
            ($([$($r:literal)*] x $c:literal),*) => {
                match (self.rows.c.rows(), vectors) {
                    $($(($r, $c) if const { $r <= S::TILE_ROWS && $c <= S::TILE_VECTORS } => self.compute::<S, $r, $c>(),)*)*
                    (_, 0) => {}
                    (rows, vectors) => unreachable!("no tile of {rows} rows and {vectors} vectors"),
                }
            };
        }
        shapes!([1 2 3 4 5 6 7 8] x 1, [1 2 3 4 5 6 7 8] x 2, [1 2 3 4 5 6 7 8] x 3);
    }

    #[inline(always)]
    fn compute<S: Simd, const R: usize, const C: usize>(&mut self) {
        let TileRows { a, b, start, c } = &mut self.rows;
        let lanes = T::LANES;
        let valid = b.columns() - self.column;
        // Columns of the last vector that exist.
        let last = (valid - (C - 1) * lanes).min(lanes);
        let [row_stride, term_stride] = a.strides();
        let c_pitch = c.pitch();
        let mut sum = [[T::Vector::<S>::zero(); C]; R];

        // SAFETY: `product` checked that the shapes fit, that A has R rows of `b.rows()` elements
        // (so every a-pointer that is read lies in A), that C vectors of B can be read from
        // `column` on in each row, and that the start values are long enough; C is written only
        // in its R rows, up to its last column.
        unsafe {
            let c_data = c.as_mut_ptr().add(self.column);
            match start {
                Start::Zero => {}
                Start::PerRow(values) => {
                    for r in 0..R {
                        sum[r] = [T::Vector::<S>::splat(*values.get_unchecked(r)); C];
                    }
                }
                Start::PerColumn(values) => {
                    for v in 0..C {
                        let value = T::Vector::<S>::load_ptr(values.as_ptr().add(self.column + v * lanes));
                        for r in 0..R {
                            sum[r][v] = value;
                        }
                    }
                }
                Start::Existing => {
                    for r in 0..R {
                        for v in 0..C {
                            let count = if v == C - 1 { last } else { lanes };
                            sum[r][v] =
                                T::Vector::<S>::load_part_ptr(c_data.add(r * c_pitch + v * lanes), count);
                        }
                    }
                }
            }

            let mut a_data = a.as_ptr();
            let mut b_data = b.as_ptr().wrapping_add(self.column);
            for _ in 0..b.rows() {
                let mut factors = [T::Vector::<S>::zero(); C];
                for v in 0..C {
                    factors[v] = T::Vector::<S>::load_ptr(b_data.add(v * lanes));
                }
                for r in 0..R {
                    let scalar = T::Vector::<S>::splat(*a_data.offset(r as isize * row_stride));
                    for v in 0..C {
                        sum[r][v] = scalar.mul_add(factors[v], sum[r][v]);
                    }
                }
                a_data = a_data.wrapping_offset(term_stride);
                b_data = b_data.wrapping_add(b.pitch());
            }

            for r in 0..R {
                for v in 0..C {
                    let to = c_data.add(r * c_pitch + v * lanes);
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
