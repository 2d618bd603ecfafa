"""How far outputs are from a margin around 0."""

from __future__ import annotations

from dlcore.metrics import _formulas
from dlcore.metrics.reduction import MeanOverRows


class Hinge(MeanOverRows):
    """mean(max(1 - y * y', 0)), y being -1 or 1; if all of a batch are 0 or 1, 0 means -1.

    Parameters
    ----------
    name : str
        Default "hinge".
    dtype : {"float32", "float64"}, optional

    Examples
    --------
    >>> import dlcore
    >>> dlcore.metrics.Hinge()([[0, 1]], [[-2.0, 0.5]])
    0.25
    """

    TARGETS = "vectors"
    GOAL = "min"

    def __init__(self, name: str | None = "hinge", dtype: object = None) -> None:
        super().__init__(_formulas.hinge, name, dtype)


class SquaredHinge(MeanOverRows):
    """mean(max(1 - y * y', 0) ** 2), y as for `Hinge`.

    Parameters
    ----------
    name : str
        Default "squared_hinge".
    dtype : {"float32", "float64"}, optional

    Examples
    --------
    >>> import dlcore
    >>> dlcore.metrics.SquaredHinge()([[0, 1]], [[-2.0, 0.5]])
    0.125
    """

    TARGETS = "vectors"
    GOAL = "min"

    def __init__(self, name: str | None = "squared_hinge", dtype: object = None) -> None:
        super().__init__(_formulas.squared_hinge, name, dtype)


class CategoricalHinge(MeanOverRows):
    """The mean of max(largest other output - the true class's output + 1, 0), y one-hot.

    Parameters
    ----------
    name : str
        Default "categorical_hinge".
    dtype : {"float32", "float64"}, optional

    Examples
    --------
    >>> import dlcore
    >>> dlcore.metrics.CategoricalHinge()([[0, 1]], [[0.5, 1.0]])
    0.5
    """

    TARGETS = "vectors"
    GOAL = "min"

    def __init__(self, name: str | None = "categorical_hinge", dtype: object = None) -> None:
        super().__init__(_formulas.categorical_hinge, name, dtype)
