//! Rows of a batch, picked by index from the caller's matrix and laid down feature-major; and the
//! way back, from feature-major to rows.
//!
//! Both go square by square, one vector by one vector: a square is loaded from as many places as it
//! has rows, transposed in registers, and stored.

use std::marker::PhantomData;
use std::ops::Range;

use crate::matrix::{Matrix, MatrixMut};
use crate::simd::{Element, Kernel, Simd, Vector, prefetch_for_later};

/// The caller's matrix, rows contiguous one after another. It is read through a pointer, never as a
/// slice: while a network trains, the interpreter's other threads may write to the array (they can
/// change values then, but no index).
#[derive(Debug)]
pub struct Source<'a, T> {
    data: *const T,
    rows: usize,
    columns: usize,
    lifetime: PhantomData<&'a [T]>,
}

impl<T> Clone for Source<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Source<'_, T> {}

// SAFETY: a `Source` gives what a shared slice gives.
unsafe impl<T: Sync> Send for Source<'_, T> {}
// SAFETY: as above.
unsafe impl<T: Sync> Sync for Source<'_, T> {}

impl<'a, T> Source<'a, T> {
    /// The slice as rows of `columns` elements; none if it is not whole rows.
    pub fn new(slice: &'a [T], columns: usize) -> Option<Self> {
        let rows = slice.len().checked_div(columns)?;
        let whole = rows * columns == slice.len();
        whole.then_some(Self { data: slice.as_ptr(), rows, columns, lifetime: PhantomData })
    }

    /// Some of the rows.
    ///
    /// # Panics
    /// If there are not so many.
    pub fn part(self, rows: Range<usize>) -> Self {
        assert!(rows.start <= rows.end && rows.end <= self.rows);
        let data = self.data.wrapping_add(rows.start * self.columns);
        Self { data, rows: rows.end - rows.start, ..self }
    }

    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The number of columns.
    pub fn columns(&self) -> usize {
        self.columns
    }
}

impl<T: Copy> Source<'_, T> {
    /// Copies row `i` of the order.
    ///
    /// # Panics
    /// If there is no such row, or it has another length.
    pub fn copy_row(&self, order: Order<'_>, i: usize, to: &mut [T]) {
        let index = order.row(i);
        assert!(index < self.rows, "row {index} of {}", self.rows);
        assert_eq!(to.len(), self.columns, "features");
        // SAFETY: the row is readable, and `to`, being exclusive, is no part of it.
        unsafe {
            std::ptr::copy_nonoverlapping(self.data.add(index * self.columns), to.as_mut_ptr(), to.len());
        }
    }
}

impl<T: Element> Source<'_, T> {
    /// The sum of the first column of rows `first..first + count` of the order, one after another.
    ///
    /// # Panics
    /// If an index is no row.
    pub fn sum(&self, order: Order<'_>, first: usize, count: usize) -> f64 {
        let mut sum = 0.0;
        order.each(first, count, |_, index| {
            assert!(index < self.rows, "row {index} of {}", self.rows);
            // SAFETY: there is such a row, and a source has at least one column.
            sum += unsafe { *self.data.add(index * self.columns) }.to_f64();
        });
        sum
    }
}

/// In which order rows are visited.
#[derive(Clone, Copy, Debug)]
pub enum Order<'a> {
    /// As they lie.
    Sequence,
    /// By these indices.
    Listed(&'a [u32]),
}

impl Order<'_> {
    #[inline(always)]
    fn row(&self, i: usize) -> usize {
        match self {
            Order::Sequence => i,
            Order::Listed(indices) => indices[i] as usize,
        }
    }

    /// Calls with the number and the index of each of `count` rows from the `first` on.
    #[inline(always)]
    pub(crate) fn each(&self, first: usize, count: usize, mut with: impl FnMut(usize, usize)) {
        match self {
            Order::Sequence => (0..count).for_each(|i| with(i, first + i)),
            Order::Listed(indices) => {
                let indices = &indices[first..first + count];
                indices.iter().enumerate().for_each(|(i, &index)| with(i, index as usize));
            }
        }
    }
}

/// Rows that will be gathered later: their memory is asked for now, a cache line at a time, while something
/// else is computed.
#[derive(Debug)]
pub struct Upcoming<'a, T> {
    source: Source<'a, T>,
    order: Order<'a>,
    rows: Range<usize>,
    /// Elements of the first row that were asked for.
    done: usize,
}

impl<'a, T: Copy> Upcoming<'a, T> {
    /// Some rows of the order.
    pub fn new(source: Source<'a, T>, order: Order<'a>, rows: Range<usize>) -> Self {
        Self { source, order, rows, done: 0 }
    }

    /// No rows.
    pub fn nothing() -> Self {
        let source = Source { data: std::ptr::null(), rows: 0, columns: 0, lifetime: PhantomData };
        Self::new(source, Order::Sequence, 0..0)
    }

    /// Asks for the next line, if there is one left.
    #[inline(always)]
    pub fn prefetch(&mut self) {
        const LINE: usize = 64;
        if self.rows.is_empty() {
            return;
        }
        let first = self.order.row(self.rows.start) * self.source.columns;
        prefetch_for_later(self.source.data.wrapping_add(first + self.done));
        self.done += LINE / size_of::<T>();
        if self.done >= self.source.columns {
            self.done = 0;
            self.rows.start += 1;
        }
    }
}

/// Puts the rows number `first..first + count` of the order into the first `count` columns of `to`
/// (the rest of the last vector is filled with repetitions).
///
/// # Panics
/// If an index is no row, or the shapes do not fit.
pub fn gather<T: Element, S: Simd>(
    source: Source<'_, T>,
    order: Order<'_>,
    first: usize,
    count: usize,
    to: MatrixMut<'_, T>,
) {
    assert_eq!(source.columns, to.rows(), "features");
    assert!(count.next_multiple_of(T::LANES) <= to.width(), "room for whole vectors");
    S::call(Gather { source, order, first, count, to });
}

/// Up to so many columns, labels for one, are copied one by one: a square costs as much as four of them.
const FEW_COLUMNS: usize = 3;

struct Gather<'a, T> {
    source: Source<'a, T>,
    order: Order<'a>,
    first: usize,
    count: usize,
    to: MatrixMut<'a, T>,
}

impl<T: Element> Kernel for Gather<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        let Self { source, order, first, count, mut to } = self;
        let pitch = to.pitch();
        for column in (0..count).step_by(T::LANES) {
            let live = (count - column).min(T::LANES);
            let mut rows = [source.data; 16];
            order.each(first + column, live, |lane, index| {
                assert!(index < source.rows, "row {index} of {}", source.rows);
                rows[lane % 16] = source.data.wrapping_add(index * source.columns);
            });
            for lane in live..T::LANES {
                rows[lane] = rows[live - 1];
            }
            if source.columns <= FEW_COLUMNS {
                for feature in 0..source.columns {
                    let to = &mut to.padded_row(feature)[column..column + T::LANES];
                    for (value, row) in to.iter_mut().zip(rows) {
                        // SAFETY: the row has such an element, and `to` is no part of it.
                        *value = unsafe { *row.add(feature) };
                    }
                }
                continue;
            }
            for feature in (0..source.columns).step_by(T::LANES) {
                let features = (source.columns - feature).min(T::LANES);
                let mut square = rows;
                for row in &mut square {
                    *row = row.wrapping_add(feature);
                }
                // SAFETY: `features` elements are left in each row from `feature` on; the rows of
                // `to` have room for a vector at `column`, and `to` is no part of the source.
                unsafe {
                    let corner = to.as_mut_ptr().add(feature * pitch + column);
                    T::Vector::<S>::transpose(&square, features, corner, pitch);
                }
            }
        }
    }
}

/// Where the rows of the square at `(i, j)` begin; in place of those that there are not, the zeros.
#[inline(always)]
fn square<T: Element>(from: Matrix<'_, T>, i: usize, j: usize, zeros: &[T; 16]) -> [*const T; 16] {
    let mut square = [zeros.as_ptr(); 16];
    let live = (from.rows() - i).min(T::LANES);
    for (lane, row) in square.iter_mut().enumerate().take(live) {
        *row = from.as_ptr().wrapping_add((i + lane) * from.pitch() + j);
    }
    square
}

/// `to` becomes the transpose of `from`. Whole vectors are written, zeros behind the last element, so
/// both must have room for them in their rows.
///
/// # Panics
/// If the shapes do not fit.
pub fn transpose<T: Element, S: Simd>(from: Matrix<'_, T>, to: MatrixMut<'_, T>) {
    assert!(from.columns() <= to.rows() && from.rows() <= to.columns(), "shapes");
    assert!(from.rows().next_multiple_of(T::LANES) <= to.width(), "room for whole vectors");
    S::call(Transpose { from, to });
}

struct Transpose<'a, T> {
    from: Matrix<'a, T>,
    to: MatrixMut<'a, T>,
}

impl<T: Element> Kernel for Transpose<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        let Self { from, mut to } = self;
        let pitch = to.pitch();
        let zeros = [T::default(); 16];
        for i in (0..from.rows()).step_by(T::LANES) {
            for j in (0..from.columns()).step_by(T::LANES) {
                let columns = (from.columns() - j).min(T::LANES);
                let square = square(from, i, j, &zeros);
                // SAFETY: `columns` elements are left in each row of `from` and are in `zeros`, and as
                // many rows are left in `to`, which have room for a vector at `i`.
                unsafe {
                    let corner = to.as_mut_ptr().add(j * pitch + i);
                    T::Vector::<S>::transpose(&square, columns, corner, pitch);
                }
            }
        }
    }
}

/// The transpose of `from` into rows that follow each other without padding.
///
/// # Panics
/// If the shapes do not fit.
pub fn transpose_into_rows<T: Element, S: Simd>(from: Matrix<'_, T>, to: MatrixMut<'_, T>) {
    assert_eq!((from.rows(), from.columns()), (to.columns(), to.rows()), "shapes");
    S::call(IntoRows { from, to });
}

struct IntoRows<'a, T> {
    from: Matrix<'a, T>,
    to: MatrixMut<'a, T>,
}

impl<T: Element> Kernel for IntoRows<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        let Self { from, mut to } = self;
        let zeros = [T::default(); 16];
        let mut turned = [[T::default(); 16]; 16];
        for i in (0..from.rows()).step_by(T::LANES) {
            let live = (from.rows() - i).min(T::LANES);
            for j in (0..from.columns()).step_by(T::LANES) {
                let columns = (from.columns() - j).min(T::LANES);
                let square = square(from, i, j, &zeros);
                // SAFETY: `columns` elements are left in each row of `from` and are in `zeros`; so many
                // rows of `turned` have room for a vector.
                unsafe { T::Vector::<S>::transpose(&square, columns, turned.as_mut_ptr().cast(), 16) };
                for (column, values) in turned.iter().enumerate().take(columns) {
                    T::Vector::<S>::load(values).store_part(&mut to.row(j + column)[i..i + live]);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simd::Isa;

    struct Both<'a> {
        source: Source<'a, f32>,
        order: Order<'a>,
        count: usize,
        middle: &'a mut [f32],
        back: &'a mut [f32],
    }

    impl Kernel for Both<'_> {
        type Output = ();
        #[inline(always)]
        fn run<S: Simd>(self) {
            let features = self.source.columns();
            let width = self.middle.len() / features;
            gather::<f32, S>(
                self.source,
                self.order,
                0,
                self.count,
                MatrixMut::from_slice(self.middle, features, width),
            );
            let from = Matrix::from_slice(self.middle, features, width).column_range(0..self.count);
            let pitch = self.back.len() / self.count;
            let to = MatrixMut::from_slice(self.back, self.count, pitch);
            transpose::<f32, S>(from, to);
        }
    }

    #[test]
    fn gather_and_back_is_a_pick_of_rows() {
        for isa in Isa::available() {
            for (features, count) in [(1_usize, 1_usize), (3, 5), (16, 16), (17, 33), (40, 7), (15, 48)] {
                let rows = 50;
                let data: Vec<f32> = (0..rows * features).map(|i| i as f32).collect();
                let indices: Vec<u32> = (0..count).map(|i| (i * 7 % rows) as u32).collect();
                let mut middle = vec![0.0; features * count.next_multiple_of(16)];
                let pitch = features.next_multiple_of(16);
                let mut back = vec![f32::NAN; count * pitch];
                isa.run(Both {
                    source: Source::new(&data, features).unwrap(),
                    order: Order::Listed(&indices),
                    count,
                    middle: &mut middle,
                    back: &mut back,
                });
                for (i, &index) in indices.iter().enumerate() {
                    let expected = &data[index as usize * features..][..features];
                    assert_eq!(&back[i * pitch..][..features], expected, "{} {features}x{count}", isa.name());
                    assert!(back[i * pitch..][features..pitch].iter().all(|padding| *padding == 0.0));
                }
            }
        }
    }

    #[test]
    #[should_panic(expected = "row 50 of 50")]
    fn an_index_that_is_no_row_panics() {
        let data = vec![0.0; 50];
        let (mut middle, mut back) = (vec![0.0; 16], vec![0.0; 16]);
        Isa::best().run(Both {
            source: Source::new(&data, 1).unwrap(),
            order: Order::Listed(&[50]),
            count: 1,
            middle: &mut middle,
            back: &mut back,
        });
    }
}
