"""The focal cross-entropy of classes, from vectors."""

from typing import Any

from numpy.typing import ArrayLike

from dlcore import _checks
from dlcore._typing import FloatArray
from dlcore.losses.loss import ClassLoss, last_axis


class CategoricalFocalCrossentropy(ClassLoss):
    """`CategoricalCrossentropy` that heeds what is hard: -alpha * sum((1 - p) ** gamma * y * log(p)).

    Parameters
    ----------
    alpha : float
        What all classes count for; at least 0, default 0.25.
    gamma : float
        How much less counts what is right already; at least 0, default 2.
    from_logits : bool
        Whether the outputs are numbers that softmax is still to be applied to; default False.
    label_smoothing : float
        How far to move the targets towards 1 / classes, 0 to 1; default 0.
    axis : int
        Only -1, that of the outputs.
    reduction, name, dtype
        See `Loss`.

    Notes
    -----
    Lin and others, arXiv:1708.02002.

    Examples
    --------
    >>> import dlcore
    >>> round(dlcore.losses.CategoricalFocalCrossentropy()([[0.0, 1.0]], [[0.25, 0.75]]), 4)
    0.0045
    """

    core_name = "categorical_focal_crossentropy"

    def __init__(
        self,
        alpha: float = 0.25,
        gamma: float = 2.0,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str = "categorical_focal_crossentropy",
        dtype: str | None = None,
    ) -> None:
        super().__init__(name, reduction, dtype)
        self.alpha = _checks.real("alpha", alpha, low=0)
        self.gamma = _checks.real("gamma", gamma, low=0)
        self.from_logits = _checks.boolean("from_logits", from_logits)
        self.label_smoothing = _checks.real("label_smoothing", label_smoothing, low=0, high=1)
        self.axis = last_axis(axis)

    def get_config(self) -> dict[str, Any]:
        """All arguments but the dtype."""
        return super().get_config() | {
            "alpha": self.alpha,
            "gamma": self.gamma,
            "from_logits": self.from_logits,
            "label_smoothing": self.label_smoothing,
            "axis": self.axis,
        }


def categorical_focal_crossentropy(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    alpha: float = 0.25,
    gamma: float = 2.0,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> FloatArray:
    """The loss of each row, see `CategoricalFocalCrossentropy`.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.losses.categorical_focal_crossentropy([[0.0, 1.0]], [[0.2, 0.8]]).round(4).tolist()
    [0.0022]
    """
    loss = CategoricalFocalCrossentropy(alpha, gamma, from_logits, label_smoothing, axis)
    return loss.rows(y_true, y_pred)
