"""Stopping before the model learns the noise."""

from __future__ import annotations

from typing import Any

from dlcore import _checks
from dlcore._typing import FloatArray
from dlcore.callbacks._monitor import Monitor
from dlcore.callbacks.callback import Logs

_COUNTS = ("wait", "stopped_epoch", "best_epoch")


class EarlyStopping(Monitor):
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
        What is better; "auto" knows it of losses and metrics, and a ValueError says where it does not.
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
        super().__init__(monitor, mode, None, min_delta)
        self.patience = _checks.integer("patience", patience)
        self.verbose = verbose
        self.baseline = None if baseline is None else _checks.real("baseline", baseline)
        self.restore_best_weights = _checks.boolean("restore_best_weights", restore_best_weights)
        self.start_from_epoch = _checks.integer("start_from_epoch", start_from_epoch)
        self._forget()

    def _forget(self) -> None:
        self.wait = 0
        self.stopped_epoch = 0
        self.best_epoch = 0
        self.best = None
        self.best_weights: list[FloatArray] | None = None

    def get_state(self) -> dict[str, Any]:
        """The best epoch so far, its weights if they are kept, and how long ago it was."""
        own = {name: getattr(self, name) for name in _COUNTS}
        return super().get_state() | own | {"best_weights": self.best_weights}

    def set_state(self, state: dict[str, Any]) -> None:
        """Go on from what `get_state` gave."""
        from dlcore.models._weights import checked

        super().set_state(state)
        for name in _COUNTS:
            setattr(self, name, _checks.integer(name, state[name]))
        best, model = state["best_weights"], self.model
        self.best_weights = None if best is None else checked(best, model.weight_names, model.get_weights())

    def on_train_begin(self, logs: Logs | None = None) -> None:
        """Forget the last fit."""
        self._forget()

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """Compare, and stop if patience is at its end."""
        current = self._watched(logs)
        if current is None or epoch < self.start_from_epoch:
            return
        self.wait += 1
        improves = self._is_better(current, self.best)
        if improves:
            self.best, self.best_epoch = current, epoch
            if self.restore_best_weights:
                self.best_weights = self.model.get_weights()
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
                print(f"Restoring model weights from the end of the best epoch: {self.best_epoch + 1}.")
            self.model.set_weights(self.best_weights)
