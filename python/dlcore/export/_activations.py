"""Activations as operators of ONNX.

ONNX Runtime knows some of them for float32 alone; for float64 there is the formula. No formula here takes the
exponential function of a large number.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from dlcore._registry import unknown

if TYPE_CHECKING:
    from dlcore.export._graph import Graph

Formula = Callable[..., str]
"""From graph, a tensor's name and the activation's parameters, by name, to the name of what comes out."""

SELU_SCALE, SELU_ALPHA = 1.0507009873554805, 1.6732632423543772


def activation(graph: Graph, x: str, name: str, **parameters: float | None) -> str:
    """An activation of all elements, or of the last axis.

    Raises
    ------
    ValueError
        If there is none of that name here.
    """
    if name == "linear":
        return x
    if graph.dtype == np.float32 and name in FLOAT32:
        return FLOAT32[name](graph, x, **parameters)
    if name not in FORMULAS:
        raise unknown("activation for ONNX", name, FORMULAS)
    return FORMULAS[name](graph, x, **parameters)


def _operator(kind: str, *constants: float, **attributes: float) -> Formula:
    """One operator, with constants as further inputs."""

    def formula(graph: Graph, x: str) -> str:
        return graph.op(kind, x, *[graph.number(constant) for constant in constants], **attributes)

    return formula


def _with_alpha(kind: str) -> Formula:
    """One operator, which has an alpha."""
    return lambda graph, x, alpha=1.0: graph.op(kind, x, alpha=alpha)


def _exp_minus_one(graph: Graph, x: str, scale: float, divisor: float = 1.0) -> str:
    """Exp less one: scale * (exp(min(x, 0) / divisor) - 1)."""
    low = graph.op("Min", x, graph.number(0))
    power = graph.op("Exp", graph.op("Div", low, graph.number(divisor)))
    return graph.op("Mul", graph.op("Sub", power, graph.number(1)), graph.number(scale))


def _elu(graph: Graph, x: str, alpha: float = 1.0) -> str:
    return graph.op("Where", graph.op("Greater", x, graph.number(0)), x, _exp_minus_one(graph, x, alpha))


def _celu(graph: Graph, x: str, alpha: float = 1.0) -> str:
    return graph.op(
        "Where", graph.op("Greater", x, graph.number(0)), x, _exp_minus_one(graph, x, alpha, alpha)
    )


def _selu(graph: Graph, x: str) -> str:
    return graph.op("Mul", _elu(graph, x, SELU_ALPHA), graph.number(SELU_SCALE))


def _bend(graph: Graph, x: str) -> str:
    """log(1 + exp(-|x|)): how far softplus is from its asymptotes."""
    small = graph.op("Exp", graph.op("Neg", graph.op("Abs", x)))
    return graph.op("Log", graph.op("Add", small, graph.number(1)))


def _softplus(graph: Graph, x: str) -> str:
    return graph.op("Add", graph.op("Relu", x), _bend(graph, x))


def _log_sigmoid(graph: Graph, x: str) -> str:
    return graph.op("Sub", graph.op("Min", x, graph.number(0)), _bend(graph, x))


def _mish(graph: Graph, x: str) -> str:
    return graph.op("Mul", x, graph.op("Tanh", _softplus(graph, x)))


def _silu(graph: Graph, x: str) -> str:
    return graph.op("Mul", x, graph.op("Sigmoid", x))


def _ramp(graph: Graph, x: str) -> str:
    """X / 6 + 1/2, cut to 0..1."""
    sixth = graph.op("Add", graph.op("Mul", x, graph.number(1 / 6)), graph.number(0.5))
    return graph.op("Clip", sixth, graph.number(0), graph.number(1))


def _hard_sigmoid(graph: Graph, x: str) -> str:
    return _ramp(graph, x)


def _hard_silu(graph: Graph, x: str) -> str:
    return graph.op("Mul", x, _ramp(graph, x))


def _gelu(graph: Graph, x: str) -> str:
    """X (1 + erf(x / sqrt 2)) / 2, the error function of float64 in float32."""
    scaled = graph.op("Mul", x, graph.number(math.sqrt(0.5)))
    if graph.dtype == np.float32:
        erf = graph.op("Erf", scaled)
    else:
        erf = graph.cast(graph.op("Erf", graph.cast(scaled, np.float32)), graph.dtype)
    share = graph.op("Mul", graph.op("Add", erf, graph.number(1)), graph.number(0.5))
    return graph.op("Mul", x, share)


def _gelu_tanh(graph: Graph, x: str) -> str:
    """X (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2."""
    square = graph.op("Mul", x, x)
    factor = graph.op("Add", graph.op("Mul", square, graph.number(0.044715)), graph.number(1))
    inner = graph.op("Mul", graph.op("Mul", x, factor), graph.number(math.sqrt(2 / math.pi)))
    share = graph.op("Add", graph.op("Tanh", inner), graph.number(1))
    return graph.op("Mul", graph.op("Mul", x, graph.number(0.5)), share)


def _softsign(graph: Graph, x: str) -> str:
    return graph.op("Div", x, graph.op("Add", graph.op("Abs", x), graph.number(1)))


def _squareplus(graph: Graph, x: str, b: float = 4.0) -> str:
    """(x + sqrt(x^2 + b)) / 2, for x < 0 as b / (2 (sqrt(x^2 + b) - x)), where nothing cancels."""
    root = graph.op("Sqrt", graph.op("Add", graph.op("Mul", x, x), graph.number(b)))
    half = graph.op("Mul", graph.op("Add", root, graph.op("Abs", x)), graph.number(0.5))
    low = graph.op("Div", graph.number(b / 4), half)
    return graph.op("Where", graph.op("Less", x, graph.number(0)), low, half)


def _sparse_plus(graph: Graph, x: str) -> str:
    """(x + 1)^2 / 4 between -1 and 1, 0 below and x above."""
    middle = graph.op("Add", graph.op("Clip", x, graph.number(-1), graph.number(1)), graph.number(1))
    square = graph.op("Mul", graph.op("Mul", middle, middle), graph.number(0.25))
    return graph.op("Add", square, graph.op("Relu", graph.op("Sub", x, graph.number(1))))


def _sparse_sigmoid(graph: Graph, x: str) -> str:
    """(x + 1) / 2, cut to 0..1."""
    middle = graph.op("Clip", x, graph.number(-1), graph.number(1))
    return graph.op("Add", graph.op("Mul", middle, graph.number(0.5)), graph.number(0.5))


def _threshold(graph: Graph, x: str, threshold: float, default_value: float) -> str:
    """X above the threshold, else the default."""
    is_high = graph.op("Greater", x, graph.number(threshold))
    return graph.op("Where", is_high, x, graph.number(default_value))


def _tanh_shrink(graph: Graph, x: str) -> str:
    return graph.op("Sub", x, graph.op("Tanh", x))


def _soft_shrink(graph: Graph, x: str, threshold: float = 0.5) -> str:
    """X without what of it lies between -threshold and threshold."""
    return graph.op("Sub", x, graph.op("Clip", x, graph.number(-threshold), graph.number(threshold)))


def _hard_shrink(graph: Graph, x: str, threshold: float = 0.5) -> str:
    is_far = graph.op("Greater", graph.op("Abs", x), graph.number(threshold))
    return graph.op("Where", is_far, x, graph.number(0))


def _leaky_relu(graph: Graph, x: str, negative_slope: float = 0.2) -> str:
    """An attribute would be of float32."""
    return graph.op("PRelu", x, graph.number(negative_slope))


def _relu_general(
    graph: Graph, x: str, negative_slope: float, max_value: float | None, threshold: float
) -> str:
    """min(x, max_value) from the threshold on, else negative_slope * (x - threshold)."""
    edge = graph.number(threshold)
    low = graph.op("Mul", graph.op("Sub", x, edge), graph.number(negative_slope))
    high = x if max_value is None else graph.op("Min", x, graph.number(max_value))
    return graph.op("Where", graph.op("Less", x, edge), low, high)


FLOAT32: dict[str, Formula] = {
    "celu": _with_alpha("Celu"),
    "elu": _with_alpha("Elu"),
    "hard_sigmoid": _operator("HardSigmoid", alpha=1 / 6, beta=0.5),
    "hard_silu": _operator("HardSwish"),
    "leaky_relu": lambda graph, x, negative_slope=0.2: graph.op("LeakyRelu", x, alpha=negative_slope),
    "selu": _operator("Selu", alpha=SELU_ALPHA, gamma=SELU_SCALE),
    "softplus": _operator("Softplus"),
    "softsign": _operator("Softsign"),
}
"""Those that ONNX Runtime has no float64 of."""

FORMULAS: dict[str, Formula] = {
    "celu": _celu,
    "elu": _elu,
    "exponential": _operator("Exp"),
    "gelu": _gelu,
    "gelu_tanh": _gelu_tanh,
    "hard_shrink": _hard_shrink,
    "hard_sigmoid": _hard_sigmoid,
    "hard_silu": _hard_silu,
    "hard_tanh": _operator("Clip", -1, 1),
    "leaky_relu": _leaky_relu,
    "log_sigmoid": _log_sigmoid,
    "log_softmax": _operator("LogSoftmax", axis=-1),
    "mish": _mish,
    "relu": _operator("Relu"),
    "relu_general": _relu_general,
    "relu6": _operator("Clip", 0, 6),
    "selu": _selu,
    "sigmoid": _operator("Sigmoid"),
    "silu": _silu,
    "soft_shrink": _soft_shrink,
    "softmax": _operator("Softmax", axis=-1),
    "softplus": _softplus,
    "softsign": _softsign,
    "sparse_plus": _sparse_plus,
    "sparse_sigmoid": _sparse_sigmoid,
    "squareplus": _squareplus,
    "tanh": _operator("Tanh"),
    "tanh_shrink": _tanh_shrink,
    "threshold": _threshold,
}
"""All others, and what stands for these in float64."""
