"""Weights in Keras's HDF5 files, ".weights.h5", alone or within a ".keras" archive.

A layer's variables lie in layers/NAME/vars as "0", "1", ..., where NAME is made of the layer's class and how
many of that class came before it: dense, dense_1, ... A model within a model has layers of its own (Keras
3.15.1, `saving/saving_lib.py`).
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from dlcore import _core, _names
from dlcore.models import _archive
from dlcore.models._limits import MOST_LAYERS
from dlcore.models._weights import naming

if TYPE_CHECKING:
    from dlcore.models import Model

MEMBER = "model.weights.h5"
"""Where a ".keras" archive has them."""

MOST_PARTS = 64
"""Of a layer: variables and the like."""

DEEPEST = 16
"""Models within models."""


def weights_of(path: str | os.PathLike[str]) -> list[tuple[str, list[NDArray[Any]]]]:
    """All weights of a file of Keras's.

    Parameters
    ----------
    path : path of a ".weights.h5" file or a ".keras" archive

    Returns
    -------
    list of (str, list of arrays)
        For each layer that has any, its name in the file ("dense_1", within a model "sequential/dense") and
        its variables in order. Layers are sorted by name: the file does not say which comes first.

    Raises
    ------
    ImportError
        Without h5py.
    OSError
        If the file cannot be read.
    ValueError
        If it has another form.

    Examples
    --------
    >>> import dlcore
    >>> from dlcore.models import keras_h5
    >>> model = dlcore.Sequential([dlcore.Input((4,)), dlcore.layers.Dense(2)])
    >>> keras_h5.save(model, "model.weights.h5")
    >>> [(name, kernel.shape) for name, (kernel, bias) in keras_h5.weights_of("model.weights.h5")]
    [('dense', (4, 2))]
    """
    with naming(path), opened(path) as file:
        return [(name, [dataset[()] for dataset in datasets]) for name, datasets in stored(file)]


def load_into(model: Model, path: str | os.PathLike[str]) -> None:
    """Take all weights from a file of Keras's, whose model has the same layers in the same order.

    Names of layers do not matter, as in Keras. Every shape is compared before a number is read; the model
    stays as it is if one does not fit.

    Parameters
    ----------
    model : Model
        That knows its inputs.
    path : path of a ".weights.h5" file or a ".keras" archive

    Raises
    ------
    ImportError
        Without h5py.
    OSError
        If the file cannot be read.
    ValueError
        If layers or shapes are others; names the layer.
    """
    with naming(path), opened(path) as file:
        model.set_weights(read(model, file))


def save(model: Model, path: str | os.PathLike[str]) -> None:
    """Write all weights as Keras's `load_weights` reads them, whole or not at all.

    Parameters
    ----------
    model : Model
    path : path
        Keras wants a name that ends in ".weights.h5".

    Raises
    ------
    ImportError
        Without h5py.
    """
    content = io.BytesIO()
    with _h5py().File(content, "w") as file:
        file.create_group("vars").attrs["name"] = model.name
        for name, layer in named_layers(model):
            group = file.create_group(f"{_path(name)}/vars")
            group.attrs["name"] = layer.name
            for i, array in enumerate(layer.get_weights()):
                # The only number by itself is a Normalization's count, which Keras keeps whole.
                group[str(i)] = array if array.ndim else np.int32(array)
    _core.write_file(path, content.getvalue())


def read(model: Model, file: Any) -> list[NDArray[Any]]:
    """The weights for a model from an open file, in the model's order."""
    there = dict(stored(file))
    found = []
    shape = model.input_shape[1:]
    for name, layer in named_layers(model):
        expected = [spec.shape for spec in layer.variables_for(shape) if spec.listed]
        shape = layer.output_shape(shape)
        datasets = there.pop(name, [])
        shapes = [dataset.shape for dataset in datasets]
        if shapes != expected:
            raise ValueError(
                f"layer {layer.name!r} ({type(layer).__name__}) needs variables of shapes {expected}, "
                f"the file has {shapes} as {name!r}"
            )
        found += datasets
    if there:
        raise ValueError(f"the file has weights of layers that the model lacks: {', '.join(there)}")
    return [dataset[()] for dataset in found]


def named_layers(model: Model) -> Iterator[tuple[str, Any]]:
    """The layers, those of models within, too, by the names that a file calls them."""
    counts: Counter[str] = Counter()
    for layer in model.layers:
        kind = type(layer).__name__
        stem = _names.snake_case(kind)
        name = f"{stem}_{counts[stem]}" if counts[stem] else stem
        counts[stem] += 1
        if hasattr(layer, "layers"):
            yield from ((f"{name}/{inner}", found) for inner, found in named_layers(layer))
        elif kind != "InputLayer":
            yield name, layer


@contextlib.contextmanager
def opened(path: str | os.PathLike[str]) -> Iterator[Any]:
    """The HDF5 file at a path, or in the archive at it."""
    h5py = _h5py()
    name = os.fspath(path)
    with contextlib.ExitStack() as stack:
        source: Any = stack.enter_context(open(name, "rb"))  # noqa: PTH123, of whatever a path is
        if zipfile.is_zipfile(source):
            archive = stack.enter_context(_archive.opened(name))
            if MEMBER not in archive.namelist():
                raise ValueError(f"it is an archive without {MEMBER}")
            source = io.BytesIO(_archive.member(archive, MEMBER))
        try:
            file = stack.enter_context(h5py.File(source, "r"))
        except OSError as error:
            raise ValueError(f"it is not an HDF5 file, or damaged ({error})") from error
        try:
            if "layers" not in file:
                raise ValueError(
                    "it has no layers as Keras 3 writes them: save it anew as .weights.h5 or .keras"
                )
            yield file
        except (KeyError, OSError, RuntimeError) as error:
            raise ValueError(f"it is damaged ({type(error).__name__}: {error})") from error


def stored(
    group: Any, prefix: str = "", depth: int = 0, left: Iterator[int] | None = None
) -> Iterator[tuple[str, list[Any]]]:
    """Names and variables of the layers in a group; no number is read.

    `left`: counts the layers, those of models within, too, since groups may be in each other many times.
    """
    left = iter(range(MOST_LAYERS)) if left is None else left
    if depth > DEEPEST:
        raise ValueError(f"models within models, more than {DEEPEST} of them: {prefix}")
    layers = _child(group, "layers")
    for name in _names_in(layers, MOST_LAYERS):
        if next(left, None) is None:
            raise ValueError(f"there are more than {MOST_LAYERS:,} layers")
        layer = _child(layers, name)
        if "layers" in layer:
            yield from stored(layer, f"{prefix}{name}/", depth + 1, left)
            continue
        others = [
            key
            for key in _names_in(layer, MOST_PARTS)
            if key not in ("vars", "seed_generator") and _variables(_child(layer, key))
        ]
        if others:
            raise ValueError(
                f"layer {prefix}{name} has parts with variables of their own: {', '.join(others)}"
            )
        variables = _variables(layer)
        if variables:
            yield prefix + name, variables


def _variables(layer: Any) -> list[Any]:
    if "vars" not in layer:
        return []
    group = _child(layer, "vars")
    return [_dataset(group, name) for name in _names_in(group, MOST_PARTS)]


def _names_in(group: Any, most: int) -> list[str]:
    """What is in a group, in order."""
    if len(group) > most:
        raise ValueError(f"{group.name} has {len(group):,} parts, more than {most:,}")
    return sorted(group, key=_in_order)


def _child(group: Any, name: str) -> Any:
    """The group of that name, which must lie in this file."""
    h5py = _h5py()
    if not isinstance(group.get(name, getlink=True), h5py.HardLink) or not isinstance(
        group[name], h5py.Group
    ):
        raise ValueError(f"{group.name}/{name} must be a group in the file itself")
    return group[name]


def _dataset(group: Any, name: str) -> Any:
    """The numbers of that name, which must lie in this file, as many as it says."""
    h5py = _h5py()
    linked = group.get(name, getlink=True)
    dataset = group[name] if isinstance(linked, h5py.HardLink) else None
    if not isinstance(dataset, h5py.Dataset) or dataset.external or dataset.is_virtual:
        raise ValueError(f"{group.name}/{name} must be an array in the file itself")
    if dataset.dtype.kind not in "fiu":
        raise ValueError(f"{group.name}/{name} must be numbers, got {dataset.dtype}")
    # Keras compresses nothing, so a large shape with little behind it is meant to fill the memory.
    if dataset.nbytes > dataset.id.get_storage_size():
        there = dataset.id.get_storage_size()
        raise ValueError(
            f"{group.name}/{name} should have {dataset.nbytes:,} bytes, but {there:,} are stored"
        )
    return dataset


def _in_order(name: str) -> list[tuple[str, int]]:
    """So that dense_2 comes before dense_10."""
    return [(text, int(number or 0)) for text, number in re.findall(r"(\D*)(\d*)", name)]


def _path(name: str) -> str:
    return "/".join(f"layers/{part}" for part in name.split("/"))


def _h5py() -> Any:
    try:
        import h5py
    except ImportError as error:
        raise ImportError("Keras's files need the package h5py: pip install h5py") from error
    return h5py
