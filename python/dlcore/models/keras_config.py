"""What Keras 3 writes about a model in JSON, as configurations of dlcore's.

Only names are looked up, among dlcore's own classes and those that the caller registered; no code is run.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

from dlcore import _registry, constraints, initializers, layers, losses, metrics, optimizers, regularizers
from dlcore._registry import Configurable
from dlcore.models._limits import expect_few_metrics
from dlcore.optimizers import schedules

_MODULES: dict[str, Any] = {
    "keras.constraints": constraints,
    "keras.initializers": initializers,
    "keras.layers": layers,
    "keras.losses": losses,
    "keras.metrics": metrics,
    "keras.optimizers": optimizers,
    "keras.optimizers.schedules": schedules,
    "keras.regularizers": regularizers,
}
_MODELS = {"Sequential": "Sequential", "Functional": "Functional", "Model": "Functional"}
_DTYPES = {"float32": 1, "mixed_float16": 1, "mixed_bfloat16": 1, "float64": 2}
"""Policies whose weights dlcore can hold, by how wide they are."""


def model(described: Mapping[str, Any]) -> dict[str, Any]:
    """Class name and configuration of a model, for `from_config`.

    Raises
    ------
    ValueError
        For a model that is no chain of layers, and what dlcore does not have; names it.
    """
    kind, config = described["class_name"], described["config"]
    if kind not in _MODELS or "layers" not in config:
        raise ValueError(
            f"a {kind} cannot be made from its configuration, only Sequential and Functional can"
        )
    chain = config["layers"] if kind == "Sequential" else _chain(config)
    shape = _shape(chain[0]) if chain else None
    if chain and chain[0]["class_name"] == "InputLayer":
        chain = chain[1:]
    elif config.get("build_input_shape"):
        shape = config["build_input_shape"][1:]
    return {
        "class_name": _MODELS[kind],
        "config": {
            "name": config["name"],
            "dtype": "float64"
            if max(map(_width, [config, *(x["config"] for x in chain)])) == 2
            else "float32",
            "input_shape": shape,
            "layers": [model(layer) if layer["class_name"] in _MODELS else _layer(layer) for layer in chain],
        },
    }


def compiled(described: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of `compile` that are about learning: optimizer, loss and metrics."""
    names = ("loss", "metrics", "weighted_metrics")
    arguments = {name: _plain(described.get(name)) for name in names}
    return {"optimizer": optimizers.get(_plain(described["optimizer"]))} | {
        name: _made(name, value) for name, value in arguments.items()
    }


def module_of(cls: type) -> str | None:
    """Where Keras has a class; None of one that is not dlcore's."""
    return next((name for name, module in _MODULES.items() if vars(module).get(cls.__name__) is cls), None)


def made(described: Mapping[str, Any]) -> Any:
    """What a class and its configuration describe."""
    cls = _class(described)
    return cls.from_config(_arguments(cls, described["config"]))


def _made(name: str, value: Any) -> Any:
    if name == "loss":
        return losses.get(value) if isinstance(value, Mapping) else value
    if not isinstance(value, list):
        return value
    expect_few_metrics(name, value)
    return [metrics.get(x) if isinstance(x, Mapping) else x for x in value]


def _layer(described: Mapping[str, Any]) -> dict[str, Any]:
    name = described["config"].get("name", described["class_name"])
    try:
        layer: dict[str, Any] = _plain(described)
    except ValueError as error:
        raise ValueError(f"layer {name!r}: {error}") from error
    return layer


def _chain(config: Mapping[str, Any]) -> list[Any]:
    """The layers from input to output, each called once on the one before."""
    first, last = _names(config["input_layers"]), _names(config["output_layers"])
    if len(first) != 1 or len(last) != 1:
        raise ValueError(
            f"the model has {len(first)} inputs and {len(last)} outputs, dlcore's have one of each"
        )
    after: dict[str, Any] = {}
    for layer in config["layers"]:
        if layer["name"] == first[0]:
            chain = [layer]
            continue
        sources = [name for node in layer["inbound_nodes"] for name in _sources(node)]
        if len(sources) != 1:
            raise ValueError(
                f"layer {layer['name']!r} takes {len(sources)} inputs, dlcore trains chains of layers"
            )
        if sources[0] in after:
            both = f"{after[sources[0]]['name']!r} and {layer['name']!r}"
            raise ValueError(
                f"layers {both} both take what {sources[0]!r} gives, dlcore trains chains of layers"
            )
        after[sources[0]] = layer
    while chain[-1]["name"] in after:
        chain.append(after.pop(chain[-1]["name"]))
    if after or chain[-1]["name"] != last[0]:
        raise ValueError(f"the layers must be a chain from {first[0]!r} to {last[0]!r}")
    return chain


def _names(ends: Any) -> list[str]:
    """Of ["a", 0, 0] and of [["a", 0, 0], ...]."""
    return [ends[0]] if ends and isinstance(ends[0], str) else [end[0] for end in ends]


def _sources(value: Any) -> list[str]:
    """The layers whose tensors are somewhere in a call's arguments."""
    if isinstance(value, Mapping):
        if value.get("class_name") == "__keras_tensor__":
            return [value["config"]["keras_history"][0]]
        value = list(value.values())
    return [name for inner in value for name in _sources(inner)] if isinstance(value, list) else []


def _shape(layer: Mapping[str, Any]) -> Any:
    shape = layer["config"].get("batch_shape")
    return None if shape is None else shape[1:]


def _width(config: Mapping[str, Any]) -> int:
    policy = config.get("dtype")
    name = policy["config"]["name"] if isinstance(policy, Mapping) else policy or "float32"
    if name not in _DTYPES:
        raise ValueError(f"weights of dtype {name!r} are not known, only {', '.join(_DTYPES)}")
    return _DTYPES[name]


def _plain(value: Any, key: str = "") -> Any:
    """The same without what is Keras's own: modules, policies, shapes that follow."""
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    if not isinstance(value, Mapping):
        return value
    if "class_name" not in value or "module" not in value:  # the second is of dlcore's own form
        return {name: _plain(inner, name) for name, inner in value.items()}
    kind = value["class_name"]
    if kind == "function":
        return value["config"]
    cls = _class(value)
    config = _arguments(cls, value["config"])
    if key == "activation":
        layer = layers.deserialize({"class_name": kind, "config": config})
        if not hasattr(layer, "activation"):
            raise ValueError(f"{kind} cannot be an activation here: make it a layer of its own")
        return layer.activation
    return {"class_name": _registry.name_of(cls), "config": config}


def _class(described: Mapping[str, Any]) -> type[Configurable]:
    """The class that a description names."""
    kind, module = described["class_name"], described.get("module")
    custom = _registry.custom.get(described.get("registered_name") or kind, _registry.custom.get(kind))
    try:
        found = custom or getattr(_MODULES[str(module)], kind)
    except (AttributeError, KeyError) as error:
        reason = f": {error}" if isinstance(error, AttributeError) else ""
        raise ValueError(f"{kind} of {module} is not known{reason}") from error
    if not (isinstance(found, type) and issubclass(found, Configurable)):
        raise ValueError(f"{kind} of {module} is not a class that a file may name")
    return found


def _arguments(cls: type[Configurable], config: Mapping[str, Any]) -> dict[str, Any]:
    """Those that the class takes; another one must be nothing, since it would be lost."""
    if not isinstance(config, Mapping):
        raise TypeError(f"the config of {cls.__name__} must be a dict, got {config!r:.99}")
    taken = {
        name
        for base in cls.__mro__
        if "__init__" in vars(base) and base is not object
        for name in inspect.signature(base.__init__).parameters  # type: ignore[misc]
    }
    arguments = {}
    for name, value in config.items():
        if name in taken and name != "dtype":
            arguments[name] = _plain(value, name)
        elif name != "dtype" and value not in (None, False):
            raise ValueError(f"{cls.__name__} has no argument {name!r} here, but it is {value!r} in the file")
    return arguments
