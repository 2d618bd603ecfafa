//! Products of rows with rows: `C[i][j] = A[i] . B[j]`, with the lanes along what is summed up. So a layer of
//! few units gets its gradient, `dW = X^T G`, from the activations as they lie, feature-major: the lanes
//! of the other products would run along its units, and most would be idle.
//!
//! ```text
//!      batch, vector by vector           tile: 4 rows of A x 4 of B (or 8 x 2, 16 x 1, ..), a vector
//!    A  ----------------->                of partial sums for each pair; at last the tile's sixteen
//!    B  ----------------->                vectors are transposed and added up, all at the same time
//! ```
//!
//! # The order of summation
//!
//! Lane `l` is a chain over elements `l`, `l + LANES`, .. of the rows; then the lanes are added in the tree of
//! [`Vector::sum`]. Tiles cannot change that: but it is not the order of the other products, so whether
//! a layer's gradient is made here must follow from its shape.

use crate::matrix::Matrix;
use crate::panels::PanelsMut;
use crate::simd::{Element, Kernel, Simd, Vector};

use super::blocking::{chunks, evenly};

/// Vectors of partial sums in a tile, at most.
const TILE: usize = 16;

/// Sums that are made one by one; with fewer registers there are no more of them.
const FEW: usize = 4;

/// Rows of B in a tile, at most.
const WIDTH: usize = 4;

/// `C[i][j] = A[i] . B[j]`.
///
/// # Panics
/// If the shapes do not fit.
pub fn product_of_rows<T: Element, S: Simd>(a: Matrix<'_, T>, b: Matrix<'_, T>, c: PanelsMut<'_, T>) {
    assert_eq!((c.rows(), c.columns()), (a.rows(), b.rows()), "shape of C");
    assert_eq!(a.columns(), b.columns(), "columns of A and B");
    S::call(Dots { a, b, c });
}

struct Dots<'a, T> {
    a: Matrix<'a, T>,
    b: Matrix<'a, T>,
    c: PanelsMut<'a, T>,
}

impl<T: Element> Kernel for Dots<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(mut self) {
        let (rows, units) = (self.a.rows(), self.b.rows());
        for panel in chunks(units, T::LANES) {
            let strips = panel.len().div_ceil(WIDTH);
            let (wide, more) = evenly(panel.len(), strips);
            let mut unit = panel.start;
            for strip in 0..strips {
                let width = wide + usize::from(strip < more);
                let mut row = 0;
                while row < rows {
                    row += self.choose::<S>(row, rows - row, unit, width);
                }
                unit += width;
            }
        }
    }
}

impl<T: Element> Dots<'_, T> {
    /// The highest tile of this width that is not too high; returns how many rows it has.
    #[inline(always)]
    fn choose<S: Simd>(&mut self, row: usize, rows: usize, unit: usize, width: usize) -> usize {
        macro_rules! shapes {
            ($($c:literal: $($r:literal)*),*) => {
                match width {
                    $($c => {
                        $(if const { fits::<S>($r, $c) } && rows >= $r {
                            self.tile::<S, $r, $c>(row, unit);
                            return $r;
                        })*
                        unreachable!("a tile of one row fits")
                    })*
                    _ => rows,
                }
            };
        }
        shapes!(1: 16 8 4 2 1, 2: 8 4 2 1, 3: 4 2 1, 4: 4 2 1)
    }

    #[inline(always)]
    fn tile<S: Simd, const R: usize, const C: usize>(&mut self, row: usize, unit: usize) {
        let a = self.a.row_range(row..row + R);
        let b = self.b.row_range(unit..unit + C);
        let (length, whole) = (a.columns(), a.columns() - a.columns() % T::LANES);
        let mut sums = [T::Vector::<S>::zero(); TILE];
        // SAFETY: the rows of both, R and C of them, are `length` long.
        unsafe {
            for column in (0..whole).step_by(T::LANES) {
                add::<T, S, R, C>(&mut sums, a, b, |row| T::Vector::<S>::load_ptr(row.add(column)));
            }
            if whole < length {
                let left = length - whole;
                add::<T, S, R, C>(&mut sums, a, b, |row| T::Vector::<S>::load_part_ptr(row.add(whole), left));
            }
        }
        let mut totals = [T::default(); TILE];
        if R * C <= FEW {
            for i in 0..R * C {
                totals[i] = sums[i].sum();
            }
        } else {
            for first in (0..R * C).step_by(T::LANES) {
                let vectors = std::array::from_fn(|lane| sums[(first + lane) % TILE]);
                T::Vector::<S>::sums(&vectors).store(&mut totals[first..]);
            }
        }
        if self.c.pitch() == C {
            self.c.panel(0, row..row + R).copy_from_slice(&totals[..R * C]);
            return;
        }
        for r in 0..R {
            let to = &mut self.c.part(row + r, unit / T::LANES)[unit % T::LANES..];
            to[..C].copy_from_slice(&totals[r * C..(r + 1) * C]);
        }
    }
}

/// Adds the products of a vector of each row; `load` gets that from the row's first element.
#[inline(always)]
fn add<T: Element, S: Simd, const R: usize, const C: usize>(
    sums: &mut [T::Vector<S>; TILE],
    a: Matrix<'_, T>,
    b: Matrix<'_, T>,
    load: impl Fn(*const T) -> T::Vector<S>,
) {
    let mut factors = [T::Vector::<S>::zero(); C];
    for u in 0..C {
        factors[u] = load(b.as_ptr().wrapping_add(u * b.pitch()));
    }
    for r in 0..R {
        let factor = load(a.as_ptr().wrapping_add(r * a.pitch()));
        for u in 0..C {
            sums[r * C + u] = factor.mul_add(factors[u], sums[r * C + u]);
        }
    }
}

/// Whether registers hold a tile, beside its factors.
const fn fits<S: Simd>(rows: usize, width: usize) -> bool {
    rows * width <= if S::TILE_VECTORS > 1 { TILE } else { FEW }
}
