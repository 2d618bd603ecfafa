//! The kernels by themselves, on matrices that lie row by row, for `dlcore.ops`.

use dlcore_kernels::gemm;
use dlcore_kernels::matrix::{Matrix, MatrixMut, Strided};
use dlcore_kernels::memory::{self, Memory};
use dlcore_kernels::simd::{Element, Isa, Kernel, Simd};
use dlcore_kernels::team;

use crate::activation::Activation;
use crate::error::Error;
use crate::finite::AllFinite;
use crate::loss::{Loss, Pass};

/// `output = x kernel + bias`, all row by row.
pub fn linear<T: Element>(
    isa: Isa,
    x: Strided<'_, T>,
    kernel: Strided<'_, T>,
    bias: Option<&[T]>,
    output: &mut [T],
) -> Result<(), Error> {
    let (rows, columns) = (x.rows(), kernel.columns());
    if let Some(bias) = bias {
        for row in output.chunks_exact_mut(columns.max(1)) {
            row.copy_from_slice(bias);
        }
    }
    let output = MatrixMut::from_slice(output, rows, columns);
    Ok(gemm::matmul(isa, x, kernel, output, bias.is_some())?)
}

/// Applies an activation to the rows of a matrix (their length matters to softmax only).
pub fn activation<T: Element>(
    isa: Isa,
    activation: Activation,
    values: &mut [T],
    columns: usize,
) -> Result<(), Error> {
    if values.is_empty() {
        return Ok(());
    }
    if !activation.mixes_features() {
        let length = values.len();
        isa.run(Apply { activation, block: MatrixMut::from_slice(values, 1, length) });
        return Ok(());
    }
    let rows = values.len() / columns;
    let mut block = feature_major(values, columns)?;
    isa.run(Apply { activation, block: MatrixMut::from_slice(block.as_mut_slice(), columns, rows) });
    for (i, row) in values.chunks_exact_mut(columns).enumerate() {
        for (j, value) in row.iter_mut().enumerate() {
            *value = block.as_slice()[j * rows + i];
        }
    }
    Ok(())
}

struct Apply<'a, T> {
    activation: Activation,
    block: MatrixMut<'a, T>,
}

impl<T: Element> Kernel for Apply<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<S: Simd>(self) {
        self.activation.forward::<T, S>(self.block);
    }
}

/// Whether no number is infinite or NaN: a walk through memory that every fit begins with, so large ones
/// are shared out.
pub fn all_finite<T: Element>(isa: Isa, values: &[T]) -> bool {
    const ALONE: usize = 1 << 18;
    let parts = if values.len() < ALONE { 1 } else { team::threads() };
    let length = values.len().div_ceil(parts).max(1);
    team::share(values.chunks(length).collect(), |values| isa.run(AllFinite { values }))
        .into_iter()
        .all(|is| is)
}

/// The loss of each row, and its gradient by the outputs.
pub fn loss<T: Element>(
    isa: Isa,
    loss: Loss,
    targets: &[T],
    outputs: &[T],
    columns: usize,
) -> Result<(Vec<T>, Vec<T>), Error> {
    let rows = outputs.len() / columns;
    let target_columns = loss.targets().width(columns);
    if targets.len() != rows * target_columns {
        let (expected, got) = (rows * target_columns, targets.len());
        return Err(Error::Invalid(format!("y_true: expected {expected} numbers, got {got}")));
    }
    let (outputs, targets) = (feature_major(outputs, columns)?, feature_major(targets, target_columns)?);
    let mut gradient = Memory::zeroed(rows * columns, "the gradient")?;
    let mut losses = memory::room(rows, "the losses")?;
    losses.resize(rows, T::default());
    isa.run(RunLoss {
        loss,
        pass: Pass {
            outputs: Matrix::from_slice(outputs.as_slice(), columns, rows),
            targets: Matrix::from_slice(targets.as_slice(), target_columns, rows),
            weights: None,
            share: 1.0,
            gradient: MatrixMut::from_slice(gradient.as_mut_slice(), columns, rows),
            losses: &mut losses,
        },
    });
    let mut by_row = memory::room(rows * columns, "the gradient")?;
    by_row.extend_from_slice(feature_major(gradient.as_slice(), rows)?.as_slice());
    Ok((losses, by_row))
}

struct RunLoss<'a, T> {
    loss: Loss,
    pass: Pass<'a, T>,
}

impl<T: Element> Kernel for RunLoss<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<S: Simd>(self) {
        self.loss.run::<T, S>(self.pass);
    }
}

/// The transpose of a matrix with rows of `columns` numbers.
fn feature_major<T: Element>(values: &[T], columns: usize) -> Result<Memory<T>, Error> {
    let rows = values.len() / columns.max(1);
    let mut transposed = Memory::zeroed(values.len(), "a transpose")?;
    for (i, row) in values.chunks_exact(columns.max(1)).enumerate() {
        for (j, value) in row.iter().enumerate() {
            transposed.as_mut_slice()[j * rows + i] = *value;
        }
    }
    Ok(transposed)
}
