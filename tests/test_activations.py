"""Activations as functions, by name, and as what layers hold."""

import json

import numpy as np
import pytest

import dlcore
from dlcore import _core, activations
from dlcore.activations import Activation

X = [-3, -1, -0.25, 0, 0.5, 2, 7]

# Keras 3.15.1
EXPECTED = [
    (
        "relu",
        {"negative_slope": 0.1, "max_value": 5.0, "threshold": 1.0},
        [-0.4, -0.2, -0.125, -0.1, -0.05, 2, 5],
    ),
    ("relu6", {}, [0, 0, 0, 0, 0.5, 2, 6]),
    ("leaky_relu", {}, [-0.6, -0.2, -0.05, 0, 0.5, 2, 7]),
    ("elu", {}, [-0.950213, -0.632121, -0.221199, 0, 0.5, 2, 7]),
    ("celu", {"alpha": 0.5}, [-0.498761, -0.432332, -0.196735, 0, 0.5, 2, 7]),
    ("softsign", {}, [-0.75, -0.5, -0.2, 0, 0.333333, 0.666667, 0.875]),
    ("squareplus", {}, [0.302776, 0.618034, 0.882782, 1, 1.280776, 2.414214, 7.140054]),
    ("soft_shrink", {}, [-2.5, -0.5, 0, 0, 0, 1.5, 6.5]),
    ("hard_shrink", {}, [-3, -1, 0, 0, 0, 2, 7]),
    ("tanh_shrink", {}, [-2.004945, -0.238406, -0.005081, 0, 0.037883, 1.035972, 6.000002]),
    ("threshold", {"threshold": 0.3, "default_value": -1.0}, [-1, -1, -1, -1, 0.5, 2, 7]),
    ("sparse_plus", {}, [0, 0, 0.140625, 0.25, 0.5625, 2, 7]),
    ("sparse_sigmoid", {}, [0, 0, 0.375, 0.5, 0.75, 1, 1]),
    ("hard_sigmoid", {}, [0, 0.333333, 0.458333, 0.5, 0.583333, 0.833333, 1]),
    ("hard_silu", {}, [0, -0.333333, -0.114583, 0, 0.291667, 1.666667, 7]),
    ("hard_tanh", {}, [-1, -1, -0.25, 0, 0.5, 1, 1]),
    ("log_sigmoid", {}, [-3.048587, -1.313262, -0.825939, -0.693147, -0.474077, -0.126928, -0.000911]),
    ("log_softmax", {}, [-10.010192, -8.010192, -7.260192, -7.010192, -6.510192, -5.010192, -0.010192]),
]


@pytest.mark.parametrize(("name", "arguments", "expected"), EXPECTED, ids=[row[0] for row in EXPECTED])
def test_values(name, arguments, expected):
    np.testing.assert_allclose(getattr(activations, name)(X, **arguments), expected, atol=1e-6)
    if name != "relu":
        np.testing.assert_allclose(Activation(name, **arguments)(X), expected, atol=1e-6)


def test_softmax_and_its_logarithm_along_an_axis():
    x = np.random.default_rng(0).normal(size=(2, 3, 4))
    for axis in (0, 1, 2, -2):
        found = activations.softmax(x, axis)
        np.testing.assert_allclose(found.sum(axis=axis), 1)
        np.testing.assert_allclose(activations.log_softmax(x, axis), np.log(found))
    with pytest.raises(ValueError, match="axis must be from -3 to 2"):
        activations.log_softmax(x, 3)


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        ({}, "relu"),
        ({"negative_slope": 0.1}, "leaky_relu"),
        ({"max_value": 6.0}, "relu_general"),
        ({"threshold": 1.0}, "relu_general"),
    ],
)
def test_the_simplest_rectifier_is_taken(arguments, name):
    layer = dlcore.layers.ReLU(**arguments)
    assert layer.activation.name == name
    x = np.linspace(-9, 9, 37)
    np.testing.assert_array_equal(layer(x[None])[0], activations.relu(x.astype("float32"), **arguments))


@pytest.mark.parametrize(
    ("given", "written"),
    [
        (None, "linear"),
        ("relu", "relu"),
        ("swish", "silu"),
        (activations.hard_swish, "hard_silu"),
        (activations.leaky_relu, "leaky_relu"),
        (dlcore.ops.tanh, "tanh"),
        (Activation("leaky_relu", negative_slope=0.2), "leaky_relu"),
        (Activation("elu", alpha=0.5), {"name": "elu", "alpha": 0.5}),
        (dlcore.layers.LeakyReLU(), {"name": "leaky_relu", "negative_slope": 0.3}),
        (dlcore.layers.Softmax(), "softmax"),
        (
            dlcore.layers.ReLU(threshold=2.0),
            {"name": "relu_general", "negative_slope": 0.0, "max_value": None, "threshold": 2.0},
        ),
        (
            {"name": "threshold", "threshold": 1.0, "default_value": 0.0},
            {"name": "threshold", "threshold": 1.0, "default_value": 0.0},
        ),
    ],
)
def test_serialize(given, written):
    assert activations.serialize(given) == written
    again = activations.deserialize(json.loads(json.dumps(written, allow_nan=False)))
    assert again.core_config() == activations.get(given).core_config()
    assert again.__name__ == (written if isinstance(written, str) else written["name"])


@pytest.mark.parametrize("name", sorted(_core.ACTIVATIONS))
def test_all_of_the_core_have_a_function(name):
    if name not in ("gelu_tanh", "relu_general"):  # of gelu and relu
        assert name in activations.__all__
    if name != "threshold":  # which has no defaults
        assert activations.get(name).name == name


@pytest.mark.parametrize("name", ["celu", "squareplus"])
def test_zero_would_be_divided_by(name):
    with pytest.raises(ValueError, match="must be above 0"):
        getattr(activations, name)([1.0], 0.0)


REFUSED = {
    "misspelt": (lambda: activations.get("relo"), ValueError, "unknown activation 'relo'.*'relu'"),
    "one's own": (lambda: activations.get(lambda x: x), TypeError, "does not differentiate functions"),
    "NumPy's": (lambda: dlcore.layers.Dense(1, np.tanh), TypeError, "does not differentiate functions"),
    "no function": (lambda: activations.get(3), TypeError, "activation must be a name or a function.*got 3$"),
    "layer with weights": (lambda: activations.get(dlcore.layers.PReLU()), TypeError, "activation must be"),
    "parameter": (
        lambda: Activation("relu", alpha=1.0),
        TypeError,
        "'relu' takes no parameters, got 'alpha'",
    ),
    "other parameter": (lambda: Activation("elu", beta=1.0), TypeError, "'elu' takes alpha, got 'beta'"),
    "negative": (lambda: activations.leaky_relu([1.0], -1.0), ValueError, "negative_slope.*-1"),
    "none given": (lambda: activations.get("threshold"), TypeError, "threshold must be a number, got None"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case):
    call, error, message = REFUSED[case]
    with pytest.raises(error, match=message):
        call()
