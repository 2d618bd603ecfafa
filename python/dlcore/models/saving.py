"""A model as one safetensors file: weights by name, and the configuration as JSON."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

from dlcore import _core, _data, losses, metrics, optimizers
from dlcore._registry import serialize
from dlcore._typing import FloatArray

if TYPE_CHECKING:
    from dlcore.models.sequential import Sequential

VERSION = 1
"""Of the file's format."""


def save_model(model: Sequential, path: str | os.PathLike[str]) -> None:
    """See `Sequential.save`."""
    network = model._built()
    tensors = dict(zip(model.weight_names, network.get_weights(), strict=True))
    config: dict[str, Any] = {"format": VERSION, "model": model.get_config(), "compile": None}
    if model.optimizer is not None and model.loss is not None:
        config["compile"] = {
            "optimizer": serialize(model.optimizer),
            "loss": serialize(model.loss),
            "metrics": [serialize(metric) for metric in model.metrics],
            "iterations": network.iterations,
        }
        tensors |= {f"optimizer/{i}": slot for i, slot in enumerate(network.get_slots())}
    text = json.dumps(config, sort_keys=True, allow_nan=False)
    _core.save_file(os.fspath(path), tensors, {"dlcore": text})


def load_model(path: str | os.PathLike[str]) -> Sequential:
    """The model that `Sequential.save` wrote, ready to go on training.

    Parameters
    ----------
    path : path of a safetensors file

    Raises
    ------
    OSError
        If the file cannot be read.
    ValueError
        If it is damaged or not a dlcore model; names the file.
    """
    name = os.fspath(path)
    tensors, metadata = _core.load_file(name)
    try:
        config = json.loads(metadata["dlcore"])
        if config["format"] != VERSION:
            raise ValueError(f"expected format {VERSION}, got {config['format']!r}")
        return _model(config, tensors)
    except (
        ValueError,
        TypeError,
        KeyError,
        AttributeError,
        IndexError,
        MemoryError,
        RecursionError,
    ) as error:
        reason = f"{type(error).__name__}: {error}"
        raise ValueError(f"{name} is not a dlcore model, or damaged ({reason})") from error


def _model(config: dict[str, Any], tensors: dict[str, FloatArray]) -> Sequential:
    from dlcore.models.sequential import Sequential

    described = config["model"]
    _expect_weights(described, tensors)
    model = Sequential.from_config(described)
    model.set_weights([tensors[name] for name in model.weight_names])
    compiled = config["compile"]
    if compiled is not None:
        model.compile(
            optimizers.get(compiled["optimizer"]),
            losses.get(compiled["loss"]),
            [metrics.get(metric) for metric in compiled["metrics"]],
        )
        network = model._built()
        names = [f"optimizer/{i}" for i in range(len(network.get_slots()))]
        slots = [_data.finite(name, tensors[name]) for name in names]
        network.set_slots(slots, compiled["iterations"])
    return model


def _expect_weights(described: dict[str, Any], tensors: dict[str, FloatArray]) -> None:
    """Compare units with what the file holds before memory is made for them."""
    for layer in described["layers"]:
        units = layer["config"].get("units")
        if units is not None and tensors[f"{layer['config']['name']}/kernel"].shape[1:] != (units,):
            raise ValueError(f"layer {layer['config']['name']!r}: the kernel has not {units} units")
