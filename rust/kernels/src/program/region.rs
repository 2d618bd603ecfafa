//! Which part of which memory a phase touches, and how it is shared out.

use std::ops::Range;

/// A matrix in one of the program's memories. If it has more columns than its pitch, it lies in
/// panels (see [`Panels`](crate::panels::Panels)), one behind the other.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Region {
    /// Which memory.
    pub memory: usize,
    /// Where its first element lies.
    pub offset: usize,
    /// Its shape.
    pub rows: usize,
    /// Its shape.
    pub columns: usize,
    /// From a row to the next; what lies between the columns and the pitch belongs to the region.
    pub pitch: usize,
}

impl Region {
    /// How many elements it takes.
    pub fn length(&self) -> usize {
        self.columns.div_ceil(self.pitch) * self.rows * self.pitch
    }

    /// Behind its last element.
    pub(super) fn end(&self) -> usize {
        self.offset + self.length()
    }

    /// The first `rows` rows.
    pub fn first_rows(self, rows: usize) -> Region {
        assert!(rows <= self.rows && self.columns <= self.pitch, "rows of a plain matrix");
        Region { rows, ..self }
    }

    /// One row.
    pub fn row(self, i: usize) -> Region {
        assert!(i < self.rows && self.columns <= self.pitch, "a row of a plain matrix");
        Region { offset: self.offset + i * self.pitch, rows: 1, ..self }
    }
}

/// How a region is shared out among the members.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Split {
    Whole,
    Rows,
    Columns,
    /// A copy for each portion, a stride apart.
    Each {
        stride: usize,
    },
    /// A copy for each member, a stride apart.
    Own {
        stride: usize,
        copies: usize,
    },
}

/// A region and how it is shared out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Access {
    pub(super) region: Region,
    pub(super) split: Split,
}

impl Access {
    /// All of it for everybody; only to read.
    pub fn whole(region: Region) -> Self {
        Self { region, split: Split::Whole }
    }

    /// Rows for each.
    pub fn rows(region: Region) -> Self {
        Self { region, split: Split::Rows }
    }

    /// Columns for each.
    pub fn columns(region: Region) -> Self {
        Self { region, split: Split::Columns }
    }

    /// A copy of the region for each portion, a stride apart.
    pub fn each(region: Region, stride: usize) -> Self {
        Self { region, split: Split::Each { stride } }
    }

    /// A copy of the region for each member, a stride apart; no more members than copies. Its columns
    /// are those of one portion.
    pub fn own(region: Region, stride: usize, copies: usize) -> Self {
        Self { region, split: Split::Own { stride, copies } }
    }

    /// All that the copies span in memory.
    pub(super) fn span(&self, portions: usize) -> Range<usize> {
        let Region { offset, .. } = self.region;
        let last = match self.split {
            Split::Each { stride } => (portions - 1) * stride,
            Split::Own { stride, copies } => (copies - 1) * stride,
            Split::Whole | Split::Rows | Split::Columns => 0,
        };
        offset..self.region.end() + last
    }
}
