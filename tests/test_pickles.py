"""Pickles that somebody edited: an exception, as for any object with wrong attributes, and no crash."""

import collections
import contextlib
import copy
import pickle

import numpy as np
import pytest

import dlcore
from dlcore import layers

sklearn = pytest.importorskip("dlcore.sklearn")

MEANT = (ValueError, TypeError, KeyError, AttributeError, IndexError, OverflowError)
"""What Python raises of attributes that are not there, or something else."""

X = np.random.default_rng(0).normal(size=(30, 4))
Y = np.arange(30) % 3
ODD = [
    None,
    -1,
    2**40,
    float("nan"),
    "a",
    [],
    [None],
    {},
    np.zeros(0),
    np.zeros((3, 1), object),
    [np.zeros((4, 7)), np.zeros((1, 3))],
    [np.zeros((4, 7), "int8"), np.zeros((7, 3), "float16")],
    [np.full((4, 7), np.nan), np.zeros((7, 3))],
    [np.zeros((0, 7)), np.zeros((7, 0))],
]


def edited(state):
    """States with one attribute that is gone, or odd."""
    for name in state:
        yield name, {key: value for key, value in state.items() if key != name}
        for odd in ODD:
            yield name, state | {name: odd}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("solver", ["adam", "sgd", "lbfgs"])
@pytest.mark.parametrize("kind", [sklearn.MLPClassifier, sklearn.MLPRegressor])
def test_an_edited_estimator(kind, solver):
    fitted = kind(hidden_layer_sizes=(7,), solver=solver, max_iter=2, random_state=0)
    with pytest.warns(match="not converged|failed to converge|hasn't converged|STOP|Maximum"):
        fitted.fit(X, Y)
    state = pickle.loads(pickle.dumps(fitted)).__getstate__()
    refused = collections.Counter()
    for name, changed in edited(state):
        other = kind.__new__(kind)
        try:
            other.__setstate__(copy.deepcopy(changed))
            other.predict(X)
        except MEANT:
            refused[name] += 1
        if solver != "lbfgs":
            with contextlib.suppress(*MEANT):
                other.partial_fit(X, Y)
    assert refused["coefs_"] >= len(ODD)
    assert refused["intercepts_"] >= len(ODD)


def test_an_edited_model():
    model = dlcore.Sequential([layers.Input((4,)), layers.Dense(7), layers.Dense(3)])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(X, Y, verbose=0)
    make, (tensors, config) = model.__reduce__()
    before = model.get_weights()
    refused = 0
    for arguments in [
        *((changed, config) for _, changed in edited(tensors)),
        *((tensors, changed) for _, changed in edited(config)),
        *((tensors, config | {"compile": changed}) for _, changed in edited(config["compile"])),
    ]:
        try:
            make(*copy.deepcopy(arguments)).predict(X, verbose=0)
        except MEANT:
            refused += 1
    assert refused > 10 * len(ODD)
    for kept, weight in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(kept, weight)
