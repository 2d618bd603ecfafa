"""Stopping before the model learns the noise."""

from __future__ import annotations

import math
import warnings

from dlcore import _checks
from dlcore._typing import FloatArray
from dlcore.callbacks.callback import Callback, Logs


class EarlyStopping(Callback):
    """Ends the fit when a value has not improved for some epochs.

    Parameters
    ----------
    monitor : str
        The value's name in the logs; default "val_loss".
    min_delta : float
        By how much it must be better to count; default 0.
    patience : int
        Epochs without improvement that are borne; default 0.
    verbose : int
        1 says when it stops and what it restores; default 0.
    mode : {"auto", "min", "max"}
        What is better; "auto" knows it of losses and metrics.
    baseline : float, optional
        Only what is better than this counts as improvement.
    restore_best_weights : bool
        Whether the weights of the best epoch are put back at the end of the fit, also of one that ran to
        its last epoch; default False.
    start_from_epoch : int
        The first epoch that is looked at; default 0.

    Attributes
    ----------
    stopped_epoch : int
        The epoch at whose end it stopped; 0 if it did not.
    best, best_epoch : float, int
        The best value and its epoch.

    Notes
    -----
    Prechelt, "Early stopping - but when?", 1998. Keras's semantics: a fit of one epoch is never stopped.

    Examples
    --------
    >>> import dlcore
    >>> stop = dlcore.callbacks.EarlyStopping(patience=3, restore_best_weights=True)
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        min_delta: float = 0,
        patience: int = 0,
        verbose: int = 0,
        mode: str = "auto",
        baseline: float | None = None,
        restore_best_weights: bool = False,
        start_from_epoch: int = 0,
    ) -> None:
        if not isinstance(monitor, str):
            raise TypeError(f"monitor must be a name, got {monitor!r}")
        if mode not in ("auto", "min", "max"):
            raise ValueError(f"mode must be 'auto', 'min' or 'max', got {mode!r}")
        self.monitor = monitor
        self.min_delta = abs(_checks.real("min_delta", min_delta))
        self.patience = _checks.integer("patience", patience)
        self.verbose = verbose
        self.mode = mode
        self.baseline = None if baseline is None else _checks.real("baseline", baseline)
        self.restore_best_weights = _checks.boolean("restore_best_weights", restore_best_weights)
        self.start_from_epoch = _checks.integer("start_from_epoch", start_from_epoch)
        self._forget()

    def _forget(self) -> None:
        self.wait = 0
        self.stopped_epoch = 0
        self.best_epoch = 0
        self.best: float | None = None
        self.best_weights: list[FloatArray] | None = None

    def on_train_begin(self, logs: Logs | None = None) -> None:
        """Forget the last fit."""
        self._forget()

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """Compare, and stop if patience is at its end."""
        current = (logs or {}).get(self.monitor)
        if current is None:
            names = ", ".join(logs or {})
            warnings.warn(
                f"EarlyStopping watches {self.monitor!r}, which there is not; there are: {names}",
                stacklevel=2,
            )
            return
        if epoch < self.start_from_epoch:
            return
        self.wait += 1
        improves = self._is_better(current, self.best)
        # Some weights must be kept, even if no value is a number.
        if improves or (self.restore_best_weights and self.best_weights is None):
            self.best_epoch = epoch
            if self.restore_best_weights:
                self.best_weights = self.model.get_weights()
        if improves:
            self.best = current
            if self.baseline is None or self._is_better(current, self.baseline):
                self.wait = 0
        elif self.wait >= self.patience and epoch > 0:
            self.stopped_epoch = epoch
            self.model.stop_training = True

    def on_train_end(self, logs: Logs | None = None) -> None:
        """Put the best weights back, if that was asked for."""
        if self.stopped_epoch > 0 and self.verbose:
            print(f"Epoch {self.stopped_epoch + 1}: early stopping")
        if self.best_weights is not None:
            if self.verbose:
                print(f"Restoring the weights of epoch {self.best_epoch + 1}, the best")
            self.model.set_weights(self.best_weights)

    def _is_better(self, value: float, reference: float | None) -> bool:
        """By more than `min_delta`, in the direction of the mode."""
        maximize = self.mode == "max" or (self.mode == "auto" and self._more_is_better())
        if reference is None:
            reference = -math.inf if maximize else math.inf
        return value - self.min_delta > reference if maximize else value + self.min_delta < reference

    def _more_is_better(self) -> bool:
        name = self.monitor.removeprefix("val_")
        if name == "loss":
            return False
        for metric in self.model.metrics:
            if metric.name == name:
                return metric.GOAL == "max"
        raise ValueError(
            f"mode must be 'min' or 'max', since it is not known what is better of {self.monitor!r}"
        )
