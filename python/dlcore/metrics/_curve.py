"""What the metrics that look at many thresholds have in common."""

from __future__ import annotations

import functools
from abc import abstractmethod

from dlcore.metrics._arrays import Numbers, ratio
from dlcore.metrics._counting import Counts, Thresholds
from dlcore.metrics.metric import Metric


class CurveMetric(Metric):
    """The base: four counts at each threshold, and the rates that are made of them."""

    TARGETS = "vectors"
    GOAL = "max"
    BY_BATCH = False

    @property
    @abstractmethod
    def thresholds(self) -> list[float]:
        """The numbers that outputs must be above."""

    @functools.cached_property
    def _thresholds(self) -> Thresholds:
        """Made when there is something to count: a file may name many metrics of many thresholds."""
        return Thresholds(self.thresholds)

    def _build(self, *shape: int) -> None:
        self.true_positives = self.add_variable(shape, name="true_positives")
        self.false_positives = self.add_variable(shape, name="false_positives")
        self.true_negatives = self.add_variable(shape, name="true_negatives")
        self.false_negatives = self.add_variable(shape, name="false_negatives")

    def _add(self, counts: Counts) -> None:
        for name, numbers in counts._asdict().items():
            getattr(self, name).assign_add(numbers)

    def _precision(self) -> Numbers:
        return ratio(self.true_positives, self.true_positives + self.false_positives)

    def _recall(self) -> Numbers:
        """Also called sensitivity."""
        return ratio(self.true_positives, self.true_positives + self.false_negatives)

    def _specificity(self) -> Numbers:
        return ratio(self.true_negatives, self.true_negatives + self.false_positives)
