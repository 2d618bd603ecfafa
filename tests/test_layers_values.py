"""What each layer makes of rows, in inference and in training: as Keras does, or by a formula."""

import numpy as np
import pytest

from dlcore import layers
from dlcore.initializers import Constant

X = np.array([[1, 2, -1], [3, -2, 0.5], [0, 4, 2], [-1, 1, 0]])

# Keras 3.15.1
EXPECTED = {
    "layer normalization": (
        layers.LayerNormalization,
        {},
        [
            [0.267175, 1.068702, -1.335877],
            [1.224598, -1.224598, 0],
            [-1.224515, 1.224515, 0],
            [-1.223827, 1.223827, 0],
        ],
    ),
    "layer normalization, no center": (
        layers.LayerNormalization,
        {"center": False, "gamma_initializer": Constant(2.0)},
        [
            [0.534351, 2.137403, -2.671754],
            [2.449196, -2.449196, 0],
            [-2.449031, 2.449031, 0],
            [-2.447655, 2.447655, 0],
        ],
    ),
    "unit normalization": (
        layers.UnitNormalization,
        {},
        [
            [0.408248, 0.816497, -0.408248],
            [0.824163, -0.549442, 0.137361],
            [0, 0.894427, 0.447214],
            [-0.707107, 0.707107, 0],
        ],
    ),
    "rescaling": (
        layers.Rescaling,
        {"scale": 0.5, "offset": -1},
        [[-0.5, 0, -1.5], [0.5, -2, -0.75], [-1, 1, 0], [-1.5, -0.5, -1]],
    ),
    "relu": (
        layers.ReLU,
        {"max_value": 2, "negative_slope": 0.1, "threshold": 0.5},
        [[1, 2, -0.15], [2, -0.25, 0], [-0.05, 2, 2], [-0.15, 1, -0.05]],
    ),
    "leaky relu": (layers.LeakyReLU, {}, [[1, 2, -0.3], [3, -0.6, 0.5], [0, 4, 2], [-0.3, 1, 0]]),
    "prelu": (
        layers.PReLU,
        {"alpha_initializer": Constant(0.25)},
        [[1, 2, -0.25], [3, -0.5, 0.5], [0, 4, 2], [-0.25, 1, 0]],
    ),
    "elu": (layers.ELU, {"alpha": 0.5}, [[1, 2, -0.31606], [3, -0.432332, 0.5], [0, 4, 2], [-0.31606, 1, 0]]),
    "softmax": (
        layers.Softmax,
        {},
        [
            [0.259496, 0.705385, 0.035119],
            [0.918423, 0.006188, 0.075389],
            [0.015876, 0.866813, 0.11731],
            [0.090031, 0.665241, 0.244728],
        ],
    ),
    "batch normalization": (
        layers.BatchNormalization,
        {"beta_initializer": Constant(0.5), "gamma_initializer": Constant(2.0)},
        [
            [2.499, 4.498001, -1.499001],
            [6.497002, -3.498001, 1.4995],
            [0.5, 8.496002, 4.498001],
            [-1.499001, 2.499, 0.5],
        ],
    ),
    "relu, plain": (layers.ReLU, {}, np.maximum(X, 0)),
    "relu, leaky": (layers.ReLU, {"negative_slope": 0.5}, np.maximum(X, X / 2)),
    "activation": (layers.Activation, {"activation": "tanh"}, np.tanh(X)),
    "identity": (layers.Identity, {}, X),
    "flatten": (layers.Flatten, {}, X),
    "activity": (layers.ActivityRegularization, {"l1": 0.5}, X),
    "penalty on outputs": (layers.Rescaling, {"scale": 2.0, "activity_regularizer": "l2"}, 2 * X),
    "noise": (layers.GaussianNoise, {"stddev": 0.5}, X),
    "alpha dropout": (layers.AlphaDropout, {"rate": 0.5}, X),
    "dropout": (layers.Dropout, {"rate": 0.5}, X),
}
DRAWN = ("noise", "alpha dropout", "dropout")


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", EXPECTED)
def test_inference(name, dtype):
    cls, arguments, expected = EXPECTED[name]
    found = cls(**arguments, dtype=dtype)(X)
    assert found.dtype == dtype
    np.testing.assert_allclose(found, expected, atol=2e-6)


@pytest.mark.parametrize("name", [name for name in EXPECTED if name not in (*DRAWN, "batch normalization")])
def test_training_is_no_different(name):
    cls, arguments, expected = EXPECTED[name]
    np.testing.assert_allclose(cls(**arguments)(X, training=True), expected, atol=2e-6)


def test_batch_normalization_in_training():
    layer = layers.BatchNormalization(beta_initializer=Constant(0.5), gamma_initializer=Constant(2.0))
    expected = [[0.837984, 1.192746, -2.039258], [3.54186, -2.501901, 0.730842]]  # Keras 3.15.1
    expected += [[-0.513953, 3.04007, 3.500941], [-1.865891, 0.269084, -0.192525]]
    np.testing.assert_allclose(layer(X, training=True), expected, atol=2e-6)
    names = ["gamma", "beta", "moving_mean", "moving_variance"]
    assert [variable.name for variable in layer.weights] == names
    assert [variable.name for variable in layer.trainable_weights] == names[:2]
    for name in names:
        assert getattr(layer, name).shape == (3,)
    layer.moving_mean.assign([1.0, 1.0, 1.0])
    layer.moving_variance.assign([4.0, 4.0, 4.0])
    formula = 2 * (X - 1) / np.sqrt(4 + 1e-3) + 0.5
    np.testing.assert_allclose(layer(X), formula, atol=2e-6)
    layer.trainable = False  # then the running numbers count in training as well
    np.testing.assert_allclose(layer(X, training=True), formula, atol=2e-6)
    assert layer.trainable_weights == []


@pytest.mark.parametrize(
    ("scale", "center", "names"),
    [(True, False, ["gamma"]), (False, True, ["beta"]), (False, False, []), (True, True, ["gamma", "beta"])],
)
def test_scale_and_center(scale, center, names):
    layer = layers.LayerNormalization(scale=scale, center=center, epsilon=0.0, dtype="float64")
    layer.build((None, 3))
    layer.set_weights([np.arange(3.0) + i for i, _ in enumerate(names)])
    standard = (X - X.mean(axis=1, keepdims=True)) / X.std(axis=1, keepdims=True)
    gamma = np.arange(3.0) if scale else 1
    beta = np.arange(3.0) + scale if center else 0
    np.testing.assert_allclose(layer(X), gamma * standard + beta, atol=1e-12)
    assert [variable.name for variable in layer.weights] == names
    assert (layer.gamma is None, layer.beta is None) == (not scale, not center)


def test_noise_has_the_asked_for_deviation():
    x = np.ones((400, 500))
    noise = layers.GaussianNoise(0.25, dtype="float64")(x, training=True) - x
    assert abs(noise.mean()) < 5 * 0.25 / np.sqrt(x.size)
    assert noise.std() == pytest.approx(0.25, rel=0.01)


def test_alpha_dropout_keeps_mean_and_variance():
    x = np.random.default_rng(1).normal(size=(400, 500))
    y = layers.AlphaDropout(0.3, dtype="float64")(x, training=True)
    assert y.mean() == pytest.approx(0, abs=0.02)
    assert y.var() == pytest.approx(1, rel=0.02)
    s = -1.7580993408473766
    a = ((1 - 0.3) * (1 + 0.3 * s**2)) ** -0.5
    dropped = np.isclose(y, a * s - a * s * 0.3, atol=1e-4)  # the core's rate is a multiple of 2 ** -16
    assert dropped.mean() == pytest.approx(0.3, abs=0.01)
    np.testing.assert_allclose(y[~dropped], (a * x - a * s * 0.3)[~dropped], atol=1e-4)


ROWS = np.arange(24.0).reshape(2, 3, 4) - 10


@pytest.mark.parametrize(
    ("layer", "expected"),
    [
        (layers.Rescaling(2.0, 1.0), 2 * ROWS + 1),
        (layers.ReLU(), np.maximum(ROWS, 0)),
        (layers.Activation("tanh"), np.tanh(ROWS)),
        (layers.Activation("linear"), ROWS),
        (layers.Dropout(0.5), ROWS),
        (layers.Identity(), ROWS),
        (layers.Flatten(), ROWS.reshape(2, 12)),
        (layers.Reshape((2, 6)), ROWS.reshape(2, 2, 6)),
        (layers.Reshape((-1, 2, 2)), ROWS.reshape(2, 3, 2, 2)),
        (layers.Reshape([12]), ROWS.reshape(2, 12)),
    ],
    ids=lambda value: value.name if isinstance(value, layers.Layer) else "",
)
def test_rows_of_several_axes(layer, expected):
    found = layer(ROWS)
    assert found.shape == expected.shape == layer.compute_output_shape((2, 3, 4))
    np.testing.assert_allclose(found, expected, rtol=1e-6)


@pytest.mark.parametrize(
    "layer",
    [
        layers.BatchNormalization(),
        layers.LayerNormalization(),
        layers.UnitNormalization(),
        layers.PReLU(),
        layers.Softmax(),
        layers.Activation("log_softmax"),
        layers.Dense(2),
    ],
    ids=lambda layer: layer.name,
)
def test_those_that_need_features_ask_for_a_flatten_layer(layer):
    kind = type(layer).__name__
    with pytest.raises(ValueError, match=rf"\({kind}\) takes rows of numbers.*\(3, 4\).*Flatten"):
        layer(ROWS)
