"""The cross-entropy of classes, from class indices."""

from typing import Any

from numpy.typing import ArrayLike

from dlcore import _checks
from dlcore._typing import FloatArray
from dlcore.losses.loss import ClassLoss


class SparseCategoricalCrossentropy(ClassLoss):
    """-log(p[y]), where y is the index of the class.

    Probabilities are cut to 1e-7..1-1e-7 first.

    Parameters
    ----------
    from_logits : bool
        Whether the outputs are numbers that softmax is still to be applied to; default False.

    Examples
    --------
    >>> import dlcore
    >>> round(dlcore.losses.SparseCategoricalCrossentropy()([1], [[0.25, 0.75]]), 4)
    0.2877
    """

    core_name = "sparse_categorical_crossentropy"
    TARGETS = "labels"

    def __init__(self, from_logits: bool = False) -> None:
        self.from_logits = _checks.boolean("from_logits", from_logits)

    def get_config(self) -> dict[str, Any]:
        """The argument."""
        return {"from_logits": self.from_logits}


def sparse_categorical_crossentropy(
    y_true: ArrayLike, y_pred: ArrayLike, from_logits: bool = False
) -> FloatArray:
    """The loss of each row, see `SparseCategoricalCrossentropy`."""
    return SparseCategoricalCrossentropy(from_logits).rows(y_true, y_pred)
