"""The dense layer."""

from typing import Any

from dlcore import _checks, activations, initializers, regularizers
from dlcore._registry import serialize
from dlcore._typing import FloatArray
from dlcore._wish import wish_of
from dlcore.layers.layer import Layer


class Dense(Layer):
    """activation(x @ kernel + bias): every output sees every input.

    Parameters
    ----------
    units : int
        How many outputs.
    activation : str, function of `dlcore.activations`, or None
        None is linear.
    use_bias : bool
        Default True.
    kernel_initializer, bias_initializer : str or Initializer
        First values; default "glorot_uniform" and "zeros".
    kernel_regularizer, bias_regularizer : str, Regularizer or None
        What large weights cost; default nothing.
    name : str, optional

    Raises
    ------
    ValueError, TypeError
        For units below 1 and names that are not known.

    Examples
    --------
    >>> import dlcore
    >>> layer = dlcore.layers.Dense(3, activation="relu", name="hidden")
    >>> layer.weight_shapes(inputs=2)
    [(2, 3), (3,)]
    """

    def __init__(
        self,
        units: int,
        activation: object = None,
        use_bias: bool = True,
        kernel_initializer: object = "glorot_uniform",
        bias_initializer: object = "zeros",
        kernel_regularizer: object = None,
        bias_regularizer: object = None,
        name: str | None = None,
    ) -> None:
        self.units = _checks.integer("units", units, low=1)
        self.activation = activations.get(activation)
        self.use_bias = _checks.boolean("use_bias", use_bias)
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        super().__init__(name)

    @property
    def weight_names(self) -> list[str]:
        """Kernel and bias."""
        return ["kernel", "bias"] if self.use_bias else ["kernel"]

    def weight_shapes(self, inputs: int) -> list[tuple[int, ...]]:
        """(inputs, units) and (units,)."""
        return [(inputs, self.units), (self.units,)][: len(self.weight_names)]

    def initial_weights(self, inputs: int, dtype: str) -> list[FloatArray]:
        """What the initializers make."""
        makers = [self.kernel_initializer, self.bias_initializer]
        return [make(shape, dtype) for make, shape in zip(makers, self.weight_shapes(inputs), strict=False)]

    def outputs(self, inputs: int) -> int:
        """Its units."""
        return self.units

    def core_config(self) -> list[dict[str, Any]]:
        """A product, and an activation unless that is linear."""
        dense = {
            "kind": "dense",
            "units": self.units,
            "use_bias": self.use_bias,
            "kernel": wish_of(self.kernel_regularizer, None),
            "bias": wish_of(self.bias_regularizer, None),
            "trainable": True,
        }
        if self.activation.name == "linear":
            return [dense]
        shape = {"name": self.activation.name, "parameter": self.activation.parameter}
        return [dense, {"kind": "activation"} | shape]

    def get_config(self) -> dict[str, Any]:
        """All arguments."""
        return {
            "units": self.units,
            "activation": self.activation.get_config(),
            "use_bias": self.use_bias,
            "kernel_initializer": serialize(self.kernel_initializer),
            "bias_initializer": serialize(self.bias_initializer),
            "kernel_regularizer": self.kernel_regularizer and serialize(self.kernel_regularizer),
            "bias_regularizer": self.bias_regularizer and serialize(self.bias_regularizer),
        } | super().get_config()
