"""The area under a curve of two rates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from dlcore import _checks
from dlcore._registry import one_of
from dlcore.metrics._arrays import EPSILON, Numbers, floats, plain, ratio
from dlcore.metrics._counting import MOST, counted, parse, spread
from dlcore.metrics._curve import CurveMetric

CURVES = ("ROC", "PR", "PRGAIN")
METHODS = ("interpolation", "minoring", "majoring")


class AUC(CurveMetric):
    """The area under the curve of true over false positive rate, or of precision over recall.

    Parameters
    ----------
    num_thresholds : int
        How many thresholds are tried, at even distances from 0 to 1; from 2 to a million, default 200.
    curve : {"ROC", "PR", "PRGAIN"}
        True over false positive rate, precision over recall, or the gains of both.
    summation_method : {"interpolation", "minoring", "majoring"}
        Between two points of the curve: the line between them (of "PR": the interpolation of the counts), the
        lower of the two or the higher one.
    name : str, optional
        Default "auc", numbered from the second one on.
    dtype : {"float32", "float64"}, optional
    thresholds : list of float, optional
        The thresholds themselves, from 0 to 1; 0 and 1 are added.
    multi_label : bool
        Whether each output has a curve of its own, whose areas are averaged; default False.
    num_labels : int, optional
        How many outputs there are; only with `multi_label`, and by default known from the first batch.
    label_weights : list of float, optional
        Weights of the outputs: of the areas with `multi_label`, else of the counts.
    from_logits : bool
        Whether a sigmoid is still to be applied to the outputs; default False.

    Notes
    -----
    Davis and Goadrich, "The relationship between precision-recall and ROC curves", 2006, for the
    interpolation; Flach and Kull, "Precision-recall-gain curves", 2015, for the gains.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.metrics.AUC(num_thresholds=3)([0, 0, 1, 1], [0, 0.5, 0.3, 0.9])
    0.75
    """

    def __init__(
        self,
        num_thresholds: int = 200,
        curve: str = "ROC",
        summation_method: str = "interpolation",
        name: str | None = None,
        dtype: object = None,
        thresholds: Sequence[float] | None = None,
        multi_label: bool = False,
        num_labels: int | None = None,
        label_weights: ArrayLike | None = None,
        from_logits: bool = False,
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        self.curve = one_of("curve", curve.upper() if isinstance(curve, str) else curve, CURVES)
        self.summation_method = one_of(
            "summation_method",
            summation_method.lower() if isinstance(summation_method, str) else summation_method,
            METHODS,
        )
        self.multi_label = _checks.boolean("multi_label", multi_label)
        self.from_logits = _checks.boolean("from_logits", from_logits)
        self.num_labels = None if num_labels is None else _checks.integer("num_labels", num_labels, low=1)
        self.label_weights = None if label_weights is None else floats("label_weights", label_weights)
        self._given = None if thresholds is None else sorted(parse(list(thresholds), default=0.5))
        if self._given is not None:
            num_thresholds = len(self._given) + 2
        self.num_thresholds = _checks.integer("num_thresholds", num_thresholds, low=2, high=MOST)
        if self.num_labels is not None and not self.multi_label:
            raise ValueError(f"num_labels must be None unless multi_label is True, got {num_labels}")
        if not self.multi_label:
            self._build(self.num_thresholds)
        elif self.num_labels is not None:
            self._build(self.num_thresholds, self.num_labels)

    @property
    def thresholds(self) -> list[float]:
        """The numbers that outputs must be above: those given, or at even distances, and one at each end."""
        inner = spread(self.num_thresholds)[1:-1] if self._given is None else self._given
        return [-EPSILON, *inner, 1 + EPSILON]

    def update_state(
        self, y_true: ArrayLike, y_pred: ArrayLike, sample_weight: ArrayLike | None = None
    ) -> None:
        """Add a batch of y_true and y_pred (rows, outputs)."""
        predicted = floats("y_pred", y_pred)
        if self.from_logits:
            predicted = np.exp(-np.logaddexp(0, -predicted))
        if self.multi_label and not self.variables:
            if predicted.ndim != 2:
                raise ValueError(f"y_pred must have shape (rows, labels), got {predicted.shape}")
            self._build(self.num_thresholds, predicted.shape[1])
        weights = None if self.multi_label else self.label_weights
        self._add(
            counted(
                self._thresholds,
                y_true,
                predicted,
                sample_weight,
                label_weights=weights,
                by_label=self.multi_label,
            )
        )

    def result(self) -> float | Numbers:
        """The area so far; 0 before there are any rows."""
        if not self.variables:
            return 0.0
        areas = self._areas().sum(axis=0)
        if self.multi_label:
            weights = np.ones(areas.shape) if self.label_weights is None else self.label_weights
            areas = ratio((areas * weights).sum(), weights.sum())
        return plain(areas)

    def _areas(self) -> Numbers:
        """Between each threshold and the next, (thresholds - 1,) or (thresholds - 1, labels)."""
        if self.curve == "PR" and self.summation_method == "interpolation":
            return self._interpolated()
        x, y = {"ROC": self._roc, "PR": self._pr, "PRGAIN": self._gains}[self.curve]()
        higher, lower = y[:-1], y[1:]
        if self.summation_method == "interpolation":
            heights = (higher + lower) / 2
        elif self.summation_method == "minoring":
            heights = np.minimum(higher, lower)
        else:
            heights = np.maximum(higher, lower)
        return (x[:-1] - x[1:]) * heights

    def _roc(self) -> tuple[Numbers, Numbers]:
        return ratio(self.false_positives, self.false_positives + self.true_negatives), self._recall()

    def _pr(self) -> tuple[Numbers, Numbers]:
        return self._recall(), self._precision()

    def _gains(self) -> tuple[Numbers, Numbers]:
        """Recall gain and precision gain: 1 is the best, 0 as good as calling everything positive."""
        found = self.true_positives != 0
        odds = ratio(self.true_positives + self.false_negatives, self.true_negatives + self.false_positives)
        recall = np.where(found, 1 - odds * ratio(self.false_negatives, self.true_positives), 0)
        precision = np.where(found, 1 - odds * ratio(self.false_positives, self.true_positives), 1)
        return np.maximum(recall, 0), precision

    def _interpolated(self) -> Numbers:
        """The areas where true and all positives, not the rates, lie on lines between the thresholds."""
        true, every = np.asarray(self.true_positives), np.asarray(self.true_positives + self.false_positives)
        step = true[:-1] - true[1:]
        slope = ratio(step, np.maximum(every[:-1] - every[1:], 0))
        intercept = true[1:] - slope * every[1:]
        some = (every[:-1] > 0) & (every[1:] > 0)
        growth = np.where(some, ratio(every[:-1], every[1:]), 1)
        positives = np.asarray(self.true_positives + self.false_negatives)[1:]
        return ratio(slope * (step + intercept * np.log(growth)), positives)

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        own = {
            "num_thresholds": self.num_thresholds,
            "curve": self.curve,
            "summation_method": self.summation_method,
            "multi_label": self.multi_label,
            "num_labels": self.num_labels,
            "label_weights": None if self.label_weights is None else self.label_weights.tolist(),
            "from_logits": self.from_logits,
        }
        if self._given is not None:
            own["thresholds"] = self._given
        return super().get_config() | own
