"""The focal cross-entropy of yes and no."""

from typing import Any

from numpy.typing import ArrayLike

from dlcore import _checks
from dlcore._typing import FloatArray
from dlcore.losses.loss import Loss, last_axis


class BinaryFocalCrossentropy(Loss):
    """`BinaryCrossentropy` that heeds what is hard: mean((1 - q) ** gamma * bce) over the outputs.

    q is the probability of what is true, y * p + (1 - y) * (1 - p), and bce the cross-entropy of the output.

    Parameters
    ----------
    apply_class_balancing : bool
        Whether to multiply that by y * alpha + (1 - y) * (1 - alpha); default False.
    alpha : float
        What class 1 counts for, 0 to 1; default 0.25.
    gamma : float
        How much less counts what is right already; at least 0, default 2.
    from_logits : bool
        Whether the outputs are numbers that sigmoid is still to be applied to; default False.
    label_smoothing : float
        How far to move the targets towards 1/2, 0 to 1; default 0.
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
    >>> round(dlcore.losses.BinaryFocalCrossentropy()([[0.0, 1.0]], [[0.25, 0.75]]), 4)
    0.018
    """

    core_name = "binary_focal_crossentropy"
    PROBABILITIES = True

    def __init__(
        self,
        apply_class_balancing: bool = False,
        alpha: float = 0.25,
        gamma: float = 2.0,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str = "binary_focal_crossentropy",
        dtype: str | None = None,
    ) -> None:
        super().__init__(name, reduction, dtype)
        self.apply_class_balancing = _checks.boolean("apply_class_balancing", apply_class_balancing)
        self.alpha = _checks.real("alpha", alpha, low=0, high=1)
        self.gamma = _checks.real("gamma", gamma, low=0)
        self.from_logits = _checks.boolean("from_logits", from_logits)
        self.label_smoothing = _checks.real("label_smoothing", label_smoothing, low=0, high=1)
        self.axis = last_axis(axis)

    def get_config(self) -> dict[str, Any]:
        """All arguments but the dtype."""
        return super().get_config() | {
            "apply_class_balancing": self.apply_class_balancing,
            "alpha": self.alpha,
            "gamma": self.gamma,
            "from_logits": self.from_logits,
            "label_smoothing": self.label_smoothing,
            "axis": self.axis,
        }


def binary_focal_crossentropy(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    apply_class_balancing: bool = False,
    alpha: float = 0.25,
    gamma: float = 2.0,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> FloatArray:
    """The loss of each row, see `BinaryFocalCrossentropy`.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.losses.binary_focal_crossentropy([[0.0, 1.0]], [[0.2, 0.8]]).round(4).tolist()
    [0.0089]
    """
    loss = BinaryFocalCrossentropy(apply_class_balancing, alpha, gamma, from_logits, label_smoothing, axis)
    return loss.rows(y_true, y_pred)
