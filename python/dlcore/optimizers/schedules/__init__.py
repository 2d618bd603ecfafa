"""Schedules: learning rates that change from step to step."""

from collections.abc import Mapping
from typing import Any

from dlcore import _registry
from dlcore.optimizers.schedules.cosine_decay import CosineDecay
from dlcore.optimizers.schedules.cosine_decay_restarts import CosineDecayRestarts
from dlcore.optimizers.schedules.exponential_decay import ExponentialDecay
from dlcore.optimizers.schedules.inverse_time_decay import InverseTimeDecay
from dlcore.optimizers.schedules.learning_rate_schedule import LearningRateSchedule
from dlcore.optimizers.schedules.piecewise_constant_decay import PiecewiseConstantDecay
from dlcore.optimizers.schedules.polynomial_decay import PolynomialDecay

__all__ = [
    "CosineDecay",
    "CosineDecayRestarts",
    "ExponentialDecay",
    "InverseTimeDecay",
    "LearningRateSchedule",
    "PiecewiseConstantDecay",
    "PolynomialDecay",
    "deserialize",
    "serialize",
]

_SCHEDULES: tuple[type[LearningRateSchedule], ...] = (
    CosineDecay,
    CosineDecayRestarts,
    ExponentialDecay,
    InverseTimeDecay,
    PiecewiseConstantDecay,
    PolynomialDecay,
)
_REGISTRY = _registry.Registry[LearningRateSchedule](
    "learning rate schedule", LearningRateSchedule, {cls.__name__: cls for cls in _SCHEDULES}
)


def serialize(learning_rate_schedule: LearningRateSchedule) -> dict[str, Any]:
    """Class and configuration, as JSON can hold them.

    Examples
    --------
    >>> import dlcore
    >>> rate = dlcore.optimizers.schedules.CosineDecay(0.1, decay_steps=100)
    >>> dlcore.optimizers.schedules.serialize(rate)["class_name"]
    'CosineDecay'
    """
    return _registry.serialize(learning_rate_schedule)


def deserialize(
    config: Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None
) -> LearningRateSchedule:
    """A schedule from what `serialize` gave; `custom_objects` are classes of the caller's, by name.

    Examples
    --------
    >>> import dlcore
    >>> schedules = dlcore.optimizers.schedules
    >>> config = schedules.serialize(schedules.PolynomialDecay(0.1, 100))
    >>> schedules.deserialize(config).decay_steps
    100
    """
    with _registry.custom_scope(custom_objects or {}):
        return _REGISTRY.get({key: config[key] for key in ("class_name", "config") if key in config})
