"""A model as one safetensors file: weights by name, the configuration and where its fit stands as JSON."""

from __future__ import annotations

import importlib.util
import json
import os
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from dlcore import _checks, _core, _data, _registry, layers, losses, metrics, optimizers
from dlcore._registry import serialize
from dlcore._typing import FloatArray
from dlcore.callbacks import backup_and_restore
from dlcore.layers._stored import weights_of
from dlcore.losses.crossentropy_that_fits import CrossentropyThatFits
from dlcore.models import keras_archive, keras_h5, progress
from dlcore.models._limits import expect_few_layers, expect_few_metrics
from dlcore.models._weights import checked
from dlcore.models.model import Model, a_model
from dlcore.models.packing import pack, unpack

VERSION = 3
"""Of the file's format."""


class Backup(NamedTuple):
    """What a file has to go on from."""

    filepath: str | os.PathLike[str]
    tensors: dict[str, FloatArray]
    config: dict[str, Any]

    @property
    def fit(self) -> progress.State | None:
        """Where the fit stood; None if there had been none."""
        return self.config["fit"]  # type: ignore[no-any-return]


def save_model(model: Model, filepath: str | os.PathLike[str], overwrite: bool = True) -> None:
    """See `Model.save`.

    Examples
    --------
    >>> import dlcore
    >>> model = dlcore.Sequential([dlcore.Input((2,)), dlcore.layers.Dense(1)])
    >>> dlcore.models.save_model(model, "small.safetensors")
    >>> dlcore.models.load_model("small.safetensors").count_params()
    3
    """
    _write(filepath, overwrite, *parts(a_model(model)))


def parts(model: Model) -> tuple[dict[str, FloatArray], dict[str, Any]]:
    """All that a model is: its arrays by name, and its configuration as JSON can hold it."""
    network = model._built()
    tensors = model.all_weights()
    config = _config(tensors) | {"model": serialize(model), "seed": network.seed}
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
    config["fit"] = pack(model._fit_state(), "fit", tensors)
    return tensors, config


def save_weights(model: Model, filepath: str | os.PathLike[str], overwrite: bool = True) -> None:
    """See `Model.save_weights`."""
    if os.fspath(filepath).endswith((".h5", ".hdf5")) and importlib.util.find_spec("h5py") is not None:
        _refuse_to_overwrite(filepath, overwrite)
        keras_h5.save(model, filepath)
        return
    tensors = model.all_weights()
    _write(filepath, overwrite, tensors, _config(tensors))


def _config(weights: dict[str, FloatArray]) -> dict[str, Any]:
    """Of a file with nothing but weights; the order of their names is that of the layers."""
    return {"format": VERSION, "weights": list(weights), "model": None, "compile": None, "fit": None}


def _write(
    filepath: str | os.PathLike[str], overwrite: bool, tensors: dict[str, FloatArray], config: dict[str, Any]
) -> None:
    _refuse_to_overwrite(filepath, overwrite)
    if config["model"] is not None:
        _expect_little(config)
    text = json.dumps(config, allow_nan=False)
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

    Examples
    --------
    >>> import dlcore
    >>> model = dlcore.Sequential([dlcore.Input((2,)), dlcore.layers.Dense(1)])
    >>> model.save("small.safetensors")
    >>> again = dlcore.load_model("small.safetensors")
    >>> bool((again.predict([[1.0, 2.0]], verbose=0) == model.predict([[1.0, 2.0]], verbose=0)).all())
    True
    """
    if kind_of(filepath) == "zip":
        return keras_archive.model_from(filepath, custom_objects, compile)  # type: ignore[no-any-return]
    tensors, config = _read(filepath)
    with errors_of(filepath), _registry.custom_scope(custom_objects or {}):
        if config["model"] is None:
            raise ValueError("it holds weights without a model: use load_weights")
        if not compile:
            config["compile"] = None
        _expect_little(config)
        return model_of(tensors, config)


def _expect_little(config: dict[str, Any]) -> None:
    """Raise a ValueError if the model described is larger than one in a file may be."""
    expect_few_layers(config["model"]["config"])
    if config["compile"] is not None:
        for name in ("metrics", "weighted_metrics"):
            expect_few_metrics(name, config["compile"][name])


def model_of(tensors: dict[str, FloatArray], config: dict[str, Any]) -> Model:
    """The model of which these are the `parts`. What can be wrong is looked at before memory is made."""
    from dlcore.models.model import model_classes

    described, compiled, seed = config["model"], config["compile"], _seed(config)
    arguments = {} if compiled is None else _arguments(compiled)
    # With that loss, the optimizer begins with the first data.
    has_slots = compiled is not None and not isinstance(arguments["loss"], CrossentropyThatFits)
    with weights_of(tensors):
        model: Model = model_classes()[described["class_name"]].from_config(described["config"])
        if has_slots:
            _expect_slots(model, arguments["optimizer"], tensors)
        model._built().seed = seed
    if compiled is not None:
        model.compile(**arguments)
        model._last_fit = config["fit"]
    if has_slots:
        _set_state(model, compiled["iterations"], tensors)
    return model


def load_weights(model: Model, filepath: str | os.PathLike[str]) -> None:
    """See `Model.load_weights`."""
    if kind_of(filepath) != "safetensors":
        keras_h5.load_into(model, filepath)
        return
    tensors, config = _read(filepath)
    _set_weights(model, filepath, {name: tensors[name] for name in config["weights"]})


def _set_weights(model: Model, filepath: str | os.PathLike[str], tensors: dict[str, FloatArray]) -> None:
    before, found = model.all_weights(), list(tensors)
    if len(found) != len(before):
        raise ValueError(f"{os.fspath(filepath)} has {len(found)} variables, but the model {len(before)}")
    # Layers of another process may have other numbers in their names: then they follow each other.
    stored = found if set(found) != set(before) else list(before)
    weights = checked([tensors[name] for name in stored], stored, list(before.values()))
    model._built().set_weights(list(map(np.atleast_1d, weights)))


def kind_of(filepath: str | os.PathLike[str]) -> str:
    """Whose file it is, by its first bytes: Keras's are "zip" and "hdf5"."""
    with open(os.fspath(filepath), "rb") as file:  # noqa: PTH123, no number of an open file
        return {b"PK": "zip", b"\x89H": "hdf5"}.get(file.read(2), "safetensors")


def _refuse_to_overwrite(filepath: str | os.PathLike[str], overwrite: bool) -> None:
    if not overwrite and Path(filepath).exists():
        raise FileExistsError(f"{os.fspath(filepath)} is there already, and overwrite is False")


def read_backup(filepath: str | os.PathLike[str]) -> Backup:
    """What `Model.save` wrote into a file, or `BackupAndRestore` into a folder.

    Raises
    ------
    OSError, ValueError
        As `load_model`; also for a file that says nothing of training.
    """
    if Path(filepath).is_dir():
        filepath = Path(filepath) / backup_and_restore.FILE
    tensors, config = _read(filepath)
    with errors_of(filepath):
        if config["compile"] is None:
            raise ValueError("it says nothing of training")
    return Backup(filepath, tensors, config)


def restore(model: Model, backup: Backup) -> None:
    """Put a model that is compiled alike where the backup's was; one that is not stays as it is."""
    filepath, tensors, config = backup
    network = model._built()
    weights, slots, iterations = network.get_weights(), network.get_slots(), network.iterations
    with errors_of(filepath):
        compiled, optimizer, seed = config["compile"], model._compiled().optimizer, _seed(config)
        before, now = (described["class_name"] for described in (compiled["optimizer"], serialize(optimizer)))
        if before != now:
            raise ValueError(f"it was trained with {before}, but the model is compiled with {now}")
        try:
            _set_weights(model, filepath, {name: tensors[name] for name in config["weights"]})
            _set_state(model, compiled["iterations"], tensors)
            rate = compiled["optimizer"]["config"]["learning_rate"]
            if not isinstance(rate, dict) and not callable(optimizer._learning_rate):
                optimizer.learning_rate = rate  # Callbacks may have changed it.
        except BaseException:
            network.set_weights(weights)
            network.set_slots(slots, iterations)
            raise
        network.seed = seed


def _seed(config: dict[str, Any]) -> int:
    return _checks.integer("seed", config["seed"], high=2**64 - 1)


def _read(filepath: str | os.PathLike[str]) -> tuple[dict[str, FloatArray], dict[str, Any]]:
    tensors, metadata = _core.load_file(os.fspath(filepath))
    with errors_of(filepath):
        config = json.loads(metadata["dlcore"])
        if config["format"] != VERSION:
            raise ValueError(f"expected format {VERSION}, got {config['format']!r}")
        if not set(config["weights"]) <= set(tensors):
            raise ValueError("it lacks weights")
        if config["fit"] is not None:
            config["fit"] = progress.checked(unpack(config["fit"], tensors))
    return tensors, config


class errors_of:  # noqa: N801, a context manager
    """Whatever is wrong within is said of the file."""

    def __init__(self, filepath: str | os.PathLike[str]) -> None:
        self.name = os.fspath(filepath)

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: Any, error: BaseException | None, traceback: Any) -> None:
        damage = (
            ValueError,
            TypeError,
            KeyError,
            AttributeError,
            IndexError,
            OverflowError,
            RecursionError,
        )
        if isinstance(error, MemoryError):  # A sound file may be too large, now or here.
            raise MemoryError(f"{self.name}: {error}") from error
        if isinstance(error, damage):
            reason = f"{type(error).__name__}: {error}"
            raise ValueError(f"{self.name} is not a dlcore model, or damaged ({reason:.1000})") from error


def _arguments(compiled: dict[str, Any]) -> dict[str, Any]:
    """Of `compile`."""
    return {
        "optimizer": optimizers.get(compiled["optimizer"]),
        "loss": losses.deserialize(compiled["loss"]),
        "metrics": [metrics.deserialize(metric) for metric in compiled["metrics"]],
        "weighted_metrics": [metrics.deserialize(metric) for metric in compiled["weighted_metrics"]],
    }


def _slots(tensors: dict[str, FloatArray], count: int) -> list[FloatArray]:
    """The optimizer's arrays, which must be so many."""
    found = sum(name.startswith("optimizer/") for name in tensors)
    if found != count:
        raise ValueError(f"it has {found} arrays of the optimizer, but the model's has {count}")
    names = [f"optimizer/{i}" for i in range(count)]
    return [_data.finite(name, tensors[name]) for name in names]


def _expect_slots(model: Model, optimizer: optimizers.Optimizer, tensors: dict[str, FloatArray]) -> None:
    """Raise a ValueError if the optimizer needs other arrays: for each weight as many as for a single one."""
    one = _core.Network(1, layers.Dense(1, use_bias=False, name="one").configs((1,)), "float32", 0)
    one.compile(losses.MeanSquaredError().core_config(), [], optimizer.core_config())
    trained = [
        spec.shape
        for layer in model.flat_layers
        for spec in layer.specs
        if spec.trainable and layer.trainable
    ]
    shapes = trained * len(one.get_slots())
    for i, (slot, shape) in enumerate(zip(_slots(tensors, len(shapes)), shapes, strict=True)):
        if slot.shape != shape:
            raise ValueError(f"optimizer/{i} must have shape {shape}, got {slot.shape}")


def _set_state(model: Model, iterations: int, tensors: dict[str, FloatArray]) -> None:
    network = model._built()
    network.set_slots(_slots(tensors, len(network.get_slots())), iterations)
