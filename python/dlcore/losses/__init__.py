"""Losses: as objects, by name, and as functions that give the loss of each row."""

from dlcore._registry import Registry
from dlcore.losses.binary_crossentropy import BinaryCrossentropy, binary_crossentropy
from dlcore.losses.categorical_crossentropy import CategoricalCrossentropy, categorical_crossentropy
from dlcore.losses.huber import Huber, huber
from dlcore.losses.loss import Loss
from dlcore.losses.mean_absolute_error import MeanAbsoluteError, mean_absolute_error
from dlcore.losses.mean_squared_error import MeanSquaredError, mean_squared_error
from dlcore.losses.poisson import Poisson, poisson
from dlcore.losses.sparse_categorical_crossentropy import (
    SparseCategoricalCrossentropy,
    sparse_categorical_crossentropy,
)

__all__ = [
    "BinaryCrossentropy",
    "CategoricalCrossentropy",
    "Huber",
    "Loss",
    "MeanAbsoluteError",
    "MeanSquaredError",
    "Poisson",
    "SparseCategoricalCrossentropy",
    "binary_crossentropy",
    "categorical_crossentropy",
    "get",
    "huber",
    "mean_absolute_error",
    "mean_squared_error",
    "poisson",
    "sparse_categorical_crossentropy",
]

_REGISTRY = Registry(
    "loss",
    Loss,
    {
        "bce": BinaryCrossentropy,
        "binary_crossentropy": BinaryCrossentropy,
        "categorical_crossentropy": CategoricalCrossentropy,
        "huber": Huber,
        "mae": MeanAbsoluteError,
        "mean_absolute_error": MeanAbsoluteError,
        "mean_squared_error": MeanSquaredError,
        "mse": MeanSquaredError,
        "poisson": Poisson,
        "sparse_categorical_crossentropy": SparseCategoricalCrossentropy,
    },
)


def get(identifier: object) -> Loss:
    """A loss from its name, class, function or configuration."""
    return _REGISTRY.get(identifier)
