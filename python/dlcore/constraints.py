"""Constraints: what holds of a variable after each update."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from dlcore import _checks
from dlcore._data import floats
from dlcore._registry import Configurable, Registry, custom_scope, serialize
from dlcore._typing import FloatArray

__all__ = [
    "Constraint",
    "MaxNorm",
    "MinMaxNorm",
    "NonNeg",
    "UnitNorm",
    "deserialize",
    "get",
    "max_norm",
    "min_max_norm",
    "non_neg",
    "serialize",
    "unit_norm",
]

_EPSILON = 1e-7
"""Added to a norm that is divided by, as in Keras."""


class Constraint(Configurable):
    """The base: called with a variable, one gives what it becomes; the core does so after each update.

    Examples
    --------
    >>> import dlcore
    >>> isinstance(dlcore.constraints.NonNeg(), dlcore.constraints.Constraint)
    True
    """

    def __call__(self, w: ArrayLike) -> FloatArray:
        """What the variable becomes."""
        raise NotImplementedError(f"{type(self).__name__} must define __call__")

    def core_config(self) -> dict[str, Any]:
        """What the core shall do, as its contract says it."""
        raise TypeError(
            f"{type(self).__name__} cannot be used in a model: dlcore's core applies constraints within "
            "a step, where no Python runs, and has those of dlcore.constraints"
        )


class NonNeg(Constraint):
    """Negative numbers become zero.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.constraints.NonNeg()([-1.0, 2.0]).tolist()
    [0.0, 2.0]
    """

    def __call__(self, w: ArrayLike) -> FloatArray:
        """What the variable becomes."""
        weights = floats("w", w)
        return np.maximum(weights, weights.dtype.type(0))

    def core_config(self) -> dict[str, Any]:
        """No number is negative."""
        return {"constraint": "non_negative"}


class MinMaxNorm(Constraint):
    """The norm of each unit's weights comes nearer to a range.

    Parameters
    ----------
    min_value, max_value : float
        The range; default 0 and 1.
    rate : float
        Which share of the way; 1, the default, is all of it.
    axis : int
        Along which the norm is taken: only 0, the inputs of a dense layer.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.constraints.MinMaxNorm(0.0, 1.0)([[3.0], [4.0]]).round(3).tolist()
    [[0.6], [0.8]]
    """

    def __init__(
        self, min_value: float = 0.0, max_value: float = 1.0, rate: float = 1.0, axis: int = 0
    ) -> None:
        self.min_value = _checks.real("min_value", min_value, low=0)
        self.max_value = _checks.real("max_value", max_value, low=0)
        self.rate = _checks.real("rate", rate, low=0, high=1)
        if axis not in (0, [0], (0,)):
            raise ValueError(f"axis must be 0, the inputs of a dense layer, got {axis!r}")

    def __call__(self, w: ArrayLike) -> FloatArray:
        """What the variable becomes."""
        weights = floats("w", w)
        norms = np.sqrt(np.sum(np.square(weights), axis=0, keepdims=True))
        wished = self.rate * np.clip(norms, self.min_value, self.max_value) + (1 - self.rate) * norms
        scaled: FloatArray = weights * (wished / (_EPSILON + norms)).astype(weights.dtype)
        return scaled

    def core_config(self) -> dict[str, Any]:
        """The range and the rate."""
        return {"constraint": "norm", "low": self.min_value, "high": self.max_value, "rate": self.rate}

    def get_config(self) -> dict[str, Any]:
        """All arguments."""
        return {"min_value": self.min_value, "max_value": self.max_value, "rate": self.rate, "axis": 0}


class MaxNorm(MinMaxNorm):
    """The norm of each unit's weights is at most a bound (Srivastava and others, JMLR 15, 2014).

    Parameters
    ----------
    max_value : float
        The bound; default 2.
    axis : int
        Only 0.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.constraints.MaxNorm(1.0)([[3.0, 0.3], [4.0, 0.4]]).round(3).tolist()
    [[0.6, 0.3], [0.8, 0.4]]
    """

    def __init__(self, max_value: float = 2.0, axis: int = 0) -> None:
        super().__init__(max_value=max_value, axis=axis)

    def get_config(self) -> dict[str, Any]:
        """All arguments."""
        return {"max_value": self.max_value, "axis": 0}


class UnitNorm(MinMaxNorm):
    """The norm of each unit's weights is 1; `axis` is only 0.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.constraints.UnitNorm()([[3.0, 0.3], [4.0, 0.4]]).round(3).tolist()
    [[0.6, 0.6], [0.8, 0.8]]
    """

    def __init__(self, axis: int = 0) -> None:
        super().__init__(1.0, 1.0, axis=axis)

    def get_config(self) -> dict[str, Any]:
        """All arguments."""
        return {"axis": 0}


max_norm, min_max_norm, non_neg, unit_norm = MaxNorm, MinMaxNorm, NonNeg, UnitNorm

_REGISTRY = Registry(
    "constraint",
    Constraint,
    {"max_norm": MaxNorm, "min_max_norm": MinMaxNorm, "non_neg": NonNeg, "unit_norm": UnitNorm},
)


def get(identifier: object) -> Constraint | None:
    """A constraint from its name, class or configuration; None stays None.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.constraints.get("unit_norm")
    UnitNorm(axis=0)
    """
    return None if identifier is None else _REGISTRY.get(identifier)


def deserialize(config: object, custom_objects: Mapping[str, Any] | None = None) -> Constraint | None:
    """The constraint that `serialize` described; `custom_objects` are classes that it may be of, by name.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.constraints.deserialize({"class_name": "MaxNorm", "config": {"max_value": 1.0}})
    MaxNorm(max_value=1.0, axis=0)
    """
    with custom_scope(custom_objects or {}):
        return get(config)
