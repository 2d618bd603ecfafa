"""Huber's loss."""

from typing import Any

from numpy.typing import ArrayLike

from dlcore import _checks
from dlcore._typing import FloatArray
from dlcore.losses.loss import Loss


class Huber(Loss):
    """Square near zero and a line beyond, so that outliers pull less; the mean over the outputs.

    e ** 2 / 2 where abs(e) <= delta, else delta * (abs(e) - delta / 2), with e = y - y'.

    Parameters
    ----------
    delta : float
        Where the square turns into the line; at least 0, default 1.
    reduction, name, dtype
        See `Loss`.

    Notes
    -----
    Huber, Annals of Mathematical Statistics 35 (1964).

    Examples
    --------
    >>> import dlcore
    >>> dlcore.losses.Huber()([[0.0, 1.0]], [[1.0, 3.0]])
    1.0
    """

    core_name = "huber"

    def __init__(
        self,
        delta: float = 1.0,
        reduction: str | None = "sum_over_batch_size",
        name: str = "huber_loss",
        dtype: str | None = None,
    ) -> None:
        super().__init__(name, reduction, dtype)
        self.delta = _checks.real("delta", delta, low=0)

    def get_config(self) -> dict[str, Any]:
        """All arguments but the dtype."""
        return super().get_config() | {"delta": self.delta}


def huber(y_true: ArrayLike, y_pred: ArrayLike, delta: float = 1.0) -> FloatArray:
    """The loss of each row, see `Huber`.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.losses.huber([[0.0, 1.0]], [[1.0, 3.0]]).round(4).tolist()
    [1.0]
    """
    return Huber(delta).rows(y_true, y_pred)
