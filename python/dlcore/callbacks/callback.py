"""The base of all callbacks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dlcore.models import Sequential

Logs = Mapping[str, float]


class Callback:
    """Something to do at certain moments of a fit; subclasses override what they need.

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
        """After the last epoch."""

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        """Before an epoch; epochs are counted from 0."""

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """After an epoch; `logs` has loss and metrics, those of validation with `val_` before them."""
