"""An activation as a layer of its own."""

from typing import Any, Unpack

from dlcore import activations
from dlcore.layers.layer import Common, Layer, Shape


class ActivationLayer(Layer):
    """The base of layers that are an activation and nothing else.

    Parameters
    ----------
    activation : Activation
    **common
        See `Layer`.
    """

    def __init__(self, activation: activations.Activation, **common: Unpack[Common]) -> None:
        super().__init__(**common)
        self.activation = activation

    def core_config(self, shape: Shape) -> list[dict[str, Any]]:
        """The activation."""
        if self.activation.mixes_features:
            self.features(shape)
        return self.activation.core_config()


class Activation(ActivationLayer):
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
        super().__init__(activations.get(activation), **common)

    def get_config(self) -> dict[str, Any]:
        """All arguments."""
        return super().get_config() | {"activation": activations.serialize(self.activation)}
