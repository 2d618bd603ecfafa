"""Layers as operators of ONNX: a function for each class, by the class's name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from dlcore.export._activations import activation

if TYPE_CHECKING:
    from dlcore.export._graph import Graph

Writer = Callable[["Graph", str, Any], str]
"""From the name of a layer's inputs and the layer to the name of its outputs."""

SMALLEST_DEVIATION, SMALLEST_NORM = 1e-7, 1e-12
"""What Normalization and UnitNormalization divide by at least."""


def layer(graph: Graph, x: str, made: Any) -> str:
    """The layer as it predicts; the graph then knows the shape of its rows.

    Raises
    ------
    ValueError
        For a class that is not known here.
    """
    graph.scope = made.name
    kind = type(made).__name__
    if kind not in WRITERS:
        raise ValueError(
            f"layer {made.name!r} ({kind}) cannot be written as ONNX: layers that can are "
            f"{', '.join(sorted(WRITERS))}"
        )
    y = WRITERS[kind](graph, x, made)
    graph.row_shape = tuple(made.output_shape(graph.row_shape))
    return y


def _nothing(graph: Graph, x: str, made: Any) -> str:
    """What only training sees."""
    return x


def _dense(graph: Graph, x: str, made: Any) -> str:
    arrays = _arrays(made)
    inputs = [graph.constant(name, arrays[name]) for name in ("kernel", "bias") if name in arrays]
    return _activation(graph, graph.op("Gemm", x, *inputs), made)


def _activation(graph: Graph, x: str, made: Any) -> str:
    return activation(graph, x, made.activation.name, **made.activation.parameters)


def _prelu(graph: Graph, x: str, made: Any) -> str:
    return graph.op("PRelu", x, graph.constant("alpha", _arrays(made)["alpha"]))


def _batch_normalization(graph: Graph, x: str, made: Any) -> str:
    """ONNX's own operator subtracts last, which costs digits where the mean is large."""
    arrays = _arrays(made)
    factor = 1 / np.sqrt(arrays["moving_variance"].astype(np.float64) + made.epsilon)
    x = graph.op("Sub", x, graph.constant("moving_mean", arrays["moving_mean"]))
    x = graph.op("Mul", x, graph.constant("factor", factor * arrays.get("gamma", 1)))
    return graph.op("Add", x, graph.constant("beta", arrays["beta"])) if "beta" in arrays else x


def _layer_normalization(graph: Graph, x: str, made: Any) -> str:
    """One operator, or for float64, where its epsilon would be of float32, what it does."""
    arrays = _arrays(made)
    gamma = graph.constant("gamma", arrays.get("gamma", np.ones(graph.row_shape[-1])))
    beta = [graph.constant("beta", arrays["beta"])] if "beta" in arrays else []
    if graph.dtype == np.float32:
        return graph.op("LayerNormalization", x, gamma, *beta, axis=-1, epsilon=made.epsilon)
    features = graph.number(graph.row_shape[-1])
    centred = graph.op("Sub", x, graph.op("Div", _sum(graph, x), features))
    variance = graph.op("Div", _sum(graph, graph.op("Mul", centred, centred)), features)
    deviation = graph.op("Sqrt", graph.op("Add", variance, graph.number(made.epsilon)))
    scaled = graph.op("Mul", graph.op("Div", centred, deviation), gamma)
    return graph.op("Add", scaled, *beta) if beta else scaled


def _normalization(graph: Graph, x: str, made: Any) -> str:
    deviation = np.maximum(np.sqrt(made.variance), SMALLEST_DEVIATION)
    centred = graph.op("Sub", x, graph.constant("mean", made.mean))
    return graph.op("Div", centred, graph.constant("deviation", deviation))


def _unit_normalization(graph: Graph, x: str, made: Any) -> str:
    norm = graph.op("Sqrt", _sum(graph, graph.op("Mul", x, x)))
    return graph.op("Div", x, graph.op("Max", norm, graph.number(SMALLEST_NORM)))


def _rescaling(graph: Graph, x: str, made: Any) -> str:
    scaled = graph.op("Mul", x, graph.constant("scale", made.scale))
    return graph.op("Add", scaled, graph.constant("offset", made.offset))


def _flatten(graph: Graph, x: str, made: Any) -> str:
    return graph.op("Flatten", x, axis=1)


def _reshape(graph: Graph, x: str, made: Any) -> str:
    """The rows stay; one axis may be -1."""
    return graph.op("Reshape", x, graph.constant("shape", [0, *made.target_shape], np.int64))


def _sum(graph: Graph, x: str) -> str:
    """Over each row."""
    return graph.op("ReduceSum", x, graph.constant("axes", [-1], np.int64), keepdims=1)


def _arrays(made: Any) -> Mapping[str, NDArray[Any]]:
    """All variables by their names, those that users do not see, too."""
    names = [spec.name for spec in made.specs]
    return dict(zip(names, made.all_weights(), strict=True))


WRITERS: dict[str, Writer] = {
    "Activation": _activation,
    "ActivityRegularization": _nothing,
    "AlphaDropout": _nothing,
    "BatchNormalization": _batch_normalization,
    "Dense": _dense,
    "Dropout": _nothing,
    "ELU": _activation,
    "Flatten": _flatten,
    "GaussianNoise": _nothing,
    "Identity": _nothing,
    "LayerNormalization": _layer_normalization,
    "LeakyReLU": _activation,
    "Normalization": _normalization,
    "PReLU": _prelu,
    "ReLU": _activation,
    "Rescaling": _rescaling,
    "Reshape": _reshape,
    "Softmax": _activation,
    "UnitNormalization": _unit_normalization,
}
