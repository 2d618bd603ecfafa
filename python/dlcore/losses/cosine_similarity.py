"""Cosine similarity."""

from numpy.typing import ArrayLike

from dlcore._typing import FloatArray
from dlcore.losses.loss import Loss, last_axis


class CosineSimilarity(Loss):
    """The cosine of the angle between y and y', negated: -1 where they point the same way, 1 the opposite.

    A vector shorter than 1e-7 counts as less, and one of zeros as 0.

    Parameters
    ----------
    axis : int
        Only -1, that of the outputs.
    reduction, name, dtype
        See `Loss`.

    Examples
    --------
    >>> import dlcore
    >>> round(dlcore.losses.CosineSimilarity()([[0.0, 1.0]], [[3.0, 4.0]]), 4)
    -0.8
    """

    core_name = "cosine_similarity"

    def __init__(
        self,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str = "cosine_similarity",
        dtype: str | None = None,
    ) -> None:
        super().__init__(name, reduction, dtype)
        last_axis(axis)


def cosine_similarity(y_true: ArrayLike, y_pred: ArrayLike, axis: int = -1) -> FloatArray:
    """The loss of each row, see `CosineSimilarity`.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.losses.cosine_similarity([[0.0, 1.0]], [[3.0, 4.0]]).round(4).tolist()
    [-0.8]
    """
    return CosineSimilarity(axis).rows(y_true, y_pred)
