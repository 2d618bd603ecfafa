//! The products whose result is a gradient of weights, and so lies in panels: `dW = X^T G`.
//!
//! ```text
//!               panels of C             for each strip of up to three panels:
//!             +--+--+--+--+--+            for eight rows after eight rows:
//!           B |  |  |  |  |  | batch        the tile of a product, in registers
//!             +--+--+--+--+--+              then what is to be done with it
//!   +-----+   +--------+--+--+
//!   |     |   |  tile  |     |          Down a strip, C is walked through in the order in which its
//! A |     |   +--------+     | fan_in   panels lie in memory.
//!   |     |   |              |
//!   +-----+   +--------------+
//! ```
//!
//! # Work for the shade
//!
//! An optimizer's vector of weights costs a square root, a division and memory traffic, which the
//! multiply-adds of a product leave unused. So a finished tile goes to a small buffer, and while the
//! next tile is computed, one vector of the buffer is handed to the [`Sink`] every few terms.

use crate::matrix::{Matrix, Strided};
use crate::panels::PanelsMut;
use crate::simd::{Element, Simd, Vector};

use super::blocking::evenly;
use super::tile::{Target, add_term};
use super::{Start, sweep};

/// `C = A B`, the product with nothing done to it.
///
/// # Panics
/// If the shapes do not fit, or B's rows cannot be read up to the next whole vector.
#[inline(always)]
pub fn product_into_panels<T: Element, S: Simd>(
    a: Strided<'_, T>,
    b: Matrix<'_, T>,
    mut c: PanelsMut<'_, T>,
) {
    assert_eq!((c.rows(), c.columns()), (a.rows(), b.columns()), "shape of C");
    // The last panel is as wide as the others, and its padding is written with it.
    let whole = c.columns().next_multiple_of(c.pitch());
    let b = if whole > T::LANES { b.widened(whole) } else { b };
    let target = Target { data: c.as_mut_ptr(), pitch: c.pitch(), group: c.stride() };
    sweep::<T, S>(a, b, Start::Zero, target, |_, _| {});
}

/// What takes the elements of a product, one vector after another.
pub trait Sink<T: Element, S: Simd> {
    /// The vector of C at a row and a panel. `#[inline(always)]`.
    fn take(&mut self, vector: T::Vector<S>, row: usize, panel: usize);
}

/// `A B`, every vector of which goes to the sink: once, in an order of its own.
///
/// # Panics
/// If the shapes do not fit, or B's rows cannot be read up to the next whole vector.
///
/// To be called from within a [`Kernel`](crate::simd::Kernel), like the sink.
#[inline(always)]
pub fn outer<T: Element, S: Simd>(a: Strided<'_, T>, b: Matrix<'_, T>, sink: &mut impl Sink<T, S>) {
    assert_eq!(b.rows(), a.columns(), "rows of B and columns of A");
    assert!(b.columns().next_multiple_of(T::LANES) <= b.width(), "B is not padded to whole vectors");
    assert!(a.column_steps().run == usize::MAX && a.row_steps().run == usize::MAX, "A in plain strides");
    let vectors = b.columns().div_ceil(T::LANES);
    let strips = vectors.div_ceil(S::TILE_VECTORS).max(1);
    let (wide, more) = evenly(vectors, strips);
    let pending = Pending { vectors: [T::Vector::<S>::zero(); TILE], count: 0, row: 0, panel: 0, width: 1 };
    let mut walk = Walk::<T, _, S> { a, b, sink, pending };
    let mut vector = 0;
    for strip in 0..strips {
        let width = wide + usize::from(strip < more);
        // Whole tiles, and what is left row by row: a sink is compiled into each shape, so they are few.
        let whole = a.rows() - a.rows() % S::TILE_ROWS;
        for row in (0..whole).step_by(S::TILE_ROWS) {
            walk.choose(S::TILE_ROWS, width, row, vector);
        }
        for row in whole..a.rows() {
            walk.choose(1, width, row, vector);
        }
        vector += width;
    }
    walk.hand_over();
}

/// Vectors in the largest tile of any instruction set.
const TILE: usize = 24;

/// A tile on its way to the sink.
struct Pending<T: Element, S: Simd> {
    vectors: [T::Vector<S>; TILE],
    count: usize,
    row: usize,
    panel: usize,
    /// Vectors in a row of the tile.
    width: usize,
}

struct Walk<'a, 's, T: Element, K, S: Simd> {
    a: Strided<'a, T>,
    b: Matrix<'a, T>,
    sink: &'s mut K,
    pending: Pending<T, S>,
}

impl<T: Element, K: Sink<T, S>, S: Simd> Walk<'_, '_, T, K, S> {
    /// Calls the code made for this shape; shapes that the instruction set does not use vanish.
    #[inline(always)]
    fn choose(&mut self, height: usize, width: usize, row: usize, panel: usize) {
        macro_rules! shapes {
            ($([$($r:literal)*] x $c:literal),*) => {
                match (height, width) {
                    $($(($r, $c) if const { ($r == 1 || $r == S::TILE_ROWS) && $c <= S::TILE_VECTORS } => {
                        self.compute::<$r, $c>(row, panel)
                    })*)*
                    (_, 0) => {}
                    (rows, vectors) => unreachable!("no tile of {rows} rows and {vectors} vectors"),
                }
            };
        }
        shapes!([1 2 6 8] x 1, [1 2 6 8] x 2, [1 2 6 8] x 3);
    }

    #[inline(always)]
    fn compute<const R: usize, const C: usize>(&mut self, row: usize, panel: usize) {
        let (row_stride, term_stride) = (self.a.row_steps().stride, self.a.column_steps().stride);
        let pitch = self.b.pitch();
        let terms = self.b.rows();
        let mut a_data = self.a.at(row, 0);
        let mut b_data = self.b.as_ptr().wrapping_add(panel * T::LANES);
        let mut sum = [[T::Vector::<S>::zero(); C]; R];
        // Few registers leave no room for two things at a time.
        let at_once = const { S::TILE_ROWS * S::TILE_VECTORS == TILE };
        let between = if at_once && terms >= TILE { terms / TILE } else { 0 };
        let Pending { vectors, count, row: old_row, panel: old_panel, width } = &mut self.pending;
        // SAFETY: `outer` checked that A has a scalar for each row and term, and that the rows of B
        // can be read up to the next whole vector.
        unsafe {
            let (mut r, mut v) = (0, 0);
            for pending in &vectors[..*count] {
                for _ in 0..between {
                    add_term::<T, S, R, C>(&mut sum, a_data, row_stride, b_data);
                    a_data = a_data.wrapping_offset(term_stride);
                    b_data = b_data.wrapping_add(pitch);
                }
                self.sink.take(*pending, *old_row + r, *old_panel + v);
                v += 1;
                if v == *width {
                    (r, v) = (r + 1, 0);
                }
            }
            for _ in *count * between..terms {
                add_term::<T, S, R, C>(&mut sum, a_data, row_stride, b_data);
                a_data = a_data.wrapping_offset(term_stride);
                b_data = b_data.wrapping_add(pitch);
            }
        }
        for r in 0..R {
            for v in 0..C {
                vectors[r * C + v] = sum[r][v];
            }
        }
        (*count, *old_row, *old_panel, *width) = (R * C, row, panel, C);
        if !at_once {
            self.hand_over();
        }
    }

    /// What is pending goes to the sink.
    #[inline(always)]
    fn hand_over(&mut self) {
        let Pending { vectors, count, row, panel, width } = &mut self.pending;
        for (i, vector) in vectors[..*count].iter().enumerate() {
            self.sink.take(*vector, *row + i / *width, *panel + i % *width);
        }
        *count = 0;
    }
}
