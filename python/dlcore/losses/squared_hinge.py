"""The squared hinge loss."""

from numpy.typing import ArrayLike

from dlcore._typing import FloatArray
from dlcore.losses.hinge import Hinge


class SquaredHinge(Hinge):
    """mean(max(1 - y * y', 0) ** 2) over the outputs, where y is as for `Hinge`.

    Parameters
    ----------
    reduction, name, dtype
        See `Loss`.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.losses.SquaredHinge()([[0.0, 1.0]], [[-2.0, 0.5]])
    0.125
    """

    core_name = "squared_hinge"


def squared_hinge(y_true: ArrayLike, y_pred: ArrayLike) -> FloatArray:
    """The loss of each row, see `SquaredHinge`.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.losses.squared_hinge([[-1.0, 1.0]], [[0.5, 0.5]]).tolist()
    [1.25]
    """
    return SquaredHinge().rows(y_true, y_pred)
