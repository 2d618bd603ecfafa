"""Losses: as objects, by name, and as functions that give the loss of each row."""

from collections.abc import Mapping
from typing import Any

from dlcore import _registry
from dlcore._registry import Registry
from dlcore.losses.binary_crossentropy import BinaryCrossentropy, binary_crossentropy
from dlcore.losses.binary_focal_crossentropy import BinaryFocalCrossentropy, binary_focal_crossentropy
from dlcore.losses.categorical_crossentropy import CategoricalCrossentropy, categorical_crossentropy
from dlcore.losses.categorical_focal_crossentropy import (
    CategoricalFocalCrossentropy,
    categorical_focal_crossentropy,
)
from dlcore.losses.categorical_hinge import CategoricalHinge, categorical_hinge
from dlcore.losses.cosine_similarity import CosineSimilarity, cosine_similarity
from dlcore.losses.crossentropy_that_fits import CrossentropyThatFits
from dlcore.losses.custom import Custom
from dlcore.losses.hinge import Hinge, hinge
from dlcore.losses.huber import Huber, huber
from dlcore.losses.kl_divergence import KLDivergence, kl_divergence
from dlcore.losses.log_cosh import LogCosh, log_cosh
from dlcore.losses.loss import Loss
from dlcore.losses.mean_absolute_error import MeanAbsoluteError, mean_absolute_error
from dlcore.losses.mean_absolute_percentage_error import (
    MeanAbsolutePercentageError,
    mean_absolute_percentage_error,
)
from dlcore.losses.mean_squared_error import MeanSquaredError, mean_squared_error
from dlcore.losses.mean_squared_logarithmic_error import (
    MeanSquaredLogarithmicError,
    mean_squared_logarithmic_error,
)
from dlcore.losses.poisson import Poisson, poisson
from dlcore.losses.sparse_categorical_crossentropy import (
    SparseCategoricalCrossentropy,
    sparse_categorical_crossentropy,
)
from dlcore.losses.squared_hinge import SquaredHinge, squared_hinge

mse = MSE = mean_squared_error
mae = MAE = mean_absolute_error
mape = MAPE = mean_absolute_percentage_error
msle = MSLE = mean_squared_logarithmic_error
kld = KLD = kl_divergence

__all__ = [
    "BinaryCrossentropy",
    "BinaryFocalCrossentropy",
    "CategoricalCrossentropy",
    "CategoricalFocalCrossentropy",
    "CategoricalHinge",
    "CosineSimilarity",
    "Custom",
    "Hinge",
    "Huber",
    "KLDivergence",
    "LogCosh",
    "Loss",
    "MeanAbsoluteError",
    "MeanAbsolutePercentageError",
    "MeanSquaredError",
    "MeanSquaredLogarithmicError",
    "Poisson",
    "SparseCategoricalCrossentropy",
    "SquaredHinge",
    "binary_crossentropy",
    "binary_focal_crossentropy",
    "categorical_crossentropy",
    "categorical_focal_crossentropy",
    "categorical_hinge",
    "cosine_similarity",
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
    "poisson",
    "serialize",
    "sparse_categorical_crossentropy",
    "squared_hinge",
]

_REGISTRY = Registry(
    "loss",
    Loss,
    {
        "bce": BinaryCrossentropy,
        "BCE": BinaryCrossentropy,
        "binary_crossentropy": BinaryCrossentropy,
        "binary_focal_crossentropy": BinaryFocalCrossentropy,
        "categorical_crossentropy": CategoricalCrossentropy,
        "categorical_focal_crossentropy": CategoricalFocalCrossentropy,
        "categorical_hinge": CategoricalHinge,
        "cosine_similarity": CosineSimilarity,
        "ce": CrossentropyThatFits,
        "crossentropy": CrossentropyThatFits,
        "hinge": Hinge,
        "huber": Huber,
        "kl_divergence": KLDivergence,
        "kld": KLDivergence,
        "KLD": KLDivergence,
        "log_cosh": LogCosh,
        "logcosh": LogCosh,
        "mae": MeanAbsoluteError,
        "MAE": MeanAbsoluteError,
        "mape": MeanAbsolutePercentageError,
        "MAPE": MeanAbsolutePercentageError,
        "mean_absolute_error": MeanAbsoluteError,
        "mean_absolute_percentage_error": MeanAbsolutePercentageError,
        "mean_squared_error": MeanSquaredError,
        "mean_squared_logarithmic_error": MeanSquaredLogarithmicError,
        "mse": MeanSquaredError,
        "MSE": MeanSquaredError,
        "msle": MeanSquaredLogarithmicError,
        "MSLE": MeanSquaredLogarithmicError,
        "poisson": Poisson,
        "sparse_categorical_crossentropy": SparseCategoricalCrossentropy,
        "squared_hinge": SquaredHinge,
    },
)


def get(identifier: object) -> Loss:
    """A loss from its name, class, function or configuration; for a function of one's own see `Custom`.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.losses.get("mse")
    MeanSquaredError(name='mean_squared_error', reduction='sum_over_batch_size')
    """
    if isinstance(identifier, Mapping):
        return deserialize(identifier)
    if isinstance(identifier, type) and issubclass(identifier, Loss):
        return identifier()
    if callable(identifier) and not isinstance(identifier, type | Loss) and not _is_ours(identifier):
        return Custom(identifier)
    return _REGISTRY.get(identifier)


def serialize(loss: object) -> dict[str, Any]:
    """Class and configuration of a loss, or the name of a function, for `deserialize`.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.losses.serialize(dlcore.losses.mean_squared_error)
    {'class_name': 'function', 'config': 'mean_squared_error'}
    """
    if isinstance(loss, Loss):
        return _registry.serialize(loss)
    if not hasattr(loss, "__name__"):
        raise TypeError(f"loss must be a Loss or a function, got {loss!r}")
    return {"class_name": "function", "config": loss.__name__}


def deserialize(name: object, custom_objects: Mapping[str, Any] | None = None) -> Loss:
    """The loss that `serialize` described.

    Parameters
    ----------
    name : mapping or str
        A dict with class_name and config, or a name.
    custom_objects : mapping, optional
        Classes and functions of one's own, by their names.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.losses.deserialize({"class_name": "Huber", "config": {"delta": 2.0}}).delta
    2.0
    """
    if custom_objects is not None and not isinstance(custom_objects, Mapping):
        raise TypeError(f"custom_objects must be a dict, got {custom_objects!r}")
    known = {**_registry.custom, **(custom_objects or {})}
    if not isinstance(name, Mapping):
        return get(known.get(name, name) if isinstance(name, str) else name)
    if "class_name" not in name or "config" not in name:
        raise ValueError(f"name must have class_name and config, got {sorted(name)}")
    class_name, config = str(name["class_name"]), name["config"]
    if class_name == "function":
        return deserialize(config, known)
    if class_name == "Custom":
        function = config["function"]
        if function not in known:
            raise ValueError(f"custom_objects must have the function {function!r}, got {sorted(known)}")
        return Custom(**{**config, "function": known[function]})
    if class_name in known:
        made: Loss = known[class_name].from_config(dict(config))
        return made
    return _REGISTRY.get({"class_name": class_name, "config": config})


def _is_ours(function: object) -> bool:
    return globals().get(getattr(function, "__name__", "")) is function
