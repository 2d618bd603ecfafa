"""The rectified linear unit whose slope learns."""

from __future__ import annotations

from typing import Any, Unpack

from dlcore import constraints, initializers, regularizers
from dlcore._registry import serialize, serialize_optional
from dlcore._wish import wish_of
from dlcore.layers.layer import Common, Layer, Shape
from dlcore.layers.variable import Spec, Variable


class PReLU(Layer):
    """X where it is positive, else alpha * x, with an alpha for each feature that learns.

    Parameters
    ----------
    alpha_initializer : str or Initializer
        First values; default "zeros".
    alpha_regularizer : str, Regularizer or None
        What large slopes cost; default nothing.
    alpha_constraint : str, Constraint or None
        What holds after each update; default nothing.
    shared_axes : None
        Rows of numbers have no axes to share; anything else is an error.
    **common
        See `Layer`.

    Attributes
    ----------
    alpha : Variable or None
        The slopes (features,); None before the layer is built.

    Notes
    -----
    He and others, arXiv:1502.01852.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.layers.PReLU("ones")([[1.0, -2.0]]).tolist()
    [[1.0, -2.0]]
    """

    def __init__(
        self,
        alpha_initializer: object = "zeros",
        alpha_regularizer: object = None,
        alpha_constraint: object = None,
        shared_axes: None = None,
        **common: Unpack[Common],
    ) -> None:
        super().__init__(**common)
        self.alpha_initializer = initializers.get(alpha_initializer)
        self.alpha_regularizer = regularizers.get(alpha_regularizer)
        self.alpha_constraint = constraints.get(alpha_constraint)
        if shared_axes is not None:
            raise ValueError(f"shared_axes must be None, rows of numbers have one axis, got {shared_axes!r}")

    @property
    def alpha(self) -> Variable | None:
        """The slopes."""
        return self.variable("alpha")

    def variables_for(self, shape: Shape) -> list[Spec]:
        """Alpha."""
        return [Spec("alpha", (self.features(shape),), self.alpha_initializer)]

    def core_config(self, shape: Shape) -> list[dict[str, Any]]:
        """The unit."""
        self.features(shape)
        wish = wish_of(self.alpha_regularizer, self.alpha_constraint)
        return [{"kind": "prelu", "alpha": wish, "trainable": self.trainable}]

    def get_config(self) -> dict[str, Any]:
        """All arguments."""
        return super().get_config() | {
            "alpha_initializer": serialize(self.alpha_initializer),
            "alpha_regularizer": serialize_optional(self.alpha_regularizer),
            "alpha_constraint": serialize_optional(self.alpha_constraint),
            "shared_axes": None,
        }
