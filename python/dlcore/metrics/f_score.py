"""Precision and recall as one number."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from dlcore import _checks, _data
from dlcore._registry import one_of
from dlcore.metrics._arrays import EPSILON, Numbers, pair, plain, row_weights, two_dimensions
from dlcore.metrics.metric import Metric

AVERAGES = ("micro", "macro", "weighted")


class FBetaScore(Metric):
    """(1 + b ** 2) * precision * recall / (b ** 2 * precision + recall) of each class.

    Parameters
    ----------
    average : {"micro", "macro", "weighted", None}
        "micro" counts all classes together, "macro" is the mean of the classes' scores, "weighted" with as
        much weight as they have rows; None, the default, gives an array with the score of each class.
    beta : float
        How much more recall counts than precision, above 0; default 1.
    threshold : float, optional
        An output above it, from 0 to 1, counts as positive; by default a row's largest output does.
    name : str
        Default "fbeta_score".
    dtype : {"float32", "float64"}, optional

    Examples
    --------
    >>> import dlcore
    >>> score = dlcore.metrics.FBetaScore(average="micro", beta=2.0, threshold=0.5)
    >>> round(score([[1, 1, 1], [1, 0, 0]], [[0.2, 0.6, 0.7], [0.2, 0.6, 0.6]]), 4)
    0.5
    """

    TARGETS = "vectors"
    GOAL = "max"
    BY_BATCH = False

    def __init__(
        self,
        average: str | None = None,
        beta: float = 1.0,
        threshold: float | None = None,
        name: str | None = "fbeta_score",
        dtype: object = None,
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        self.average = None if average is None else one_of("average", average, AVERAGES)
        self.beta = _above_zero("beta", beta)
        self.threshold = None if threshold is None else _above_zero("threshold", threshold, high=1)

    def _build(self, outputs: int) -> None:
        shape = () if self.average == "micro" else (outputs,)
        self.true_positives = self.add_variable(shape, name="true_positives")
        self.false_positives = self.add_variable(shape, name="false_positives")
        self.false_negatives = self.add_variable(shape, name="false_negatives")
        self.intermediate_weights = self.add_variable(shape, name="intermediate_weights")

    def update_state(
        self, y_true: ArrayLike, y_pred: ArrayLike, sample_weight: ArrayLike | None = None
    ) -> None:
        """Add a batch: y_true and y_pred (rows, outputs)."""
        true, predicted = pair(y_true, _data.floats("y_pred", y_pred, "float32"))
        two_dimensions(type(self).__name__, true, predicted)
        rows, outputs = true.shape
        if not self.variables:
            self._build(outputs)
        if self.threshold is None:  # of a row without any output, none is the largest
            largest = predicted.max(axis=-1, keepdims=True)
            positive = (predicted >= largest) & (np.abs(predicted) > 1e-9)
        else:
            positive = predicted > np.float32(self.threshold)
        weights = row_weights(sample_weight, rows)
        axis = None if self.average == "micro" else 0
        self.true_positives.assign_add((positive * true * weights).sum(axis=axis))
        self.false_positives.assign_add((positive * (1 - true) * weights).sum(axis=axis))
        self.false_negatives.assign_add((~positive * true * weights).sum(axis=axis))
        self.intermediate_weights.assign_add((true * weights).sum(axis=axis))

    def result(self) -> float | Numbers:
        """The score so far, of each class or as one number; 0 before there are any rows."""
        if not self.variables:
            return 0.0
        precision = self.true_positives / (self.true_positives + self.false_positives + EPSILON)
        recall = self.true_positives / (self.true_positives + self.false_negatives + EPSILON)
        square = self.beta**2
        scores = (1 + square) * precision * recall / (square * precision + recall + EPSILON)
        if self.average == "weighted":
            shares = self.intermediate_weights / (self.intermediate_weights.sum() + EPSILON)
            return plain((scores * shares).sum())
        return plain(scores if self.average is None else scores.mean())

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        own = {"average": self.average, "beta": self.beta, "threshold": self.threshold}
        return super().get_config() | own


class F1Score(FBetaScore):
    """2 * precision * recall / (precision + recall) of each class, their harmonic mean.

    Parameters
    ----------
    average : {"micro", "macro", "weighted", None}
        As for `FBetaScore`.
    threshold : float, optional
        As for `FBetaScore`.
    name : str
        Default "f1_score".
    dtype : {"float32", "float64"}, optional

    Examples
    --------
    >>> import dlcore
    >>> score = dlcore.metrics.F1Score(threshold=0.5)
    >>> score([[1, 1, 1], [1, 0, 0], [1, 1, 0]], [[0.2, 0.6, 0.7], [0.2, 0.6, 0.6], [0.6, 0.8, 0.0]]).round(4)
    array([0.5   , 0.8   , 0.6667])
    """

    def __init__(
        self,
        average: str | None = None,
        threshold: float | None = None,
        name: str | None = "f1_score",
        dtype: object = None,
    ) -> None:
        super().__init__(average, 1.0, threshold, name, dtype)

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        config = super().get_config()
        del config["beta"]
        return config


def _above_zero(argument: str, value: object, high: float = math.inf) -> float:
    number = _checks.real(argument, value, low=0, high=high)
    if number == 0:
        raise ValueError(f"{argument} must be above 0, got {value!r}")
    return number
