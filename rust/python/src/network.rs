//! The class `Network`: one of the core's, for one dtype, of which calls take turns.

use dlcore_core::arena;
use dlcore_core::epoch::{Averaging, Clipping, Data, Input};
use dlcore_core::error::Error;
use dlcore_core::loss::{self, Loss, Quantiles};
use dlcore_core::metric::Metric;
use dlcore_core::network::{Network as CoreNetwork, Outcome, Recipe};
use dlcore_core::objective::Objective;
use dlcore_core::optimizer;
use dlcore_core::random;
use dlcore_kernels::gather::{Order, Source};
use dlcore_kernels::memory;
use numpy::{PyArray1, PyArray2, PyArrayMethods};
use pyo3::exceptions::{PyKeyError, PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::array::{Inputs, List, Number, array, collected, room, rows, slice, to_numpy};
use crate::error::exception;
use crate::layer::layer;
use crate::settings::chosen;
use crate::signals::Signals;
use crate::turns::Turns;

#[pyclass(frozen, module = "dlcore._core")]
pub struct Network(Typed);

enum Typed {
    F32(Turns<CoreNetwork<f32>>),
    F64(Turns<CoreNetwork<f64>>),
}

/// Calls a generic function with the network of whichever dtype.
macro_rules! typed {
    ($self:ident, $function:ident($($argument:expr),* $(,)?)) => {
        match &$self.0 {
            Typed::F32(network) => $function(network, $($argument),*),
            Typed::F64(network) => $function(network, $($argument),*),
        }
    };
}

/// An entry of a dictionary that must have it.
pub fn entry<'py, V>(dict: &Bound<'py, PyDict>, key: &str) -> PyResult<V>
where
    V: for<'a> FromPyObject<'a, 'py>,
{
    let value = dict.get_item(key)?.ok_or_else(|| PyKeyError::new_err(key.to_owned()))?;
    value.extract().map_err(Into::into)
}

/// The loss that a dictionary describes.
pub fn loss_config(dict: &Bound<'_, PyDict>) -> PyResult<Loss> {
    let parameters = loss::Parameters {
        from_logits: entry(dict, "from_logits")?,
        label_smoothing: entry(dict, "label_smoothing")?,
        delta: entry(dict, "delta")?,
        floor: entry(dict, "floor")?,
        alpha: entry(dict, "alpha")?,
        gamma: entry(dict, "gamma")?,
        apply_class_balancing: entry(dict, "apply_class_balancing")?,
        quantiles: Quantiles::new(&entry::<List<f64>>(dict, "quantiles")?.0).ok_or_else(|| {
            PyValueError::new_err(format!("quantiles: expected 1 to {} of them", Quantiles::MOST))
        })?,
    };
    loss::find(&entry::<String>(dict, "name")?, parameters).map_err(exception)
}

fn objective(dict: &Bound<'_, PyDict>) -> PyResult<Objective> {
    Ok(Objective {
        by_weight: entry(dict, "by_weight")?,
        penalty_by_weight: entry(dict, "penalty_by_weight")?,
        loss_scale: entry(dict, "loss_scale")?,
        gradient_scale: entry(dict, "gradient_scale")?,
    })
}

fn metric_config(dict: &Bound<'_, PyDict>) -> PyResult<Metric> {
    Metric::named(&entry::<String>(dict, "name")?, entry(dict, "threshold")?).map_err(exception)
}

#[pymethods]
impl Network {
    #[new]
    fn new(input_width: usize, layers: List<Bound<'_, PyDict>>, dtype: &str, seed: u64) -> PyResult<Self> {
        memory::spare().map_err(|error| exception(error.into()))?;
        let layers = layers.0.iter().map(layer).collect::<PyResult<Vec<_>>>()?;
        let isa = chosen();
        let network = match dtype {
            "float32" => CoreNetwork::new(isa, input_width, &layers, seed).map(Turns::new).map(Typed::F32),
            "float64" => CoreNetwork::new(isa, input_width, &layers, seed).map(Turns::new).map(Typed::F64),
            _ => {
                return Err(PyValueError::new_err(format!(
                    "dtype: expected float32 or float64, got {dtype:?}"
                )));
            }
        };
        network.map(Self).map_err(exception)
    }

    #[getter]
    fn output_width(&self, py: Python<'_>) -> PyResult<usize> {
        fn get<T: Number>(network: &Turns<CoreNetwork<T>>, py: Python<'_>) -> PyResult<usize> {
            network.with(py, |network| Ok(network.output_width()))
        }
        typed!(self, get(py))
    }

    #[getter]
    fn get_seed(&self, py: Python<'_>) -> PyResult<u64> {
        fn get<T: Number>(network: &Turns<CoreNetwork<T>>, py: Python<'_>) -> PyResult<u64> {
            network.with(py, |network| Ok(network.seed()))
        }
        typed!(self, get(py))
    }

    #[setter]
    fn set_seed(&self, py: Python<'_>, seed: u64) -> PyResult<()> {
        fn set<T: Number>(network: &Turns<CoreNetwork<T>>, py: Python<'_>, seed: u64) -> PyResult<()> {
            network.with(py, |network| {
                network.set_seed(seed);
                Ok(())
            })
        }
        typed!(self, set(py, seed))
    }

    #[getter]
    fn iterations(&self, py: Python<'_>) -> PyResult<u64> {
        fn get<T: Number>(network: &Turns<CoreNetwork<T>>, py: Python<'_>) -> PyResult<u64> {
            network.with(py, |network| Ok(network.iterations()))
        }
        typed!(self, get(py))
    }

    fn get_weights<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyAny>>> {
        fn get<'py, T: Number>(
            network: &Turns<CoreNetwork<T>>,
            py: Python<'py>,
        ) -> PyResult<Vec<Bound<'py, PyAny>>> {
            let copy = |network: &mut CoreNetwork<T>| {
                let shapes = network.shapes();
                Ok((shapes, network.parameters()?))
            };
            let (shapes, values) = network.with(py, copy)?;
            unpack(py, &shapes, &values)
        }
        typed!(self, get(py))
    }

    fn set_weights(&self, py: Python<'_>, weights: List<Bound<'_, PyAny>>) -> PyResult<()> {
        fn set<T: Number>(
            network: &Turns<CoreNetwork<T>>,
            py: Python<'_>,
            weights: &[Bound<'_, PyAny>],
        ) -> PyResult<()> {
            let shapes = network.with(py, |network| Ok(network.shapes()))?;
            let values = pack::<T>("weights", &shapes, weights)?;
            network.with(py, |network| network.set_parameters(&values))
        }
        typed!(self, set(py, &weights.0))
    }

    fn compile(
        &self,
        py: Python<'_>,
        loss: &Bound<'_, PyDict>,
        metrics: List<Bound<'_, PyDict>>,
        optimizer: &Bound<'_, PyDict>,
    ) -> PyResult<()> {
        fn compile<T: Number>(
            network: &Turns<CoreNetwork<T>>,
            py: Python<'_>,
            recipe: Recipe,
        ) -> PyResult<()> {
            network.with(py, |network| network.compile(recipe))
        }
        let parameters = optimizer::Parameters {
            momentum: entry(optimizer, "momentum")?,
            nesterov: entry(optimizer, "nesterov")?,
            beta_1: entry(optimizer, "beta_1")?,
            beta_2: entry(optimizer, "beta_2")?,
            rho: entry(optimizer, "rho")?,
            centered: entry(optimizer, "centered")?,
            amsgrad: entry(optimizer, "amsgrad")?,
            epsilon: entry(optimizer, "epsilon")?,
            initial_accumulator_value: entry(optimizer, "initial_accumulator_value")?,
        };
        let recipe = Recipe {
            loss: loss_config(loss)?,
            objective: objective(loss)?,
            metrics: metrics.0.iter().map(metric_config).collect::<PyResult<_>>()?,
            optimizer: optimizer::find(&entry::<String>(optimizer, "name")?, parameters)
                .map_err(exception)?,
            clipping: Clipping {
                value: entry(optimizer, "clipvalue")?,
                norm: entry(optimizer, "clipnorm")?,
                global_norm: entry(optimizer, "global_clipnorm")?,
            },
            weight_decay: entry::<Option<f64>>(optimizer, "weight_decay")?.unwrap_or(0.0),
            average: entry::<Option<f64>>(optimizer, "ema_momentum")?
                .map(|momentum| -> PyResult<Averaging> {
                    let overwrite_every = entry(optimizer, "ema_overwrite_frequency")?;
                    Ok(Averaging { momentum, overwrite_every })
                })
                .transpose()?,
            accumulation: entry::<Option<u64>>(optimizer, "gradient_accumulation_steps")?.unwrap_or(1),
        };
        typed!(self, compile(py, recipe))
    }

    #[expect(clippy::too_many_arguments, reason = "a row of the epoch's parts")]
    fn train_epoch<'py>(
        &self,
        py: Python<'py>,
        x: &Bound<'py, PyAny>,
        y: &Bound<'py, PyAny>,
        sample_weight: Option<&Bound<'py, PyAny>>,
        order: Option<&Bound<'py, PyAny>>,
        batch_size: usize,
        learning_rate: &Bound<'py, PyAny>,
        emit: bool,
    ) -> PyResult<Bound<'py, PyDict>> {
        let rows = Rows { x, y, sample_weight };
        let learning_rates = learning_rates(learning_rate)?;
        typed!(
            self,
            pass(py, rows, order, emit, |network, data, outputs, poll| {
                network.train(data, batch_size, &learning_rates, outputs, poll)
            })
        )
    }

    fn evaluate<'py>(
        &self,
        py: Python<'py>,
        x: &Bound<'py, PyAny>,
        y: &Bound<'py, PyAny>,
        sample_weight: Option<&Bound<'py, PyAny>>,
        emit: bool,
    ) -> PyResult<Bound<'py, PyDict>> {
        let rows = Rows { x, y, sample_weight };
        typed!(
            self,
            pass(py, rows, None, emit, |network, data, outputs, poll| network.evaluate(data, outputs, poll))
        )
    }

    fn rehearse<'py>(&self, py: Python<'py>, x: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        fn rehearse<'py, T: Number>(
            network: &Turns<CoreNetwork<T>>,
            py: Python<'py>,
            x: &Bound<'py, PyAny>,
        ) -> PyResult<Bound<'py, PyAny>> {
            fill(network, py, x, |network, x, outputs| network.rehearse(x, outputs))
        }
        typed!(self, rehearse(py, x))
    }

    fn predict<'py>(&self, py: Python<'py>, x: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        fn predict<'py, T: Number>(
            network: &Turns<CoreNetwork<T>>,
            py: Python<'py>,
            x: &Bound<'py, PyAny>,
        ) -> PyResult<Bound<'py, PyAny>> {
            let mut signals = Signals::new();
            let outputs = fill(network, py, x, |network, x, outputs| {
                network.predict(x, outputs, &mut || signals.keep_on())
            })?;
            signals.raised()?;
            Ok(outputs)
        }
        typed!(self, predict(py, x))
    }

    fn differentiate<'py>(
        &self,
        py: Python<'py>,
        x: &Bound<'py, PyAny>,
        y: &Bound<'py, PyAny>,
        sample_weight: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<(Bound<'py, PyDict>, Vec<Bound<'py, PyAny>>)> {
        fn get<'py, T: Number>(
            network: &Turns<CoreNetwork<T>>,
            py: Python<'py>,
            rows: Rows<'_, 'py>,
        ) -> PyResult<(Bound<'py, PyDict>, Vec<Bound<'py, PyAny>>)> {
            let result = pass(network, py, rows, None, false, |network, data, _, keep_on| {
                network.differentiate(data, keep_on)
            })?;
            let copy = |network: &mut CoreNetwork<T>| {
                let shapes = network.trainable_shapes();
                Ok((shapes, network.gradients()?))
            };
            let (shapes, values) = network.with(py, copy)?;
            Ok((result, unpack(py, &shapes, &values)?))
        }
        let rows = Rows { x, y, sample_weight };
        typed!(self, get(py, rows))
    }

    fn get_slots<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyAny>>> {
        fn get<'py, T: Number>(
            network: &Turns<CoreNetwork<T>>,
            py: Python<'py>,
        ) -> PyResult<Vec<Bound<'py, PyAny>>> {
            let copy = |network: &mut CoreNetwork<T>| {
                let shapes = network.trainable_shapes();
                Ok((shapes, network.slots()?))
            };
            let (shapes, slots) = network.with(py, copy)?;
            let mut arrays = Vec::new();
            for values in slots {
                arrays.extend(unpack(py, &shapes, &values)?);
            }
            Ok(arrays)
        }
        typed!(self, get(py))
    }

    fn set_slots(&self, py: Python<'_>, slots: List<Bound<'_, PyAny>>, iterations: u64) -> PyResult<()> {
        fn set<T: Number>(
            network: &Turns<CoreNetwork<T>>,
            py: Python<'_>,
            slots: &[Bound<'_, PyAny>],
            iterations: u64,
        ) -> PyResult<()> {
            let shapes = network.with(py, |network| Ok(network.trainable_shapes()))?;
            let slots: Vec<_> = slots
                .chunks(shapes.len().max(1))
                .map(|slot| pack::<T>("slots", &shapes, slot))
                .collect::<PyResult<_>>()?;
            network.with(py, |network| network.set_slots(&slots, iterations))
        }
        typed!(self, set(py, &slots.0, iterations))
    }
}

/// One run of numbers as arrays of these shapes.
fn unpack<'py, T: Number>(
    py: Python<'py>,
    shapes: &[Vec<usize>],
    mut values: &[T],
) -> PyResult<Vec<Bound<'py, PyAny>>> {
    let mut arrays = Vec::new();
    for shape in shapes {
        let (mine, rest) = values.split_at(shape.iter().product());
        arrays.push(to_numpy(py, mine, shape)?);
        values = rest;
    }
    Ok(arrays)
}

/// The way back.
fn pack<T: Number>(name: &str, shapes: &[Vec<usize>], arrays: &[Bound<'_, PyAny>]) -> PyResult<Vec<T>> {
    if arrays.len() != shapes.len() {
        let (expected, got) = (shapes.len(), arrays.len());
        return Err(PyValueError::new_err(format!("{name}: expected {expected} arrays, got {got}")));
    }
    let count = shapes.iter().map(|shape| shape.iter().product::<usize>()).sum();
    let mut values = memory::room(count, arena::COPY).map_err(|error| exception(error.into()))?;
    for (i, (shape, value)) in shapes.iter().zip(arrays).enumerate() {
        let name = format!("{name}[{i}]");
        let value = array::<T>(&name, value)?;
        let got = value.as_array().shape().to_vec();
        if got != *shape {
            return Err(PyValueError::new_err(format!("{name}: expected shape {shape:?}, got {got:?}")));
        }
        values.extend_from_slice(slice(&name, &value)?);
    }
    Ok(values)
}

fn source<'a, T: Number>(name: &str, (values, columns): (&'a [T], usize)) -> PyResult<Source<'a, T>> {
    Source::new(values, columns).ok_or_else(|| PyValueError::new_err(format!("{name}: expected whole rows")))
}

/// The arguments that hold a value for each row.
#[derive(Clone, Copy)]
struct Rows<'a, 'py> {
    x: &'a Bound<'py, PyAny>,
    y: &'a Bound<'py, PyAny>,
    sample_weight: Option<&'a Bound<'py, PyAny>>,
}

/// One for all steps, or one for each.
fn learning_rates(value: &Bound<'_, PyAny>) -> PyResult<Vec<f64>> {
    if let Ok(rate) = value.extract::<f64>() {
        return Ok(vec![rate]);
    }
    let rates = value.cast::<PyArray1<f64>>().map_err(|_| {
        PyTypeError::new_err("learning_rate: expected a number or a float64 array with one for each step")
    })?;
    let busy = |_| PyValueError::new_err("learning_rate: the array is being written to");
    collected(rates.try_readonly().map_err(busy)?.as_array().iter())
}

/// One pass over rows, without the interpreter, that Ctrl-C can end.
fn pass<'py, T: Number>(
    network: &Turns<CoreNetwork<T>>,
    py: Python<'py>,
    rows_of: Rows<'_, 'py>,
    order: Option<&Bound<'py, PyAny>>,
    emit: bool,
    work: impl FnOnce(
        &mut CoreNetwork<T>,
        Data<'_, T>,
        Option<&mut [T]>,
        &mut dyn FnMut() -> bool,
    ) -> Result<Outcome, Error>
    + Send,
) -> PyResult<Bound<'py, PyDict>> {
    let (inputs, y) = (Inputs::<T>::new(rows_of.x)?, array::<T>("y", rows_of.y)?);
    let weights = rows_of.sample_weight.map(|weights| array::<T>("sample_weight", weights)).transpose()?;
    let x = inputs.input()?;
    let y = source("y", rows("y", &y)?)?;
    let weights = weights
        .as_ref()
        .map(|weights| source("sample_weight", (slice("sample_weight", weights)?, 1)))
        .transpose()?;
    let order = order.map(|order| Indices::new(order, x.rows())).transpose()?;
    let rows = order.as_ref().map_or(x.rows(), Indices::rows);
    let emitted = emit.then(|| empty_outputs(network, py, rows)).transpose()?;
    let mut writable = emitted.as_ref().map(|outputs| outputs.readwrite());
    let outputs = writable.as_mut().map(|outputs| outputs.as_slice_mut()).transpose()?;
    let mut signals = Signals::new();
    let outcome = network.with(py, |network| {
        let order = order.map(Indices::list).transpose()?;
        let order = order.as_deref().map_or(Order::Sequence, Order::Listed);
        let data = Data { x, y: Some(y), weights, order, rows };
        work(network, data, outputs, &mut || signals.keep_on())
    })?;
    signals.raised()?;
    drop(writable);
    let result = PyDict::new(py);
    result.set_item("loss", outcome.loss)?;
    result.set_item("metrics", outcome.metrics)?;
    result.set_item("sums", outcome.sums)?;
    result.set_item("rows", outcome.rows)?;
    result.set_item("batches", outcome.batches)?;
    result.set_item("fault", outcome.fault)?;
    result.set_item("outputs", emitted)?;
    Ok(result)
}

/// Room for the outputs of so many rows.
fn empty_outputs<'py, T: Number>(
    network: &Turns<CoreNetwork<T>>,
    py: Python<'py>,
    rows: usize,
) -> PyResult<Bound<'py, PyArray2<T>>> {
    let width = network.with(py, |network| Ok(network.output_width()))?;
    room::<T>(&[rows, width], "the outputs").map_err(exception)?;
    Ok(PyArray2::<T>::zeros(py, (rows, width), false))
}

/// A new array of outputs, filled without the interpreter.
fn fill<'py, T: Number>(
    network: &Turns<CoreNetwork<T>>,
    py: Python<'py>,
    x: &Bound<'py, PyAny>,
    work: impl FnOnce(&mut CoreNetwork<T>, Input<'_, T>, &mut [T]) -> Result<(), Error> + Send,
) -> PyResult<Bound<'py, PyAny>> {
    let inputs = Inputs::<T>::new(x)?;
    let x = inputs.input()?;
    let outputs = empty_outputs(network, py, x.rows())?;
    let mut writable = outputs.readwrite();
    let target = writable.as_slice_mut()?;
    network.with(py, |network| work(network, x, target))?;
    drop(writable);
    Ok(outputs.into_any())
}

/// An order of rows: shuffled with a seed, or listed.
enum Indices {
    Seed(u64, u32),
    List(Vec<u32>),
}

impl Indices {
    fn new(order: &Bound<'_, PyAny>, rows: usize) -> PyResult<Self> {
        let count = u32::try_from(rows)
            .map_err(|_| PyValueError::new_err(format!("x: expected fewer than 2^32 rows, got {rows}")))?;
        if let Ok(seed) = order.extract::<u64>() {
            return Ok(Self::Seed(seed, count));
        }
        let list = order
            .cast::<PyArray1<u32>>()
            .map_err(|_| PyTypeError::new_err("order: expected None, a seed or a uint32 array"))?
            .try_readonly()
            .map_err(|_| PyValueError::new_err("order: the array is being written to"))?;
        let list = collected(list.as_array().iter())?;
        match list.iter().find(|&&index| index >= count) {
            Some(index) => {
                Err(PyValueError::new_err(format!("order: expected indices below {rows}, got {index}")))
            }
            None => Ok(Self::List(list)),
        }
    }

    fn rows(&self) -> usize {
        match self {
            Self::Seed(_, count) => *count as usize,
            Self::List(list) => list.len(),
        }
    }

    fn list(self) -> Result<Vec<u32>, Error> {
        match self {
            Self::Seed(seed, count) => random::shuffle(chosen(), seed, count),
            Self::List(list) => Ok(list),
        }
    }
}
