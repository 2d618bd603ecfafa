"""Targets at Keras's face, from its registries and lists of names."""

import inspect
import pathlib
import tempfile

import numpy as np

import dlcore
from dlcore import (
    activations,
    callbacks,
    constraints,
    initializers,
    layers,
    losses,
    metrics,
    models,
    ops,
    optimizers,
    regularizers,
    utils,
)
from torture.models import CLASSES, ONE_HOT, PROBABILITIES, WIDTH, X, Y, classifier, look
from torture.target import Target, signature

INTERNAL = {
    "all_weights",
    "finish_training",
    "new_tally",
    "optimizer_params",
    "output_shape_of",
    "take_initial_epoch",
    "weighted",
}
"""Methods of a model that other parts of the package call."""

KERNEL = X[:WIDTH, :CLASSES].copy()
ARRAYS = {
    "x": X,
    "a": X,
    "b": KERNEL,
    "w": KERNEL,
    "kernel": KERNEL,
    "bias": KERNEL[0],
    "y_true": ONE_HOT,
    "y_pred": PROBABILITIES,
    "sample_weight": np.ones(len(X)),
    "values": X[:, 0],
}
MODEL = {
    "x": X,
    "y": Y,
    "verbose": 0,
    "loss": "sparse_categorical_crossentropy",
    "metrics": ["accuracy"],
    "epochs": 2,
    "validation_data": (X, Y),
    "class_weight": {0: 1.0, 1: 2.0},
    "weights": classifier().get_weights(),
    "config": classifier().get_config(),
    "print_fn": len,
    "layer": layers.Identity(),
    "index": 0,
    "input_shape": (None, WIDTH),
}


def functions():
    """What takes arrays and has no state."""
    for module, good in ((ops, {"out": None}), (activations, {}), (metrics, {}), (utils, UTILITIES)):
        for name in module.__all__:
            function = getattr(module, name)
            if inspect.isfunction(function) and name not in ("plot_model", "clear_session"):
                yield _function(f"{module.__name__}.{name}", function, ARRAYS | good)
    out = {"out": np.zeros((len(X), CLASSES), np.float32)}
    matmul = _function("ops.matmul into out", ops.matmul, ARRAYS | out)
    matmul.writes = frozenset({"out"})
    yield matmul


UTILITIES = {"seed": 1, "dataset": (X, Y), "left_size": 0.5, "custom_objects": {}}


def _function(name, function, good):
    return Target(name, lambda made, **arguments: function(**arguments), signature(function, good))


def losses_and_metrics():
    """Made with arguments, then called."""
    for module, base in ((losses, losses.Loss), (metrics, metrics.Metric)):
        for cls in _classes(module, base):
            good = {
                "fn": losses.mean_squared_error,
                "function": _own_loss,
                "recall": 0.5,
                "precision": 0.5,
                "specificity": 0.5,
                "sensitivity": 0.5,
            }
            made_of = signature(cls, good)
            names = ("values",) if cls in (metrics.Mean, metrics.Sum) else ("y_true", "y_pred")
            arrays = {name: ARRAYS[name] for name in (*names, "sample_weight")}
            if "Sparse" in cls.__name__ or cls is metrics.Accuracy:
                arrays["y_true"] = Y.astype(np.float32)

            def call(made, cls=cls, made_of=made_of, **arguments):
                thing = cls(**{name: arguments[name] for name in made_of})
                given = [value for name, value in arguments.items() if name not in made_of]
                if isinstance(thing, losses.Loss):
                    thing(*given)
                else:
                    thing.update_state(*given)
                    thing.result()
                type(thing).from_config(thing.get_config()) if cls is not losses.Custom else None

            yield Target(f"{module.__name__}.{cls.__name__}", call, made_of | arrays)


def _own_loss(y_true, y_pred):
    return np.square(y_pred - y_true).mean(axis=1), 2 * (y_pred - y_true) / y_pred.shape[1]


def numbers_of_weights():
    """Initializers, regularizers, constraints."""
    for cls in _classes(initializers, initializers.Initializer):
        good = {"shape": (WIDTH, WIDTH), "seed": 1}
        yield _made_and_called(cls, good, ["shape"])
    for module, base in ((regularizers, regularizers.Regularizer), (constraints, constraints.Constraint)):
        for cls in _classes(module, base):
            yield _made_and_called(cls, {"w": KERNEL}, ["w"])
    for cls in optimizers.schedules._SCHEDULES:
        good = {
            "step": 3,
            "initial_learning_rate": 0.1,
            "decay_steps": 10,
            "first_decay_steps": 10,
            "decay_rate": 0.5,
            "boundaries": [2, 5],
            "values": [0.3, 0.2, 0.1],
        }
        yield _made_and_called(cls, good, ["step"])


def _made_and_called(cls, good, given):
    made_of = signature(cls, good)

    def call(made, **arguments):
        thing = cls(**{name: arguments[name] for name in made_of})
        thing(*[arguments[name] for name in given])
        cls.from_config(thing.get_config())

    return Target(f"{cls.__module__}.{cls.__name__}", call, made_of | {name: good[name] for name in given})


def trained():
    """Layers, optimizers and callbacks: made with arguments, then in a model that trains."""
    for name, cls in sorted(layers._REGISTRY.names.items()):
        good = {
            "units": 4,
            "rate": 0.5,
            "target_shape": (2, 2),
            "activation": "relu",
            "scale": 2.0,
            "stddev": 0.1,
        }
        arguments = signature(cls, good)
        yield Target(f"layers.{name}", _layer_call(cls), arguments)
        yield from _by_itself(name, lambda cls=cls, good=good: _layer(cls, good))
    for name, cls in sorted({cls.__name__: cls for cls in optimizers._REGISTRY.names.values()}.items()):

        def optimize(made, cls=cls, **arguments):
            optimizer = cls(**arguments)
            made.compile(optimizer, "sparse_categorical_crossentropy")
            made.fit(X, Y, batch_size=3, verbose=0)
            cls.from_config(optimizer.get_config())

        yield Target(f"optimizers.{name}", optimize, signature(cls, {}), classifier, _still_works)
    for name in callbacks.__all__:
        cls = getattr(callbacks, name)

        def listen(made, cls=cls, **arguments):
            made.fit(X, Y, epochs=2, verbose=0, validation_data=(X, Y), callbacks=[cls(**arguments)])

        good = {
            "filepath": pathlib.Path("weights"),
            "backup_dir": pathlib.Path("backup"),
            "filename": pathlib.Path("log.csv"),
            "log_dir": pathlib.Path("logs"),
            "schedule": _schedule,
        }
        yield Target(f"callbacks.{name}", listen, signature(cls, good), classifier, _still_works)


def _schedule(epoch, rate):
    return rate / 2


def _layer_call(cls):
    def call(made, **arguments):
        layer = cls(**arguments)
        if isinstance(layer, layers.Normalization) and arguments.get("mean") is None:
            layer.adapt(X)
        model = dlcore.Sequential([layers.Input((WIDTH,)), layer, layers.Flatten(), layers.Dense(CLASSES)])
        model.compile("sgd", losses.SparseCategoricalCrossentropy(from_logits=True))
        model.fit(X, Y, verbose=0)
        model.predict(X, verbose=0)
        cls.from_config(layer.get_config())

    return call


def _layer(cls, good):
    parameters = inspect.signature(cls).parameters.values()
    return cls(**{p.name: good[p.name] for p in parameters if p.default is p.empty and p.name in good})


def _by_itself(name, make):
    """A layer outside of a model."""
    for method, arguments in {
        "__call__": {"inputs": X, "training": True},
        "build": {"input_shape": (None, WIDTH)},
        "compute_output_shape": {"input_shape": (None, WIDTH)},
    }.items():

        def call(made, method=method, **arguments):
            getattr(made, method)(**arguments)

        yield Target(f"layers.{name}.{method}", call, arguments, make)


def _still_works(model):
    model.predict(X, verbose=0)


def methods():
    """Of models, on a model that was trained a little; of a layer in it."""
    for cls in (models.Sequential, models.Functional):
        for name in dir(cls):
            static = inspect.getattr_static(cls, name)
            if name.startswith("_") or name in INTERNAL or not callable(getattr(cls, name)):
                continue
            if not isinstance(static, property):
                yield _method(cls, name)
        yield _method(cls, "__call__", {"inputs": X})
    yield Target(
        "models.Sequential",
        lambda made, **arguments: dlcore.Sequential(**arguments).predict(X, verbose=0),
        signature(models.Sequential, {"layers": [layers.Dense(2)]}),
    )
    yield Target(
        "layers.Input",
        lambda made, **arguments: layers.Input(**arguments),
        signature(layers.Input, {"shape": (4,)}),
    )
    yield Target(
        "layers.Normalization.adapt",
        lambda made, data: layers.Normalization().adapt(data),
        {"data": X},
    )
    yield Target(
        "layers.Dense.set_weights",
        lambda made, weights: made.layers[0].set_weights(weights),
        {"weights": classifier().layers[0].get_weights()},
        classifier,
        look,
    )


def _method(cls, name, more=None):
    good = MODEL | (more or {})
    if name not in ("get_layer",):
        good = {key: value for key, value in good.items() if key != "index"}
    if name == "summary":
        good |= {"verbose": 0}
    if name.startswith("load"):
        good |= {"filepath": saved("weights")}
    elif "filepath" not in good:
        good |= {"filepath": pathlib.Path("written")}
    kind = "functional" if cls is models.Functional else "sequential"
    arguments = signature(getattr(cls, name), good)
    arguments.pop("self", None)
    return Target(
        f"{cls.__name__}.{name}",
        lambda made, **arguments: getattr(made, name)(**arguments),
        arguments,
        lambda: classifier(kind),
        look,
    )


FOLDER = tempfile.TemporaryDirectory(prefix="torture-")
"""Of good files."""


def saved(what):
    """A good file of a model, or of its weights."""
    path = pathlib.Path(FOLDER.name, f"{what}.safetensors")
    if not path.exists():
        model = classifier()
        model.save(path) if what == "model" else model.save_weights(path)
    return path


def loading():
    """Models from files and from text."""
    yield _function("models.load_model", models.load_model, {"filepath": saved("model")})
    yield _function("models.clone_model", models.clone_model, {"model": classifier()})
    text = classifier().to_json()
    yield _function("models.model_from_json", models.model_from_json, {"json_string": text})
    for module in (losses, metrics, optimizers, layers, initializers, regularizers, constraints, activations):
        for name in ("get", "deserialize"):
            if hasattr(module, name):
                good = {"config": {"class_name": "x", "config": {}}, "name": "x", "identifier": "x"}
                function = getattr(module, name)
                yield _function(f"{module.__name__}.{name}", function, good)


def _classes(module, base):
    found = [getattr(module, name) for name in module.__all__ if isinstance(getattr(module, name), type)]
    return sorted({cls for cls in found if issubclass(cls, base)}, key=lambda cls: cls.__name__)


def targets():
    """All of them."""
    for part in (functions, losses_and_metrics, numbers_of_weights, trained, methods, loading):
        yield from part()
