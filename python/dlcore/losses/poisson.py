"""Poisson's loss."""

from numpy.typing import ArrayLike

from dlcore._typing import FloatArray
from dlcore.losses.loss import PlainLoss


class Poisson(PlainLoss):
    """mean(y' - y * log(y' + 1e-7)) over the outputs: for counts, where the output is positive.

    Parameters
    ----------
    reduction, name, dtype
        See `Loss`.

    Examples
    --------
    >>> import dlcore
    >>> round(dlcore.losses.Poisson()([[0.0, 1.0]], [[1.0, 3.0]]), 3)
    1.451
    """

    core_name = "poisson"


def poisson(y_true: ArrayLike, y_pred: ArrayLike) -> FloatArray:
    """The loss of each row, see `Poisson`.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.losses.poisson([[0.0, 1.0]], [[1.0, 3.0]]).round(4).tolist()
    [1.4507]
    """
    return Poisson().rows(y_true, y_pred)
