"""An activation as a layer of its own."""

from typing import Any

from dlcore import activations
from dlcore.layers.layer import Layer


class Activation(Layer):
    """Applies an activation to what comes in.

    Parameters
    ----------
    activation : str or function of `dlcore.activations`
    name : str, optional

    Examples
    --------
    >>> import dlcore
    >>> dlcore.layers.Activation("relu", name="a").core_config()
    [{'kind': 'activation', 'name': 'relu', 'parameter': 0.0}]
    """

    def __init__(self, activation: object, name: str | None = None) -> None:
        self.activation = activations.get(activation)
        super().__init__(name)

    def core_config(self) -> list[dict[str, Any]]:
        """The activation."""
        return [{"kind": "activation", "name": self.activation.name, "parameter": self.activation.parameter}]

    def get_config(self) -> dict[str, Any]:
        """All arguments."""
        return {"activation": self.activation.get_config()} | super().get_config()
