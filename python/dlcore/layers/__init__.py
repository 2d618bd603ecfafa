"""Layers: what a model is made of."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dlcore._registry import Registry, custom_scope, serialize
from dlcore.layers._absent import missing
from dlcore.layers.activation import Activation
from dlcore.layers.activity_regularization import ActivityRegularization
from dlcore.layers.alpha_dropout import AlphaDropout
from dlcore.layers.batch_normalization import BatchNormalization
from dlcore.layers.dense import Dense
from dlcore.layers.dropout import Dropout
from dlcore.layers.elu import ELU
from dlcore.layers.flatten import Flatten
from dlcore.layers.gaussian_noise import GaussianNoise
from dlcore.layers.identity import Identity
from dlcore.layers.input import Input, InputLayer
from dlcore.layers.layer import Layer
from dlcore.layers.layer_normalization import LayerNormalization
from dlcore.layers.leaky_relu import LeakyReLU
from dlcore.layers.normalization import Normalization
from dlcore.layers.prelu import PReLU
from dlcore.layers.relu import ReLU
from dlcore.layers.rescaling import Rescaling
from dlcore.layers.reshape import Reshape
from dlcore.layers.softmax import Softmax
from dlcore.layers.tensor import Tensor
from dlcore.layers.unit_normalization import UnitNormalization
from dlcore.layers.variable import Variable

__all__ = [
    "ELU",
    "Activation",
    "ActivityRegularization",
    "AlphaDropout",
    "BatchNormalization",
    "Dense",
    "Dropout",
    "Flatten",
    "GaussianNoise",
    "Identity",
    "Input",
    "InputLayer",
    "Layer",
    "LayerNormalization",
    "LeakyReLU",
    "Normalization",
    "PReLU",
    "ReLU",
    "Rescaling",
    "Reshape",
    "Softmax",
    "Tensor",
    "UnitNormalization",
    "Variable",
    "deserialize",
    "serialize",
]

_CLASSES: list[type[Layer]] = [
    Activation,
    ActivityRegularization,
    AlphaDropout,
    BatchNormalization,
    Dense,
    Dropout,
    ELU,
    Flatten,
    GaussianNoise,
    Identity,
    LayerNormalization,
    LeakyReLU,
    Normalization,
    PReLU,
    ReLU,
    Rescaling,
    Reshape,
    Softmax,
    UnitNormalization,
]
_REGISTRY = Registry[Layer]("layer", Layer, {cls.__name__: cls for cls in _CLASSES})


def deserialize(config: Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None) -> Layer:
    """The layer that `serialize` described, with new weights.

    Parameters
    ----------
    config : dict
        With "class_name" and "config".
    custom_objects : dict, optional
        Classes that are not dlcore's, by name.

    Examples
    --------
    >>> import dlcore
    >>> layer = dlcore.layers.Dropout(0.2, name="some")
    >>> dlcore.layers.deserialize(dlcore.layers.serialize(layer)).rate
    0.2
    """
    with custom_scope(custom_objects or {}):
        return _REGISTRY.get(config)


if not TYPE_CHECKING:  # which finds what is missing by itself

    def __getattr__(name: str) -> Any:
        raise missing(__name__, name)
