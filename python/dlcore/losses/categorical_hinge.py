"""The hinge loss of classes."""

from numpy.typing import ArrayLike

from dlcore._typing import FloatArray
from dlcore.losses.loss import PlainLoss


class CategoricalHinge(PlainLoss):
    """max(max((1 - y) * y') - sum(y * y') + 1, 0): what the right class lacks of a lead of 1.

    y is a one-hot vector; the outputs are any numbers, not probabilities.

    Parameters
    ----------
    reduction, name, dtype
        See `Loss`.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.losses.CategoricalHinge()([[0.0, 1.0]], [[0.5, 1.0]])
    0.5
    """

    core_name = "categorical_hinge"


def categorical_hinge(y_true: ArrayLike, y_pred: ArrayLike) -> FloatArray:
    """The loss of each row, see `CategoricalHinge`.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.losses.categorical_hinge([[0.0, 1.0]], [[0.2, 0.8]]).round(4).tolist()
    [0.4]
    """
    return CategoricalHinge().rows(y_true, y_pred)
