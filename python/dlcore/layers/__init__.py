"""Layers: what a model is made of."""

from dlcore._registry import Registry
from dlcore.layers.activation import Activation
from dlcore.layers.dense import Dense
from dlcore.layers.dropout import Dropout
from dlcore.layers.input import Input, InputLayer
from dlcore.layers.layer import Layer
from dlcore.layers.tensor import Tensor
from dlcore.layers.variable import Variable

__all__ = [
    "Activation",
    "Dense",
    "Dropout",
    "Input",
    "InputLayer",
    "Layer",
    "Tensor",
    "Variable",
    "deserialize",
]

_REGISTRY = Registry[Layer]("layer", Layer, {"Activation": Activation, "Dense": Dense, "Dropout": Dropout})


def deserialize(config: dict[str, object]) -> Layer:
    """A layer from its class's name and configuration."""
    return _REGISTRY.get(config)
