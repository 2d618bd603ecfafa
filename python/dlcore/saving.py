"""Files, and objects as dicts and back, where `keras.saving` has them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from dlcore import _registry
from dlcore.models import Model, keras_config, load_model, save_model
from dlcore.models.model import a_model, model_classes
from dlcore.utils.registration import (
    CustomObjectScope,
    custom_object_scope,
    get_custom_objects,
    get_registered_name,
    get_registered_object,
    register_keras_serializable,
)

__all__ = [
    "CustomObjectScope",
    "custom_object_scope",
    "deserialize_keras_object",
    "get_custom_objects",
    "get_registered_name",
    "get_registered_object",
    "load_model",
    "load_weights",
    "register_keras_serializable",
    "save_model",
    "save_weights",
    "serialize_keras_object",
]


def save_weights(model: Model, filepath: str | os.PathLike[str], overwrite: bool = True) -> None:
    """See `Model.save_weights`.

    Examples
    --------
    >>> import dlcore
    >>> model = dlcore.Sequential([dlcore.Input((2,)), dlcore.layers.Dense(1)])
    >>> dlcore.saving.save_weights(model, "small.weights.h5")
    """
    a_model(model).save_weights(filepath, overwrite)


def load_weights(model: Model, filepath: str | os.PathLike[str]) -> None:
    """See `Model.load_weights`.

    Examples
    --------
    >>> import dlcore
    >>> model = dlcore.Sequential([dlcore.Input((2,)), dlcore.layers.Dense(1)])
    >>> model.save_weights("small.weights.h5")
    >>> dlcore.saving.load_weights(model, "small.weights.h5")
    """
    a_model(model).load_weights(filepath)


def serialize_keras_object(obj: Any) -> Any:
    """A layer, model, loss, optimizer or the like as a dict, with the module that has its class.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.saving.serialize_keras_object(dlcore.regularizers.L2(0.5))
    {'module': 'keras.regularizers', 'class_name': 'L2', 'config': {'l2': 0.5}, 'registered_name': None}
    """
    if not isinstance(obj, _registry.Configurable):
        raise TypeError(f"obj must be a layer, model, loss, optimizer or the like, got {obj!r}")
    name = _registry.name_of(type(obj))
    return {
        "module": "keras" if isinstance(obj, Model) else keras_config.module_of(type(obj)),
        "class_name": type(obj).__name__,
        "config": obj.get_config(),
        "registered_name": None if name == type(obj).__name__ else name,
    }


def deserialize_keras_object(
    config: Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None
) -> Any:
    """What `serialize_keras_object` described, new.

    Examples
    --------
    >>> import dlcore
    >>> described = dlcore.saving.serialize_keras_object(dlcore.regularizers.L2(0.5))
    >>> dlcore.saving.deserialize_keras_object(described)
    L2(l2=0.5)
    """
    if not isinstance(config, Mapping) or not {"class_name", "config"} <= set(config):
        raise TypeError(f"config must be a dict with class_name and config, got {config!r}")
    with _registry.custom_scope(custom_objects or {}):
        if config["class_name"] in model_classes():
            return model_classes()[config["class_name"]].from_config(config["config"])
        return keras_config.made(config)
