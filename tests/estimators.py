"""Data, and small models of dlcore.sklearn, for the tests of what they have beyond scikit-learn's."""

import numpy as np
from sklearn.datasets import load_iris, make_multilabel_classification

from dlcore.sklearn import MLPClassifier, MLPRegressor

X, Y = load_iris(return_X_y=True)
X = (X - X.mean(axis=0)) / X.std(axis=0)
NUMBERS = X[:, 0] * X[:, 1] + X[:, 2]
THREE = np.stack([NUMBERS, np.sin(3 * NUMBERS), X[:, 0] ** 2], axis=1)
X_LABELS, Y_LABELS = make_multilabel_classification(150, 4, n_classes=4, random_state=0)
X_LABELS = X_LABELS / 10
WEIGHTS = np.random.default_rng(1).uniform(0.1, 3.0, 150)
HELD_OUT = slice(0, None, 5)
KINDS = ["classifier", "regressor"]
TASKS = {
    "binary": ("classifier", X, Y == 1),
    "multiclass": ("classifier", X, Y),
    "multilabel": ("classifier", X_LABELS, Y_LABELS),
    "numbers": ("regressor", X, NUMBERS),
    "three": ("regressor", X, THREE),
}


def make(kind, **options):
    defaults = {"hidden_layer_sizes": (8, 5), "max_iter": 6, "random_state": 3, "batch_size": 16}
    return {"classifier": MLPClassifier, "regressor": MLPRegressor}[kind](**defaults | options)


def target(kind):
    return Y if kind == "classifier" else NUMBERS


def weights_of(model):
    return [*model.coefs_, *model.intercepts_]


def assert_same_bits(one, other):
    for a, b in zip(weights_of(one), weights_of(other), strict=True):
        np.testing.assert_array_equal(a, b)


def at_start(kind, x, y, sample_weight=None, **options):
    """A model whose loss_ is that of its first weights, which the one step did not change."""
    options = {
        "solver": "sgd",
        "momentum": 0.0,
        "max_iter": 1,
        "shuffle": False,
        "activation": "tanh",
    } | options
    return make(kind, **{"batch_size": len(x), "learning_rate_init": 1e-300} | options).fit(
        x, y, sample_weight
    )


def step(kind, x, y, sample_weight=None, **options):
    """What one step of SGD with a learning rate of 1 takes off the first weights: kernels, then biases."""
    before = at_start(kind, x, y, sample_weight, **options)
    after = at_start(kind, x, y, sample_weight, **options, learning_rate_init=1.0)
    return [a - b for a, b in zip(weights_of(before), weights_of(after), strict=True)]
