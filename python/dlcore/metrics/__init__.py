"""Metrics: numbers that are watched, by name or as objects.

The name "accuracy" (or "acc") means the form that fits outputs and loss.
"""

from dlcore._registry import Registry
from dlcore.metrics.accuracy import (
    AccuracyThatFits,
    BinaryAccuracy,
    CategoricalAccuracy,
    SparseCategoricalAccuracy,
)
from dlcore.metrics.errors import MeanAbsoluteError, MeanSquaredError
from dlcore.metrics.metric import Metric

__all__ = [
    "BinaryAccuracy",
    "CategoricalAccuracy",
    "MeanAbsoluteError",
    "MeanSquaredError",
    "Metric",
    "SparseCategoricalAccuracy",
    "get",
]

_REGISTRY = Registry(
    "metric",
    Metric,
    {
        "acc": AccuracyThatFits,
        "accuracy": AccuracyThatFits,
        "binary_accuracy": BinaryAccuracy,
        "categorical_accuracy": CategoricalAccuracy,
        "mae": MeanAbsoluteError,
        "mean_absolute_error": MeanAbsoluteError,
        "mean_squared_error": MeanSquaredError,
        "mse": MeanSquaredError,
        "sparse_categorical_accuracy": SparseCategoricalAccuracy,
    },
)


def get(identifier: object) -> Metric:
    """A metric from its name, class or configuration; it is called what the caller called it."""
    metric = _REGISTRY.get(identifier)
    if isinstance(identifier, str):
        metric.name = identifier
    return metric
