"""Counts of right and wrong decisions, and the shares that are made of them."""

from __future__ import annotations

from typing import Any, ClassVar

from numpy.typing import ArrayLike

from dlcore import _checks
from dlcore.metrics._arrays import Numbers, plain, ratio
from dlcore.metrics._counting import NEVER, Thresholds, counted, parse
from dlcore.metrics.metric import Metric


class _Count(Metric):
    """The base of those that count one of the four things that a decision can be."""

    TARGETS = "vectors"
    BY_BATCH = False
    KIND: ClassVar[str]
    """Which of `Counts`."""

    def __init__(self, thresholds: Any = None, name: str | None = None, dtype: object = None) -> None:
        super().__init__(name=name, dtype=dtype)
        self.init_thresholds = thresholds
        self.thresholds = parse(thresholds, default=0.5)
        self._thresholds = Thresholds(self.thresholds)
        self.accumulator = self.add_variable((len(self.thresholds),), name="accumulator")

    def update_state(
        self, y_true: ArrayLike, y_pred: ArrayLike, sample_weight: ArrayLike | None = None
    ) -> None:
        """Add a batch of y_true and y_pred (rows, outputs)."""
        counts = counted(self._thresholds, y_true, y_pred, sample_weight)
        self.accumulator.assign_add(getattr(counts, self.KIND))

    def result(self) -> float | Numbers:
        """The count so far; an array where there are several thresholds."""
        return plain(self.accumulator if len(self.thresholds) > 1 else self.accumulator[0])

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        return super().get_config() | {"thresholds": self.init_thresholds}


class TruePositives(_Count):
    """How many outputs are above the threshold and ought to be.

    Parameters
    ----------
    thresholds : float or list of float, optional
        From 0 to 1; default 0.5. Several give an array.
    name : str, optional
        Default "true_positives", numbered from the second one on.
    dtype : {"float32", "float64"}, optional

    Examples
    --------
    >>> import dlcore
    >>> dlcore.metrics.TruePositives()([0, 1, 1, 1], [1, 0, 1, 1])
    2.0
    """

    KIND = "true_positives"


class TrueNegatives(_Count):
    """How many outputs are not above the threshold and ought not to be.

    Parameters
    ----------
    thresholds : float or list of float, optional
        From 0 to 1; default 0.5. Several give an array.
    name : str, optional
        Default "true_negatives", numbered from the second one on.
    dtype : {"float32", "float64"}, optional

    Examples
    --------
    >>> import dlcore
    >>> dlcore.metrics.TrueNegatives()([0, 1, 0, 0], [1, 1, 0, 0])
    2.0
    """

    KIND = "true_negatives"


class FalsePositives(_Count):
    """How many outputs are above the threshold and ought not to be.

    Parameters
    ----------
    thresholds : float or list of float, optional
        From 0 to 1; default 0.5. Several give an array.
    name : str, optional
        Default "false_positives", numbered from the second one on.
    dtype : {"float32", "float64"}, optional

    Examples
    --------
    >>> import dlcore
    >>> dlcore.metrics.FalsePositives()([0, 1, 0, 0], [0, 0, 1, 1])
    2.0
    """

    KIND = "false_positives"


class FalseNegatives(_Count):
    """How many outputs are not above the threshold and ought to be.

    Parameters
    ----------
    thresholds : float or list of float, optional
        From 0 to 1; default 0.5. Several give an array.
    name : str, optional
        Default "false_negatives", numbered from the second one on.
    dtype : {"float32", "float64"}, optional

    Examples
    --------
    >>> import dlcore
    >>> dlcore.metrics.FalseNegatives()([0, 1, 1, 1], [0, 1, 0, 0], sample_weight=[0, 0, 1, 0])
    1.0
    """

    KIND = "false_negatives"


class _Share(Metric):
    """The base of precision and recall: the true positives' share of them and of others."""

    TARGETS = "vectors"
    GOAL = "max"
    BY_BATCH = False
    OTHERS: ClassVar[str]
    """Which of `Counts`."""

    def __init__(
        self,
        thresholds: Any = None,
        top_k: int | None = None,
        class_id: int | None = None,
        name: str | None = None,
        dtype: object = None,
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        self.init_thresholds = thresholds
        self.top_k = None if top_k is None else _checks.integer("top_k", top_k, low=1)
        self.class_id = None if class_id is None else _checks.integer("class_id", class_id)
        self.thresholds = parse(thresholds, default=0.5 if top_k is None else NEVER)
        self._thresholds = Thresholds(self.thresholds)
        self.true_positives = self.add_variable((len(self.thresholds),), name="true_positives")
        self._others = self.add_variable((len(self.thresholds),), name=self.OTHERS)

    def update_state(
        self, y_true: ArrayLike, y_pred: ArrayLike, sample_weight: ArrayLike | None = None
    ) -> None:
        """Add a batch of y_true and y_pred (rows, outputs)."""
        counts = counted(self._thresholds, y_true, y_pred, sample_weight, self.top_k, self.class_id)
        self.true_positives.assign_add(counts.true_positives)
        self._others.assign_add(getattr(counts, self.OTHERS))

    def result(self) -> float | Numbers:
        """The share so far, 0 of nothing; an array where there are several thresholds."""
        shares = ratio(self.true_positives, self.true_positives + self._others)
        return plain(shares if len(self.thresholds) > 1 else shares[0])

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        own = {"thresholds": self.init_thresholds, "top_k": self.top_k, "class_id": self.class_id}
        return super().get_config() | own


class Precision(_Share):
    """The share of outputs above the threshold that ought to be there.

    Parameters
    ----------
    thresholds : float or list of float, optional
        From 0 to 1; default 0.5, or none with `top_k`. Several give an array.
    top_k : int, optional
        Only the k largest outputs of each row count as positive.
    class_id : int, optional
        The only output that is looked at.
    name : str, optional
        Default "precision", numbered from the second one on.
    dtype : {"float32", "float64"}, optional

    Examples
    --------
    >>> import dlcore
    >>> dlcore.metrics.Precision()([0, 1, 1, 1], [0.9, 0.1, 0.8, 0.7], sample_weight=[1, 0, 1, 2])
    0.75
    """

    OTHERS = "false_positives"

    @property
    def false_positives(self) -> Numbers:
        """The weight of what is above the threshold and ought not to be."""
        return self._others


class Recall(_Share):
    """The share of outputs that ought to be above the threshold and are.

    Parameters
    ----------
    thresholds : float or list of float, optional
        From 0 to 1; default 0.5, or none with `top_k`. Several give an array.
    top_k : int, optional
        Only the k largest outputs of each row count as positive.
    class_id : int, optional
        The only output that is looked at.
    name : str, optional
        Default "recall", numbered from the second one on.
    dtype : {"float32", "float64"}, optional

    Examples
    --------
    >>> import dlcore
    >>> dlcore.metrics.Recall()([0, 1, 1, 1], [0.9, 0.1, 0.8, 0.7])
    0.6666666666666666
    """

    OTHERS = "false_negatives"

    @property
    def false_negatives(self) -> Numbers:
        """The weight of what is not above the threshold and ought to be."""
        return self._others
