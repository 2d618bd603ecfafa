"""Unit normalization."""

from typing import Any, Unpack

from dlcore.layers import _axis
from dlcore.layers.layer import Common, Layer, Shape


class UnitNormalization(Layer):
    """Divides each row by its length, the square root of the sum of its squares (at least 1e-12).

    Parameters
    ----------
    axis : int
        Only -1 (or 1), the features; alone or in a list.
    **common
        See `Layer`.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.layers.UnitNormalization(dtype="float64")([[3.0, 4.0]]).round(3).tolist()
    [[0.6, 0.8]]
    """

    def __init__(self, axis: object = -1, **common: Unpack[Common]) -> None:
        super().__init__(**common)
        self.axis = _axis.checked(axis)

    def core_config(self, shape: Shape) -> list[dict[str, Any]]:
        """Unit normalization."""
        self.features(shape)
        return [{"kind": "unit_normalization"}]

    def get_config(self) -> dict[str, Any]:
        """All arguments."""
        return super().get_config() | {"axis": self.axis}
