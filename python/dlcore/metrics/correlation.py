"""How far predictions rise and fall with their targets."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from dlcore import _checks
from dlcore._typing import FloatArray
from dlcore.metrics._arrays import EPSILON, pair
from dlcore.metrics.reduction import MeanOverRows


def pearson_correlation(y_true: ArrayLike, y_pred: ArrayLike, axis: int = -1) -> FloatArray:
    """cov(y, y') / (std(y) std(y')) along the axis; NaN where one of them is constant.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.metrics.pearson_correlation([[0.0, 1.0, 2.0]], [[1.0, 3.0, 5.0]]).round(4).tolist()
    [1.0]
    """
    true, predicted = pair(y_true, y_pred)
    axis = _checks.axis(axis, predicted.ndim)
    true, predicted = (values - values.mean(axis=axis, keepdims=True) for values in (true, predicted))
    with np.errstate(divide="ignore", invalid="ignore"):
        true = true / true.std(axis=axis, keepdims=True)
        predicted = predicted / predicted.std(axis=axis, keepdims=True)
    correlations: FloatArray = (true * predicted).mean(axis=axis)
    return correlations


def concordance_correlation(y_true: ArrayLike, y_pred: ArrayLike, axis: int = -1) -> FloatArray:
    """2 cov(y, y') / (var(y) + var(y') + (mean(y) - mean(y')) ** 2) along the axis.

    Lin, "A concordance correlation coefficient to evaluate reproducibility", 1989.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.metrics.concordance_correlation([[0.0, 1.0, 2.0]], [[1.0, 3.0, 5.0]]).round(4).tolist()
    [0.3636]
    """
    true, predicted = pair(y_true, y_pred)
    axis = _checks.axis(axis, predicted.ndim)
    true_mean, predicted_mean = (values.mean(axis=axis, keepdims=True) for values in (true, predicted))
    covariance = (true - true_mean) * (predicted - predicted_mean)
    spread = true.var(axis=axis, keepdims=True) + predicted.var(axis=axis, keepdims=True)
    shares = 2 * covariance / (spread + (true_mean - predicted_mean) ** 2 + EPSILON)
    correlations: FloatArray = shares.mean(axis=axis)
    return correlations


class PearsonCorrelation(MeanOverRows):
    """The mean of Pearson's correlations of y and y'.

    Parameters
    ----------
    name : str
        Default "pearson_correlation".
    dtype : {"float32", "float64"}, optional
    axis : int
        Along which is correlated; default -1, the outputs of a row. 0 is along the rows of a batch.

    Examples
    --------
    >>> import dlcore
    >>> round(dlcore.metrics.PearsonCorrelation()([[0.0, 1.0, 0.5]], [[0.1, 0.9, 0.5]]), 6)
    1.0
    """

    TARGETS = "vectors"
    GOAL = "max"

    def __init__(
        self, name: str | None = "pearson_correlation", dtype: object = None, axis: int = -1
    ) -> None:
        super().__init__(pearson_correlation, name, dtype, axis=axis)


class ConcordanceCorrelation(MeanOverRows):
    """The mean of Lin's concordance correlations, which also count a shift and a scale as errors.

    Parameters
    ----------
    name : str
        Default "concordance_correlation".
    dtype : {"float32", "float64"}, optional
    axis : int
        Along which is correlated; default -1, the outputs of a row. 0 is along the rows of a batch.

    Examples
    --------
    >>> import dlcore
    >>> round(dlcore.metrics.ConcordanceCorrelation()([[0.0, 1.0, 0.5]], [[0.1, 0.9, 0.5]]), 6)
    0.975609
    """

    TARGETS = "vectors"
    GOAL = "max"

    def __init__(
        self, name: str | None = "concordance_correlation", dtype: object = None, axis: int = -1
    ) -> None:
        super().__init__(concordance_correlation, name, dtype, axis=axis)
