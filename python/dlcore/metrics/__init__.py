"""Metrics: numbers that are watched, by name or as objects, and functions that give a number for each row.

The name "accuracy" (or "acc") means the form that fits outputs and loss, so does "crossentropy" (or "ce").
"""

from collections.abc import Mapping
from typing import Any

from dlcore import _names
from dlcore._registry import Registry, custom, serialize
from dlcore.metrics._formulas import (
    binary_crossentropy,
    binary_focal_crossentropy,
    categorical_crossentropy,
    categorical_focal_crossentropy,
    categorical_hinge,
    hinge,
    huber,
    kl_divergence,
    log_cosh,
    mean_absolute_error,
    mean_absolute_percentage_error,
    mean_squared_error,
    mean_squared_logarithmic_error,
    poisson,
    sparse_categorical_crossentropy,
    squared_hinge,
)
from dlcore.metrics.accuracy import (
    Accuracy,
    AccuracyThatFits,
    BinaryAccuracy,
    CategoricalAccuracy,
    SparseCategoricalAccuracy,
    SparseTopKCategoricalAccuracy,
    TopKCategoricalAccuracy,
    binary_accuracy,
    categorical_accuracy,
    sparse_categorical_accuracy,
    sparse_top_k_categorical_accuracy,
    top_k_categorical_accuracy,
)
from dlcore.metrics.auc import AUC
from dlcore.metrics.confusion import (
    FalseNegatives,
    FalsePositives,
    Precision,
    Recall,
    TrueNegatives,
    TruePositives,
)
from dlcore.metrics.correlation import (
    ConcordanceCorrelation,
    PearsonCorrelation,
    concordance_correlation,
    pearson_correlation,
)
from dlcore.metrics.f_score import F1Score, FBetaScore
from dlcore.metrics.margins import CategoricalHinge, Hinge, SquaredHinge
from dlcore.metrics.metric import Metric
from dlcore.metrics.operating_point import (
    PrecisionAtRecall,
    RecallAtPrecision,
    SensitivityAtSpecificity,
    SpecificityAtSensitivity,
)
from dlcore.metrics.probabilistic import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    CrossentropyThatFits,
    KLDivergence,
    Poisson,
    SparseCategoricalCrossentropy,
)
from dlcore.metrics.r2_score import R2Score
from dlcore.metrics.reduction import Mean, MeanMetricWrapper, Sum
from dlcore.metrics.regression import (
    CosineSimilarity,
    LogCoshError,
    MeanAbsoluteError,
    MeanAbsolutePercentageError,
    MeanSquaredError,
    MeanSquaredLogarithmicError,
    RootMeanSquaredError,
)

mse = MSE = mean_squared_error
mae = MAE = mean_absolute_error
mape = MAPE = mean_absolute_percentage_error
msle = MSLE = mean_squared_logarithmic_error
kld = KLD = kl_divergence

__all__ = [
    "AUC",
    "Accuracy",
    "BinaryAccuracy",
    "BinaryCrossentropy",
    "CategoricalAccuracy",
    "CategoricalCrossentropy",
    "CategoricalHinge",
    "ConcordanceCorrelation",
    "CosineSimilarity",
    "F1Score",
    "FBetaScore",
    "FalseNegatives",
    "FalsePositives",
    "Hinge",
    "KLDivergence",
    "LogCoshError",
    "Mean",
    "MeanAbsoluteError",
    "MeanAbsolutePercentageError",
    "MeanMetricWrapper",
    "MeanSquaredError",
    "MeanSquaredLogarithmicError",
    "Metric",
    "PearsonCorrelation",
    "Poisson",
    "Precision",
    "PrecisionAtRecall",
    "R2Score",
    "Recall",
    "RecallAtPrecision",
    "RootMeanSquaredError",
    "SensitivityAtSpecificity",
    "SparseCategoricalAccuracy",
    "SparseCategoricalCrossentropy",
    "SparseTopKCategoricalAccuracy",
    "SpecificityAtSensitivity",
    "SquaredHinge",
    "Sum",
    "TopKCategoricalAccuracy",
    "TrueNegatives",
    "TruePositives",
    "binary_accuracy",
    "binary_crossentropy",
    "binary_focal_crossentropy",
    "categorical_accuracy",
    "categorical_crossentropy",
    "categorical_focal_crossentropy",
    "categorical_hinge",
    "concordance_correlation",
    "deserialize",
    "get",
    "hinge",
    "huber",
    "kl_divergence",
    "log_cosh",
    "mean_absolute_error",
    "mean_absolute_percentage_error",
    "mean_squared_error",
    "mean_squared_logarithmic_error",
    "pearson_correlation",
    "poisson",
    "serialize",
    "sparse_categorical_accuracy",
    "sparse_categorical_crossentropy",
    "sparse_top_k_categorical_accuracy",
    "squared_hinge",
    "top_k_categorical_accuracy",
]

_CLASSES: list[type[Metric]] = [
    AUC,
    Accuracy,
    BinaryAccuracy,
    BinaryCrossentropy,
    CategoricalAccuracy,
    CategoricalCrossentropy,
    CategoricalHinge,
    ConcordanceCorrelation,
    CosineSimilarity,
    F1Score,
    FBetaScore,
    FalseNegatives,
    FalsePositives,
    Hinge,
    KLDivergence,
    LogCoshError,
    Mean,
    MeanAbsoluteError,
    MeanAbsolutePercentageError,
    MeanMetricWrapper,
    MeanSquaredError,
    MeanSquaredLogarithmicError,
    PearsonCorrelation,
    Poisson,
    Precision,
    PrecisionAtRecall,
    R2Score,
    Recall,
    RecallAtPrecision,
    RootMeanSquaredError,
    SensitivityAtSpecificity,
    SparseCategoricalAccuracy,
    SparseCategoricalCrossentropy,
    SparseTopKCategoricalAccuracy,
    SpecificityAtSensitivity,
    SquaredHinge,
    Sum,
    TopKCategoricalAccuracy,
    TrueNegatives,
    TruePositives,
]

_ALIASES: dict[str, type[Metric]] = {
    "Accuracy": Accuracy,  # in configurations; as a name it is "accuracy", see `get`
    "acc": AccuracyThatFits,
    "accuracy": AccuracyThatFits,
    "bce": BinaryCrossentropy,
    "BCE": BinaryCrossentropy,
    "ce": CrossentropyThatFits,
    "crossentropy": CrossentropyThatFits,
    "mae": MeanAbsoluteError,
    "MAE": MeanAbsoluteError,
    "mape": MeanAbsolutePercentageError,
    "MAPE": MeanAbsolutePercentageError,
    "mse": MeanSquaredError,
    "MSE": MeanSquaredError,
    "msle": MeanSquaredLogarithmicError,
    "MSLE": MeanSquaredLogarithmicError,
}

_REGISTRY = Registry(
    "metric", Metric, {_names.snake_case(found.__name__): found for found in _CLASSES} | _ALIASES
)


def get(identifier: object) -> Metric:
    """A metric from its name, class, function or configuration.

    Parameters
    ----------
    identifier : str, Metric, type, callable or dict
        By a name, it is called what the caller called it. A function of y_true and y_pred becomes a
        `MeanMetricWrapper` with the function's name; a loss too.

    Raises
    ------
    ValueError
        For a name that is not known.
    TypeError
        For what cannot be a metric.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.metrics.get("mse")
    MeanSquaredError(name='mse', dtype='float32')
    """
    if isinstance(identifier, str):
        fits = identifier.lower() in ("acc", "accuracy", "ce", "crossentropy")  # as Keras, in any case
        metric = _REGISTRY.get(identifier.lower() if fits else identifier)
        metric.name = identifier
        return metric
    if isinstance(identifier, Mapping):
        return deserialize(identifier)
    thing = identifier() if isinstance(identifier, type) else identifier
    if callable(thing) and not isinstance(thing, Metric):
        return MeanMetricWrapper(thing, _name(thing))
    return _REGISTRY.get(thing)


def _name(function: Any) -> str:
    """What a metric of the function, or of the loss, is called."""
    if isinstance(getattr(function, "name", None), str):
        return str(function.name)
    return _names.snake_case(getattr(function, "__name__", type(function).__name__))


def deserialize(config: Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None) -> Metric:
    """The metric that `serialize` described.

    Parameters
    ----------
    config : dict
        With "class_name" and "config".
    custom_objects : dict, optional
        Classes and functions that are not dlcore's, by name.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.metrics.deserialize(dlcore.metrics.serialize(dlcore.metrics.Recall(name="found")))
    Recall(name='found', dtype='float32', thresholds=None, top_k=None, class_id=None)
    """
    if not {"class_name", "config"} <= set(config):
        raise TypeError(f"config must be a dict with 'class_name' and 'config', got {config!r}")
    own = {**custom, **(custom_objects or {})}
    name, arguments = str(config["class_name"]), dict(config["config"])
    if arguments.get("fn") in own:
        arguments["fn"] = own[arguments["fn"]]
    if name in own:
        made: Metric = own[name].from_config(arguments)
        return made
    return _REGISTRY.get({"class_name": name, "config": arguments})
