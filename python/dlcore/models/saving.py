"""A model as one safetensors file: weights by name, and the configuration as JSON."""

from __future__ import annotations

import importlib.util
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dlcore import _core, _data, _registry, losses, metrics, optimizers
from dlcore._registry import serialize
from dlcore._typing import FloatArray
from dlcore.models import keras_archive, keras_h5

if TYPE_CHECKING:
    from dlcore.models.model import Model

VERSION = 2
"""Of the file's format."""


def save_model(model: Model, filepath: str | os.PathLike[str], overwrite: bool = True) -> None:
    """See `Model.save`."""
    network = model._built()
    tensors = model.all_weights()
    config: dict[str, Any] = {"format": VERSION, "model": serialize(model), "compile": None}
    if model.optimizer is not None and model.loss is not None:
        plain, weighted = model._asked
        config["compile"] = {
            "optimizer": serialize(model.optimizer),
            "loss": serialize(model.loss),
            "metrics": [serialize(metric) for metric in plain],
            "weighted_metrics": [serialize(metric) for metric in weighted],
            "iterations": network.iterations,
        }
        tensors |= {f"optimizer/{i}": slot for i, slot in enumerate(network.get_slots())}
    _write(filepath, overwrite, tensors, config)


def save_weights(model: Model, filepath: str | os.PathLike[str], overwrite: bool = True) -> None:
    """See `Model.save_weights`."""
    if os.fspath(filepath).endswith((".h5", ".hdf5")) and importlib.util.find_spec("h5py") is not None:
        _refuse_to_overwrite(filepath, overwrite)
        keras_h5.save(model, filepath)
        return
    _write(filepath, overwrite, model.all_weights(), {"format": VERSION, "model": None, "compile": None})


def _write(
    filepath: str | os.PathLike[str], overwrite: bool, tensors: dict[str, FloatArray], config: dict[str, Any]
) -> None:
    _refuse_to_overwrite(filepath, overwrite)
    text = json.dumps(config, sort_keys=True, allow_nan=False)
    _core.save_file(os.fspath(filepath), tensors, {"dlcore": text})


def load_model(
    filepath: str | os.PathLike[str],
    custom_objects: dict[str, Any] | None = None,
    compile: bool = True,
    safe_mode: bool = True,
) -> Model:
    """The model that `Model.save` wrote, ready to go on training.

    Parameters
    ----------
    filepath : path of a safetensors file
    custom_objects : dict of str to class or function, optional
        What the file names that is not dlcore's.
    compile : bool
        Whether to compile it as it was; default True.
    safe_mode : bool
        Accepted for Keras's sake: nothing in a file is ever run.

    Raises
    ------
    OSError
        If the file cannot be read.
    ValueError
        If it is damaged or not a dlcore model; names the file.
    """
    if kind_of(filepath) == "zip":
        return keras_archive.model_from(filepath, custom_objects, compile)  # type: ignore[no-any-return]
    tensors, config = _read(filepath)
    with _errors(filepath), _registry.custom_scope(custom_objects or {}):
        described = config["model"]
        if described is None:
            raise ValueError("it holds weights without a model: use load_weights")
        model = _model(described, tensors)
        if compile and config["compile"] is not None:
            _compile(model, config["compile"], tensors)
        return model


def load_weights(model: Model, filepath: str | os.PathLike[str]) -> None:
    """See `Model.load_weights`."""
    if kind_of(filepath) != "safetensors":
        keras_h5.load_into(model, filepath)
        return
    tensors, _ = _read(filepath)
    names = list(model.all_weights())
    found = [name for name in tensors if not name.startswith("optimizer/")]
    if len(found) != len(names):
        raise ValueError(f"{os.fspath(filepath)} has {len(found)} variables, but the model {len(names)}")
    # Layers of another process may have other numbers in their names: then they follow each other.
    stored = found if set(found) != set(names) else names
    at = 0
    for layer in model.flat_layers:
        own = stored[at : at + len(layer.specs)]
        layer.set_all_weights([tensors[name] for name in own])
        at += len(own)


def kind_of(filepath: str | os.PathLike[str]) -> str:
    """Whose file it is, by its first bytes: Keras's are "zip" and "hdf5"."""
    with open(filepath, "rb") as file:  # noqa: PTH123
        return {b"PK": "zip", b"\x89H": "hdf5"}.get(file.read(2), "safetensors")


def _refuse_to_overwrite(filepath: str | os.PathLike[str], overwrite: bool) -> None:
    if not overwrite and Path(filepath).exists():
        raise FileExistsError(f"{os.fspath(filepath)} is there already, and overwrite is False")


def restore(model: Model, filepath: str | os.PathLike[str]) -> None:
    """Weights and optimizer state from a file that `Model.save` wrote, into a model compiled alike."""
    tensors, config = _read(filepath)
    with _errors(filepath):
        load_weights(model, filepath)
        if config["compile"] is not None:
            _set_state(model, config["compile"]["iterations"], tensors)


def _read(filepath: str | os.PathLike[str]) -> tuple[dict[str, FloatArray], dict[str, Any]]:
    tensors, metadata = _core.load_file(os.fspath(filepath))
    with _errors(filepath):
        config = json.loads(metadata["dlcore"])
        if config["format"] != VERSION:
            raise ValueError(f"expected format {VERSION}, got {config['format']!r}")
    return tensors, config


class _errors:  # noqa: N801, a context manager
    """Whatever is wrong within is said of the file."""

    def __init__(self, filepath: str | os.PathLike[str]) -> None:
        self.name = os.fspath(filepath)

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: Any, error: BaseException | None, traceback: Any) -> None:
        damage = (ValueError, TypeError, KeyError, AttributeError, IndexError, MemoryError, RecursionError)
        if isinstance(error, damage):
            reason = f"{type(error).__name__}: {error}"
            raise ValueError(f"{self.name} is not a dlcore model, or damaged ({reason})") from error


def _model(described: dict[str, Any], tensors: dict[str, FloatArray]) -> Model:
    from dlcore.models.model import model_classes

    _expect_weights(described["config"], tensors)
    model: Model = model_classes()[described["class_name"]].from_config(described["config"])
    model._built()
    for layer in model.flat_layers:
        names = [f"{layer.name}/{spec.name}" for spec in layer.specs]
        layer.set_all_weights([tensors[name] for name in names])
    return model


def _compile(model: Model, compiled: dict[str, Any], tensors: dict[str, FloatArray]) -> None:
    model.compile(
        optimizers.get(compiled["optimizer"]),
        losses.deserialize(compiled["loss"]),
        metrics=[metrics.deserialize(metric) for metric in compiled["metrics"]],
        weighted_metrics=[metrics.deserialize(metric) for metric in compiled["weighted_metrics"]],
    )
    _set_state(model, compiled["iterations"], tensors)


def _set_state(model: Model, iterations: int, tensors: dict[str, FloatArray]) -> None:
    network = model._built()
    names = [f"optimizer/{i}" for i in range(len(network.get_slots()))]
    network.set_slots([_data.finite(name, tensors[name]) for name in names], iterations)


def _expect_weights(config: dict[str, Any], tensors: dict[str, FloatArray]) -> None:
    """Compare units with what the file holds before memory is made for them."""
    for layer in config["layers"]:
        if "layers" in layer["config"]:
            _expect_weights(layer["config"], tensors)
            continue
        units = layer["config"].get("units")
        if units is not None and tensors[f"{layer['config']['name']}/kernel"].shape[1:] != (units,):
            raise ValueError(f"layer {layer['config']['name']!r}: the kernel has not {units} units")
