"""The share of the variance that predictions explain."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from dlcore import _checks
from dlcore._registry import one_of
from dlcore.metrics._arrays import Numbers, pair, plain, row_weights, two_dimensions
from dlcore.metrics.metric import Metric


class R2Score(Metric):
    """1 - sum((y - y') ** 2) / sum((y - mean(y)) ** 2): 1 is perfect, 0 as good as the mean.

    Parameters
    ----------
    class_aggregation : {"uniform_average", "variance_weighted_average", None}
        How the scores of the outputs become one; None gives an array. Default "uniform_average".
    num_regressors : int
        The number of inputs, for the adjusted score 1 - (1 - R2) (n - 1) / (n - p - 1), where n is, as in
        Keras, the number of all targets; default 0, not adjusted.
    name : str
        Default "r2_score".
    dtype : {"float32", "float64"}, optional

    Notes
    -----
    An output whose targets are all the same has score 0 if its predictions differ, else NaN, as in Keras.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.metrics.R2Score()([[1.0], [4.0], [7.0]], [[2.0], [4.0], [4.0]])
    0.4444444444444444
    """

    TARGETS = "vectors"
    GOAL = "max"
    BY_BATCH = False

    def __init__(
        self,
        class_aggregation: str | None = "uniform_average",
        num_regressors: int = 0,
        name: str | None = "r2_score",
        dtype: object = None,
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        known = ("uniform_average", "variance_weighted_average")
        if class_aggregation is not None:
            class_aggregation = one_of("class_aggregation", class_aggregation, known)
        self.class_aggregation = class_aggregation
        self.num_regressors = _checks.integer("num_regressors", num_regressors)
        self.num_samples = self.add_variable(name="num_samples")

    def _build(self, outputs: int) -> None:
        self.squared_sum = self.add_variable((outputs,), name="squared_sum")
        self.sum = self.add_variable((outputs,), name="sum")
        self.total_mse = self.add_variable((outputs,), name="residual")
        self.count = self.add_variable((outputs,), name="count")

    def update_state(
        self, y_true: ArrayLike, y_pred: ArrayLike, sample_weight: ArrayLike | None = None
    ) -> None:
        """Add a batch: y_true and y_pred (rows, outputs)."""
        true, predicted = (values.astype(np.float64) for values in pair(y_true, y_pred))
        two_dimensions("R2Score", true, predicted)
        rows, outputs = true.shape
        if not hasattr(self, "sum"):
            self._build(outputs)
        weights = row_weights(sample_weight, rows)
        self.sum.assign_add((true * weights).sum(axis=0))
        self.squared_sum.assign_add((true**2 * weights).sum(axis=0))
        self.total_mse.assign_add(((true - predicted) ** 2 * weights).sum(axis=0))
        self.count.assign_add(weights.sum())
        self.num_samples.assign_add(true.size)

    def result(self) -> float | Numbers:
        """The score of all rows so far; 0 before there are any."""
        if not self.num_samples:
            return 0.0
        total = np.asarray(self.squared_sum - self.sum**2 / self.count)
        with np.errstate(divide="ignore", invalid="ignore"):
            scores = 1 - np.asarray(self.total_mse) / total
        scores = np.where(np.isinf(scores), 0, scores)
        if self.class_aggregation == "uniform_average":
            scores = scores.mean()
        elif self.class_aggregation == "variance_weighted_average":
            scores = (total * scores).sum() / total.sum()
        return plain(self._adjusted(scores))

    def _adjusted(self, score: Numbers) -> Numbers:
        left = float(self.num_samples) - self.num_regressors - 1
        if self.num_regressors == 0:
            return score
        if left <= 0:
            warnings.warn(
                f"num_regressors={self.num_regressors} is too many for {float(self.num_samples):g} targets; "
                "the score is not adjusted",
                stacklevel=3,
            )
            return score
        return 1 - (1 - score) * (float(self.num_samples) - 1) / left

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        own = {"class_aggregation": self.class_aggregation, "num_regressors": self.num_regressors}
        return super().get_config() | own
