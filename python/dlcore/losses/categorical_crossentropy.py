"""The cross-entropy of classes, from vectors."""

from typing import Any

from numpy.typing import ArrayLike

from dlcore import _checks
from dlcore._typing import FloatArray
from dlcore.losses.loss import ClassLoss, last_axis


class CategoricalCrossentropy(ClassLoss):
    """-sum(y * log(p)) over the classes, where y is a one-hot vector or probabilities.

    Probabilities are cut to 1e-7..1-1e-7 first.

    Parameters
    ----------
    from_logits : bool
        Whether the outputs are numbers that softmax is still to be applied to; default False.
    label_smoothing : float
        How far to move the targets towards 1 / classes, 0 to 1; default 0.
    axis : int
        Only -1, that of the outputs.
    reduction, name, dtype
        See `Loss`.

    Examples
    --------
    >>> import dlcore
    >>> round(dlcore.losses.CategoricalCrossentropy()([[0.0, 1.0]], [[0.25, 0.75]]), 4)
    0.2877
    """

    core_name = "categorical_crossentropy"

    def __init__(
        self,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str = "categorical_crossentropy",
        dtype: str | None = None,
    ) -> None:
        super().__init__(name, reduction, dtype)
        self.from_logits = _checks.boolean("from_logits", from_logits)
        self.label_smoothing = _checks.real("label_smoothing", label_smoothing, low=0, high=1)
        self.axis = last_axis(axis)

    def get_config(self) -> dict[str, Any]:
        """All arguments but the dtype."""
        return super().get_config() | {
            "from_logits": self.from_logits,
            "label_smoothing": self.label_smoothing,
            "axis": self.axis,
        }


def categorical_crossentropy(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> FloatArray:
    """The loss of each row, see `CategoricalCrossentropy`.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.losses.categorical_crossentropy([[0.0, 1.0]], [[0.2, 0.8]]).round(4).tolist()
    [0.2231]
    """
    return CategoricalCrossentropy(from_logits, label_smoothing, axis).rows(y_true, y_pred)
