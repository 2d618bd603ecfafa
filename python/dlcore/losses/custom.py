"""A user's own loss, from a function."""

from collections.abc import Callable
from typing import Any

from dlcore._registry import registered_name
from dlcore._typing import FloatArray
from dlcore.losses import _own
from dlcore.losses.loss import Loss


class Custom(Loss):
    """The loss that a function of NumPy arrays computes.

    Parameters
    ----------
    function : callable
        Takes y_true and y_pred (rows, outputs), and returns the losses (rows,) and the derivative of each by
        the outputs of its row (rows, outputs): dlcore does not differentiate.
    reduction, name, dtype
        See `Loss`; the name is by default the function's.

    Examples
    --------
    >>> import dlcore
    >>> import numpy as np
    >>> def quartic(y_true, y_pred):
    ...     error = y_pred - y_true
    ...     return np.mean(error**4, axis=1), 4 * error**3 / error.shape[1]
    >>> dlcore.losses.get(quartic)([[0.0, 1.0]], [[1.0, 3.0]])
    8.5
    """

    def __init__(
        self,
        function: Callable[..., Any],
        reduction: str | None = "sum_over_batch_size",
        name: str | None = None,
        dtype: str | None = None,
    ) -> None:
        if not callable(function):
            raise TypeError(f"function must be callable, got {function!r}")
        self.function = function
        self._title = str(getattr(function, "__name__", function))
        super().__init__(self._title if name is None else name, reduction, dtype)

    def call(self, y_true: FloatArray, y_pred: FloatArray) -> Any:
        """What the function returns."""
        return self.function(y_true, y_pred)

    def evaluate(self, y_true: FloatArray, y_pred: FloatArray) -> FloatArray:
        """The same, checked, as the core's targets: (rows, 1 + outputs), losses first."""
        return _own.pair(self._title, self.call(y_true, y_pred), y_pred)

    def get_config(self) -> dict[str, Any]:
        """The name of the function, by which `deserialize` asks for it, and the other arguments."""
        return super().get_config() | {"function": registered_name(self.function) or self._title}
