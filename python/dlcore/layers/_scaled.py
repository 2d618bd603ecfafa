"""What batch and layer normalization share: a scale and an offset for each feature, which learn."""

from __future__ import annotations

from typing import Any, Unpack

from dlcore import _checks, constraints, initializers, regularizers
from dlcore._registry import serialize, serialize_optional
from dlcore._wish import wish_of
from dlcore.layers import _axis
from dlcore.layers.layer import Common, Layer, Shape
from dlcore.layers.variable import Spec, Variable


class Scaled(Layer):
    """The base of layers that end in gamma * x + beta; see them for the arguments."""

    def __init__(
        self,
        *,
        axis: object,
        epsilon: float,
        center: bool,
        scale: bool,
        beta_initializer: object,
        gamma_initializer: object,
        beta_regularizer: object,
        gamma_regularizer: object,
        beta_constraint: object,
        gamma_constraint: object,
        **common: Unpack[Common],
    ) -> None:
        super().__init__(**common)
        self.axis = _axis.checked(axis)
        self.epsilon = _checks.real("epsilon", epsilon, low=0)
        self.center = _checks.boolean("center", center)
        self.scale = _checks.boolean("scale", scale)
        self.beta_initializer = initializers.get(beta_initializer)
        self.gamma_initializer = initializers.get(gamma_initializer)
        self.beta_regularizer = regularizers.get(beta_regularizer)
        self.gamma_regularizer = regularizers.get(gamma_regularizer)
        self.beta_constraint = constraints.get(beta_constraint)
        self.gamma_constraint = constraints.get(gamma_constraint)

    @property
    def gamma(self) -> Variable | None:
        """The scales (features,), if there are any."""
        return self.variable("gamma")

    @property
    def beta(self) -> Variable | None:
        """The offsets (features,), if there are any."""
        return self.variable("beta")

    def variables_for(self, shape: Shape) -> list[Spec]:
        """Gamma and beta."""
        features = self.features(shape)
        gamma = [Spec("gamma", (features,), self.gamma_initializer)] if self.scale else []
        beta = [Spec("beta", (features,), self.beta_initializer)] if self.center else []
        return gamma + beta

    def wishes(self) -> dict[str, Any]:
        """What of the core's dict is about gamma and beta."""
        return {
            "epsilon": self.epsilon,
            "scale": wish_of(self.gamma_regularizer, self.gamma_constraint) if self.scale else None,
            "center": wish_of(self.beta_regularizer, self.beta_constraint) if self.center else None,
            "trainable": self.trainable,
        }

    def get_config(self) -> dict[str, Any]:
        """All arguments that they share."""
        return super().get_config() | {
            "axis": self.axis,
            "epsilon": self.epsilon,
            "center": self.center,
            "scale": self.scale,
            "beta_initializer": serialize(self.beta_initializer),
            "gamma_initializer": serialize(self.gamma_initializer),
            "beta_regularizer": serialize_optional(self.beta_regularizer),
            "gamma_regularizer": serialize_optional(self.gamma_regularizer),
            "beta_constraint": serialize_optional(self.beta_constraint),
            "gamma_constraint": serialize_optional(self.gamma_constraint),
        }
