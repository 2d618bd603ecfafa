"""Errors of regression."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from dlcore.metrics import _formulas
from dlcore.metrics._arrays import Numbers, pair, plain
from dlcore.metrics.reduction import Average, MeanOverRows


class MeanSquaredError(MeanOverRows):
    """mean((y - y') ** 2).

    Parameters
    ----------
    name : str
        Default "mean_squared_error".
    dtype : {"float32", "float64"}, optional

    Examples
    --------
    >>> import dlcore
    >>> dlcore.metrics.MeanSquaredError()([[0.0, 1.0]], [[1.0, 3.0]])
    2.5
    """

    core_name = "mean_squared_error"
    TARGETS = "vectors"
    GOAL = "min"

    def __init__(self, name: str | None = "mean_squared_error", dtype: object = None) -> None:
        super().__init__(_formulas.mean_squared_error, name, dtype)


class RootMeanSquaredError(Average):
    """The square root of the mean squared error of all rows.

    Parameters
    ----------
    name : str
        Default "root_mean_squared_error".
    dtype : {"float32", "float64"}, optional

    Examples
    --------
    >>> import dlcore
    >>> dlcore.metrics.RootMeanSquaredError()([[0.0, 1.0]], [[1.0, 8.0]])
    5.0
    """

    TARGETS = "vectors"
    GOAL = "min"
    BY_BATCH = False

    def __init__(self, name: str | None = "root_mean_squared_error", dtype: object = None) -> None:
        super().__init__(name, dtype)

    def update_state(
        self, y_true: ArrayLike, y_pred: ArrayLike, sample_weight: ArrayLike | None = None
    ) -> None:
        """Add a batch."""
        true, predicted = pair(y_true, y_pred)
        self._add((true - predicted) ** 2, sample_weight)

    def result(self) -> float | Numbers:
        """The root of the mean so far."""
        return plain(np.sqrt(super().result()))


class MeanAbsoluteError(MeanOverRows):
    """mean(abs(y - y')).

    Parameters
    ----------
    name : str
        Default "mean_absolute_error".
    dtype : {"float32", "float64"}, optional

    Examples
    --------
    >>> import dlcore
    >>> dlcore.metrics.MeanAbsoluteError()([[0.0, 1.0]], [[1.0, 3.0]])
    1.5
    """

    core_name = "mean_absolute_error"
    TARGETS = "vectors"
    GOAL = "min"

    def __init__(self, name: str | None = "mean_absolute_error", dtype: object = None) -> None:
        super().__init__(_formulas.mean_absolute_error, name, dtype)


class MeanAbsolutePercentageError(MeanOverRows):
    """100 mean(abs(y - y') / max(abs(y), 1e-7)).

    Parameters
    ----------
    name : str
        Default "mean_absolute_percentage_error".
    dtype : {"float32", "float64"}, optional

    Examples
    --------
    >>> import dlcore
    >>> dlcore.metrics.MeanAbsolutePercentageError()([[2.0, 4.0]], [[1.0, 5.0]])
    37.5
    """

    TARGETS = "vectors"
    GOAL = "min"

    def __init__(self, name: str | None = "mean_absolute_percentage_error", dtype: object = None) -> None:
        super().__init__(_formulas.mean_absolute_percentage_error, name, dtype)


class MeanSquaredLogarithmicError(MeanOverRows):
    """mean((log(1 + y) - log(1 + y')) ** 2), what is below 1e-7 taken for that.

    Parameters
    ----------
    name : str
        Default "mean_squared_logarithmic_error".
    dtype : {"float32", "float64"}, optional

    Examples
    --------
    >>> import dlcore
    >>> round(dlcore.metrics.MeanSquaredLogarithmicError()([[0.0, 1.0]], [[1.0, 1.0]]), 4)
    0.2402
    """

    TARGETS = "vectors"
    GOAL = "min"

    def __init__(self, name: str | None = "mean_squared_logarithmic_error", dtype: object = None) -> None:
        super().__init__(_formulas.mean_squared_logarithmic_error, name, dtype)


class CosineSimilarity(MeanOverRows):
    """The mean cosine of the angles between y and y'.

    Parameters
    ----------
    name : str
        Default "cosine_similarity".
    dtype : {"float32", "float64"}, optional
    axis : int
        Along which the vectors lie; default -1, the outputs.

    Examples
    --------
    >>> import dlcore
    >>> round(dlcore.metrics.CosineSimilarity()([[0.0, 1.0], [1.0, 1.0]], [[1.0, 0.0], [2.0, 2.0]]), 6)
    0.5
    """

    TARGETS = "vectors"
    GOAL = "max"

    def __init__(self, name: str | None = "cosine_similarity", dtype: object = None, axis: int = -1) -> None:
        super().__init__(_formulas.cosine_similarity, name, dtype, axis=axis)


class LogCoshError(MeanOverRows):
    """mean(log(cosh(y' - y))): like a square for small errors, like the absolute value for large ones.

    Parameters
    ----------
    name : str
        Default "logcosh".
    dtype : {"float32", "float64"}, optional

    Examples
    --------
    >>> import dlcore
    >>> round(dlcore.metrics.LogCoshError()([[0.0, 1.0]], [[1.0, 1.0]]), 4)
    0.2169
    """

    TARGETS = "vectors"
    GOAL = "min"

    def __init__(self, name: str | None = "logcosh", dtype: object = None) -> None:
        super().__init__(_formulas.log_cosh, name, dtype)
