"""What the callbacks share that set or report the learning rate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dlcore.callbacks.callback import Logs

if TYPE_CHECKING:
    from dlcore.models import Sequential
    from dlcore.optimizers import Optimizer


def optimizer_of(model: Sequential) -> Optimizer:
    """The model's optimizer."""
    if model.optimizer is None:
        raise ValueError("the model has no optimizer: call compile()")
    return model.optimizer


def note(model: Sequential, logs: Logs | None) -> None:
    """Put the learning rate of now into the logs, where later callbacks and the history find it."""
    if logs is not None:
        logs["learning_rate"] = float(optimizer_of(model).learning_rate)
