"""The dense layer."""

from __future__ import annotations

from typing import Any, Unpack

from dlcore import _checks, activations, constraints, initializers, regularizers
from dlcore._registry import serialize, serialize_optional
from dlcore._wish import wish_of
from dlcore.layers.layer import Common, Layer, Shape
from dlcore.layers.variable import Spec, Variable


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
    activity_regularizer : str, Regularizer or None
        What large outputs cost; default nothing.
    kernel_constraint, bias_constraint : str, Constraint or None
        What holds after each update; default nothing.
    **common
        See `Layer`.

    Raises
    ------
    ValueError, TypeError
        For units below 1 and names that are not known.

    Examples
    --------
    >>> import dlcore
    >>> layer = dlcore.layers.Dense(3, activation="relu", name="hidden")
    >>> layer([[1.0, 2.0]]).shape
    (1, 3)
    """

    def __init__(  # type: ignore[misc]  # activity_regularizer can be given by position, too
        self,
        units: int,
        activation: object = None,
        use_bias: bool = True,
        kernel_initializer: object = "glorot_uniform",
        bias_initializer: object = "zeros",
        kernel_regularizer: object = None,
        bias_regularizer: object = None,
        activity_regularizer: object = None,
        kernel_constraint: object = None,
        bias_constraint: object = None,
        **common: Unpack[Common],
    ) -> None:
        super().__init__(**{**common, "activity_regularizer": activity_regularizer})
        self.units = _checks.integer("units", units, low=1)
        self.activation = activations.get(activation)
        self.use_bias = _checks.boolean("use_bias", use_bias)
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.bias_constraint = constraints.get(bias_constraint)

    @property
    def kernel(self) -> Variable | None:
        """The weights (inputs, units), once there are some."""
        return self.variable("kernel")

    @property
    def bias(self) -> Variable | None:
        """What is added (units,), if it is used."""
        return self.variable("bias")

    def variables_for(self, shape: Shape) -> list[Spec]:
        """Kernel and bias."""
        specs = [
            Spec("kernel", (self.features(shape), self.units), self.kernel_initializer),
            Spec("bias", (self.units,), self.bias_initializer),
        ]
        return specs if self.use_bias else specs[:1]

    def output_shape(self, shape: Shape) -> Shape:
        """Its units."""
        return (*shape[:-1], self.units)

    def core_config(self, shape: Shape) -> list[dict[str, Any]]:
        """A product, and an activation unless that is linear."""
        dense = {
            "kind": "dense",
            "units": self.units,
            "use_bias": self.use_bias,
            "kernel": wish_of(self.kernel_regularizer, self.kernel_constraint),
            "bias": wish_of(self.bias_regularizer, self.bias_constraint),
            "trainable": self.trainable,
        }
        return [dense, *self.activation.core_config()]

    def get_config(self) -> dict[str, Any]:
        """All arguments."""
        return super().get_config() | {
            "units": self.units,
            "activation": activations.serialize(self.activation),
            "use_bias": self.use_bias,
            "kernel_initializer": serialize(self.kernel_initializer),
            "bias_initializer": serialize(self.bias_initializer),
            "kernel_regularizer": serialize_optional(self.kernel_regularizer),
            "bias_regularizer": serialize_optional(self.bias_regularizer),
            "kernel_constraint": serialize_optional(self.kernel_constraint),
            "bias_constraint": serialize_optional(self.bias_constraint),
        }
