"""The share of rows whose class was found, in three forms."""

from typing import Any

from dlcore import _checks
from dlcore.losses import Loss
from dlcore.metrics.metric import Metric


class BinaryAccuracy(Metric):
    """The share of outputs on the right side of the threshold.

    Parameters
    ----------
    name : str, optional
        Default "binary_accuracy".
    threshold : float
        An output above it means 1; default 0.5.
    """

    core_name = "binary_accuracy"
    GOAL = "max"

    def __init__(self, name: str | None = None, threshold: float = 0.5) -> None:
        super().__init__(name)
        self.threshold = _checks.real("threshold", threshold)

    def get_config(self) -> dict[str, Any]:
        """Name and threshold."""
        return super().get_config() | {"threshold": self.threshold}


class CategoricalAccuracy(Metric):
    """The share of rows where the largest output is the largest of the one-hot vector."""

    core_name = "categorical_accuracy"
    GOAL = "max"


class SparseCategoricalAccuracy(Metric):
    """The share of rows where the largest output is the class index's."""

    core_name = "sparse_categorical_accuracy"
    TARGETS = "labels"
    GOAL = "max"


class AccuracyThatFits(Metric):
    """What the name "accuracy" means: binary for one output, else as the loss's targets are."""

    core_name = "accuracy"
    GOAL = "max"

    def resolve(self, loss: Loss, outputs: int) -> Metric:
        """One of the three."""
        if outputs == 1:
            return BinaryAccuracy(self.name)
        if loss.TARGETS == "labels":
            return SparseCategoricalAccuracy(self.name)
        return CategoricalAccuracy(self.name)
