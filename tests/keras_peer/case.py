"""A case, and the nets that many cases share."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from keras_peer.data import CLASSES, FEATURES

STEPS = {"batch_size": 8, "epochs": 10, "shuffle": False, "verbose": 0}
"""20 batches an epoch, so 200 steps."""


@dataclass(frozen=True)
class Case:
    """A model, how it is compiled, and what it is fitted to; `keras` is either library."""

    name: str
    build: Callable[[Any], Any]
    """Takes the library and returns the model."""
    compiled: Callable[[Any], dict[str, Any]]
    """Takes the library and returns the arguments of `compile`."""
    data: str = "numbers"
    fit: Mapping[str, Any] = field(default_factory=dict)
    """Arguments of `fit` beside or instead of STEPS."""


def sequential(*layers, inputs=(FEATURES,)):
    """A builder of a model; each layer is a function of the library."""
    return lambda keras: keras.Sequential([keras.Input(inputs), *(layer(keras) for layer in layers)])


def dense(units, activation=None, **options):
    """A Dense for `sequential`; an option may be a function of the library, for its objects."""

    def make(keras):
        given = {name: value(keras) if callable(value) else value for name, value in options.items()}
        return keras.layers.Dense(units, activation, **given)

    return make


def layer(name, *args, **options):
    """A layer of keras.layers for `sequential`."""
    return lambda keras: getattr(keras.layers, name)(*args, **options)


def adam(loss, rate=0.01, **options):
    """Arguments of `compile` for Adam; `loss` may be a function of the library."""
    return lambda keras: {
        "optimizer": keras.optimizers.Adam(rate),
        "loss": loss(keras) if callable(loss) else loss,
        **{name: value(keras) if callable(value) else value for name, value in options.items()},
    }


REGRESSION = sequential(dense(6, "tanh"), dense(2))
POSITIVE = sequential(dense(6, "tanh"), dense(2, "softplus"))
LOGIT = sequential(dense(6, "tanh"), dense(1))
BINARY = sequential(dense(6, "tanh"), dense(1, "sigmoid"))
BINARIES = sequential(dense(6, "tanh"), dense(2, "sigmoid"))
LOGITS = sequential(dense(6, "tanh"), dense(CLASSES))
CLASSIFIER = sequential(dense(6, "tanh"), dense(CLASSES, "softmax"))
MSE = adam("mse")
