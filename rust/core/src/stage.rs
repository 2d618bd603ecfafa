//! Layers to stages. A stage is what can be done in one sweep: `dropout(activation(x W + b))`, each
//! part optional. Whatever follows a product rides on it, block by block while it is hot.

use dlcore_kernels::gemm::Epilogue;
use dlcore_kernels::matrix::{Matrix, MatrixMut};
use dlcore_kernels::simd::{Element, Simd};

use crate::activation::{Activation, Kept};
use crate::dense::Dense;
use crate::dropout::{Draw, Dropout};
use crate::error::Error;
use crate::regularizer::Regularizer;

/// A layer as the user lists it.
#[derive(Clone, Debug)]
pub enum Layer {
    /// Fully connected.
    Dense {
        /// Features that go out.
        units: usize,
        /// Whether there is a bias.
        use_bias: bool,
        /// On the kernel.
        kernel_regularizer: Regularizer,
        /// On the bias.
        bias_regularizer: Regularizer,
    },
    /// Of each feature, or of each row.
    Activation(Activation),
    /// With this rate.
    Dropout(f64),
}

/// One sweep.
#[derive(Clone, Copy, Debug)]
pub struct Stage {
    /// The product, if there is one.
    pub dense: Option<Dense>,
    /// Linear, if there is none.
    pub activation: Activation,
    /// While training.
    pub dropout: Option<Dropout>,
    /// Features that come in.
    pub fan_in: usize,
    /// Features that go out.
    pub units: usize,
}

/// The stages of a list of layers.
pub fn stages(input_width: usize, layers: &[Layer]) -> Result<Vec<Stage>, Error> {
    let mut stages: Vec<Stage> = Vec::new();
    let mut width = input_width;
    let mut dropouts = 0;
    let linear = Activation::named("linear", 0.0).expect("linear is in the table");
    for layer in layers {
        let empty = Stage { dense: None, activation: linear, dropout: None, fan_in: width, units: width };
        match layer {
            &Layer::Dense { units, use_bias, kernel_regularizer, bias_regularizer } => {
                if units == 0 || width == 0 {
                    return Err(Error::Invalid(format!(
                        "units: expected at least 1, got {units} (from {width})"
                    )));
                }
                let dense = Dense { fan_in: width, units, use_bias, kernel_regularizer, bias_regularizer };
                stages.push(Stage { dense: Some(dense), units, ..empty });
                width = units;
            }
            Layer::Activation(activation) => match stages.last_mut() {
                Some(last) if last.activation == linear && last.dropout.is_none() => {
                    last.activation = *activation
                }
                _ => stages.push(Stage { activation: *activation, ..empty }),
            },
            &Layer::Dropout(rate) => {
                if !(0.0..=1.0).contains(&rate) {
                    return Err(Error::Invalid(format!("rate: expected a number from 0 to 1, got {rate}")));
                }
                let dropout = Dropout::new(rate, dropouts);
                dropouts += 1;
                match stages.last_mut() {
                    // What mixes features needs the outputs that were dropped, too, on the way back.
                    Some(last) if last.dropout.is_none() && !last.mixes_features() => {
                        last.dropout = Some(dropout);
                    }
                    _ => stages.push(Stage { dropout: Some(dropout), ..empty }),
                }
            }
        }
    }
    if stages.iter().all(|stage| stage.dense.is_none()) {
        return Err(Error::Invalid("layers: expected at least one dense layer, got none".to_owned()));
    }
    Ok(stages)
}

impl Stage {
    /// Whether the input of the activation must be kept for the backward pass.
    pub fn keeps_input(&self) -> bool {
        self.activation.kept() == Kept::Input
    }

    /// Whether a block must hold all features of its rows.
    pub fn mixes_features(&self) -> bool {
        self.activation.mixes_features()
    }
}

/// What follows a product on the way up: the activation, then dropout.
pub struct Up<'a, T> {
    /// The stage.
    pub stage: &'a Stage,
    /// Whether the activation is applied (the loss may want its input).
    pub activate: bool,
    /// None where nothing is dropped.
    pub draw: Option<Draw>,
    /// Where the activation's input is kept.
    pub kept: Option<MatrixMut<'a, T>>,
    /// The feature and the row of the batch at which the matrix begins.
    pub origin: (usize, usize),
}

impl<T: Element> Epilogue<T> for Up<'_, T> {
    fn finish<S: Simd>(&mut self, mut block: MatrixMut<'_, T>, row: usize, column: usize) {
        if let Some(kept) = &mut self.kept {
            for i in 0..block.rows() {
                let values = block.row(i);
                kept.row(row + i)[column..column + values.len()].copy_from_slice(values);
            }
        }
        if self.activate {
            self.stage.activation.forward::<T, S>(block.reborrow());
        }
        if let (Some(draw), Some(dropout)) = (self.draw, &self.stage.dropout) {
            dropout.forward::<T, S>(draw, block, self.origin.0 + row, self.origin.1 + column);
        }
    }
}

/// What follows a product on the way down: dropout and activation backwards, and the transpose that
/// the gradient's product wants.
pub struct Down<'a, T> {
    /// The stage below the product.
    pub stage: &'a Stage,
    /// Its outputs.
    pub outputs: Matrix<'a, T>,
    /// The inputs of its activation, if they were kept.
    pub kept: Option<Matrix<'a, T>>,
    /// Where the gradient goes row by row.
    pub rows: Option<MatrixMut<'a, T>>,
}

impl<T: Element> Down<'_, T> {
    /// Turns the gradient by the stage's output into that by its activation's input.
    pub fn backward<S: Simd>(&self, mut gradient: MatrixMut<'_, T>, row: usize, column: usize) {
        let (rows, columns) = (row..row + gradient.rows(), column..column + gradient.columns());
        let outputs = self.outputs.row_range(rows.clone()).column_range(columns.clone());
        let kept = self.kept.map(|kept| kept.row_range(rows).column_range(columns));
        let mut unscale = 1.0;
        if let Some(dropout) = &self.stage.dropout {
            dropout.backward::<T, S>(outputs, gradient.reborrow());
            unscale = dropout.unscale();
        }
        match kept {
            Some(inputs) => self.stage.activation.backward::<T, S>(inputs, T::from_f64(1.0), gradient),
            None => self.stage.activation.backward::<T, S>(outputs, T::from_f64(unscale), gradient),
        }
    }
}

impl<T: Element> Epilogue<T> for Down<'_, T> {
    fn finish<S: Simd>(&mut self, mut block: MatrixMut<'_, T>, row: usize, column: usize) {
        self.backward::<S>(block.reborrow(), row, column);
        if let Some(rows) = &mut self.rows {
            let width = rows.columns();
            let to = rows.reborrow().row_range(column..column + block.columns()).column_range(row..width);
            dlcore_kernels::gather::transpose::<T, S>(block.as_matrix(), to);
        }
    }
}
