"""The numbers that a metric keeps."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray


class Variable(np.ndarray[Any, np.dtype[np.float64]]):
    """A float64 array that is changed in place; reckoning with it is reckoning with an array."""

    name: str = ""

    @property
    def value(self) -> NDArray[np.float64]:
        """A copy of the numbers."""
        return np.array(self)

    def numpy(self) -> NDArray[np.float64]:
        """The same."""
        return self.value

    def assign(self, value: ArrayLike) -> Variable:
        """Replace all numbers."""
        self[...] = value
        return self

    def assign_add(self, value: ArrayLike) -> Variable:
        """Add to all numbers."""
        np.add(self, value, out=self)
        return self

    def assign_sub(self, value: ArrayLike) -> Variable:
        """Subtract from all numbers."""
        np.subtract(self, value, out=self)
        return self
