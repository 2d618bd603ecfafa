"""Smaller steps where larger ones lead no further."""

from __future__ import annotations

import warnings
from typing import Any

from dlcore import _checks
from dlcore.callbacks._learning_rate import note, optimizer_of
from dlcore.callbacks._monitor import Monitor
from dlcore.callbacks.callback import Logs


class ReduceLROnPlateau(Monitor):
    """Multiplies the learning rate by a factor when a value has not improved for some epochs.

    The rate of each epoch is put into the logs, and so into the history, as "learning_rate".

    Parameters
    ----------
    monitor : str
        The value's name in the logs; default "val_loss".
    factor : float
        0 to below 1, default 0.1.
    patience : int
        Epochs without improvement that are borne; default 10.
    verbose : int
        1 says when the rate is reduced; default 0.
    mode : {"auto", "min", "max"}
        What is better; "auto" knows it of losses and metrics.
    min_delta : float
        By how much it must be better to count; default 0.0001.
    cooldown : int
        Epochs after a reduction that do not count; default 0.
    min_lr : float
        The rate is not made smaller than this; default 0.
    **kwargs
        Ignored with a warning: old scripts give `epsilon`.

    Examples
    --------
    >>> import dlcore
    >>> reduce = dlcore.callbacks.ReduceLROnPlateau(factor=0.5, patience=3)
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        factor: float = 0.1,
        patience: int = 10,
        verbose: int = 0,
        mode: str = "auto",
        min_delta: float = 1e-4,
        cooldown: int = 0,
        min_lr: float = 0.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(monitor, mode, None, min_delta)
        if kwargs:
            warnings.warn(f"ReduceLROnPlateau ignores {', '.join(kwargs)}", stacklevel=2)
        self.factor = _checks.real("factor", factor, low=0)
        if self.factor >= 1:
            raise ValueError(f"factor must be below 1, got {factor!r}")
        self.patience = _checks.integer("patience", patience)
        self.verbose = verbose
        self.cooldown = _checks.integer("cooldown", cooldown)
        self.min_lr = _checks.real("min_lr", min_lr, low=0)
        self._forget()

    def _forget(self) -> None:
        self.best = None
        self.wait = 0
        self.cooldown_counter = 0

    def get_state(self) -> dict[str, Any]:
        """The best value so far, and how long ago it was."""
        return super().get_state() | {"wait": self.wait, "cooldown_counter": self.cooldown_counter}

    def set_state(self, state: dict[str, Any]) -> None:
        """Go on from what `get_state` gave."""
        super().set_state(state)
        self.wait = _checks.integer("wait", state["wait"])
        self.cooldown_counter = _checks.integer("cooldown_counter", state["cooldown_counter"])

    def in_cooldown(self) -> bool:
        """Whether a reduction was so recent that epochs do not count."""
        return self.cooldown_counter > 0

    def on_train_begin(self, logs: Logs | None = None) -> None:
        """Forget the last fit."""
        self._forget()

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """Compare, and reduce if patience is at its end."""
        note(self.model, logs)
        current = self._watched(logs)
        if current is None:
            return
        if self.in_cooldown():
            self.cooldown_counter -= 1
            self.wait = 0
        if self._is_better(current, self.best):
            self.best = current
            self.wait = 0
        elif not self.in_cooldown():
            self.wait += 1
            if self.wait >= self.patience:
                self._reduce(epoch)

    def _reduce(self, epoch: int) -> None:
        optimizer = optimizer_of(self.model)
        before = float(optimizer.learning_rate)
        if before <= self.min_lr:
            return
        after = max(before * self.factor, self.min_lr)
        optimizer.learning_rate = after
        self.cooldown_counter = self.cooldown
        self.wait = 0
        if self.verbose:
            print(f"\nEpoch {epoch + 1}: ReduceLROnPlateau reducing learning rate to {after}.")
