//! What a member sees of the memories: its share of a phase as matrices, and a look between steps.

use std::marker::PhantomData;
use std::ops::Range;

use crate::matrix::{Matrix, MatrixMut};
use crate::panels::{Panels, PanelsMut};
use crate::simd::Element;

use super::region::{Access, Region, Split};

/// The first element of a memory; members use it within their shares only.
pub(super) struct Base<T>(pub(super) *mut T);

// SAFETY: dereferenced only through `Share` and `Peek`, which keep to the rules of `Program`.
unsafe impl<T: Send> Sync for Base<T> {}

/// A look into what is watched, after a step.
pub struct Peek<'a, T> {
    pub(super) bases: &'a [Base<T>],
    pub(super) lengths: &'a [usize],
    pub(super) watched: &'a [Region],
}

impl<T: Copy> Peek<'_, T> {
    /// A region that is watched.
    pub fn matrix(&self, region: Region) -> Matrix<'_, T> {
        assert!(self.watched.contains(&region), "a region that is not watched");
        assert!(region.columns <= region.pitch && region.end() <= self.lengths[region.memory]);
        let Region { memory, offset, rows, columns, pitch } = region;
        // SAFETY: in bounds of the memory, and nobody writes: all members have met since the last
        // phase that writes what is watched, and meet again before the next step.
        unsafe { Matrix::from_raw(self.bases[memory].0.add(offset), rows, columns, pitch, pitch) }
    }
}

/// What a phase reads, and what it writes.
pub type Matrices<'a, T, const R: usize, const W: usize> =
    ([Option<View<'a, T>>; R], [Option<ViewMut<'a, T>>; W]);

/// One member's part of a region.
#[derive(Clone, Copy)]
pub struct View<'a, T>(Part<T>, PhantomData<&'a [T]>);

/// The same, to write.
pub struct ViewMut<'a, T>(Part<T>, PhantomData<&'a mut [T]>);

/// A matrix, plain or in panels.
#[derive(Clone, Copy)]
struct Part<T> {
    data: *mut T,
    rows: usize,
    columns: usize,
    pitch: usize,
    /// Elements of a plain row that belong to it.
    width: usize,
    /// From a panel to the next.
    stride: usize,
}

impl<'a, T: Copy> View<'a, T> {
    /// As a plain matrix.
    ///
    /// # Panics
    /// If it lies in several panels.
    #[inline(always)]
    pub fn matrix(self) -> Matrix<'a, T> {
        let Part { data, rows, columns, pitch, width, .. } = self.0;
        assert!(columns <= pitch, "panels are no plain matrix");
        // SAFETY: in bounds, and `Program::new` made sure that nobody writes it meanwhile.
        unsafe { Matrix::from_raw(data, rows, columns, pitch, width) }
    }

    /// As panels.
    #[inline(always)]
    pub fn panels(self) -> Panels<'a, T> {
        let Part { data, rows, columns, pitch, stride, .. } = self.0;
        // SAFETY: as above.
        unsafe { Panels::from_raw(data, rows, columns, pitch, stride) }
    }
}

impl<'a, T: Copy> ViewMut<'a, T> {
    /// As a plain matrix.
    ///
    /// # Panics
    /// If it lies in several panels.
    #[inline(always)]
    pub fn matrix(self) -> MatrixMut<'a, T> {
        let Part { data, rows, columns, pitch, width, .. } = self.0;
        assert!(columns <= pitch, "panels are no plain matrix");
        // SAFETY: in bounds; `Program::new` made sure that the regions written in a phase do not
        // overlap, and shares of one region are disjoint. `self` is used up, so that no second loan of
        // the same share can be made.
        unsafe { MatrixMut::from_raw(data, rows, columns, pitch, width) }
    }

    /// As panels.
    #[inline(always)]
    pub fn panels(self) -> PanelsMut<'a, T> {
        let Part { data, rows, columns, pitch, stride, .. } = self.0;
        // SAFETY: as above.
        unsafe { PanelsMut::from_raw(data, rows, columns, pitch, stride) }
    }
}

/// One member's share of a phase.
pub struct Share<'a, T> {
    pub(super) reads: &'a [Access],
    pub(super) writes: &'a [Access],
    pub(super) bases: &'a [Base<T>],
    pub(super) member: usize,
    pub(super) members: usize,
    /// Rows or columns.
    pub(super) range: Range<usize>,
    /// The first of the portions.
    pub(super) portion: usize,
    pub(super) is_last: bool,
}

impl<'a, T: Copy> Share<'a, T> {
    /// The index of the first row or column of this share.
    pub fn start(&self) -> usize {
        self.range.start
    }

    /// Which of `length` columns this member takes in a phase that shares them out in portions of one vector.
    pub fn columns_of(&self, length: usize) -> Range<usize>
    where
        T: Element,
    {
        let portions = length.div_ceil(T::LANES);
        let from = |member: usize| (portions * member / self.members * T::LANES).min(length);
        from(self.member)..from(self.member + 1)
    }

    /// The matrices of the phase, cut to this share, in the order of the phase's lists; none where a
    /// list is shorter.
    ///
    /// # Panics
    /// If the phase has more of them.
    #[inline(always)]
    pub fn take<const R: usize, const W: usize>(self) -> Matrices<'a, T, R, W> {
        assert!(self.reads.len() <= R && self.writes.len() <= W, "a phase with more regions");
        // Plain loops: `std::array::from_fn` is not sure to vanish, and small nets would feel it.
        let (mut reads, mut writes) = ([None; R], [const { None }; W]);
        for (view, access) in reads.iter_mut().zip(self.reads) {
            *view = Some(View(self.cut(access), PhantomData));
        }
        for (view, access) in writes.iter_mut().zip(self.writes) {
            *view = Some(ViewMut(self.cut(access), PhantomData));
        }
        (reads, writes)
    }

    #[inline(always)]
    fn cut(&self, access: &Access) -> Part<T> {
        let Region { memory, offset, rows, columns, pitch } = access.region;
        let data = self.bases[memory].0.wrapping_add(offset);
        let Range { start, end } = self.range;
        let whole = Part { data, rows, columns, pitch, width: pitch, stride: rows * pitch };
        match access.split {
            Split::Whole => whole,
            Split::Rows => Part { data: data.wrapping_add(start * pitch), rows: end - start, ..whole },
            Split::Columns => {
                // Padding belongs to the last portion.
                let width = if self.is_last { pitch - start } else { end - start };
                Part { data: data.wrapping_add(start), columns: end - start, width, ..whole }
            }
            Split::Each { stride } => Part { data: data.wrapping_add(self.portion * stride), ..whole },
            // Also for the last portion, which may be shorter: its job knows.
            Split::Own { stride, .. } => Part { data: data.wrapping_add(self.member * stride), ..whole },
        }
    }
}
