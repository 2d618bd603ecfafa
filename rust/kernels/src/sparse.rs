//! Rows of which most elements are zero, and the two products of a first layer with them.
//!
//! Only the elements that there are take part. Forward, each meets a row of W: the lanes lie along the
//! units, a vector's worth of batch rows is computed and then turned. Backward, the rows of the slope are
//! added, times x, to the rows of the gradient that x belongs to. A batch is never written out with its
//! zeros, so what a step costs besides the update grows with the elements.
//!
//! Each sum has the terms of a row in the order in which they lie, or those of the batch in its order:
//! threads only decide who adds.

use std::marker::PhantomData;
use std::ops::Range;

use crate::gather::Order;
use crate::gemm::Epilogue;
use crate::matrix::{Matrix, MatrixMut};
use crate::panels::{Panels, PanelsMut};
use crate::simd::{Element, Kernel, Simd, Vector};

/// The caller's matrix in compressed rows. Like [`Source`](crate::gather::Source) it is read through
/// pointers: the interpreter's other threads may write to the arrays meanwhile. So what comes from memory
/// as an index is checked when it is used.
#[derive(Debug)]
pub struct SparseSource<'a, T> {
    values: *const T,
    /// The column of each value.
    indices: *const u32,
    /// Where each row begins, and behind the last one where it ends.
    starts: *const u64,
    rows: usize,
    columns: usize,
    /// How many values there are.
    count: usize,
    lifetime: PhantomData<&'a [T]>,
}

impl<T> Clone for SparseSource<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for SparseSource<'_, T> {}

// SAFETY: a `SparseSource` gives what shared slices give.
unsafe impl<T: Sync> Send for SparseSource<'_, T> {}
// SAFETY: as above.
unsafe impl<T: Sync> Sync for SparseSource<'_, T> {}

impl<'a, T: Copy> SparseSource<'a, T> {
    /// Compressed rows; none if they are not in order, or an index is no column.
    pub fn new(values: &'a [T], indices: &'a [u32], starts: &'a [u64], columns: usize) -> Option<Self> {
        let rows = starts.len().checked_sub(1)?;
        let in_order = starts.windows(2).all(|pair| pair[0] <= pair[1]);
        let fits = values.len() == indices.len() && starts[rows] <= values.len() as u64;
        let known = indices.iter().all(|&index| (index as usize) < columns);
        (in_order && fits && known && columns > 0).then_some(Self {
            values: values.as_ptr(),
            indices: indices.as_ptr(),
            starts: starts.as_ptr(),
            rows,
            columns,
            count: values.len(),
            lifetime: PhantomData,
        })
    }

    /// Some of the rows.
    ///
    /// # Panics
    /// If there are not so many.
    pub fn part(self, rows: Range<usize>) -> Self {
        assert!(rows.start <= rows.end && rows.end <= self.rows);
        Self { starts: self.starts.wrapping_add(rows.start), rows: rows.end - rows.start, ..self }
    }

    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The number of columns.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// Columns and values of a row.
    ///
    /// # Panics
    /// If there is no such row.
    #[inline(always)]
    fn row(self, i: usize) -> impl Iterator<Item = (usize, T)> {
        assert!(i < self.rows, "row {i} of {}", self.rows);
        // SAFETY: there is a start for each row, and one more.
        let (start, end) = unsafe { (*self.starts.add(i) as usize, *self.starts.add(i + 1) as usize) };
        assert!(start <= end && end <= self.count, "rows have changed");
        (start..end).map(move |at| {
            // SAFETY: so many indices and values there are.
            unsafe { (*self.indices.add(at) as usize, *self.values.add(at)) }
        })
    }
}

/// Rows of a batch: `count` of the order from the `first` on.
#[derive(Clone, Copy, Debug)]
pub struct SparseBatch<'a, T> {
    /// Where they come from.
    pub source: SparseSource<'a, T>,
    /// In which order.
    pub order: Order<'a>,
    /// The first one.
    pub first: usize,
    /// How many.
    pub count: usize,
}

/// The columns of `output` (units x rows of the batch, and perhaps padding) become `W^T x + b`, then comes
/// the epilogue. Of `[W; b]`, `weights` has the rows of W and, if there is a bias, b.
///
/// # Panics
/// If the shapes do not fit, or `output` has no room for whole vectors.
pub fn product_of_sparse<T: Element, S: Simd>(
    batch: SparseBatch<'_, T>,
    weights: Panels<'_, T>,
    output: MatrixMut<'_, T>,
    epilogue: impl Epilogue<T>,
) {
    let features = batch.source.columns;
    assert!((features..=features + 1).contains(&weights.rows()), "rows of the weights");
    assert_eq!(output.rows(), weights.columns(), "units");
    assert!(batch.count <= output.columns(), "rows of the batch");
    assert!(output.columns().next_multiple_of(T::LANES) <= output.width(), "room for whole vectors");
    S::call(Forward { batch, weights, output, epilogue });
}

struct Forward<'a, T, E> {
    batch: SparseBatch<'a, T>,
    weights: Panels<'a, T>,
    output: MatrixMut<'a, T>,
    epilogue: E,
}

impl<T: Element, E: Epilogue<T>> Kernel for Forward<'_, T, E> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(mut self) {
        let SparseBatch { source, order, first, count } = self.batch;
        let (features, units) = (source.columns, self.weights.columns());
        let columns = self.output.columns();
        let mut sums = [[T::default(); 16]; 16];
        for column in (0..columns).step_by(T::LANES) {
            let live = count.saturating_sub(column).min(T::LANES);
            for panel in 0..self.weights.count() {
                let vector = |row: usize| T::Vector::<S>::load_part(self.weights.part(row, panel));
                order.each(first + column.min(count), live, |lane, index| {
                    let mut sum = T::Vector::<S>::zero();
                    if self.weights.rows() > features {
                        sum = vector(features);
                    }
                    for (feature, x) in source.row(index) {
                        assert!(feature < features, "columns have changed");
                        sum = vector(feature).mul_add(T::Vector::<S>::splat(x), sum);
                    }
                    sum.store(&mut sums[lane % 16]);
                });
                let rows = sums.each_ref().map(|sum| sum.as_ptr());
                let unit = panel * T::LANES;
                let count = (units - unit).min(T::LANES);
                let pitch = self.output.pitch();
                // SAFETY: the sums are whole vectors; from `unit` on there are `count` rows, which have
                // room for a vector at `column`.
                unsafe {
                    let corner = self.output.as_mut_ptr().add(unit * pitch + column);
                    T::Vector::<S>::transpose(&rows, count, corner, pitch);
                }
            }
            let block = self.output.reborrow().column_range(column..columns.min(column + T::LANES));
            self.epilogue.finish::<S>(block, 0, column);
        }
    }
}

/// `gradient` becomes those rows of `[x 1]^T slope_rows` that begin with parameter row `start`, summed over
/// the batch.
///
/// # Panics
/// If the shapes do not fit.
pub fn gradient_of_sparse<T: Element, S: Simd>(
    batch: SparseBatch<'_, T>,
    slope_rows: Matrix<'_, T>,
    start: usize,
    gradient: PanelsMut<'_, T>,
) {
    assert_eq!(slope_rows.columns(), gradient.columns(), "units");
    assert!(batch.count <= slope_rows.rows(), "rows of the batch");
    assert!(gradient.columns().next_multiple_of(T::LANES) <= slope_rows.width(), "room for whole vectors");
    S::call(Backward { batch, slope_rows, start, gradient });
}

struct Backward<'a, T> {
    batch: SparseBatch<'a, T>,
    slope_rows: Matrix<'a, T>,
    start: usize,
    gradient: PanelsMut<'a, T>,
}

impl<T: Element> Kernel for Backward<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        let Self { batch: SparseBatch { source, order, first, count }, slope_rows, start, mut gradient } =
            self;
        let rows = gradient.rows();
        for panel in 0..gradient.count() {
            gradient.panel(panel, 0..rows).fill(T::default());
            let width = gradient.pitch();
            let mut add = |row: usize, x: T, slope: T::Vector<S>| {
                let values = &mut gradient.part(row, panel)[..width];
                let sum = slope.mul_add(T::Vector::<S>::splat(x), T::Vector::<S>::load_part(values));
                sum.store_part(values);
            };
            order.each(first, count, |i, index| {
                let slope = &slope_rows.padded_row(i)[panel * T::LANES..];
                let slope = T::Vector::<S>::load_part(&slope[..width.min(T::LANES)]);
                for (feature, x) in source.row(index) {
                    if (start..start + rows).contains(&feature) && feature < source.columns {
                        add(feature - start, x, slope);
                    }
                }
                // The bias: a feature that is always one.
                if (start..start + rows).contains(&source.columns) {
                    add(source.columns - start, T::from_f64(1.0), slope);
                }
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simd::Isa;

    const ROWS: usize = 21;
    const FEATURES: usize = 9;

    /// Every third element or so, in compressed rows, and the same written out.
    fn data<T: Element>() -> (Vec<T>, Vec<u32>, Vec<u64>, Vec<f64>) {
        let (mut values, mut indices, mut starts) = (vec![], vec![], vec![0]);
        let mut dense = vec![0.0; ROWS * FEATURES];
        for i in 0..ROWS {
            for j in (0..FEATURES).filter(|j| (i * 7 + j * 5) % 3 == 0) {
                let value = (i * FEATURES + j) as f64 / 16.0 - 5.0;
                dense[i * FEATURES + j] = value;
                values.push(T::from_f64(value));
                indices.push(j as u32);
            }
            starts.push(values.len() as u64);
        }
        (values, indices, starts, dense)
    }

    struct Both<'a, T> {
        source: SparseSource<'a, T>,
        order: &'a [u32],
        units: usize,
        weights: &'a [T],
        output: &'a mut [T],
        gradients: [&'a mut [T]; 2],
    }

    /// The parameters' rows are shared out before this one.
    const CUT: usize = 4;

    impl<T: Element> Kernel for Both<'_, T> {
        type Output = ();
        #[inline(always)]
        fn run<S: Simd>(self) {
            let Self { source, order, units, weights, output, gradients } = self;
            let pitch = units.min(T::LANES);
            let room = output.len() / units;
            let weights = Panels::from_slice(weights, FEATURES + 1, units, pitch);
            // With a vector of padding behind the last row.
            let to = MatrixMut::from_slice(output, units, room);
            let batch = SparseBatch { source, order: Order::Listed(order), first: 0, count: order.len() };
            product_of_sparse::<T, S>(batch, weights, to, ());
            // Row i of the slope is i + 1 for every unit.
            let width = units.next_multiple_of(T::LANES);
            let slopes: Vec<T> =
                (0..order.len() * width).map(|i| T::from_f64((i / width + 1) as f64)).collect();
            let slopes = Matrix::from_slice(&slopes, order.len(), width).column_range(0..units);
            for (gradient, rows) in gradients.into_iter().zip([0..CUT, CUT..FEATURES + 1]) {
                let to = PanelsMut::from_slice(gradient, rows.len(), units, pitch);
                gradient_of_sparse::<T, S>(batch, slopes, rows.start, to);
            }
        }
    }

    fn products<T: Element>() {
        let (values, indices, starts, dense) = data::<T>();
        let source = SparseSource::new(&values, &indices, &starts, FEATURES).unwrap();
        let order: Vec<u32> = (0..19).map(|i| (i * 8 % ROWS) as u32).collect();
        for isa in Isa::available() {
            for units in [1, 5, 16, 37] {
                let pitch = units.min(T::LANES);
                let panels = units.div_ceil(pitch);
                // Row j of every unit is j / 4.
                let mut weights = vec![T::default(); panels * (FEATURES + 1) * pitch];
                for (at, weight) in weights.iter_mut().enumerate() {
                    *weight = T::from_f64((at / pitch % (FEATURES + 1)) as f64 / 4.0);
                }
                let mut output =
                    vec![T::default(); units * (order.len().next_multiple_of(T::LANES) + T::LANES)];
                let mut first = vec![T::default(); panels * CUT * pitch];
                let mut rest = vec![T::default(); panels * (FEATURES + 1 - CUT) * pitch];
                let gradients = [&mut first[..], &mut rest[..]];
                isa.run(Both {
                    source,
                    order: &order,
                    units,
                    weights: &weights,
                    output: &mut output,
                    gradients,
                });
                let room = output.len() / units;
                for (i, &index) in order.iter().enumerate() {
                    let x = &dense[index as usize * FEATURES..][..FEATURES];
                    let sum: f64 = x.iter().enumerate().map(|(j, x)| x * j as f64 / 4.0).sum();
                    let expected = sum + FEATURES as f64 / 4.0;
                    for unit in [0, units - 1] {
                        assert_eq!(output[unit * room + i].to_f64(), expected, "{} {units}", isa.name());
                    }
                }
                for j in 0..=FEATURES {
                    let x =
                        |index: u32| if j < FEATURES { dense[index as usize * FEATURES + j] } else { 1.0 };
                    let expected: f64 =
                        order.iter().enumerate().map(|(i, &index)| x(index) * (i + 1) as f64).sum();
                    let (gradient, j) = if j < CUT { (&first, j) } else { (&rest, j - CUT) };
                    assert_eq!(gradient[j * pitch].to_f64(), expected, "{} {units} {j}", isa.name());
                }
            }
        }
    }

    #[test]
    fn products_are_those_of_the_matrix_with_its_zeros() {
        products::<f32>();
        products::<f64>();
    }

    #[test]
    fn rows_that_are_none_are_refused() {
        let (values, indices, starts, _) = data::<f32>();
        assert!(SparseSource::new(&values, &indices, &starts, FEATURES - 1).is_none());
        assert!(SparseSource::new(&values, &indices[1..], &starts, FEATURES).is_none());
        assert!(SparseSource::new(&values, &indices, &[3, 2], FEATURES).is_none());
        assert!(SparseSource::new(&values, &indices, &[0, 1000], FEATURES).is_none());
        assert!(SparseSource::new(&values, &indices, &[], FEATURES).is_none());
    }
}
