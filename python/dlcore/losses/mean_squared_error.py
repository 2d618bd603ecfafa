"""The mean squared error."""

from numpy.typing import ArrayLike

from dlcore._typing import FloatArray
from dlcore.losses.loss import PlainLoss


class MeanSquaredError(PlainLoss):
    """mean((y - y') ** 2) over the outputs.

    Parameters
    ----------
    reduction, name, dtype
        See `Loss`.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.losses.MeanSquaredError()([[0.0, 1.0]], [[1.0, 3.0]])
    2.5
    """

    core_name = "mean_squared_error"


def mean_squared_error(y_true: ArrayLike, y_pred: ArrayLike) -> FloatArray:
    """The loss of each row, see `MeanSquaredError`.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.losses.mean_squared_error([[0.0, 1.0]], [[1.0, 3.0]]).tolist()
    [2.5]
    """
    return MeanSquaredError().rows(y_true, y_pred)
