"""Running a case under a library, and how far two outcomes are apart."""

import numpy as np

from keras_peer.case import STEPS
from keras_peer.data import DATA

SHOWN = 2
"""How many elements of an array are recorded one by one."""
EVERY = 3
"""Which epochs are: the first and every third from there."""


def first(index, start):
    """What an array of weights begins with: waves for a kernel, its start shaken a little for all others.

    None is zero: what the slope of |w| is there differs from backend to backend of Keras.
    """
    waves = np.sin(1.7 * np.arange(start.size) + 0.9 * index + 0.3).reshape(start.shape)
    if start.ndim < 2:
        return start + 0.1 * waves
    return 1.2 * waves / np.sqrt(start.shape[0])


def set_first_weights(model):
    """The same weights in every library; a Normalization keeps what it has seen."""
    for index, layer in enumerate(model.layers):
        weights = [np.asarray(weight) for weight in layer.get_weights()]
        if type(layer).__name__ != "Normalization":
            layer.set_weights([first(index + 0.5 * k, weight) for k, weight in enumerate(weights)])


def run(case, keras):
    """Everything that must agree: the history, the last weights, and predictions."""
    model = case.build(keras)
    model.compile(**case.compiled(keras))
    set_first_weights(model)
    x, y = DATA[case.data]
    history = model.fit(x, y, **STEPS | case.fit).history
    return {
        "history": {key: np.asarray(values, float) for key, values in history.items()},
        "weights": [np.asarray(weight, float) for weight in model.get_weights()],
        "predictions": np.asarray(model.predict(x, verbose=0), float),
    }


def difference(expected, got):
    """The largest difference of arrays, relative to max(1, |expected|); infinite for other shapes and NaN."""
    expected, got = np.asarray(expected, float), np.asarray(got, float)
    if expected.shape != got.shape or not (np.isfinite(got).all() and np.isfinite(expected).all()):
        return np.inf
    return float(np.max(np.abs(got - expected) / np.maximum(1, np.abs(expected)), initial=0))


def differences(expected, got):
    """The largest difference of each part of two outcomes, by name; `expected` may be what was recorded."""
    keys, others = list(expected["history"]), list(got["history"])
    if keys != others:
        return {f"history has {others}, not {keys}": np.inf}
    if len(expected["weights"]) != len(got["weights"]):
        return {f"{len(got['weights'])} arrays of weights, not {len(expected['weights'])}": np.inf}
    parts = {key: difference(expected["history"][key], got["history"][key]) for key in keys}
    for i, (one, other) in enumerate(zip(expected["weights"], got["weights"], strict=True)):
        parts[f"weights[{i}]"] = difference(one, other)
    parts["predictions"] = difference(expected["predictions"], got["predictions"])
    return parts


def few_numbers(array):
    """An array as few numbers that change if it does: its shape, sum, sum of squares, first elements."""
    flat = np.asarray(array, float).ravel()
    return [*np.shape(array), flat.sum(), np.square(flat).sum(), *flat[:SHOWN]]


def summary(outcome):
    """An outcome as it is recorded."""
    return {
        "history": {key: list(values[::EVERY]) for key, values in outcome["history"].items()},
        "weights": [few_numbers(weight) for weight in outcome["weights"]],
        "predictions": few_numbers(outcome["predictions"]),
    }
