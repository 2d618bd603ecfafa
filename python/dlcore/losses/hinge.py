"""The hinge loss."""

from numpy.typing import ArrayLike

from dlcore._typing import FloatArray
from dlcore.losses.loss import PlainLoss


class Hinge(PlainLoss):
    """mean(max(1 - y * y', 0)) over the outputs, where y is -1 or 1; or 0 or 1, which stand for them.

    Parameters
    ----------
    reduction, name, dtype
        See `Loss`.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.losses.Hinge()([[0.0, 1.0]], [[-2.0, 0.5]])
    0.25
    """

    core_name = "hinge"

    def check_targets(self, name: str, targets: FloatArray) -> None:
        """A 0 among other numbers than 1 would be ambiguous."""
        if (targets == 0).any() and not ((targets == 0) | (targets == 1)).all():
            raise ValueError(
                f"{name} must be -1 and 1, or 0 and 1, for {self.core_name}, got 0 beside "
                f"{targets[(targets != 0) & (targets != 1)][0]:g}"
            )


def hinge(y_true: ArrayLike, y_pred: ArrayLike) -> FloatArray:
    """The loss of each row, see `Hinge`.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.losses.hinge([[-1.0, 1.0]], [[0.5, 0.5]]).tolist()
    [1.0]
    """
    return Hinge().rows(y_true, y_pred)
