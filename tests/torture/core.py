"""Targets in the compiled module, called as the face calls it and otherwise."""

import inspect
import pathlib

import numpy as np

import dlcore
from dlcore import _core, layers
from torture.face import saved
from torture.judge import bits
from torture.models import CLASSES, ONE_HOT, WIDTH, X
from torture.target import DOCUMENTED, Target

KINDS = (*DOCUMENTED, KeyError, OverflowError)
"""The last two from configurations without an entry, and for numbers that no machine word holds."""

COMPILE = [
    dlcore.losses.MeanSquaredError().core_config(),
    [{"name": "mean_squared_error", "threshold": 0.5}],
    dlcore.optimizers.Adam().core_config(),
]
GOOD = {
    "a": X,
    "b": X[:WIDTH],
    "out": None,
    "x": X,
    "y": ONE_HOT,
    "y_true": X,
    "y_pred": X,
    "kernel": X[:WIDTH],
    "bias": X[0],
    "sample_weight": np.ones(len(X), np.float32),
    "order": np.arange(len(X), dtype=np.uint32)[::-1].copy(),
    "batch_size": 3,
    "learning_rate": 0.1,
    "emit": True,
    "seed": 1,
    "count": 10,
    "shape": (3, 4),
    "low": 0.0,
    "high": 1.0,
    "mean": 0.0,
    "stddev": 1.0,
    "dtype": "float32",
    "parameters": [0.1, 0.2, 0.3],
    "config": COMPILE[0],
    "loss": COMPILE[0],
    "metrics": COMPILE[1],
    "optimizer": COMPILE[2],
    "tensors": {"a": X},
    "metadata": {"a": "b"},
    "n": 2,
    "iterations": 3,
    "input_width": WIDTH,
}
SPARSE = (np.ones(8, np.float32), np.arange(8, dtype=np.uint32) % 4, np.arange(9, dtype=np.uint64), WIDTH)


def targets():
    """Functions, the class, its methods; with dense and with sparse rows."""
    for name in dir(_core):
        function = getattr(_core, name)
        if callable(function) and not name.startswith("_") and name != "Network":
            yield from _function(name, function)
    for kind in _LAYERS:
        layer = layers.deserialize({"class_name": kind, "config": _LAYERS[kind]})
        yield Target(
            f"_core.Network with {kind}",
            _make_and_train,
            {"layers": layer.configs((WIDTH,)), **{n: GOOD[n] for n in ("input_width", "dtype", "seed")}},
            documented=KINDS,
        )
    for name in dir(_core.Network):
        method = inspect.getattr_static(_core.Network, name)
        if not name.startswith("__") and callable(method):
            yield from _method(name, method)


_LAYERS = {
    "Dense": {"units": 3, "kernel_regularizer": "l2", "kernel_constraint": "max_norm"},
    "Activation": {"activation": "elu"},
    "ActivityRegularization": {"l1": 0.1},
    "AlphaDropout": {"rate": 0.5},
    "BatchNormalization": {},
    "Dropout": {"rate": 0.5},
    "GaussianNoise": {"stddev": 0.5},
    "LayerNormalization": {},
    "PReLU": {},
    "Rescaling": {"scale": 2.0},
    "UnitNormalization": {},
}


def _function(name, function):
    good = GOOD | {
        "name": {"activation": "elu", "elementary": "exp", "set_isa": "scalar"}.get(name),
        "path": saved("model") if name == "load_file" else pathlib.Path("written"),
        "content": b"of a file",
    }
    arguments = {key: good[key] for key in inspect.signature(function).parameters}

    def call(made, **arguments):
        before = _core.isa(), _core.get_num_threads(), _core.limit_threads(2)
        try:
            function(**arguments)
            _core.matmul(X, X[:WIDTH], None)
        finally:
            _core.set_isa(before[0])
            _core.set_num_threads(before[1])
            _core.limit_threads(before[2])

    yield Target(f"_core.{name}", call, arguments, documented=KINDS)
    if "out" in arguments:
        arguments = arguments | {"out": np.zeros((len(X), WIDTH), np.float32)}
        yield Target(f"_core.{name} into out", call, arguments, documented=KINDS, writes=frozenset({"out"}))


def _make_and_train(made, input_width, layers, dtype, seed):
    network = _core.Network(input_width, layers, dtype, seed)
    network.compile(*COMPILE)
    x = X.astype(dtype)
    y = np.zeros((len(x), network.output_width), dtype)
    network.train_epoch(x, y, None, None, 3, 0.1, True)
    network.predict(x)


def _method(name, method):
    network = _network()
    good = GOOD | {"weights": network.get_weights(), "slots": network.get_slots()}
    arguments = {key: good[key] for key in inspect.signature(method).parameters if key != "self"}

    def call(made, **arguments):
        getattr(made, name)(**arguments)

    yield Target(f"Network.{name}", call, arguments, _network, _look, KINDS)
    if "x" in arguments:
        yield Target(
            f"Network.{name} of sparse rows", call, arguments | {"x": SPARSE}, _network, _look, KINDS
        )


def _network():
    model = dlcore.Sequential([layers.Input((WIDTH,)), layers.Dense(5, "relu"), layers.Dense(CLASSES)])
    model.compile("adam", "mse", metrics=["mse"])
    model.train_on_batch(X, ONE_HOT)
    return model._built()


def _look(network):
    network.predict(X)
    return bits([*network.get_weights(), *network.get_slots(), network.iterations])
