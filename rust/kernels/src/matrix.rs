//! Views of matrices: a pointer, a shape, strides. The products and the phases of a program speak
//! of these instead of slices, so that a block of columns can be lent out like a block of rows.

use std::marker::PhantomData;
use std::ops::Range;

/// A matrix to read whose rows are contiguous, a pitch apart.
#[derive(Debug)]
pub struct Matrix<'a, T> {
    data: *const T,
    rows: usize,
    columns: usize,
    pitch: usize,
    /// Elements of a row that may be read, counted from its first: at least `columns`.
    width: usize,
    lifetime: PhantomData<&'a [T]>,
}

impl<T> Clone for Matrix<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Matrix<'_, T> {}

// SAFETY: a `Matrix` gives what a shared slice gives.
unsafe impl<T: Sync> Send for Matrix<'_, T> {}
// SAFETY: as above.
unsafe impl<T: Sync> Sync for Matrix<'_, T> {}

impl<'a, T: Copy> Matrix<'a, T> {
    /// A matrix over memory that is not a slice.
    ///
    /// # Safety
    /// For the lifetime, `width >= columns` elements must be readable, and not written by anybody,
    /// at each of `rows` rows a `pitch` apart.
    pub(crate) unsafe fn from_raw(
        data: *const T,
        rows: usize,
        columns: usize,
        pitch: usize,
        width: usize,
    ) -> Self {
        debug_assert!(columns <= width && (width <= pitch || rows <= 1));
        Self { data, rows, columns, pitch, width, lifetime: PhantomData }
    }

    /// The slice as rows of `columns` elements.
    ///
    /// # Panics
    /// If the slice is not whole rows.
    pub fn from_slice(slice: &'a [T], rows: usize, columns: usize) -> Self {
        assert_eq!(Some(slice.len()), rows.checked_mul(columns), "slice is not rows x columns");
        Self { data: slice.as_ptr(), rows, columns, pitch: columns, width: columns, lifetime: PhantomData }
    }

    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The number of columns.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// How many elements of a row may be read.
    pub fn width(&self) -> usize {
        self.width
    }

    /// The distance from a row to the next.
    pub fn pitch(&self) -> usize {
        self.pitch
    }

    /// The first element.
    pub fn as_ptr(&self) -> *const T {
        self.data
    }

    /// Row `i`.
    #[inline(always)]
    pub fn row(&self, i: usize) -> &'a [T] {
        assert!(i < self.rows);
        // SAFETY: the row is readable and its length too.
        unsafe { std::slice::from_raw_parts(self.data.add(i * self.pitch), self.columns) }
    }

    /// Row `i` with all of it that may be read, the padding too.
    #[inline(always)]
    pub fn padded_row(&self, i: usize) -> &'a [T] {
        assert!(i < self.rows);
        // SAFETY: the width of a row is readable.
        unsafe { std::slice::from_raw_parts(self.data.add(i * self.pitch), self.width) }
    }

    /// All elements as one slice.
    ///
    /// # Panics
    /// If there are gaps between the rows.
    pub fn into_slice(self) -> &'a [T] {
        assert!(self.pitch == self.columns || self.rows <= 1, "rows with gaps");
        // SAFETY: the rows follow each other without gaps, and are readable.
        unsafe { std::slice::from_raw_parts(self.data, self.rows * self.columns) }
    }

    /// Some of the rows.
    pub fn row_range(self, range: Range<usize>) -> Self {
        assert!(range.start <= range.end && range.end <= self.rows);
        Self { data: self.data.wrapping_add(range.start * self.pitch), rows: range.end - range.start, ..self }
    }

    /// Some of the columns.
    pub fn column_range(self, range: Range<usize>) -> Self {
        assert!(range.start <= range.end && range.end <= self.columns);
        Self {
            data: self.data.wrapping_add(range.start),
            columns: range.end - range.start,
            width: self.width - range.start,
            ..self
        }
    }

    /// With columns that were padding so far.
    ///
    /// # Panics
    /// If there is not so much of it.
    pub fn widened(self, columns: usize) -> Self {
        assert!(self.columns <= columns && columns <= self.width, "no such padding");
        Self { columns, ..self }
    }

    /// The same elements with any strides.
    pub fn strided(self) -> Strided<'a, T> {
        Strided {
            data: self.data,
            rows: self.rows,
            columns: self.columns,
            row: Steps::plain(self.pitch as isize),
            column: Steps::plain(1),
            lifetime: PhantomData,
        }
    }

    /// The transpose.
    pub fn transposed(self) -> Strided<'a, T> {
        self.strided().transposed()
    }
}

/// A matrix to write whose rows are contiguous, a pitch apart.
#[derive(Debug)]
pub struct MatrixMut<'a, T> {
    data: *mut T,
    rows: usize,
    columns: usize,
    pitch: usize,
    /// Elements of a row that belong to this view, counted from its first.
    width: usize,
    lifetime: PhantomData<&'a mut [T]>,
}

// SAFETY: a `MatrixMut` gives what an exclusive slice gives.
unsafe impl<T: Send> Send for MatrixMut<'_, T> {}
// SAFETY: as above.
unsafe impl<T: Sync> Sync for MatrixMut<'_, T> {}

impl<'a, T: Copy> MatrixMut<'a, T> {
    /// A matrix over memory that is not a slice.
    ///
    /// # Safety
    /// For the lifetime, `width >= columns` elements of each of `rows` rows a `pitch` apart must be
    /// readable and writable, and belong to this view alone.
    pub(crate) unsafe fn from_raw(
        data: *mut T,
        rows: usize,
        columns: usize,
        pitch: usize,
        width: usize,
    ) -> Self {
        debug_assert!(columns <= width && (width <= pitch || rows <= 1));
        Self { data, rows, columns, pitch, width, lifetime: PhantomData }
    }

    /// The slice as rows of `columns` elements.
    ///
    /// # Panics
    /// If the slice is not whole rows.
    pub fn from_slice(slice: &'a mut [T], rows: usize, columns: usize) -> Self {
        assert_eq!(Some(slice.len()), rows.checked_mul(columns), "slice is not rows x columns");
        Self {
            data: slice.as_mut_ptr(),
            rows,
            columns,
            pitch: columns,
            width: columns,
            lifetime: PhantomData,
        }
    }

    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The number of columns.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// How many elements of a row belong to the view.
    pub fn width(&self) -> usize {
        self.width
    }

    /// The distance from a row to the next.
    pub fn pitch(&self) -> usize {
        self.pitch
    }

    /// The first element.
    pub fn as_mut_ptr(&mut self) -> *mut T {
        self.data
    }

    /// Row `i`.
    #[inline(always)]
    pub fn row(&mut self, i: usize) -> &mut [T] {
        assert!(i < self.rows);
        // SAFETY: the row belongs to this view, which is borrowed exclusively.
        unsafe { std::slice::from_raw_parts_mut(self.data.add(i * self.pitch), self.columns) }
    }

    /// Row `i` with its padding.
    #[inline(always)]
    pub fn padded_row(&mut self, i: usize) -> &mut [T] {
        assert!(i < self.rows);
        // SAFETY: the width of the row belongs to this view, which is borrowed exclusively.
        unsafe { std::slice::from_raw_parts_mut(self.data.add(i * self.pitch), self.width) }
    }

    /// All elements as one slice.
    ///
    /// # Panics
    /// If there are gaps between the rows.
    pub fn into_slice(self) -> &'a mut [T] {
        assert!(self.pitch == self.columns || self.rows <= 1, "rows with gaps");
        // SAFETY: the rows follow each other without gaps and belong to this view, which is used up.
        unsafe { std::slice::from_raw_parts_mut(self.data, self.rows * self.columns) }
    }

    /// A shorter loan of the same.
    pub fn reborrow(&mut self) -> MatrixMut<'_, T> {
        MatrixMut { lifetime: PhantomData, ..*self }
    }

    /// The same, to read.
    pub fn as_matrix(&self) -> Matrix<'_, T> {
        Matrix {
            data: self.data,
            rows: self.rows,
            columns: self.columns,
            pitch: self.pitch,
            width: self.width,
            lifetime: PhantomData,
        }
    }

    /// The first rows, and the rest.
    pub fn split_rows(self, count: usize) -> (MatrixMut<'a, T>, MatrixMut<'a, T>) {
        let twin = MatrixMut { lifetime: PhantomData, ..self };
        let rows = self.rows;
        (self.row_range(0..count), twin.row_range(count..rows))
    }

    /// The first columns, which lose their padding, and the rest.
    pub fn split_columns(self, count: usize) -> (MatrixMut<'a, T>, MatrixMut<'a, T>) {
        let twin = MatrixMut { lifetime: PhantomData, ..self };
        let columns = self.columns;
        let first = self.column_range(0..count);
        (MatrixMut { width: count, ..first }, twin.column_range(count..columns))
    }

    /// Some of the rows.
    pub fn row_range(self, range: Range<usize>) -> MatrixMut<'a, T> {
        assert!(range.start <= range.end && range.end <= self.rows);
        MatrixMut {
            data: self.data.wrapping_add(range.start * self.pitch),
            rows: range.end - range.start,
            ..self
        }
    }

    /// Some of the columns.
    pub fn column_range(self, range: Range<usize>) -> MatrixMut<'a, T> {
        assert!(range.start <= range.end && range.end <= self.columns);
        MatrixMut {
            data: self.data.wrapping_add(range.start),
            columns: range.end - range.start,
            width: self.width - range.start,
            ..self
        }
    }
}

/// How far apart the rows (or columns) of a [`Strided`] lie: a stride, but after a run of them a jump.
#[derive(Clone, Copy, Debug)]
pub struct Steps {
    /// From one to the next within a run.
    pub stride: isize,
    /// How many are a run.
    pub run: usize,
    /// From the begin of a run to that of the next.
    pub jump: isize,
}

impl Steps {
    /// The same stride all along.
    pub fn plain(stride: isize) -> Self {
        Self { stride, run: usize::MAX, jump: 0 }
    }

    /// From number 0 to number `i`.
    #[inline(always)]
    pub fn offset(&self, i: usize) -> isize {
        if i < self.run {
            i as isize * self.stride
        } else {
            (i / self.run) as isize * self.jump + (i % self.run) as isize * self.stride
        }
    }
}

/// A matrix to read with any strides, negative and zero ones too.
#[derive(Debug)]
pub struct Strided<'a, T> {
    data: *const T,
    rows: usize,
    columns: usize,
    row: Steps,
    column: Steps,
    lifetime: PhantomData<&'a [T]>,
}

impl<T> Clone for Strided<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Strided<'_, T> {}

// SAFETY: a `Strided` gives what a shared slice gives.
unsafe impl<T: Sync> Send for Strided<'_, T> {}
// SAFETY: as above.
unsafe impl<T: Sync> Sync for Strided<'_, T> {}

impl<'a, T: Copy> Strided<'a, T> {
    /// Element `(0, 0)` is `slice[first]`, from which the strides (in elements) are counted.
    ///
    /// # Panics
    /// If an element would lie outside of the slice.
    pub fn new(slice: &'a [T], first: usize, shape: [usize; 2], strides: [isize; 2]) -> Self {
        let [rows, columns] = shape;
        if rows > 0 && columns > 0 {
            let span = |length: usize, stride: isize| stride as i128 * (length as i128 - 1);
            let (down, across) = (span(rows, strides[0]), span(columns, strides[1]));
            let lowest = first as i128 + down.min(0) + across.min(0);
            let highest = first as i128 + down.max(0) + across.max(0);
            assert!(lowest >= 0 && highest < slice.len() as i128, "strides lead out of the slice");
        }
        Self {
            data: slice.as_ptr().wrapping_add(first),
            rows,
            columns,
            row: Steps::plain(strides[0]),
            column: Steps::plain(strides[1]),
            lifetime: PhantomData,
        }
    }

    /// Over memory that is not a slice.
    ///
    /// # Safety
    /// For the lifetime, every element must be readable, and not written by anybody.
    pub(crate) unsafe fn from_raw(data: *const T, shape: [usize; 2], row: Steps, column: Steps) -> Self {
        let [rows, columns] = shape;
        Self { data, rows, columns, row, column, lifetime: PhantomData }
    }

    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The number of columns.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// From row to row.
    pub fn row_steps(&self) -> Steps {
        self.row
    }

    /// From column to column.
    pub fn column_steps(&self) -> Steps {
        self.column
    }

    /// Where an element lies.
    #[inline(always)]
    pub fn at(&self, i: usize, j: usize) -> *const T {
        self.data.wrapping_offset(self.row.offset(i) + self.column.offset(j))
    }

    /// The transpose.
    pub fn transposed(self) -> Self {
        Self { rows: self.columns, columns: self.rows, row: self.column, column: self.row, ..self }
    }

    /// The same as a matrix of contiguous rows, if it is one.
    pub fn as_matrix(self) -> Option<Matrix<'a, T>> {
        let is_one = self.column.run >= self.columns
            && self.row.run >= self.rows
            && self.column.stride == 1
            && self.row.stride >= self.columns as isize;
        is_one.then_some(Matrix {
            data: self.data,
            rows: self.rows,
            columns: self.columns,
            pitch: self.row.stride as usize,
            width: self.columns,
            lifetime: PhantomData,
        })
    }

    /// A part of the rows and of the columns.
    ///
    /// # Panics
    /// If there are not so many, or the part begins within a run.
    #[inline(always)]
    pub fn block(self, rows: Range<usize>, columns: Range<usize>) -> Self {
        assert!(rows.start <= rows.end && rows.end <= self.rows);
        assert!(columns.start <= columns.end && columns.end <= self.columns);
        let begins = |steps: Steps, i: usize| steps.run == usize::MAX || i.is_multiple_of(steps.run);
        assert!(begins(self.row, rows.start) && begins(self.column, columns.start), "a part within a run");
        Self {
            data: self.at(rows.start, columns.start),
            rows: rows.end - rows.start,
            columns: columns.end - columns.start,
            ..self
        }
    }

    /// One element.
    #[inline(always)]
    pub fn get(&self, i: usize, j: usize) -> T {
        assert!(i < self.rows && j < self.columns);
        // SAFETY: every element of the shape is readable.
        unsafe { *self.at(i, j) }
    }
}
