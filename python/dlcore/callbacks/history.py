"""What happened in a fit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dlcore import _checks
from dlcore.callbacks.callback import Callback, Logs

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class History(Callback):
    """Keeps loss and metrics of every epoch; `fit` returns one.

    Attributes
    ----------
    epoch : list of int
        The epochs that were run.
    history : dict of str to list of float
        For each name ("loss", "val_loss", ...) its values, one an epoch.

    Examples
    --------
    >>> import dlcore
    >>> model = dlcore.Sequential([dlcore.Input((1,)), dlcore.layers.Dense(1)])
    >>> model.compile("sgd", "mse")
    >>> history = model.fit([[1.0], [2.0]], [1.0, 2.0], epochs=3, verbose=0)
    >>> history.epoch, list(history.history)
    ([0, 1, 2], ['loss'])
    """

    def __init__(self) -> None:
        self.epoch: list[int] = []
        self.history: dict[str, list[float]] = {}

    def get_state(self) -> dict[str, Any]:
        """All values so far."""
        return {"epoch": list(self.epoch), "history": {name: list(v) for name, v in self.history.items()}}

    def set_state(self, state: dict[str, Any]) -> None:
        """Go on from what `get_state` gave."""
        self.epoch = [_checks.integer("epoch", epoch) for epoch in state["epoch"]]
        self.history = {name: list(values) for name, values in state["history"].items()}

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """Note the values."""
        self.epoch.append(epoch)
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(value)

    def plot(self, name: str = "loss", ax: Axes | None = None) -> Axes:
        """Draw a value over the epochs, in training and, if there was any, in validation.

        See `dlcore.plots.history`.
        """
        from dlcore import plots

        return plots.history(self, name, ax)
