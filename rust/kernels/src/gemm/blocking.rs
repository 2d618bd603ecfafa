//! Block sizes, from the shape and the caches. They cannot change a bit of a result (see `mod.rs`).

use std::ops::Range;

use crate::simd::{Element, Simd};

/// Rows of C handed to the epilogue at once: whole tiles on every instruction set (8, 6 and 2
/// rows) and whole vectors (16 lanes), few enough to be in L1 still (48 x 128 x 4 B = 24 KB).
pub const EPILOGUE_ROWS: usize = 48;

/// Bytes of B that stay near (in L2, which has 1 MB on the machines aimed at) while A goes by.
const B_BYTES: usize = 1024 * 1024;

/// Terms of a block, at most. Blocks so short that a strip of B stays in L1 are slower: storing C in
/// between, a row here and a row there, costs more than B's misses, which are foreseen.
const TERMS: usize = 1024;

/// How k and n are cut.
pub struct Blocks {
    k: usize,
    n: usize,
    terms: usize,
    columns: usize,
}

impl Blocks {
    /// For a product with `k` terms and `n` columns.
    pub fn of<T: Element, S: Simd>(k: usize, n: usize) -> Self {
        let tile = S::TILE_VECTORS * T::LANES;
        // Blocks of about equal length; panels of A are not cut.
        let terms =
            if k <= TERMS { k.max(1) } else { k.div_ceil(k.div_ceil(TERMS)).next_multiple_of(T::LANES) };
        let most = B_BYTES / size_of::<T>();
        let columns =
            if terms.saturating_mul(n) <= most { n.max(1) } else { (most / terms).max(tile) / tile * tile };
        Self { k, n, terms, columns }
    }

    /// Columns in the widest block.
    pub fn widest(&self) -> usize {
        self.columns.min(self.n)
    }

    /// Terms in the longest block.
    pub fn longest(&self) -> usize {
        self.terms.min(self.k)
    }

    /// The blocks of columns.
    pub fn columns(&self) -> impl Iterator<Item = Range<usize>> + use<> {
        chunks(self.n, self.columns)
    }

    /// The blocks of terms; one empty block where there is no term, so that C still gets its start.
    pub fn terms(&self) -> impl Iterator<Item = Range<usize>> + use<> {
        let nothing = (self.k == 0).then_some(0..0);
        nothing.into_iter().chain(chunks(self.k, self.terms))
    }
}

/// `0..length` in ranges of `size`, the last one shorter.
pub fn chunks(length: usize, size: usize) -> impl Iterator<Item = Range<usize>> {
    (0..length).step_by(size).map(move |start| start..(start + size).min(length))
}

/// `total` in so many parts, as even as can be: what each has, and how many of them have one more.
#[inline(always)]
pub fn evenly(total: usize, parts: usize) -> (usize, usize) {
    // The smallest products would feel the division.
    if parts == 1 { (total, 0) } else { (total / parts, total % parts) }
}
