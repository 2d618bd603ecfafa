"""Activations: as functions on arrays, and by name or function as a layer's argument.

Every function takes an array of any shape (float64 stays, everything else becomes float32) and returns a
new one. The names are those of the core; "swish" and "hard_swish" are other names of "silu" and "hard_silu".
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from dlcore import _checks, _core
from dlcore._data import floats
from dlcore._registry import Configurable, unknown
from dlcore._typing import FloatArray

__all__ = [
    "Activation",
    "celu",
    "deserialize",
    "elu",
    "exponential",
    "gelu",
    "get",
    "hard_shrink",
    "hard_sigmoid",
    "hard_silu",
    "hard_swish",
    "hard_tanh",
    "leaky_relu",
    "linear",
    "log_sigmoid",
    "log_softmax",
    "mish",
    "relu",
    "relu6",
    "selu",
    "serialize",
    "sigmoid",
    "silu",
    "soft_shrink",
    "softmax",
    "softplus",
    "softsign",
    "sparse_plus",
    "sparse_sigmoid",
    "squareplus",
    "swish",
    "tanh",
    "tanh_shrink",
    "threshold",
]

_PARAMETERS: dict[str, dict[str, float | None]] = {
    "celu": {"alpha": 1.0},
    "elu": {"alpha": 1.0},
    "hard_shrink": {"threshold": 0.5},
    "leaky_relu": {"negative_slope": 0.2},
    "relu_general": {"negative_slope": 0.0, "max_value": None, "threshold": 0.0},
    "soft_shrink": {"threshold": 0.5},
    "squareplus": {"b": 4.0},
    "threshold": {"threshold": None, "default_value": None},
}
"""Names and defaults, in the core's order."""
_ABOVE_ZERO = ("celu", "squareplus")
_ALIASES = {"swish": "silu", "hard_swish": "hard_silu"}


class Activation(Configurable):
    """One of the core's activations with its parameters: what a layer holds.

    Parameters
    ----------
    name : str
        One of `dlcore._core.ACTIVATIONS`, "swish" or "hard_swish".
    **parameters : float
        Those that the function of that name takes besides x.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.activations.Activation("leaky_relu", negative_slope=0.5)([-2.0, 2.0]).tolist()
    [-1.0, 2.0]
    """

    def __init__(self, name: str, **parameters: float | None) -> None:
        name = _ALIASES.get(name, name)
        if name not in _core.ACTIVATIONS:
            raise unknown("activation", name, [*_core.ACTIVATIONS, *_ALIASES])
        defaults = _PARAMETERS.get(name, {})
        for key in parameters.keys() - defaults.keys():
            raise TypeError(
                f"activation {name!r} takes {', '.join(defaults) or 'no parameters'}, got {key!r}"
            )
        self.name = self.__name__ = name
        self.parameters = defaults | parameters
        low = -math.inf if name == "threshold" else 0.0
        for key, value in self.parameters.items():
            if key != "max_value" or value is not None:
                self.parameters[key] = _checks.real(key, value, low=low)
            if value == 0 and name in _ABOVE_ZERO:
                raise ValueError(f"{key} must be above 0, got {value!r}")

    @property
    def mixes_features(self) -> bool:
        """Whether an output depends on all inputs of its row."""
        return self.name in ("softmax", "log_softmax")

    @property
    def core_parameters(self) -> list[float]:
        """The parameters as the core takes them: always three."""
        numbers = [math.inf if value is None else value for value in self.parameters.values()]
        return numbers + [0.0] * (3 - len(numbers))

    def __call__(self, x: ArrayLike) -> FloatArray:
        """The activation of every element, or, for softmax and its logarithm, of the last axis."""
        return _core.activation(self.name, self.core_parameters, floats("x", x))

    def core_config(self) -> list[dict[str, Any]]:
        """What the core shall do, as its contract says it: nothing, if it is linear."""
        if self.name == "linear":
            return []
        return [{"kind": "activation", "name": self.name, "parameters": self.core_parameters}]

    def get_config(self) -> dict[str, Any]:
        """Name and parameters."""
        return {"name": self.name} | self.parameters


def get(identifier: object) -> Activation:
    """An activation from what a layer may be given.

    Parameters
    ----------
    identifier : str, function of this module, Activation, dict, layer or None
        A dict is what `serialize` gave; a layer is one such as `LeakyReLU`, an activation; None is linear.

    Raises
    ------
    ValueError
        For a name that is not known.
    TypeError
        For everything else, functions of one's own among it.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.activations.get("tanh")
    Activation(name='tanh')
    >>> dlcore.activations.get(dlcore.layers.LeakyReLU(0.1))
    Activation(name='leaky_relu', negative_slope=0.1)
    """
    from dlcore.layers.activation import ActivationLayer

    if identifier is None:
        return Activation("linear")
    if isinstance(identifier, Activation):
        return identifier
    if isinstance(identifier, ActivationLayer):
        return identifier.activation
    if isinstance(identifier, str):
        return Activation(identifier)
    if isinstance(identifier, dict):
        return Activation(**identifier)
    if callable(identifier) and getattr(identifier, "__module__", None) == __name__:
        return Activation(getattr(identifier, "__name__", ""))
    hint = ": dlcore does not differentiate functions of one's own" if callable(identifier) else ""
    raise TypeError(
        f"activation must be a name or a function of dlcore.activations, got {identifier!r}{hint}"
    )


def serialize(activation: object) -> str | dict[str, Any]:
    """The name of an activation, or, where its parameters are not the usual ones, a dict with them.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.activations.serialize(dlcore.activations.relu)
    'relu'
    """
    found = get(activation)
    usual = found.parameters == _PARAMETERS.get(found.name, {})
    return found.name if usual else found.get_config()


def deserialize(config: object, custom_objects: object = None) -> Activation:
    """The activation that `serialize` described; there are no custom ones.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.activations.deserialize({"name": "elu", "alpha": 0.5})
    Activation(name='elu', alpha=0.5)
    """
    return get(config)


def linear(x: ArrayLike) -> FloatArray:
    """X itself, copied.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.activations.linear([-2.0, 0.0, 2.0]).tolist()
    [-2.0, 0.0, 2.0]
    """
    return Activation("linear")(x)


def relu(
    x: ArrayLike, negative_slope: float = 0.0, max_value: float | None = None, threshold: float = 0.0
) -> FloatArray:
    """min(x, max_value) above the threshold, else negative_slope * (x - threshold): max(x, 0) by default.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.activations.relu([-2.0, 0.0, 2.0]).tolist()
    [0.0, 0.0, 2.0]
    >>> dlcore.activations.relu([-2.0, 0.0, 2.0], negative_slope=0.5, max_value=1.0).tolist()
    [-1.0, 0.0, 1.0]
    """
    return rectifier(negative_slope, max_value, threshold)(x)


def rectifier(negative_slope: float, max_value: float | None, threshold: float) -> Activation:
    """The simplest activation that does what `relu` does with these arguments."""
    arguments = {"negative_slope": negative_slope, "max_value": max_value, "threshold": threshold}
    general = Activation("relu_general", **arguments)
    if max_value is not None or threshold != 0:
        return general
    return Activation("leaky_relu", negative_slope=negative_slope) if negative_slope else Activation("relu")


def relu6(x: ArrayLike) -> FloatArray:
    """X, cut to 0..6.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.activations.relu6([-2.0, 2.0, 8.0]).tolist()
    [0.0, 2.0, 6.0]
    """
    return Activation("relu6")(x)


def leaky_relu(x: ArrayLike, negative_slope: float = 0.2) -> FloatArray:
    """X where it is positive, else negative_slope * x.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.activations.leaky_relu([-2.0, 0.0, 2.0]).round(4).tolist()
    [-0.4, 0.0, 2.0]
    """
    return Activation("leaky_relu", negative_slope=negative_slope)(x)


def elu(x: ArrayLike, alpha: float = 1.0) -> FloatArray:
    """X where it is positive, else alpha * (exp(x) - 1) (Clevert and others, arXiv:1511.07289).

    Examples
    --------
    >>> import dlcore
    >>> dlcore.activations.elu([-2.0, 0.0, 2.0]).round(4).tolist()
    [-0.8647, 0.0, 2.0]
    """
    return Activation("elu", alpha=alpha)(x)


def celu(x: ArrayLike, alpha: float = 1.0) -> FloatArray:
    """X where it is positive, else alpha * (exp(x / alpha) - 1) (Barron, arXiv:1704.07483).

    Examples
    --------
    >>> import dlcore
    >>> dlcore.activations.celu([-2.0, 0.0, 2.0]).round(4).tolist()
    [-0.8647, 0.0, 2.0]
    """
    return Activation("celu", alpha=alpha)(x)


def exponential(x: ArrayLike) -> FloatArray:
    """exp(x).

    Examples
    --------
    >>> import dlcore
    >>> dlcore.activations.exponential([-2.0, 0.0, 2.0]).round(4).tolist()
    [0.1353, 1.0, 7.3891]
    """
    return Activation("exponential")(x)


def selu(x: ArrayLike) -> FloatArray:
    """1.0507 * elu(x, 1.6733), which keeps mean and variance (Klambauer and others, arXiv:1706.02515).

    Examples
    --------
    >>> import dlcore
    >>> dlcore.activations.selu([-2.0, 0.0, 2.0]).round(4).tolist()
    [-1.5202, 0.0, 2.1014]
    """
    return Activation("selu")(x)


def gelu(x: ArrayLike, approximate: bool = False) -> FloatArray:
    """X times the normal distribution at x; approximate: through tanh (Hendrycks, arXiv:1606.08415).

    Examples
    --------
    >>> import dlcore
    >>> dlcore.activations.gelu([-2.0, 0.0, 2.0]).round(4).tolist()
    [-0.0455, 0.0, 1.9545]
    """
    return Activation("gelu_tanh" if _checks.boolean("approximate", approximate) else "gelu")(x)


def silu(x: ArrayLike) -> FloatArray:
    """X * sigmoid(x) (arXiv:1710.05941).

    Examples
    --------
    >>> import dlcore
    >>> dlcore.activations.silu([-2.0, 0.0, 2.0]).round(4).tolist()
    [-0.2384, 0.0, 1.7616]
    """
    return Activation("silu")(x)


def hard_silu(x: ArrayLike) -> FloatArray:
    """X * hard_sigmoid(x) (Howard and others, arXiv:1905.02244).

    Examples
    --------
    >>> import dlcore
    >>> dlcore.activations.hard_silu([-2.0, 0.0, 2.0]).round(4).tolist()
    [-0.3333, 0.0, 1.6667]
    """
    return Activation("hard_silu")(x)


def mish(x: ArrayLike) -> FloatArray:
    """X * tanh(softplus(x)) (Misra, arXiv:1908.08681).

    Examples
    --------
    >>> import dlcore
    >>> dlcore.activations.mish([-2.0, 0.0, 2.0]).round(4).tolist()
    [-0.2525, 0.0, 1.944]
    """
    return Activation("mish")(x)


def softplus(x: ArrayLike) -> FloatArray:
    """log(1 + exp(x)).

    Examples
    --------
    >>> import dlcore
    >>> dlcore.activations.softplus([-2.0, 0.0, 2.0]).round(4).tolist()
    [0.1269, 0.6931, 2.1269]
    """
    return Activation("softplus")(x)


def squareplus(x: ArrayLike, b: float = 4.0) -> FloatArray:
    """(x + sqrt(x ** 2 + b)) / 2 (Barron, arXiv:2112.11687).

    Examples
    --------
    >>> import dlcore
    >>> dlcore.activations.squareplus([-2.0, 0.0, 2.0]).round(4).tolist()
    [0.4142, 1.0, 2.4142]
    """
    return Activation("squareplus", b=b)(x)


def sparse_plus(x: ArrayLike) -> FloatArray:
    """0 up to -1, x from 1 on, (x + 1) ** 2 / 4 between (Blondel and others, arXiv:1805.09717).

    Examples
    --------
    >>> import dlcore
    >>> dlcore.activations.sparse_plus([-2.0, 0.0, 2.0]).tolist()
    [0.0, 0.25, 2.0]
    """
    return Activation("sparse_plus")(x)


def softsign(x: ArrayLike) -> FloatArray:
    """X / (1 + abs(x)).

    Examples
    --------
    >>> import dlcore
    >>> dlcore.activations.softsign([-2.0, 0.0, 2.0]).round(4).tolist()
    [-0.6667, 0.0, 0.6667]
    """
    return Activation("softsign")(x)


def soft_shrink(x: ArrayLike, threshold: float = 0.5) -> FloatArray:
    """X, by the threshold nearer to 0; 0 where it is no farther from there.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.activations.soft_shrink([-2.0, 0.25, 2.0]).tolist()
    [-1.5, 0.0, 1.5]
    """
    return Activation("soft_shrink", threshold=threshold)(x)


def hard_shrink(x: ArrayLike, threshold: float = 0.5) -> FloatArray:
    """X where it is farther than the threshold from 0, else 0.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.activations.hard_shrink([-2.0, 0.25, 2.0]).tolist()
    [-2.0, 0.0, 2.0]
    """
    return Activation("hard_shrink", threshold=threshold)(x)


def tanh_shrink(x: ArrayLike) -> FloatArray:
    """X - tanh(x).

    Examples
    --------
    >>> import dlcore
    >>> dlcore.activations.tanh_shrink([-2.0, 0.0, 2.0]).round(4).tolist()
    [-1.036, 0.0, 1.036]
    """
    return Activation("tanh_shrink")(x)


def threshold(x: ArrayLike, threshold: float, default_value: float) -> FloatArray:
    """X where it is above the threshold, else the default value.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.activations.threshold([-2.0, 0.0, 2.0], threshold=1.0, default_value=-1.0).tolist()
    [-1.0, -1.0, 2.0]
    """
    return Activation("threshold", threshold=threshold, default_value=default_value)(x)


def tanh(x: ArrayLike) -> FloatArray:
    """The hyperbolic tangent.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.activations.tanh([-2.0, 0.0, 2.0]).round(4).tolist()
    [-0.964, 0.0, 0.964]
    """
    return Activation("tanh")(x)


def hard_tanh(x: ArrayLike) -> FloatArray:
    """X, cut to -1..1.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.activations.hard_tanh([-2.0, 0.0, 2.0]).tolist()
    [-1.0, 0.0, 1.0]
    """
    return Activation("hard_tanh")(x)


def sigmoid(x: ArrayLike) -> FloatArray:
    """1 / (1 + exp(-x)).

    Examples
    --------
    >>> import dlcore
    >>> dlcore.activations.sigmoid([-2.0, 0.0, 2.0]).round(4).tolist()
    [0.1192, 0.5, 0.8808]
    """
    return Activation("sigmoid")(x)


def hard_sigmoid(x: ArrayLike) -> FloatArray:
    """X / 6 + 1/2, cut to 0..1.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.activations.hard_sigmoid([-2.0, 0.0, 2.0]).round(4).tolist()
    [0.1667, 0.5, 0.8333]
    """
    return Activation("hard_sigmoid")(x)


def sparse_sigmoid(x: ArrayLike) -> FloatArray:
    """X / 2 + 1/2, cut to 0..1.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.activations.sparse_sigmoid([-2.0, 0.0, 2.0]).tolist()
    [0.0, 0.5, 1.0]
    """
    return Activation("sparse_sigmoid")(x)


def log_sigmoid(x: ArrayLike) -> FloatArray:
    """log(sigmoid(x)).

    Examples
    --------
    >>> import dlcore
    >>> dlcore.activations.log_sigmoid([-2.0, 0.0, 2.0]).round(4).tolist()
    [-2.1269, -0.6931, -0.1269]
    """
    return Activation("log_sigmoid")(x)


def softmax(x: ArrayLike, axis: int = -1) -> FloatArray:
    """exp(x) divided by its sum along an axis: positive numbers that add up to 1.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.activations.softmax([1.0, 2.0, 3.0]).round(4).tolist()
    [0.09, 0.2447, 0.6652]
    """
    return _along(axis, "softmax", x)


def log_softmax(x: ArrayLike, axis: int = -1) -> FloatArray:
    """log(softmax(x)).

    Examples
    --------
    >>> import dlcore
    >>> dlcore.activations.log_softmax([1.0, 2.0, 3.0]).round(4).tolist()
    [-2.4076, -1.4076, -0.4076]
    """
    return _along(axis, "log_softmax", x)


def _along(axis: int, name: str, x: ArrayLike) -> FloatArray:
    numbers = floats("x", x)
    axis = _checks.axis(axis, numbers.ndim)
    moved = np.moveaxis(numbers, axis, -1)
    return np.moveaxis(Activation(name)(moved), -1, axis)


swish = silu
hard_swish = hard_silu
