"""Activations: as functions on arrays, and by name or function as a layer's argument.

Every function takes an array of any shape (float64 stays, everything else becomes float32) and returns a
new one. The names are those of the core; "swish" is another name of "silu".
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from dlcore import _checks, _core
from dlcore._data import floats
from dlcore._registry import Configurable, unknown
from dlcore._typing import FloatArray

__all__ = [
    "Activation",
    "elu",
    "exponential",
    "gelu",
    "get",
    "hard_sigmoid",
    "leaky_relu",
    "linear",
    "mish",
    "relu",
    "selu",
    "sigmoid",
    "silu",
    "softmax",
    "softplus",
    "swish",
    "tanh",
]

_PARAMETERS = {"leaky_relu": 0.2, "elu": 1.0}
_ALIASES = {"swish": "silu"}


class Activation(Configurable):
    """One of the core's activations with its parameter: what a layer holds.

    Parameters
    ----------
    name : str
        One of `dlcore._core.ACTIVATIONS`, or "swish".
    parameter : float, optional
        The slope of "leaky_relu" (0.2), the alpha of "elu" (1); others have none.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.activations.Activation("leaky_relu", 0.5)([-2.0, 2.0]).tolist()
    [-1.0, 2.0]
    """

    def __init__(self, name: str, parameter: float | None = None) -> None:
        name = _ALIASES.get(name, name)
        if name not in _core.ACTIVATIONS:
            raise unknown("activation", name, [*_core.ACTIVATIONS, *_ALIASES])
        if parameter is not None and name not in _PARAMETERS:
            raise ValueError(f"activation {name!r} has no parameter, got {parameter!r}")
        self.name = name
        self.parameter = _PARAMETERS.get(name, 0.0)
        if parameter is not None:
            self.parameter = _checks.real("parameter", parameter, low=0)

    def __call__(self, x: ArrayLike) -> FloatArray:
        """The activation of every element, or, for softmax, of the last axis."""
        return _core.activation(self.name, self.parameter, floats("x", x))

    def core_config(self) -> list[dict[str, Any]]:
        """What the core shall do, as its contract says it: nothing, if it is linear."""
        if self.name == "linear":
            return []
        return [{"kind": "activation", "name": self.name, "parameter": self.parameter}]

    def get_config(self) -> dict[str, Any]:
        """Name and, where there is one, parameter."""
        parameter = {"parameter": self.parameter} if self.name in _PARAMETERS else {}
        return {"name": self.name} | parameter


def get(identifier: object) -> Activation:
    """An activation from its name, one of this module's functions, its configuration, or None (linear)."""
    if identifier is None:
        return Activation("linear")
    if isinstance(identifier, Activation):
        return identifier
    if isinstance(identifier, str):
        return Activation(identifier)
    if isinstance(identifier, dict):
        return Activation(**identifier)
    if callable(identifier) and getattr(identifier, "__module__", None) == __name__:
        return Activation(getattr(identifier, "__name__", ""))
    raise TypeError(f"activation must be a name or a function of dlcore.activations, got {identifier!r}")


def linear(x: ArrayLike) -> FloatArray:
    """X itself, copied."""
    return Activation("linear")(x)


def relu(x: ArrayLike) -> FloatArray:
    """max(x, 0)."""
    return Activation("relu")(x)


def leaky_relu(x: ArrayLike, negative_slope: float = 0.2) -> FloatArray:
    """X where it is positive, else negative_slope * x."""
    return Activation("leaky_relu", negative_slope)(x)


def elu(x: ArrayLike, alpha: float = 1.0) -> FloatArray:
    """X where it is positive, else alpha * (exp(x) - 1) (Clevert and others, arXiv:1511.07289)."""
    return Activation("elu", alpha)(x)


def exponential(x: ArrayLike) -> FloatArray:
    """exp(x)."""
    return Activation("exponential")(x)


def selu(x: ArrayLike) -> FloatArray:
    """1.0507 * elu(x, 1.6733), which keeps mean and variance (Klambauer and others, arXiv:1706.02515)."""
    return Activation("selu")(x)


def gelu(x: ArrayLike, approximate: bool = False) -> FloatArray:
    """X times the normal distribution at x; approximate: through tanh (Hendrycks, arXiv:1606.08415)."""
    return Activation("gelu_tanh" if _checks.boolean("approximate", approximate) else "gelu")(x)


def silu(x: ArrayLike) -> FloatArray:
    """X * sigmoid(x) (arXiv:1710.05941)."""
    return Activation("silu")(x)


def mish(x: ArrayLike) -> FloatArray:
    """X * tanh(softplus(x)) (Misra, arXiv:1908.08681)."""
    return Activation("mish")(x)


def softplus(x: ArrayLike) -> FloatArray:
    """log(1 + exp(x))."""
    return Activation("softplus")(x)


def tanh(x: ArrayLike) -> FloatArray:
    """The hyperbolic tangent."""
    return Activation("tanh")(x)


def sigmoid(x: ArrayLike) -> FloatArray:
    """1 / (1 + exp(-x))."""
    return Activation("sigmoid")(x)


def hard_sigmoid(x: ArrayLike) -> FloatArray:
    """X / 6 + 1/2, cut to 0..1."""
    return Activation("hard_sigmoid")(x)


def softmax(x: ArrayLike, axis: int = -1) -> FloatArray:
    """exp(x) divided by its sum along an axis: positive numbers that add up to 1."""
    numbers = floats("x", x)
    if not -numbers.ndim <= axis < numbers.ndim:
        raise ValueError(f"x must have the axis {axis}, got shape {numbers.shape}")
    moved = np.moveaxis(numbers, axis, -1)
    return np.moveaxis(Activation("softmax")(moved), -1, axis)


swish = silu
