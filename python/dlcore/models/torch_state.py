"""Weights of a PyTorch module, saved as safetensors.

A module's parameters are called by its attribute, in a `torch.nn.Sequential` by its number, and their own
name: "0.weight". A linear layer's weight is the transpose of a dense layer's kernel.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from dlcore.models._weights import naming

if TYPE_CHECKING:
    from dlcore.models import Model

__all__ = ["load_into"]

NAMES = {
    "kernel": "weight",
    "bias": "bias",
    "gamma": "weight",
    "beta": "bias",
    "moving_mean": "running_mean",
    "moving_variance": "running_var",
    "alpha": "weight",
}
"""From a variable's name to PyTorch's."""

MOST_HEADER = 2**20
"""Bytes: some eight thousand tensors. When it is parsed it takes more than ten times as many."""


def load_into(model: Model, path: str | os.PathLike[str], modules: Sequence[str] | None = None) -> None:
    """Take all weights from a state dict of PyTorch's, for the same layers in the same order.

    Linear, BatchNorm1d, LayerNorm and PReLU become Dense, BatchNormalization, LayerNormalization and PReLU.
    What is no weight does not travel: epsilon is 1e-5 in PyTorch and 1e-3 here unless it is given, and what
    PyTorch calls momentum is 1 - momentum here.

    Parameters
    ----------
    model : Model
        That knows its inputs.
    path : path of a safetensors file
        As `safetensors.torch.save_file(module.state_dict(), path)` writes it.
    modules : sequence of str, optional
        Names of the modules with weights, in the order of the layers. Needed where they do not differ in a
        number alone, as "0" and "2" or "fc1" and "fc2" do: the file does not say in which order they come.

    Raises
    ------
    ImportError
        Without the package safetensors.
    OSError
        If the file cannot be read.
    ValueError
        If modules or shapes do not fit the layers, names both; the model stays as it is.

    Examples
    --------
    >>> import dlcore
    >>> import numpy as np
    >>> from safetensors.numpy import save_file
    >>> model = dlcore.Sequential([dlcore.Input((2,)), dlcore.layers.Dense(1)])
    >>> save_file({"0.weight": np.float32([[1.0, 2.0]]), "0.bias": np.float32([0.5])}, "net.safetensors")
    >>> dlcore.models.torch_state.load_into(model, "net.safetensors")
    >>> model.predict([[1.0, 1.0]], verbose=0).tolist()
    [[3.5]]
    """
    with naming(path):
        model.set_weights(_weights(model, _modules(_read(os.fspath(path))), modules))


def _weights(
    model: Model, state: Mapping[str, Mapping[str, NDArray[Any]]], modules: Sequence[str] | None
) -> list[NDArray[Any]]:
    """The model's variables, from modules in the order of its layers."""
    names = _ordered(state) if modules is None else list(modules)
    unknown = [name for name in names if name not in state]
    if unknown or len(names) != len(state):
        raise ValueError(f"modules must be {', '.join(state)} in the order of the layers, got {names}")
    layers = [layer for layer in model.flat_layers if layer.weights]
    if len(layers) != len(names):
        raise ValueError(
            f"the file has {len(names)} modules with weights ({', '.join(names)}), the model {len(layers)} "
            f"layers ({', '.join(layer.name for layer in layers)})"
        )
    return [
        array
        for layer, name in zip(layers, names, strict=True)
        for array in _fitting(layer, name, state[name])
    ]


def _read(path: str) -> dict[str, NDArray[Any]]:
    """All tensors; the core's reader takes no whole numbers, which a batch normalization's count is."""
    try:
        from safetensors import SafetensorError
        from safetensors.numpy import load_file
    except ImportError as error:
        raise ImportError(
            "PyTorch's weights need the package safetensors: pip install safetensors"
        ) from error
    with open(path, "rb") as file:  # noqa: PTH123, of whatever a path is
        length = int.from_bytes(file.read(8), "little")
    if length > MOST_HEADER:
        raise ValueError(
            f"it cannot be read as safetensors: its header has {length:,} bytes, more than {MOST_HEADER:,}"
        )
    try:
        tensors: dict[str, NDArray[Any]] = load_file(path)
    except (SafetensorError, KeyError, TypeError) as error:
        raise ValueError(f"it cannot be read as safetensors of float32 or float64: {error}") from error
    return tensors


def _modules(tensors: Mapping[str, NDArray[Any]]) -> dict[str, dict[str, NDArray[Any]]]:
    """The tensors of each module by their own names, without the count of batches."""
    modules: dict[str, dict[str, NDArray[Any]]] = {}
    for path, array in tensors.items():
        module, _, name = path.rpartition(".")
        if name != "num_batches_tracked":
            modules.setdefault(module, {})[name] = array
    return modules


def _ordered(names: Mapping[str, Any]) -> list[str]:
    """In the order of the numbers in them."""
    if len({re.sub(r"\d+", "#", name) for name in names}) > 1:
        raise ValueError(
            f"the file does not say in which order {', '.join(sorted(names))} come: give modules=[...] in "
            "the order of the layers"
        )
    return sorted(names, key=lambda name: [int(number) for number in re.findall(r"\d+", name)])


def _fitting(layer: Any, name: str, module: Mapping[str, NDArray[Any]]) -> list[NDArray[Any]]:
    """A module's tensors as the layer's variables."""
    expected = {variable.name: variable.shape for variable in layer.weights}
    arrays = {variable: module.get(NAMES.get(variable, variable)) for variable in expected}
    found = {}
    for variable, array in arrays.items():
        if array is not None and variable == "kernel":
            array = array.T
        elif array is not None and variable == "alpha" and array.shape == (1,):
            array = np.broadcast_to(array, expected[variable])
        if array is not None:
            found[variable] = array
    shapes = {variable: array.shape for variable, array in found.items()}
    if shapes != expected or len(module) != len(expected):
        tensors = ", ".join(f"{key} {array.shape}" for key, array in module.items())
        raise ValueError(
            f"layer {layer.name!r} ({type(layer).__name__}) needs {expected}, module {name!r} has {tensors}"
        )
    return list(found.values())
