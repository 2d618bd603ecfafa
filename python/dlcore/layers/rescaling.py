"""Rescaling."""

from typing import Any, Unpack

from dlcore import _checks
from dlcore.layers.layer import Common, Layer, Shape


class Rescaling(Layer):
    """X * scale + offset, of rows of any shape.

    Parameters
    ----------
    scale, offset : float
        One number each; the offset's default is 0.
    **common
        See `Layer`.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.layers.Rescaling(1 / 255)([[0, 255]]).tolist()
    [[0.0, 1.0]]
    """

    def __init__(self, scale: float, offset: float = 0.0, **common: Unpack[Common]) -> None:
        super().__init__(**common)
        self.scale = _one("scale", scale)
        self.offset = _one("offset", offset)

    def core_config(self, shape: Shape) -> list[dict[str, Any]]:
        """Rescaling."""
        return [{"kind": "rescaling", "scale": self.scale, "offset": self.offset}]

    def get_config(self) -> dict[str, Any]:
        """All arguments."""
        return super().get_config() | {"scale": self.scale, "offset": self.offset}


def _one(name: str, value: object) -> float:
    if hasattr(value, "__len__") and not isinstance(value, str | bytes):
        raise ValueError(f"{name} must be one number for all features, got {value!r}; see Normalization")
    return _checks.real(name, value)
