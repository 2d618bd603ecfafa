"""Rows of another shape."""

import math
from collections.abc import Sequence
from typing import Any, Unpack

from dlcore import _checks
from dlcore.layers.layer import Common, Layer, Shape


class Reshape(Layer):
    """Gives rows another shape; the numbers stay in their order.

    Parameters
    ----------
    target_shape : tuple of int
        Of a row; one of them may be -1, which follows from the others.
    **common
        See `Layer`.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.layers.Reshape((-1, 2))([[1, 2, 3, 4]]).tolist()
    [[[1.0, 2.0], [3.0, 4.0]]]
    """

    def __init__(self, target_shape: Sequence[int], **common: Unpack[Common]) -> None:
        super().__init__(**common)
        if not isinstance(target_shape, list | tuple):
            raise TypeError(f"target_shape must be a tuple of whole numbers, got {target_shape!r}")
        known = _checks.shape("target_shape", [1 if axis == -1 else axis for axis in target_shape])
        if list(target_shape).count(-1) > 1:
            raise ValueError(f"target_shape must have at most one -1, got {target_shape!r}")
        self.target_shape = tuple(
            -1 if asked == -1 else axis for asked, axis in zip(target_shape, known, strict=True)
        )

    def output_shape(self, shape: Shape) -> Shape:
        """The target, all numbers known."""
        count, known = math.prod(shape), math.prod(axis for axis in self.target_shape if axis != -1)
        if count % known or (-1 not in self.target_shape and count != known):
            raise ValueError(
                f"target_shape must have the {count} numbers of a row {shape}, got {self.target_shape}"
            )
        return tuple(count // known if axis == -1 else axis for axis in self.target_shape)

    def core_config(self, shape: Shape) -> list[dict[str, Any]]:
        """Nothing: rows lie in memory as they shall."""
        self.output_shape(shape)
        return []

    def get_config(self) -> dict[str, Any]:
        """All arguments."""
        return super().get_config() | {"target_shape": self.target_shape}
