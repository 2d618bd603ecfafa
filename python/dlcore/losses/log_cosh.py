"""The logarithm of the hyperbolic cosine."""

from numpy.typing import ArrayLike

from dlcore._typing import FloatArray
from dlcore.losses.loss import PlainLoss


class LogCosh(PlainLoss):
    """mean(log(cosh(y' - y))) over the outputs: half a square near zero, almost a line beyond.

    Parameters
    ----------
    reduction, name, dtype
        See `Loss`.

    Examples
    --------
    >>> import dlcore
    >>> round(dlcore.losses.LogCosh()([[0.0, 1.0]], [[1.0, 3.0]]), 4)
    0.8794
    """

    core_name = "log_cosh"


def log_cosh(y_true: ArrayLike, y_pred: ArrayLike) -> FloatArray:
    """The loss of each row, see `LogCosh`.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.losses.log_cosh([[0.0, 1.0]], [[1.0, 3.0]]).round(4).tolist()
    [0.8794]
    """
    return LogCosh().rows(y_true, y_pred)
