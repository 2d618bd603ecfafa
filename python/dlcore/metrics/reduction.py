"""Sums and means of numbers as they come, and the mean of what a function gives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike

from dlcore import _checks, _data
from dlcore._registry import registered_name
from dlcore._typing import FloatArray
from dlcore.losses import Loss
from dlcore.metrics._arrays import Numbers, plain, ratio, same_rank
from dlcore.metrics.metric import Metric

_LOSSES = ("dlcore.losses", "dlcore.metrics._formulas")
"""Whose functions are better when they are less."""

RowFunction = Callable[..., Any]
"""Of y_true and y_pred; gives a number for each row, or one for all."""


def by_row(
    values: ArrayLike, sample_weight: ArrayLike | None, reduce: Callable[..., Any]
) -> tuple[FloatArray, FloatArray | None]:
    """A weighted number for each row, and the weight of each row.

    Where values have more dimensions than weights, `reduce` takes them away first.
    """
    numbers: FloatArray = _data.doubles("values", values)
    weights: FloatArray | None = None
    if sample_weight is not None:
        numbers, weights = same_rank(numbers, _data.doubles("sample_weight", sample_weight))
        given = weights.shape
        numbers = reduce(numbers, axis=tuple(range(len(given), numbers.ndim)))
        try:
            weights = np.array(np.broadcast_to(weights, numbers.shape), dtype=np.float64)
        except ValueError as error:
            raise ValueError(
                f"sample_weight must have a weight for each row, got shape {given} for values of shape "
                f"{numbers.shape}"
            ) from error
        numbers = numbers * weights
        weights = reduce(weights, axis=tuple(range(1, len(given))))
    return reduce(numbers, axis=tuple(range(1, numbers.ndim))), weights


class Sum(Metric):
    """The sum of all values, each times its weight.

    Parameters
    ----------
    name : str
        Default "sum".
    dtype : {"float32", "float64"}, optional

    Examples
    --------
    >>> import dlcore
    >>> dlcore.metrics.Sum()([1.0, 3.0, 5.0], sample_weight=[1.0, 0.0, 1.0])
    6.0
    """

    def __init__(self, name: str | None = "sum", dtype: object = None) -> None:
        super().__init__(name=name, dtype=dtype)
        self.total = self.add_variable(name="total")

    def update_state(self, values: ArrayLike, sample_weight: ArrayLike | None = None) -> None:
        """Add values of any shape, with a weight for each or for each row."""
        self.total.assign_add(np.sum(by_row(values, sample_weight, np.sum)[0]))

    def result(self) -> float | Numbers:
        """The sum so far."""
        return plain(self.total)


class Average(Metric):
    """The base of all means: what is added is up to the subclass."""

    def __init__(self, name: str | None, dtype: object) -> None:
        super().__init__(name=name, dtype=dtype)
        self.total = self.add_variable(name="total")
        self.count = self.add_variable(name="count")

    def _add(self, values: ArrayLike, sample_weight: ArrayLike | None) -> None:
        """Values of any shape, of which each row counts once, and a single number too."""
        rows, weights = by_row(values, sample_weight, np.mean)
        self.total.assign_add(np.sum(rows))
        self.count.assign_add(np.size(rows) if weights is None else np.sum(weights))

    def result(self) -> float | Numbers:
        """The mean so far, 0 of nothing."""
        return plain(ratio(self.total, self.count))


class Mean(Average):
    """The weighted mean of all values; 0 before there are any.

    Parameters
    ----------
    name : str
        Default "mean".
    dtype : {"float32", "float64"}, optional

    Examples
    --------
    >>> import dlcore
    >>> mean = dlcore.metrics.Mean()
    >>> mean.update_state([1.0, 3.0])
    >>> mean.update_state(8.0)
    >>> mean.result()
    4.0
    """

    def __init__(self, name: str | None = "mean", dtype: object = None) -> None:
        super().__init__(name, dtype)

    def update_state(self, values: ArrayLike, sample_weight: ArrayLike | None = None) -> None:
        """Add values of any shape, the mean over each row; a single number counts as a row."""
        self._add(values, sample_weight)


class MeanMetricWrapper(Average):
    """The mean of what a function gives for each batch.

    Parameters
    ----------
    fn : callable
        `fn(y_true, y_pred, **kwargs)` on NumPy arrays. If it gives a number for each row, they are averaged
        over the rows with their weights; if it gives one number, that counts once a batch.
    name : str, optional
        Default "mean_metric_wrapper", numbered from the second one on.
    dtype : {"float32", "float64"}, optional
    **kwargs
        Further arguments of the function.

    Examples
    --------
    >>> import dlcore
    >>> largest = dlcore.metrics.MeanMetricWrapper(lambda y_true, y_pred: abs(y_true - y_pred).max(axis=-1))
    >>> largest([[1.0, 2.0], [3.0, 4.0]], [[1.0, 3.0], [3.0, 1.0]])
    2.0
    """

    def __init__(self, fn: RowFunction, name: str | None = None, dtype: object = None, **kwargs: Any) -> None:
        if not callable(fn):
            raise TypeError(f"fn must be a function of y_true and y_pred, got {fn!r}")
        super().__init__(name, dtype)
        self._fn = fn
        self._options = kwargs
        module = str(getattr(fn, "__module__", ""))
        if self.GOAL is None and (isinstance(fn, Loss) or module.startswith(_LOSSES)):
            self.GOAL = "min"

    def update_state(
        self, y_true: ArrayLike, y_pred: ArrayLike, sample_weight: ArrayLike | None = None
    ) -> None:
        """Add a batch: arrays as the function takes them, and a weight for each row."""
        values = self._fn(np.asarray(y_true), np.asarray(y_pred), **self._options)
        self._add(values, sample_weight)

    def get_config(self) -> dict[str, Any]:
        """Name, dtype, the function's name and its further arguments."""
        name = registered_name(self._fn) or getattr(self._fn, "__name__", type(self._fn).__name__)
        return super().get_config() | {"fn": name} | self._options

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """A metric from a configuration in which `fn` is a function."""
        if isinstance(config.get("fn"), str):
            raise ValueError(
                f"fn must be a function, got the name {config['fn']!r}: give it in custom_objects, "
                "a dict from names to functions"
            )
        return cls(**config)


class MeanOverRows(MeanMetricWrapper):
    """The mean over the rows of one of dlcore's functions, whose arguments are the metric's."""

    BY_BATCH = False

    def __init__(self, fn: RowFunction, name: str | None, dtype: object, **options: Any) -> None:
        super().__init__(fn, name, dtype, **options)
        if "axis" in options:
            self.axis = _checks.integer("axis", options["axis"], low=-2, high=1)
            self.BY_BATCH = self.axis in (-2, 0)  # the rows of a batch are looked at together

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        return Metric.get_config(self) | self._options
