"""Initializers that do not draw."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from dlcore import _checks
from dlcore._typing import FloatArray
from dlcore.initializers.initializer import Initializer


class Constant(Initializer):
    """The same value everywhere.

    Parameters
    ----------
    value : float, or array of one number
        Default 0.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.initializers.Constant(0.5)((2,)).tolist()
    [0.5, 0.5]
    """

    def __init__(self, value: ArrayLike = 0.0) -> None:
        self.value = _checks.real("value", value.item() if isinstance(value, np.ndarray) else value)

    def __call__(self, shape: tuple[int, ...], dtype: str = "float32") -> FloatArray:
        """An array of the shape and dtype."""
        filled: FloatArray = np.full(_checks.sizes("shape", shape), self.value, _checks.dtype(dtype))
        return filled

    def get_config(self) -> dict[str, Any]:
        """The value."""
        return {"value": self.value}


class Zeros(Constant):
    """Zero everywhere: a bias's default.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.initializers.Zeros()((2,)).tolist()
    [0.0, 0.0]
    """

    def __init__(self) -> None:
        super().__init__(0.0)

    def __call__(self, shape: tuple[int, ...], dtype: str = "float32") -> FloatArray:
        """An array of the shape and dtype; the system gives its memory when it is first written to."""
        return np.zeros(shape, _checks.dtype(dtype))

    def get_config(self) -> dict[str, Any]:
        """Nothing."""
        return {}


class Ones(Constant):
    """One everywhere.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.initializers.Ones()((2,)).tolist()
    [1.0, 1.0]
    """

    def __init__(self) -> None:
        super().__init__(1.0)

    def get_config(self) -> dict[str, Any]:
        """Nothing."""
        return {}


class Identity(Initializer):
    """A matrix with one number on its diagonal and zero elsewhere.

    Parameters
    ----------
    gain : float
        The number; default 1.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.initializers.Identity(2.0)((2, 3)).tolist()
    [[2.0, 0.0, 0.0], [0.0, 2.0, 0.0]]
    """

    def __init__(self, gain: float = 1.0) -> None:
        self.gain = _checks.real("gain", gain)

    def __call__(self, shape: tuple[int, ...], dtype: str = "float32") -> FloatArray:
        """An array of the shape and dtype."""
        shape = _checks.sizes("shape", shape)
        if len(shape) != 2:
            raise ValueError(f"shape must be that of a matrix for Identity, got {shape}")
        diagonal: FloatArray = self.gain * np.eye(*shape, dtype=_checks.dtype(dtype))
        return diagonal

    def get_config(self) -> dict[str, Any]:
        """The gain."""
        return {"gain": self.gain}
