"""Optimizers: by name or as objects."""

from typing import Any

from dlcore import _registry
from dlcore._registry import Registry
from dlcore.optimizers import schedules
from dlcore.optimizers.adadelta import Adadelta
from dlcore.optimizers.adagrad import Adagrad
from dlcore.optimizers.adam import Adam
from dlcore.optimizers.adamax import Adamax
from dlcore.optimizers.adamw import AdamW
from dlcore.optimizers.lion import Lion
from dlcore.optimizers.nadam import Nadam
from dlcore.optimizers.optimizer import Optimizer
from dlcore.optimizers.rmsprop import RMSprop
from dlcore.optimizers.sgd import SGD

__all__ = [
    "SGD",
    "Adadelta",
    "Adagrad",
    "Adam",
    "AdamW",
    "Adamax",
    "Lion",
    "Nadam",
    "Optimizer",
    "RMSprop",
    "deserialize",
    "get",
    "schedules",
    "serialize",
]

_REGISTRY = Registry[Optimizer](
    "optimizer",
    Optimizer,
    {
        "adadelta": Adadelta,
        "adagrad": Adagrad,
        "adam": Adam,
        "adamax": Adamax,
        "adamw": AdamW,
        "lion": Lion,
        "nadam": Nadam,
        "rmsprop": RMSprop,
        "sgd": SGD,
    },
)


def get(identifier: object) -> Optimizer:
    """An optimizer from its name, class or configuration.

    Examples
    --------
    >>> import dlcore
    >>> float(dlcore.optimizers.get("adam").learning_rate)
    0.001
    """
    return _REGISTRY.get(identifier)


def serialize(optimizer: Optimizer) -> dict[str, Any]:
    """Class and configuration, as JSON can hold them.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.optimizers.serialize(dlcore.optimizers.Lion())["class_name"]
    'Lion'
    """
    return _registry.serialize(optimizer)


def deserialize(config: dict[str, Any], custom_objects: dict[str, Any] | None = None) -> Optimizer:
    """An optimizer from what `serialize` gave.

    Examples
    --------
    >>> import dlcore
    >>> described = dlcore.optimizers.serialize(dlcore.optimizers.SGD(0.5))
    >>> float(dlcore.optimizers.deserialize(described).learning_rate)
    0.5
    """
    with _registry.custom_scope(custom_objects or {}):
        return _REGISTRY.get(config)
