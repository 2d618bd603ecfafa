"""The cross-entropy of classes, from class indices."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dlcore import _checks
from dlcore._typing import FloatArray
from dlcore.losses._reduction import reduce
from dlcore.losses.loss import ClassLoss, last_axis


class SparseCategoricalCrossentropy(ClassLoss):
    """-log(p[y]), where y is the index of the class.

    Probabilities are cut to 1e-7..1-1e-7 first.

    Parameters
    ----------
    from_logits : bool
        Whether the outputs are numbers that softmax is still to be applied to; default False.
    ignore_class : int, optional
        Rows of this class cost nothing, and a mean is over the others. It need not be one of the outputs'.
    reduction, name, dtype
        See `Loss`.
    axis : int
        Only -1, that of the outputs.

    Examples
    --------
    >>> import dlcore
    >>> round(dlcore.losses.SparseCategoricalCrossentropy()([1], [[0.25, 0.75]]), 4)
    0.2877
    """

    core_name = "sparse_categorical_crossentropy"
    TARGETS = "labels"

    def __init__(
        self,
        from_logits: bool = False,
        ignore_class: int | None = None,
        reduction: str | None = "sum_over_batch_size",
        axis: int = -1,
        name: str = "sparse_categorical_crossentropy",
        dtype: str | None = None,
    ) -> None:
        super().__init__(name, reduction, dtype)
        self.from_logits = _checks.boolean("from_logits", from_logits)
        last_axis(axis)
        if ignore_class is not None:
            self.ignore_class = _checks.integer("ignore_class", ignore_class, low=-_checks.MAX_SIZE)

    def rows(self, y_true: ArrayLike, y_pred: ArrayLike) -> FloatArray:
        """The loss of each row, 0 where it is of the ignored class."""
        if self.ignore_class is None:
            return super().rows(y_true, y_pred)
        labels = np.asarray(y_true)
        kept = labels != self.ignore_class
        losses = super().rows(np.where(kept, labels, 0), y_pred)
        losses[~kept.reshape(losses.shape)] = 0
        return losses

    def __call__(
        self, y_true: ArrayLike, y_pred: ArrayLike, sample_weight: ArrayLike | None = None
    ) -> float | FloatArray:
        """The losses of the rows, weighted and reduced."""
        losses = self.rows(y_true, y_pred)
        if self.ignore_class is not None:
            mask = self.mask(np.reshape(y_true, losses.shape))
            sample_weight = mask if sample_weight is None else mask * np.asarray(sample_weight)
        return reduce(losses, sample_weight, self.reduction)

    def mask(self, labels: NDArray[Any]) -> NDArray[np.float64]:
        """What rows count for: nothing in the ignored class; for the others so much that a mean is theirs."""
        kept = labels != self.ignore_class
        is_mean = self.reduction in ("mean", "sum_over_batch_size")
        return np.where(kept, kept.size / max(int(kept.sum()), 1) if is_mean else 1.0, 0.0)

    def get_config(self) -> dict[str, Any]:
        """All arguments but the dtype and those that have one value only."""
        return super().get_config() | {"from_logits": self.from_logits, "ignore_class": self.ignore_class}


def sparse_categorical_crossentropy(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    from_logits: bool = False,
    ignore_class: int | None = None,
    axis: int = -1,
) -> FloatArray:
    """The loss of each row, see `SparseCategoricalCrossentropy`.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.losses.sparse_categorical_crossentropy([1], [[0.2, 0.8]]).round(4).tolist()
    [0.2231]
    """
    return SparseCategoricalCrossentropy(from_logits, ignore_class, axis=axis).rows(y_true, y_pred)
