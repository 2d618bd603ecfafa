//! Layers to stages. A stage is what can be done in one sweep: `dropout(activation(x W + b))`, each
//! part optional, or with a map in place of the product. Whatever follows a product rides on it, block by block
//! while it is hot.

use std::iter;

use dlcore_kernels::gemm::Epilogue;
use dlcore_kernels::matrix::{Matrix, MatrixMut};
use dlcore_kernels::simd::{Element, Simd};

use crate::activation::{Activation, Kept};
use crate::dense::Dense;
use crate::dropout::{Draw, Dropout};
use crate::error::Error;
use crate::map::{AlphaDropout, GaussianNoise, Map, Scope};
use crate::regularizer::Regularizer;
use crate::variables::{Variables, Wish};

/// A layer as the user lists it.
#[derive(Clone, Debug)]
pub enum Layer {
    /// Fully connected.
    Dense {
        /// Features that go out.
        units: usize,
        /// Whether there is a bias.
        use_bias: bool,
        /// Of the kernel.
        kernel: Wish,
        /// Of the bias.
        bias: Wish,
        /// Whether it learns.
        trainable: bool,
    },
    /// Of each feature, or of each row.
    Activation(Activation),
    /// With this rate.
    Dropout(f64),
    /// With this rate.
    AlphaDropout(f64),
    /// With this standard deviation.
    GaussianNoise(f64),
    /// The penalty on the outputs of what is below.
    Activity(Regularizer),
    /// Of as many features as come in.
    Map(Map),
}

impl Layer {
    /// A dense layer with a bias, of which nothing is asked.
    pub fn dense(units: usize) -> Self {
        let nothing = Wish::default();
        Self::Dense { units, use_bias: true, kernel: nothing, bias: nothing, trainable: true }
    }
}

/// One sweep.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Stage {
    /// The product, if there is one.
    pub dense: Option<Dense>,
    /// Or the map; never both.
    pub map: Option<Map>,
    /// Linear, if there is none.
    pub activation: Activation,
    /// On its outputs.
    pub activity: Regularizer,
    /// While training.
    pub dropout: Option<Dropout>,
    /// Features that come in.
    pub fan_in: usize,
    /// Features that go out.
    pub units: usize,
}

/// The stages of a list of layers.
pub fn stages(input_width: usize, layers: &[Layer]) -> Result<Vec<Stage>, Error> {
    let mut list = List { stages: Vec::new(), width: input_width, draws: 0 };
    for layer in layers {
        list.add(layer)?;
    }
    let units = list.stages.iter().map(|stage| ("units", stage.units));
    let mut widths = iter::once(("features", input_width)).chain(units);
    if let Some((name, width)) = widths.find(|&(_, width)| width > MOST_FEATURES) {
        return Err(Error::Invalid(format!("{name}: expected at most {MOST_FEATURES}, got {width}")));
    }
    match list.stages.len() {
        0 => Err(Error::Invalid("layers: expected at least one, got none".to_owned())),
        1..=MOST_STAGES => Ok(list.stages),
        got => Err(Error::Invalid(format!("layers: expected at most {MOST_STAGES}, got {got}"))),
    }
}

/// Features of a layer, at most: no machine has memory for more, and no count of them and a few overflows.
const MOST_FEATURES: usize = 1 << 48;

/// Of a network: the phases of a step are compared with each other, which takes so many a second.
const MOST_STAGES: usize = 2000;

struct List {
    stages: Vec<Stage>,
    /// Features that come out so far.
    width: usize,
    /// Layers that draw random numbers so far.
    draws: u32,
}

impl List {
    fn empty(&self) -> Stage {
        let linear = Activation::named("linear", [0.0; 3]).expect("linear is in the table");
        Stage {
            dense: None,
            map: None,
            activation: linear,
            activity: Regularizer::default(),
            dropout: None,
            fan_in: self.width,
            units: self.width,
        }
    }

    fn add(&mut self, layer: &Layer) -> Result<(), Error> {
        let empty = self.empty();
        match *layer {
            Layer::Dense { units, use_bias, kernel, bias, trainable } => {
                if units == 0 || self.width == 0 {
                    return Err(Error::Invalid(format!(
                        "units: expected at least 1, got {units} (from {})",
                        self.width
                    )));
                }
                let dense = Dense { fan_in: self.width, units, use_bias, kernel, bias, trainable };
                self.stages.push(Stage { dense: Some(dense), units, ..empty });
                self.width = units;
            }
            Layer::Activation(activation) => match self.stages.last_mut() {
                Some(last) if last.takes(activation) => last.activation = activation,
                _ => self.stages.push(Stage { activation, ..empty }),
            },
            Layer::Dropout(rate) => {
                let dropout = self.dropout(rate)?;
                match self.stages.last_mut() {
                    // What mixes features needs the outputs that were dropped, too, on the way back.
                    Some(last) if last.dropout.is_none() && !last.mixes_features() => {
                        last.dropout = Some(dropout);
                    }
                    _ => self.stages.push(Stage { dropout: Some(dropout), ..empty }),
                }
            }
            Layer::AlphaDropout(rate) => {
                let map = Map::AlphaDropout(AlphaDropout(self.dropout(rate)?));
                self.stages.push(Stage { map: Some(map), ..empty });
            }
            Layer::GaussianNoise(stddev) => {
                let map = Map::GaussianNoise(GaussianNoise { stddev, layer: self.draws });
                self.draws += 1;
                self.stages.push(Stage { map: Some(map), ..empty });
            }
            Layer::Activity(activity) => match self.stages.last_mut() {
                Some(last) if last.takes_activity() => last.activity = activity,
                _ => self.stages.push(Stage { activity, ..empty }),
            },
            Layer::Map(map) => {
                // One is shared out by features on the way back, the other needs all features at once.
                let needs_space = self.stages.last().is_some_and(Stage::mixes_features);
                if map.scope() == Scope::Batch && needs_space {
                    self.stages.push(empty);
                }
                self.stages.push(Stage { map: Some(map), ..empty });
            }
        }
        Ok(())
    }

    fn dropout(&mut self, rate: f64) -> Result<Dropout, Error> {
        if !(0.0..=1.0).contains(&rate) {
            return Err(Error::Invalid(format!("rate: expected a number from 0 to 1, got {rate}")));
        }
        self.draws += 1;
        Ok(Dropout::new(rate, self.draws - 1))
    }
}

impl Stage {
    /// All its variables, in the order in which users know them.
    pub fn variables(&self) -> Vec<Variables> {
        match (self.dense, self.map) {
            (Some(dense), _) => vec![dense.variables()],
            (None, Some(map)) => map.variables(self.units),
            (None, None) => vec![],
        }
    }

    /// Whether gradients change any of its variables.
    pub fn learns(&self) -> bool {
        self.variables().iter().any(|variables| variables.trainable)
    }

    /// Whether each feature needs its whole batch, in training.
    pub fn mixes_rows(&self) -> bool {
        self.map.is_some_and(|map| map.scope() == Scope::Batch)
    }

    /// Whether the input of the activation must be kept for the backward pass.
    pub fn keeps_input(&self) -> bool {
        self.activation.kept() == Kept::Input
    }

    /// Whether a block must hold all features of its rows, for what follows the product or the map.
    pub fn mixes_features(&self) -> bool {
        self.activation.mixes_features() || self.activity.is_some()
    }

    /// Whether the activation can be done in the same sweep.
    fn takes(&self, activation: Activation) -> bool {
        let is_plain = self.activation.name() == "linear" && self.dropout.is_none();
        is_plain && !self.activity.is_some() && !(self.mixes_rows() && activation.mixes_features())
    }

    /// Whether the penalty on what goes out can be found in the same sweep.
    fn takes_activity(&self) -> bool {
        self.dropout.is_none() && !self.activity.is_some() && !self.mixes_rows()
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
    /// Where the penalty on each row's outputs goes, if there is one.
    pub penalties: Option<&'a mut [T]>,
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
        if let Some(penalties) = &mut self.penalties {
            self.stage.activity.column_penalties::<T, S>(block.as_matrix(), &mut penalties[column..]);
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
    /// What the penalty on a row's outputs counts for in the batch's loss.
    pub share: f64,
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
        if self.stage.activity.is_some() {
            let activity = self.stage.activity.times(self.share);
            activity.add_to_each::<T, S>(outputs, gradient.reborrow());
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
