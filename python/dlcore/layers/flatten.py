"""Rows of several axes to rows of numbers."""

import math
from typing import Any, Unpack

from dlcore.layers.layer import Common, Layer, Shape


class Flatten(Layer):
    """Puts the numbers of a row, of whatever shape, one after another.

    Parameters
    ----------
    data_format : {"channels_last", None}
        Numbers stay where they are; "channels_first", which would move them, is a ValueError.
    **common
        See `Layer`.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.layers.Flatten()([[[1, 2], [3, 4]]]).tolist()
    [[1.0, 2.0, 3.0, 4.0]]
    """

    def __init__(self, data_format: str | None = None, **common: Unpack[Common]) -> None:
        super().__init__(**common)
        if data_format not in (None, "channels_last"):
            raise ValueError(f"data_format must be 'channels_last' or None, got {data_format!r}")
        self.data_format = "channels_last"

    def output_shape(self, shape: Shape) -> Shape:
        """One axis."""
        return (math.prod(shape),)

    def core_config(self, shape: Shape) -> list[dict[str, Any]]:
        """Nothing: rows lie in memory as they shall."""
        return []

    def get_config(self) -> dict[str, Any]:
        """All arguments."""
        return super().get_config() | {"data_format": self.data_format}
