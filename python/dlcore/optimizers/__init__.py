"""Optimizers: by name or as objects."""

from dlcore._registry import Registry
from dlcore.optimizers import schedules
from dlcore.optimizers.adam import Adam
from dlcore.optimizers.adamw import AdamW
from dlcore.optimizers.optimizer import Optimizer
from dlcore.optimizers.rmsprop import RMSprop
from dlcore.optimizers.sgd import SGD

__all__ = ["SGD", "Adam", "AdamW", "Optimizer", "RMSprop", "get", "schedules"]

_REGISTRY = Registry[Optimizer](
    "optimizer", Optimizer, {"adam": Adam, "adamw": AdamW, "rmsprop": RMSprop, "sgd": SGD}
)


def get(identifier: object) -> Optimizer:
    """An optimizer from its name, class or configuration."""
    return _REGISTRY.get(identifier)
