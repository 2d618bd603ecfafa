//! From a dictionary that describes a layer to the core's.

use dlcore_core::activation::Activation;
use dlcore_core::constraint::Constraint;
use dlcore_core::error::Error;
use dlcore_core::map::{
    BatchNormalization, LayerNormalization, Map, Normalization, Prelu, Rescaling, UnitNormalization,
};
use dlcore_core::regularizer::Regularizer;
use dlcore_core::stage::Layer;
use dlcore_core::variables::Wish;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::error::exception;
use crate::network::entry;

const KINDS: &[&str] = &[
    "dense",
    "activation",
    "dropout",
    "alpha_dropout",
    "gaussian_noise",
    "activity",
    "batch_normalization",
    "layer_normalization",
    "normalization",
    "rescaling",
    "prelu",
    "unit_normalization",
];

/// The layer that a dictionary describes.
pub fn layer(dict: &Bound<'_, PyDict>) -> PyResult<Layer> {
    let kind: String = entry(dict, "kind")?;
    match kind.as_str() {
        "dense" => Ok(Layer::Dense {
            units: entry(dict, "units")?,
            use_bias: entry(dict, "use_bias")?,
            kernel: wish(&entry(dict, "kernel")?)?,
            bias: wish(&entry(dict, "bias")?)?,
            trainable: entry(dict, "trainable")?,
        }),
        "activation" => {
            let name: String = entry(dict, "name")?;
            let activation = Activation::named(&name, entry(dict, "parameters")?);
            let unknown = || exception(Error::unknown("activation", &name, Activation::NAMES));
            Ok(Layer::Activation(activation.ok_or_else(unknown)?))
        }
        "dropout" => Ok(Layer::Dropout(entry(dict, "rate")?)),
        "alpha_dropout" => Ok(Layer::AlphaDropout(entry(dict, "rate")?)),
        "gaussian_noise" => Ok(Layer::GaussianNoise(entry(dict, "stddev")?)),
        "activity" => Ok(Layer::Activity(Regularizer { l1: entry(dict, "l1")?, l2: entry(dict, "l2")? })),
        _ => Ok(Layer::Map(map(&kind, dict)?)),
    }
}

fn map(kind: &str, dict: &Bound<'_, PyDict>) -> PyResult<Map> {
    Ok(match kind {
        "batch_normalization" => Map::BatchNormalization(BatchNormalization {
            momentum: entry(dict, "momentum")?,
            epsilon: entry(dict, "epsilon")?,
            scale: optional_wish(dict, "scale")?,
            center: optional_wish(dict, "center")?,
            trainable: entry(dict, "trainable")?,
        }),
        "layer_normalization" => Map::LayerNormalization(LayerNormalization {
            epsilon: entry(dict, "epsilon")?,
            scale: optional_wish(dict, "scale")?,
            center: optional_wish(dict, "center")?,
            trainable: entry(dict, "trainable")?,
        }),
        "normalization" => Map::Normalization(Normalization),
        "rescaling" => {
            Map::Rescaling(Rescaling { scale: entry(dict, "scale")?, offset: entry(dict, "offset")? })
        }
        "prelu" => {
            Map::Prelu(Prelu { wish: wish(&entry(dict, "alpha")?)?, trainable: entry(dict, "trainable")? })
        }
        "unit_normalization" => Map::UnitNormalization(UnitNormalization),
        _ => return Err(exception(Error::unknown("layer", kind, KINDS))),
    })
}

fn optional_wish(dict: &Bound<'_, PyDict>, key: &str) -> PyResult<Option<Wish>> {
    entry::<Option<Bound<'_, PyDict>>>(dict, key)?.map(|dict| wish(&dict)).transpose()
}

/// What is asked of a variable; a norm within `low` and `high` at a rate above zero is a constraint.
fn wish(dict: &Bound<'_, PyDict>) -> PyResult<Wish> {
    let constraint: String = entry(dict, "constraint")?;
    let constraint = match constraint.as_str() {
        "none" => Constraint::None,
        "non_negative" => Constraint::NonNegative,
        "norm" => Constraint::Norm {
            low: entry(dict, "low")?,
            high: entry(dict, "high")?,
            rate: entry(dict, "rate")?,
        },
        _ => {
            let known = &["none", "non_negative", "norm"];
            return Err(exception(Error::unknown("constraint", &constraint, known)));
        }
    };
    Ok(Wish { regularizer: Regularizer { l1: entry(dict, "l1")?, l2: entry(dict, "l2")? }, constraint })
}
