//! Matrices in panels of columns: each panel is a plain matrix, one vector wide, and they lie one after
//! another. So wide rows do not lie far apart, columns can be read down without leaping from page to
//! page, and all of it can be walked through as one array. The weights lie like that.
//!
//! With fewer columns than a vector has lanes there is one panel, as narrow as they are. Behind the columns
//! of the last panel there is padding.

use std::marker::PhantomData;
use std::ops::Range;

use crate::matrix::{Steps, Strided};
use crate::simd::prefetch_to_write;

/// The shape, and where things lie in it.
#[derive(Clone, Copy, Debug)]
struct Shape {
    rows: usize,
    columns: usize,
    /// Columns of a panel.
    pitch: usize,
    /// From a panel to the next.
    stride: usize,
}

impl Shape {
    /// Of a slice that is whole panels.
    fn of(length: usize, rows: usize, columns: usize, pitch: usize) -> Self {
        assert_eq!(length, columns.div_ceil(pitch) * rows * pitch, "slice is not whole panels");
        Self { rows, columns, pitch, stride: rows * pitch }
    }

    /// Of a slice that is one column.
    #[inline(always)]
    fn column(length: usize) -> Self {
        Self { rows: length, columns: 1, pitch: 1, stride: length }
    }

    fn count(&self) -> usize {
        self.columns.div_ceil(self.pitch)
    }

    /// Where row `i` of a panel lies.
    #[inline(always)]
    fn at(&self, i: usize, panel: usize) -> usize {
        panel * self.stride + i * self.pitch
    }

    /// Where some rows of a panel lie.
    ///
    /// # Panics
    /// If there are no such rows, or no such panel.
    #[inline(always)]
    fn part(&self, panel: usize, rows: &Range<usize>) -> Range<usize> {
        assert!(rows.start <= rows.end && rows.end <= self.rows && panel * self.pitch < self.columns);
        self.at(rows.start, panel)..self.at(rows.end, panel)
    }
}

/// To read.
#[derive(Debug)]
pub struct Panels<'a, T> {
    data: *const T,
    shape: Shape,
    lifetime: PhantomData<&'a [T]>,
}

impl<T> Clone for Panels<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Panels<'_, T> {}

impl<'a, T: Copy> Panels<'a, T> {
    /// The slice as panels of `pitch` columns.
    ///
    /// # Panics
    /// If the slice is not whole panels.
    pub fn from_slice(slice: &'a [T], rows: usize, columns: usize, pitch: usize) -> Self {
        let shape = Shape::of(slice.len(), rows, columns, pitch);
        Self { data: slice.as_ptr(), shape, lifetime: PhantomData }
    }

    /// The slice as one column.
    #[inline(always)]
    pub fn column(slice: &'a [T]) -> Self {
        Self { data: slice.as_ptr(), shape: Shape::column(slice.len()), lifetime: PhantomData }
    }

    /// # Safety
    /// For the lifetime, `pitch` elements must be readable, and not written by anybody, at each of
    /// `rows` rows a `pitch` apart, in each of the panels that it takes for so many columns.
    pub(crate) unsafe fn from_raw(
        data: *const T,
        rows: usize,
        columns: usize,
        pitch: usize,
        stride: usize,
    ) -> Self {
        Self { data, shape: Shape { rows, columns, pitch, stride }, lifetime: PhantomData }
    }

    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.shape.rows
    }

    /// The number of columns.
    pub fn columns(&self) -> usize {
        self.shape.columns
    }

    /// How many panels there are.
    pub fn count(&self) -> usize {
        self.shape.count()
    }

    /// The same elements, to be read in any order.
    pub fn strided(self) -> Strided<'a, T> {
        let Shape { rows, columns, pitch, stride } = self.shape;
        let column = if columns <= pitch {
            Steps::plain(1)
        } else {
            Steps { stride: 1, run: pitch, jump: stride as isize }
        };
        // SAFETY: the steps lead to the elements, which are readable.
        unsafe { Strided::from_raw(self.data, [rows, columns], Steps::plain(pitch as isize), column) }
    }

    /// The transpose.
    pub fn transposed(self) -> Strided<'a, T> {
        self.strided().transposed()
    }

    /// Some of the rows.
    pub fn row_range(self, range: Range<usize>) -> Self {
        assert!(range.start <= range.end && range.end <= self.shape.rows);
        let data = self.data.wrapping_add(range.start * self.shape.pitch);
        Self { data, shape: Shape { rows: range.end - range.start, ..self.shape }, ..self }
    }

    /// Some rows of a panel, as one slice with the padding.
    #[inline(always)]
    pub fn panel(&self, panel: usize, rows: Range<usize>) -> &'a [T] {
        let part = self.shape.part(panel, &rows);
        // SAFETY: the rows of a panel are readable and follow each other.
        unsafe { std::slice::from_raw_parts(self.data.add(part.start), part.end - part.start) }
    }

    /// The columns of row `i` in a panel.
    #[inline(always)]
    pub fn part(&self, i: usize, panel: usize) -> &'a [T] {
        let Shape { columns, pitch, .. } = self.shape;
        &self.panel(panel, i..i + 1)[..pitch.min(columns - panel * pitch)]
    }
}

/// To write.
#[derive(Debug)]
pub struct PanelsMut<'a, T> {
    data: *mut T,
    shape: Shape,
    lifetime: PhantomData<&'a mut [T]>,
}

impl<'a, T: Copy> PanelsMut<'a, T> {
    /// The slice as panels of `pitch` columns.
    ///
    /// # Panics
    /// If the slice is not whole panels.
    pub fn from_slice(slice: &'a mut [T], rows: usize, columns: usize, pitch: usize) -> Self {
        let shape = Shape::of(slice.len(), rows, columns, pitch);
        Self { data: slice.as_mut_ptr(), shape, lifetime: PhantomData }
    }

    /// The slice as one column.
    #[inline(always)]
    pub fn column(slice: &'a mut [T]) -> Self {
        Self { data: slice.as_mut_ptr(), shape: Shape::column(slice.len()), lifetime: PhantomData }
    }

    /// # Safety
    /// As for [`Panels::from_raw`], and the elements must be writable and belong to this view alone.
    pub(crate) unsafe fn from_raw(
        data: *mut T,
        rows: usize,
        columns: usize,
        pitch: usize,
        stride: usize,
    ) -> Self {
        Self { data, shape: Shape { rows, columns, pitch, stride }, lifetime: PhantomData }
    }

    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.shape.rows
    }

    /// The number of columns.
    pub fn columns(&self) -> usize {
        self.shape.columns
    }

    /// Columns of a panel.
    pub fn pitch(&self) -> usize {
        self.shape.pitch
    }

    /// From a panel to the next.
    pub fn stride(&self) -> usize {
        self.shape.stride
    }

    /// How many panels there are.
    pub fn count(&self) -> usize {
        self.shape.count()
    }

    /// To read meanwhile.
    pub fn as_panels(&self) -> Panels<'_, T> {
        Panels { data: self.data, shape: self.shape, lifetime: PhantomData }
    }

    /// The first element.
    pub fn as_mut_ptr(&mut self) -> *mut T {
        self.data
    }

    /// Some rows of a panel, as one slice with the padding.
    #[inline(always)]
    pub fn panel(&mut self, panel: usize, rows: Range<usize>) -> &mut [T] {
        let part = self.shape.part(panel, &rows);
        // SAFETY: the rows of a panel belong to this view, borrowed exclusively, and follow each other.
        unsafe { std::slice::from_raw_parts_mut(self.data.add(part.start), part.end - part.start) }
    }

    /// The columns of row `i` in a panel, and the padding behind them.
    #[inline(always)]
    pub fn part(&mut self, i: usize, panel: usize) -> &mut [T] {
        self.panel(panel, i..i + 1)
    }

    /// Asks for the cache line of a row in a panel that will be written soon; there need be none.
    #[inline(always)]
    pub fn prefetch(&self, i: usize, panel: usize) {
        prefetch_to_write(self.data.wrapping_add(self.shape.at(i, panel)));
    }

    /// A shorter loan of the same.
    pub fn reborrow(&mut self) -> PanelsMut<'_, T> {
        PanelsMut { lifetime: PhantomData, ..*self }
    }
}
