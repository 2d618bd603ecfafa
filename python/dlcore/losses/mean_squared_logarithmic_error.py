"""The mean squared logarithmic error."""

from numpy.typing import ArrayLike

from dlcore._typing import FloatArray
from dlcore.losses.loss import PlainLoss


class MeanSquaredLogarithmicError(PlainLoss):
    """mean((log(1 + y') - log(1 + y)) ** 2) over the outputs, both raised to 1e-7 first.

    Parameters
    ----------
    reduction, name, dtype
        See `Loss`.

    Examples
    --------
    >>> import dlcore
    >>> round(dlcore.losses.MeanSquaredLogarithmicError()([[0.0, 1.0]], [[1.0, 3.0]]), 4)
    0.4805
    """

    core_name = "mean_squared_logarithmic_error"


def mean_squared_logarithmic_error(y_true: ArrayLike, y_pred: ArrayLike) -> FloatArray:
    """The loss of each row, see `MeanSquaredLogarithmicError`.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.losses.mean_squared_logarithmic_error([[0.0, 1.0]], [[1.0, 3.0]]).round(4).tolist()
    [0.4805]
    """
    return MeanSquaredLogarithmicError().rows(y_true, y_pred)
