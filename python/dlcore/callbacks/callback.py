"""The base of all callbacks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dlcore.models import Sequential

Logs = dict[str, float]

_OLD_NAMES = {"on_train_batch_begin": "on_batch_begin", "on_train_batch_end": "on_batch_end"}
"""What a hook of `Callback` calls in turn."""


class Callback:
    """Something to do at certain moments of a fit; subclasses override what they need.

    Epochs and batches are counted from 0. The hooks of batches cost time only if a callback of the fit
    overrides them.

    Attributes
    ----------
    model : Sequential
        The model that is fitted. Setting `model.stop_training = True` ends the fit after the epoch.
    params : dict
        `"epochs"` and `"verbose"` of the fit.

    Examples
    --------
    >>> import dlcore
    >>> class Halve(dlcore.callbacks.Callback):
    ...     def on_epoch_end(self, epoch, logs=None):
    ...         self.model.optimizer.learning_rate /= 2

    One that remembers something says so, if a fit that is resumed shall go on with it:

    >>> class Lowest(dlcore.callbacks.Callback):
    ...     lowest = float("inf")
    ...     def on_epoch_end(self, epoch, logs=None):
    ...         self.lowest = min(self.lowest, logs["loss"])
    ...     def get_state(self):
    ...         return {"lowest": self.lowest}
    ...     def set_state(self, state):
    ...         self.lowest = float(state["lowest"])
    """

    model: Sequential
    params: dict[str, Any]

    def set_model(self, model: Sequential) -> None:
        """Told before the fit begins."""
        self.model = model

    def set_params(self, params: dict[str, Any]) -> None:
        """Told before the fit begins."""
        self.params = params

    def on_train_begin(self, logs: Logs | None = None) -> None:
        """Before the first epoch."""

    def on_train_end(self, logs: Logs | None = None) -> None:
        """After the last epoch; `logs` as at its end."""

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        """Before an epoch."""

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """After an epoch; `logs` has loss and metrics, those of validation with `val_` before them."""

    def on_train_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        """Before a batch of training."""
        self.on_batch_begin(batch, logs=logs)

    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """After a batch of training; `logs` has the means of the epoch so far."""
        self.on_batch_end(batch, logs=logs)

    def on_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        """Old name of `on_train_batch_begin`, which calls it."""

    def on_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """Old name of `on_train_batch_end`, which calls it."""

    def on_test_begin(self, logs: Logs | None = None) -> None:
        """Before an evaluation or validation."""

    def on_test_end(self, logs: Logs | None = None) -> None:
        """After an evaluation or validation; `logs` has loss and metrics."""

    def on_test_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        """Before a batch of an evaluation or validation."""

    def on_test_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """After a batch of an evaluation or validation; `logs` has the means so far."""

    def on_predict_begin(self, logs: Logs | None = None) -> None:
        """Before predictions."""

    def on_predict_end(self, logs: Logs | None = None) -> None:
        """After predictions."""

    def on_predict_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        """Before a batch of predictions."""

    def on_predict_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """After a batch of predictions; `logs` has the "outputs"."""

    def get_state(self) -> dict[str, Any]:
        """What the callback has to know in order to go on, for a model that is saved in the midst of a fit.

        By default nothing. Keys are strings; values are numbers, strings, None, lists and dicts of such, or
        arrays of float32 or float64.
        """
        return {}

    def set_state(self, state: dict[str, Any]) -> None:
        """Go on from what `get_state` gave, after `on_train_begin` of a fit that is resumed."""

    def _idle(self) -> list[Any]:
        """Functions of the class that would do nothing, as its arguments are; for `hears`."""
        return []


HOOKS = tuple(name for name in vars(Callback) if name.startswith("on_"))
"""The names of all hooks."""


def hears(callback: Callback, hook: str) -> bool:
    """Whether anything would happen if that hook were called; else a loop need not stop for it.

    It does if the class or the object overrides the hook, or the old name that stands for it.
    """
    method = getattr(callback, hook)
    function = getattr(method, "__func__", method)
    if function is getattr(Callback, hook):
        return hook in _OLD_NAMES and hears(callback, _OLD_NAMES[hook])
    return function not in callback._idle()
