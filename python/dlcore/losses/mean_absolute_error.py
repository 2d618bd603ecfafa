"""The mean absolute error."""

from numpy.typing import ArrayLike

from dlcore._typing import FloatArray
from dlcore.losses.loss import PlainLoss


class MeanAbsoluteError(PlainLoss):
    """mean(abs(y - y')) over the outputs.

    Parameters
    ----------
    reduction, name, dtype
        See `Loss`.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.losses.MeanAbsoluteError()([[0.0, 1.0]], [[1.0, 3.0]])
    1.5
    """

    core_name = "mean_absolute_error"


def mean_absolute_error(y_true: ArrayLike, y_pred: ArrayLike) -> FloatArray:
    """The loss of each row, see `MeanAbsoluteError`.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.losses.mean_absolute_error([[0.0, 1.0]], [[1.0, 3.0]]).tolist()
    [1.5]
    """
    return MeanAbsoluteError().rows(y_true, y_pred)
