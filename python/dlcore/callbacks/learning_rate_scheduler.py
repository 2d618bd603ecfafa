"""A learning rate for each epoch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dlcore import _checks
from dlcore.callbacks._learning_rate import note, optimizer_of
from dlcore.callbacks.callback import Callback, Logs


class LearningRateScheduler(Callback):
    """Before each epoch, sets the learning rate to what a function says.

    The rate of each epoch is put into the logs, and so into the history, as "learning_rate".

    Parameters
    ----------
    schedule : function (epoch, learning_rate) -> learning_rate
        Gets the number of the epoch, from 0, and the rate so far. A function of the epoch alone will do.
    verbose : int
        1 says what the rate is; default 0.

    Examples
    --------
    >>> import dlcore
    >>> callback = dlcore.callbacks.LearningRateScheduler(lambda epoch, rate: rate * 0.9)
    """

    def __init__(self, schedule: Callable[..., float], verbose: int = 0) -> None:
        if not callable(schedule):
            raise TypeError(f"schedule must be a function, got {schedule!r}")
        self.schedule = schedule
        self.verbose = verbose
        self._forget()

    def _forget(self) -> None:
        self._epoch: int | None = None
        self._resumed: int | None = None

    def get_state(self) -> dict[str, Any]:
        """The epoch whose rate the optimizer has."""
        return {"epoch": self._epoch}

    def set_state(self, state: dict[str, Any]) -> None:
        """Go on from what `get_state` gave."""
        if state["epoch"] is not None:
            self._epoch = self._resumed = _checks.integer("epoch", state["epoch"])

    def on_train_begin(self, logs: Logs | None = None) -> None:
        """Forget the last fit."""
        self._forget()

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        """Set the rate, unless the optimizer came with that of this epoch, which is resumed."""
        if epoch == self._resumed:
            return
        optimizer = optimizer_of(self.model)
        try:
            rate = self.schedule(epoch, float(optimizer.learning_rate))
        except TypeError:  # of the epoch alone
            rate = self.schedule(epoch)
        rate = _checks.real("what schedule returns", rate, low=0)
        optimizer.learning_rate, self._epoch = rate, epoch
        if self.verbose:
            print(f"\nEpoch {epoch + 1}: LearningRateScheduler setting learning rate to {rate}.")

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """Note the rate."""
        note(self.model, logs)
