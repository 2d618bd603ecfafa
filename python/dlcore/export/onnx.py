"""Models as ONNX files, for ONNX Runtime and all that reads them."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any

from dlcore import _core
from dlcore.export import _layers

if TYPE_CHECKING:
    from dlcore.models import Model

__all__ = ["build", "save"]


def build(model: Model, opset: int | None = None) -> Any:
    """The model as ONNX has it, checked by `onnx.checker`.

    Parameters
    ----------
    model : Model
    opset : int, optional
        Version of the operators, from 17 to the newest that the installed onnx knows; default 17, which all
        runtimes since 2022 read.

    Returns
    -------
    onnx.ModelProto
        With one input (rows, ...), called as the model's input layer if that was given a name, else "input",
        and one output called "output".

    Raises
    ------
    ImportError
        Without the package onnx.
    ValueError
        For a layer that has no form in ONNX here, and more than 2 GB of weights.

    Examples
    --------
    >>> import dlcore
    >>> from dlcore.export import onnx
    >>> model = dlcore.Sequential([dlcore.Input((4,), name="rows"), dlcore.layers.Dense(2, "relu")])
    >>> [node.op_type for node in onnx.build(model).graph.node]
    ['Gemm', 'Relu', 'Identity']
    """
    from dlcore.export._graph import Graph

    graph = Graph(model.name, _input_name(model), model.input.row_shape, model.dtype)
    tensor = graph.input
    for layer in model.flat_layers:
        tensor = _layers.layer(graph, tensor, layer)
    graph.output("output", tensor, graph.row_shape)
    return graph.model(opset)


def _input_name(model: Model) -> str:
    """Names that were counted would change from one run to the next."""
    name = model.input.name
    return "input" if name == "output" or re.fullmatch(r"input_layer(_\d+)?", name) else name


def save(model: Model, path: str | os.PathLike[str], opset: int | None = None) -> None:
    """Write the model as an ONNX file, whole or not at all; see `build`.

    What only training sees (dropout, noise, penalties) is left out, and means and variances are fixed. A
    model of float64 stays one; its "gelu" takes the error function of float32 on the way, since ONNX Runtime
    has no other: seven digits are right.

    Parameters
    ----------
    model : Model
    path : path
    opset : int, optional

    Raises
    ------
    ImportError
        Without the package onnx.
    ValueError
        For what `build` refuses.

    Examples
    --------
    >>> import dlcore, pathlib
    >>> from dlcore.export import onnx
    >>> onnx.save(dlcore.Sequential([dlcore.Input((4,)), dlcore.layers.Dense(2)]), "model.onnx")
    >>> pathlib.Path("model.onnx").exists()
    True
    """
    _core.write_file(path, build(model, opset).SerializeToString())
