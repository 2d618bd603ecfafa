"""Regularizers: what large weights cost, added to the loss."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from dlcore import _checks
from dlcore._data import floats
from dlcore._registry import Configurable, Registry, custom_scope, serialize

__all__ = [
    "L1",
    "L1L2",
    "L2",
    "Regularizer",
    "deserialize",
    "get",
    "l1",
    "l1_l2",
    "l2",
    "serialize",
]


class Regularizer(Configurable):
    """The base. Those that the core can compute are `L1L2` and its subclasses: no others can be used.

    Examples
    --------
    >>> import dlcore
    >>> isinstance(dlcore.regularizers.L2(0.1), dlcore.regularizers.Regularizer)
    True
    """

    def __call__(self, w: ArrayLike) -> float:
        """The penalty on a weight array."""
        raise NotImplementedError(f"{type(self).__name__} must define __call__")


class L1L2(Regularizer):
    """l1 * sum(abs(w)) + l2 * sum(w ** 2).

    Parameters
    ----------
    l1, l2 : float
        At least 0; default 0.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.regularizers.L1L2(l1=1.0, l2=0.5)([-1.0, 2.0])
    5.5
    """

    def __init__(self, l1: float = 0.0, l2: float = 0.0) -> None:
        self.l1 = _checks.real("l1", l1, low=0)
        self.l2 = _checks.real("l2", l2, low=0)

    def __call__(self, w: ArrayLike) -> float:
        """The penalty on a weight array."""
        weights = floats("w", w).astype(np.float64)
        return float(self.l1 * np.abs(weights).sum() + self.l2 * np.square(weights).sum())

    def get_config(self) -> dict[str, Any]:
        """Both factors."""
        return {"l1": self.l1, "l2": self.l2}


class L1(L1L2):
    """l1 * sum(abs(w)), default l1 = 0.01.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.regularizers.L1(0.5)([-1.0, 2.0])
    1.5
    """

    def __init__(self, l1: float = 0.01) -> None:
        super().__init__(l1=l1)

    def get_config(self) -> dict[str, Any]:
        """The factor."""
        return {"l1": self.l1}


class L2(L1L2):
    """l2 * sum(w ** 2), default l2 = 0.01.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.regularizers.L2(0.5)([-1.0, 2.0])
    2.5
    """

    def __init__(self, l2: float = 0.01) -> None:
        super().__init__(l2=l2)

    def get_config(self) -> dict[str, Any]:
        """The factor."""
        return {"l2": self.l2}


l1, l2, l1_l2 = L1, L2, L1L2

_REGISTRY = Registry("regularizer", L1L2, {"l1": L1, "l2": L2, "l1_l2": L1L2})


def get(identifier: object) -> L1L2 | None:
    """A regularizer from its name, class or configuration; None stays None.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.regularizers.get("l2")
    L2(l2=0.01)
    """
    return None if identifier is None else _REGISTRY.get(identifier)


def deserialize(config: object, custom_objects: Mapping[str, Any] | None = None) -> L1L2 | None:
    """The regularizer that `serialize` described; `custom_objects` are classes that it may be of, by name.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.regularizers.deserialize({"class_name": "L1", "config": {"l1": 0.5}})
    L1(l1=0.5)
    """
    with custom_scope(custom_objects or {}):
        return get(config)
