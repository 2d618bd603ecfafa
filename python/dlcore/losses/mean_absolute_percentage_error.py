"""The mean absolute percentage error."""

from numpy.typing import ArrayLike

from dlcore._typing import FloatArray
from dlcore.losses.loss import PlainLoss


class MeanAbsolutePercentageError(PlainLoss):
    """100 * mean(abs(y - y') / max(abs(y), 1e-7)) over the outputs.

    Parameters
    ----------
    reduction, name, dtype
        See `Loss`.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.losses.MeanAbsolutePercentageError()([[2.0, 4.0]], [[1.0, 3.0]])
    37.5
    """

    core_name = "mean_absolute_percentage_error"


def mean_absolute_percentage_error(y_true: ArrayLike, y_pred: ArrayLike) -> FloatArray:
    """The loss of each row, see `MeanAbsolutePercentageError`.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.losses.mean_absolute_percentage_error([[2.0, 4.0]], [[1.0, 5.0]]).tolist()
    [37.5]
    """
    return MeanAbsolutePercentageError().rows(y_true, y_pred)
