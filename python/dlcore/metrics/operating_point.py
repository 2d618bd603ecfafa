"""The best that one rate can be where another is good enough."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike

from dlcore import _checks
from dlcore.metrics._arrays import Numbers, plain
from dlcore.metrics._counting import MOST, counted, spread
from dlcore.metrics._curve import CurveMetric


class _OperatingPoint(CurveMetric):
    """The base: the best of one rate, of the thresholds where another is at least a value; 0 if none is."""

    GIVEN: ClassVar[str]
    """The rate that must be good enough: the argument's name."""

    def __init__(
        self, value: float, num_thresholds: int, class_id: int | None, name: str | None, dtype: object
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        self.value = _checks.real(self.GIVEN, value, low=0, high=1)
        self.num_thresholds = _checks.integer("num_thresholds", num_thresholds, low=1, high=MOST)
        self.class_id = None if class_id is None else _checks.integer("class_id", class_id)
        self._build(self.num_thresholds)

    @property
    def thresholds(self) -> list[float]:
        """The numbers that outputs must be above, at even distances."""
        return spread(self.num_thresholds)

    def update_state(
        self, y_true: ArrayLike, y_pred: ArrayLike, sample_weight: ArrayLike | None = None
    ) -> None:
        """Add a batch of y_true and y_pred (rows, outputs)."""
        self._add(counted(self._thresholds, y_true, y_pred, sample_weight, class_id=self.class_id))

    def _best(self, wanted: Numbers, given: Numbers) -> float | Numbers:
        return plain(np.max(wanted, where=given >= self.value, initial=0))

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        own = {self.GIVEN: self.value, "num_thresholds": self.num_thresholds, "class_id": self.class_id}
        return super().get_config() | own


class SensitivityAtSpecificity(_OperatingPoint):
    """The best recall of the thresholds where at least that share of negatives is recognised.

    Parameters
    ----------
    specificity : float
        From 0 to 1.
    num_thresholds : int
        How many thresholds are tried, at even distances from 0 to 1; up to a million, default 200.
    class_id : int, optional
        The only output that is looked at.
    name : str, optional
        Default "sensitivity_at_specificity", numbered from the second one on.
    dtype : {"float32", "float64"}, optional

    Examples
    --------
    >>> import dlcore
    >>> dlcore.metrics.SensitivityAtSpecificity(0.5)([0, 0, 0, 1, 1], [0, 0.3, 0.8, 0.3, 0.8])
    0.5
    """

    GIVEN = "specificity"

    def __init__(
        self,
        specificity: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: object = None,
    ) -> None:
        super().__init__(specificity, num_thresholds, class_id, name, dtype)
        self.specificity = self.value

    def result(self) -> float | Numbers:
        """The best so far."""
        return self._best(self._recall(), given=self._specificity())


class SpecificityAtSensitivity(_OperatingPoint):
    """The best share of recognised negatives of the thresholds where recall is at least that.

    Parameters
    ----------
    sensitivity : float
        From 0 to 1.
    num_thresholds : int
        How many thresholds are tried, at even distances from 0 to 1; up to a million, default 200.
    class_id : int, optional
        The only output that is looked at.
    name : str, optional
        Default "specificity_at_sensitivity", numbered from the second one on.
    dtype : {"float32", "float64"}, optional

    Examples
    --------
    >>> import dlcore
    >>> dlcore.metrics.SpecificityAtSensitivity(0.5)([0, 0, 0, 1, 1], [0, 0.3, 0.8, 0.3, 0.8])
    0.6666666666666666
    """

    GIVEN = "sensitivity"

    def __init__(
        self,
        sensitivity: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: object = None,
    ) -> None:
        super().__init__(sensitivity, num_thresholds, class_id, name, dtype)
        self.sensitivity = self.value

    def result(self) -> float | Numbers:
        """The best so far."""
        return self._best(self._specificity(), given=self._recall())


class PrecisionAtRecall(_OperatingPoint):
    """The best precision of the thresholds where recall is at least that.

    Parameters
    ----------
    recall : float
        From 0 to 1.
    num_thresholds : int
        How many thresholds are tried, at even distances from 0 to 1; up to a million, default 200.
    class_id : int, optional
        The only output that is looked at.
    name : str, optional
        Default "precision_at_recall", numbered from the second one on.
    dtype : {"float32", "float64"}, optional

    Examples
    --------
    >>> import dlcore
    >>> dlcore.metrics.PrecisionAtRecall(0.5)([0, 0, 0, 1, 1], [0, 0.3, 0.8, 0.3, 0.8])
    0.5
    """

    GIVEN = "recall"

    def __init__(
        self,
        recall: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: object = None,
    ) -> None:
        super().__init__(recall, num_thresholds, class_id, name, dtype)
        self.recall = self.value

    def result(self) -> float | Numbers:
        """The best so far."""
        return self._best(self._precision(), given=self._recall())


class RecallAtPrecision(_OperatingPoint):
    """The best recall of the thresholds where precision is at least that.

    Parameters
    ----------
    precision : float
        From 0 to 1.
    num_thresholds : int
        How many thresholds are tried, at even distances from 0 to 1; up to a million, default 200.
    class_id : int, optional
        The only output that is looked at.
    name : str, optional
        Default "recall_at_precision", numbered from the second one on.
    dtype : {"float32", "float64"}, optional

    Examples
    --------
    >>> import dlcore
    >>> dlcore.metrics.RecallAtPrecision(0.8)([0, 0, 1, 1], [0, 0.5, 0.3, 0.9])
    0.5
    """

    GIVEN = "precision"

    def __init__(
        self,
        precision: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: object = None,
    ) -> None:
        super().__init__(precision, num_thresholds, class_id, name, dtype)
        self.precision = self.value

    def result(self) -> float | Numbers:
        """The best so far."""
        return self._best(self._recall(), given=self._precision())
