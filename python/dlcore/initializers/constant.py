"""Initializers that do not draw."""

from typing import Any

import numpy as np

from dlcore import _checks
from dlcore._typing import FloatArray
from dlcore.initializers.initializer import Initializer


class Constant(Initializer):
    """The same value everywhere.

    Parameters
    ----------
    value : float
        Default 0.
    """

    def __init__(self, value: float = 0.0) -> None:
        self.value = _checks.real("value", value)

    def __call__(self, shape: tuple[int, ...], dtype: str = "float32") -> FloatArray:
        """An array of the shape and dtype."""
        filled: FloatArray = np.full(shape, self.value, _checks.dtype(dtype))
        return filled

    def get_config(self) -> dict[str, Any]:
        """The value."""
        return {"value": self.value}


class Zeros(Constant):
    """Zero everywhere: a bias's default."""

    def __init__(self) -> None:
        super().__init__(0.0)

    def get_config(self) -> dict[str, Any]:
        """Nothing."""
        return {}


class Ones(Constant):
    """One everywhere."""

    def __init__(self) -> None:
        super().__init__(1.0)

    def get_config(self) -> dict[str, Any]:
        """Nothing."""
        return {}
