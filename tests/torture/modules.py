"""Targets in the modules beside models that scripts for Keras use, from their lists of names.

`ops` has NumPy's functions, too: they are NumPy's own, so only those that are written here are targets. What
NumPy raises for a number that no machine word holds comes out of them.
"""

import contextlib
import hashlib
import importlib
import inspect
import os
import pathlib

import numpy as np

import dlcore
from dlcore import _numpy_ops, _registry, backend, datasets, layers, random, saving
from torture.face import FOLDER, KERNEL, saved
from torture.models import WIDTH, X, Y, classifier
from torture.target import DOCUMENTED, Target, signature

GOOD = {
    "x": X,
    "x1": X,
    "x2": X,
    "xs": [X, X],
    "variable": X,
    "axes": [0],
    "k": 2,
    "num_classes": WIDTH,
    "dtype": "float32",
    "shape": (3, 4),
    "minval": 0,
    "maxval": 5,
    "seed": 1,
    "logits": X,
    "num_samples": 3,
    "tensors": [X],
    "tuples": [],
    "obj": layers.Dense(3),
    "config": saving.serialize_keras_object(layers.Dense(3)),
    "custom_objects": {},
    "module_objects": {},
    "name": "x",
    "model": classifier(),
}

SLOW = {"2^30 times one number"}
"""NumPy looks at each of them."""


def functions():
    """What needs nothing but its arguments."""
    own = {name: getattr(_numpy_ops, name) for name in _numpy_ops.NAMES}
    lists = {
        "ops": {name: own[name] for name in own if _is_ours(own[name])},
        "backend": {name: getattr(backend, name) for name in backend.__all__ if name != "clear_session"},
        "random": {name: getattr(random, name) for name in random.__all__},
        "saving": {name: getattr(saving, name) for name in saving.__all__},
    }
    for module, found in lists.items():
        for name, function in found.items():
            if inspect.signature(function).parameters and not name.startswith("set_"):
                good = GOOD | {"filepath": saved("weights" if name == "load_weights" else "model")}
                kinds = (*DOCUMENTED, OverflowError) if module in ("ops", "backend") else DOCUMENTED
                yield Target(
                    f"{module}.{name}",
                    _call(function),
                    signature(function, good),
                    documented=kinds,
                    excluded=dict.fromkeys(("x", "x1", "x2", "xs"), SLOW),
                )


def _is_ours(function):
    return inspect.isfunction(function) and function.__module__ == _numpy_ops.__name__


def _call(function):
    def call(made, **arguments):
        with _as_it_was():
            result = function(**arguments)
            if isinstance(result, random.SeedGenerator):
                result.next()
            elif isinstance(result, contextlib.ContextDecorator):
                with result:
                    pass
            elif inspect.isfunction(result):
                result(_Own)

    return call


class _Own(dlcore.layers.Dense):
    """To be registered."""


@contextlib.contextmanager
def _as_it_was():
    """Afterwards nothing is registered that was not before, and models are of float32."""
    registered = dict(_registry.custom)
    try:
        yield
    finally:
        dlcore.config.set_floatx("float32")
        dlcore.set_num_threads(2)
        _registry.custom.clear()
        _registry.custom.update(registered)


def settings():
    """Those of the whole package."""

    def threads(made, n):
        with _as_it_was():
            dlcore.set_num_threads(n)
            dlcore.ops.matmul(X, KERNEL)

    yield Target("set_num_threads", threads, {"n": 2})
    yield Target("show_config", _call(dlcore.show_config), {"mode": "dicts"})
    good = {"set_floatx": "float64", "set_dtype_policy": "float64", "set_epsilon": 1e-7}
    for name in dlcore.config.__all__:
        function = getattr(dlcore.config, name)
        for argument in inspect.signature(function).parameters:
            yield Target(f"config.{name}", _call(function), {argument: good.get(name, "channels_last")})


def variables():
    """What a script sets in a model: weights, learning rate, whether something learns."""
    found = {
        "a weight": lambda model: model.layers[0].kernel,
        "the learning rate": lambda model: model.optimizer.learning_rate,
        "the iterations": lambda model: model.optimizer.iterations,
    }
    for what, find in found.items():
        value = classifier().layers[0].get_weights()[0] if what == "a weight" else 0.5
        for method in ("assign", "assign_add", "assign_sub"):

            def call(made, value, find=find, method=method):
                getattr(find(made), method)(value)

            yield _setting(f"{what}: {method}", call, value)
        for name in ("set_value", "batch_set_value"):

            def by_backend(made, value, find=find, name=name):
                given = (find(made), value) if name == "set_value" else ([(find(made), value)],)
                getattr(backend, name)(*given)

            yield _setting(f"backend.{name} of {what}", by_backend, value)

    def learning_rate(made, value):
        made.optimizer.learning_rate = value
        made.fit(X, Y, verbose=0)

    yield _setting("learning_rate =", learning_rate, 0.5)
    for what, find in {"model": lambda model: model, "layer": lambda model: model.layers[0]}.items():

        def trainable(made, value, find=find):
            find(made).trainable = value
            made.fit(X, Y, verbose=0)

        yield _setting(f"trainable = of a {what}", trainable, False)


def _setting(name, call, value):
    """Functions are asked for a learning rate when it is wanted, so those are taken as they come."""
    excluded = {"value": {"function", "function that raises", "class", "object", "NumPy type"}}
    return Target(name, call, {"value": value}, classifier, _still_trains, excluded=excluded)


def _still_trains(model):
    model.train_on_batch(X, Y)


def data_sets():
    """From small files of the kinds that Keras has, whose hashes are these modules' for once."""
    os.environ["KERAS_HOME"] = FOLDER.name
    folder = pathlib.Path(FOLDER.name, "datasets")
    folder.mkdir(exist_ok=True)
    numbers = {"x": X, "y": Y}
    texts = np.array([[1, 2, 3], [4, 5], [6], []] * 2, object)
    for name, arrays in {
        "mnist": {"x_train": X, "y_train": Y, "x_test": X, "y_test": Y},
        "boston_housing": numbers,
        "california_housing": numbers,
        "imdb": {"x_train": texts, "y_train": Y, "x_test": texts, "y_test": Y},
        "reuters": {"x": texts, "y": Y},
    }.items():
        module = importlib.import_module(f"dlcore.datasets.{name}")
        path = folder / f"{name}.npz"
        np.savez(path, **arrays)
        module._SHA256 = hashlib.sha256(path.read_bytes()).hexdigest()
        yield Target(f"datasets.{name}", _call(module.load_data), signature(module.load_data, {"path": path}))
    yield Target(
        "datasets.imdb.get_word_index", _call(datasets.imdb.get_word_index), {"path": _words(folder)}
    )


def _words(folder):
    path = folder / "words.json"
    path.write_text('{"a": 1}')
    return path


def targets():
    """All of them."""
    for part in (functions, settings, variables, data_sets):
        yield from part()
