"""An activation as a layer of its own."""

from typing import Any, Unpack

from dlcore import activations
from dlcore.layers.layer import Common, Layer, Shape


class Activation(Layer):
    """Applies an activation to what comes in.

    Parameters
    ----------
    activation : str or function of `dlcore.activations`
    **common
        See `Layer`.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.layers.Activation("relu")([[-1.0, 2.0]]).tolist()
    [[0.0, 2.0]]
    """

    def __init__(self, activation: object, **common: Unpack[Common]) -> None:
        super().__init__(**common)
        self.activation = activations.get(activation)

    def core_config(self, shape: Shape) -> list[dict[str, Any]]:
        """The activation."""
        return self.activation.core_config()

    def get_config(self) -> dict[str, Any]:
        """All arguments."""
        return super().get_config() | {"activation": self.activation.get_config()}
