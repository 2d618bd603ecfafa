"""Saving the model while it is trained."""

from __future__ import annotations

import os
import pathlib
from typing import Any

from dlcore import _checks
from dlcore.callbacks._batches import frequency
from dlcore.callbacks._monitor import Monitor
from dlcore.callbacks.callback import Logs


class ModelCheckpoint(Monitor):
    """Saves the model, or its weights, after each epoch or every so many batches.

    Parameters
    ----------
    filepath : str or path
        Where; `{epoch}` (from 1), `{batch}` (from 1) and the names in the logs are filled in, as in
        `"{epoch:02d}-{val_loss:.2f}.keras"`. Folders are made as needed. The format is dlcore's, whatever the
        name ends in.
    monitor : str
        The value by which the best model is known; default "val_loss".
    verbose : int
        1 says what is saved; default 0.
    save_best_only : bool
        Whether to save only what is better than all before; default False.
    save_weights_only : bool
        Whether to save the weights only; default False.
    mode : {"auto", "min", "max"}
        What is better; "auto" knows it of losses and metrics.
    save_freq : "epoch" or int
        When: after each epoch, or every so many batches; default "epoch".
    initial_value_threshold : float, optional
        What the first model must be better than.

    Examples
    --------
    >>> import dlcore
    >>> keep = dlcore.callbacks.ModelCheckpoint("best.keras", save_best_only=True)
    """

    def __init__(
        self,
        filepath: str | os.PathLike[str],
        monitor: str = "val_loss",
        verbose: int = 0,
        save_best_only: bool = False,
        save_weights_only: bool = False,
        mode: str = "auto",
        save_freq: str | int = "epoch",
        initial_value_threshold: float | None = None,
    ) -> None:
        if initial_value_threshold is not None:
            initial_value_threshold = _checks.real("initial_value_threshold", initial_value_threshold)
        super().__init__(monitor, mode, initial_value_threshold, 0)
        self.filepath = os.fspath(filepath)
        self.verbose = verbose
        self.save_best_only = _checks.boolean("save_best_only", save_best_only)
        self.save_weights_only = _checks.boolean("save_weights_only", save_weights_only)
        self.save_freq = save_freq
        self._clock = frequency("save_freq", save_freq)
        self._epoch = 0

    def get_state(self) -> dict[str, Any]:
        """The best value so far, and how many batches ago it was saved."""
        return super().get_state() | {"clock": None if self._clock is None else self._clock.get_state()}

    def set_state(self, state: dict[str, Any]) -> None:
        """Go on from what `get_state` gave."""
        super().set_state(state)
        if self._clock is not None and state["clock"] is not None:
            self._clock.set_state(state["clock"])

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        """Note the epoch, for the name of what is saved within it."""
        self._epoch = epoch

    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """Save if it is time."""
        if self._clock is not None and self._clock.due(batch):
            self._save(self._epoch, {"batch": batch + 1} | (logs or {}), logs)

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """Save, unless it is done by batches."""
        if self._clock is None:
            self._save(epoch, logs or {}, logs)

    def _idle(self) -> list[Any]:
        return [ModelCheckpoint.on_train_batch_end] if self._clock is None else []

    def _save(self, epoch: int, names: dict[str, Any], logs: Logs | None) -> None:
        path = self._path(epoch, names)
        if not self._is_due(epoch, logs, path):
            return
        pathlib.Path(path).parent.mkdir(parents=True, exist_ok=True)
        if self.save_weights_only:
            self.model.save_weights(path)
        else:
            self.model.save(path)
        self._say(epoch, f"finished saving model to {path}")

    def _path(self, epoch: int, names: dict[str, Any]) -> str:
        try:
            return self.filepath.format(epoch=epoch + 1, **names)
        except KeyError as error:
            known = ", ".join(["epoch", *names])
            raise KeyError(f"filepath {self.filepath!r} names {error}, but there are {known}") from error

    def _is_due(self, epoch: int, logs: Logs | None, path: str) -> bool:
        """Whether to save; what cannot be compared is saved."""
        if not self.save_best_only:
            self._say(epoch, f"saving model to {path}")
            return True
        current = self._watched(logs)
        if current is None:
            return True
        best = "None" if self.best is None else f"{self.best:.5f}"
        if not self._is_better(current, self.best):
            self._say(epoch, f"{self.monitor} did not improve from {best}")
            return False
        self._say(epoch, f"{self.monitor} improved from {best} to {current:.5f}, saving model to {path}")
        self.best = current
        return True

    def _say(self, epoch: int, text: str) -> None:
        if self.verbose:
            print(f"\nEpoch {epoch + 1}: {text}")
