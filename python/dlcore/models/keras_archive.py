"""Models in Keras's own files, ".keras"."""

from __future__ import annotations

import contextlib
import json
import math
import os
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

import numpy as np

from dlcore import _registry, layers
from dlcore.models import _archive, keras_config, keras_h5
from dlcore.models._limits import expect_few_layers

CONFIG = "config.json"
MOST_TEXT = 2**20
"""Bytes of the configuration, which has no weights in it."""

MOST_PARTS = 2**15
"""Lists and dicts in it: some hundred bytes of memory each, were there but two in the text."""

_DAMAGE = (
    AttributeError,
    EOFError,
    IndexError,
    KeyError,
    RuntimeError,
    TypeError,
    ValueError,
    zipfile.BadZipFile,
    zlib.error,
)
"""What reading something else than was expected may raise."""


def model_from(
    path: str | os.PathLike[str], custom_objects: dict[str, Any] | None = None, compile: bool = True
) -> Any:
    """The model that Keras saved.

    Parameters
    ----------
    path : path of a ".keras" archive
    custom_objects : dict of str to class, optional
        What the file names that is not dlcore's.
    compile : bool
        Whether to compile it as it was, with a new optimizer; default True.

    Returns
    -------
    Sequential or Model

    Raises
    ------
    ImportError
        Without h5py.
    OSError
        If the file cannot be read.
    ValueError
        If it is damaged, or the model has what dlcore has not; names the layer.
    """
    name = os.fspath(path)
    try:
        with _archive.opened(name) as archive:
            text = _archive.member(archive, CONFIG, MOST_TEXT)
        if text.count(b"{") + text.count(b"[") > MOST_PARTS or text.count(b",") > 2 * MOST_PARTS:
            raise ValueError(f"{CONFIG} has too many parts")
        described = json.loads(text)
        with _registry.custom_scope(custom_objects or {}):
            # What can be wrong is looked at before memory is made for weights.
            arguments = _arguments(described.get("compile_config") or {}) if compile else None
            model = _model(keras_config.model(described), name)
            if arguments is not None:
                with _advised():
                    model.compile(**arguments)
    except _DAMAGE as error:
        reason = str(error) if isinstance(error, ValueError) else f"{type(error).__name__}: {error}"
        raise ValueError(f"{name} does not hold a model for dlcore: {reason}") from error
    return model


def _model(translated: dict[str, Any], path: str) -> Any:
    from dlcore.models.model import model_classes

    config = translated["config"]
    expect_few_layers(config)
    make = model_classes()[translated["class_name"]].from_config
    if config["input_shape"] is None:  # it was never built
        return make(config)
    with keras_h5.opened(path) as file:
        needed, _ = _numbers(config, tuple(config["input_shape"]))
        stored = sum(dataset.size for _, datasets in keras_h5.stored(file) for dataset in datasets)
        if needed > stored:
            raise ValueError(f"its layers need {needed:,} weights, but {stored:,} are there")
        for layer, datasets in keras_h5.stored(file):
            _expect_finite(layer, datasets)
        model = make(config)
        model.set_weights(keras_h5.read(model, file))
    return model


def _expect_finite(name: str, datasets: list[Any]) -> None:
    for dataset in datasets:
        numbers = dataset[()]
        if not np.isfinite([numbers.min(initial=0), numbers.max(initial=0)]).all():
            raise ValueError(f"the weights of {name} must be finite")


def _arguments(described: dict[str, Any]) -> dict[str, Any] | None:
    """Of `compile`; None if it was not compiled."""
    if described.get("optimizer") is None:
        return None
    with _advised():
        return keras_config.compiled(described)


@contextlib.contextmanager
def _advised() -> Iterator[None]:
    """What is wrong within can be left out."""
    try:
        yield
    except (TypeError, ValueError) as error:
        raise ValueError(f"{error}; give compile=False to go without it") from error


def _numbers(config: dict[str, Any], shape: tuple[int, ...]) -> tuple[int, tuple[int, ...]]:
    """How many weights there will be, before memory is made for them, and the shape of an output row."""
    total = 0
    for described in config["layers"]:
        if "layers" in described["config"]:
            count, shape = _numbers(described["config"], shape)
        else:
            layer = layers.deserialize(described)
            count = sum(math.prod(spec.shape) for spec in layer.variables_for(shape) if spec.listed)
            shape = layer.output_shape(shape)
        total += count
    return total, shape
