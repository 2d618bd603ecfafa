"""Softmax."""

from typing import Any, Unpack

from dlcore import activations
from dlcore.layers import _axis
from dlcore.layers.activation import ActivationLayer
from dlcore.layers.layer import Common


class Softmax(ActivationLayer):
    """exp(x) divided by its sum over the row: positive numbers that add up to 1.

    Parameters
    ----------
    axis : int
        Only -1 (or 1), the features; alone or in a list.
    **common
        See `Layer`.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.layers.Softmax()([[0.0, 0.0]]).tolist()
    [[0.5, 0.5]]
    """

    def __init__(self, axis: object = -1, **common: Unpack[Common]) -> None:
        super().__init__(activations.Activation("softmax"), **common)
        self.axis = _axis.checked(axis)

    def get_config(self) -> dict[str, Any]:
        """All arguments."""
        return super().get_config() | {"axis": self.axis}
