"""Estimators as ONNX, with the outputs that skl2onnx gives scikit-learn's."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.utils.validation import check_is_fitted

from dlcore import _core
from dlcore.activations import Activation
from dlcore.export._activations import activation
from dlcore.sklearn._network import ACTIVATIONS

if TYPE_CHECKING:
    from dlcore.export._graph import Graph
    from dlcore.sklearn._classifier import MLPClassifier
    from dlcore.sklearn._regressor import MLPRegressor


def classifier(fitted: MLPClassifier, path: str | os.PathLike[str] | None) -> Any:
    """Outputs "label" (rows,) or (rows, labels), and "probabilities" (rows, classes)."""
    graph, outputs = _network(fitted)
    if fitted._is_multilabel:
        graph.scope = "label"
        chosen = graph.cast(graph.op("Greater", outputs, graph.number(0.5)), np.int64)
        graph.output("label", chosen, (fitted.n_outputs_,), np.int64)
        graph.output("probabilities", outputs, (fitted.n_outputs_,))
        return _written(graph, path)
    graph.scope = "probabilities"
    if not fitted._is_multiclass:
        outputs = graph.op("Concat", graph.op("Sub", graph.number(1), outputs), outputs, axis=1)
    graph.scope = "label"
    labels = _labels(fitted.classes_, max(2, fitted.n_outputs_))
    index = graph.op("ArgMax", outputs, axis=1, keepdims=0)
    label = graph.op("Gather", graph.constant("classes", labels, labels.dtype), index)
    graph.output("label", label, (), labels.dtype)
    graph.output("probabilities", outputs, (len(labels),))
    return _written(graph, path)


def regressor(fitted: MLPRegressor, path: str | os.PathLike[str] | None) -> Any:
    """One output, "variable" (rows, outputs)."""
    graph, outputs = _network(fitted)
    graph.output("variable", outputs, (fitted.n_outputs_,))
    return _written(graph, path)


def _network(fitted: Any) -> tuple[Graph, str]:
    """The products and activations, from an input "X" of the weights' dtype."""
    from dlcore.export._graph import Graph

    check_is_fitted(fitted)
    graph = Graph(type(fitted).__name__, "X", (fitted.n_features_in_,), str(fitted.coefs_[0].dtype))
    names = [*fitted._hidden_activations(len(fitted.coefs_) - 1), fitted.out_activation_]
    tensor = graph.input
    for i, (kernel, bias, name) in enumerate(zip(fitted.coefs_, fitted.intercepts_, names, strict=True)):
        graph.scope = f"layer_{i}"
        tensor = graph.op("Gemm", tensor, graph.constant("coefs", kernel), graph.constant("intercepts", bias))
        tensor = activation(graph, tensor, Activation(ACTIVATIONS.get(name, name)).name)
    return graph, tensor


def _labels(classes: Any, count: int) -> Any:
    """The classes as whole numbers or strings; a class that is alone stands for both."""
    array = np.resize(np.asarray(classes), count)
    if array.dtype.kind in "OU" and all(isinstance(label, str) for label in array):
        return array.astype(object)
    if array.dtype.kind in "biu" or (array.dtype.kind == "f" and (array == np.floor(array)).all()):
        return array.astype(np.int64)
    raise ValueError(f"classes_ must be whole numbers or strings to be written as ONNX, got {classes!r}")


def _written(graph: Graph, path: str | os.PathLike[str] | None) -> Any:
    model = graph.model(None)
    if path is not None:
        _core.write_file(path, model.SerializeToString())
    return model
