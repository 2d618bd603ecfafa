"""The cross-entropy of classes, from class indices."""

from typing import Any

from numpy.typing import ArrayLike

from dlcore import _checks
from dlcore._typing import FloatArray
from dlcore.losses.loss import ClassLoss, last_axis


class SparseCategoricalCrossentropy(ClassLoss):
    """-log(p[y]), where y is the index of the class.

    Probabilities are cut to 1e-7..1-1e-7 first.

    Parameters
    ----------
    from_logits : bool
        Whether the outputs are numbers that softmax is still to be applied to; default False.
    ignore_class : None
        Nothing else: there is no class that is left out.
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
        ignore_class: None = None,
        reduction: str | None = "sum_over_batch_size",
        axis: int = -1,
        name: str = "sparse_categorical_crossentropy",
        dtype: str | None = None,
    ) -> None:
        super().__init__(name, reduction, dtype)
        self.from_logits = _checks.boolean("from_logits", from_logits)
        last_axis(axis)
        if ignore_class is not None:
            raise ValueError(
                f"ignore_class must be None, got {ignore_class!r}; leave such rows out, or give them a "
                "sample_weight of 0"
            )

    def get_config(self) -> dict[str, Any]:
        """All arguments but the dtype and those that have one value only."""
        return super().get_config() | {"from_logits": self.from_logits}


def sparse_categorical_crossentropy(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    from_logits: bool = False,
    ignore_class: None = None,
    axis: int = -1,
) -> FloatArray:
    """The loss of each row, see `SparseCategoricalCrossentropy`."""
    return SparseCategoricalCrossentropy(from_logits, ignore_class, axis=axis).rows(y_true, y_pred)
