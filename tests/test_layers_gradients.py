"""Gradients through every layer against central differences, in float64, and a fit as Keras does it."""

import numpy as np
import pytest

import reference
from dlcore import _core, layers

STEP = 1e-6
ROWS, WIDTH = 7, 5
LOSS = reference.loss_config("mean_squared_error")

# Each with what it is tried with; those that draw are the same function for one step.
SCALED = {"gamma_regularizer": "l2", "beta_regularizer": "l1", "beta_initializer": "random_uniform"}
"""A weight of exactly zero has no derivative under L1."""

TRIED = {
    "Activation": {"activation": "softsign"},
    "ActivityRegularization": {"l1": 0.02, "l2": 0.03},
    "AlphaDropout": {"rate": 0.3},
    "BatchNormalization": {
        "gamma_regularizer": "l2",
        "beta_regularizer": "l1",
        "beta_initializer": "random_uniform",
    },
    "Dense": {"units": WIDTH, "activation": "silu", "kernel_regularizer": "l1_l2"},
    "Dropout": {"rate": 0.3},
    "ELU": {"alpha": 0.7},
    "Flatten": {},
    "GaussianNoise": {"stddev": 0.3},
    "Identity": {},
    "LayerNormalization": {
        "gamma_regularizer": "l2",
        "beta_regularizer": "l1",
        "beta_initializer": "random_uniform",
    },
    "LeakyReLU": {},
    "Normalization": {"mean": 0.3, "variance": 2.0},
    "PReLU": {"alpha_regularizer": "l2", "alpha_initializer": "random_uniform"},
    "ReLU": {"negative_slope": 0.2, "max_value": 0.8, "threshold": 0.1},
    "Rescaling": {"scale": -1.5, "offset": 0.2, "activity_regularizer": "l2"},
    "Reshape": {"target_shape": (WIDTH,)},
    "Softmax": {},
    "UnitNormalization": {},
}


def test_all_layers_are_tried():
    assert TRIED.keys() == layers._REGISTRY.names.keys()


def network(layer):
    """One with the layer in its midst, and the weights that it begins with."""
    rng = np.random.default_rng(5)
    shape = (WIDTH,)
    configs = [reference.dense(WIDTH), *layer.configs(shape), reference.dense(2)]
    weights = [rng.normal(size=(WIDTH, WIDTH)), rng.normal(size=WIDTH)]
    weights += [np.atleast_1d(weight) for weight in layer.first_weights(shape, "float64")]
    weights += [rng.normal(size=(WIDTH, 2)), rng.normal(size=2)]

    def fresh(weights):
        made = _core.Network(WIDTH, configs, "float64", 7)
        made.compile(LOSS, [], reference.OPTIMIZER)
        made.set_weights(weights)
        return made

    return fresh, weights


@pytest.mark.parametrize("name", TRIED)
def test_every_weight(name):
    layer = getattr(layers, name)(**TRIED[name])
    fresh, weights = network(layer)
    rng = np.random.default_rng(6)
    x, y = rng.normal(size=(ROWS, WIDTH)), rng.normal(size=(ROWS, 2))
    sample_weight = rng.uniform(0.5, 1.5, ROWS)
    gradients = fresh(weights).differentiate(x, y, sample_weight)[1]
    specs = [True, True, *(spec.trainable for spec in layer.specs), True, True]
    learned = [i for i, trainable in enumerate(specs) if trainable]
    assert len(gradients) == len(learned)
    for i, found in zip(learned, gradients, strict=True):
        expected = np.empty_like(weights[i])
        for index in np.ndindex(expected.shape):
            values = []
            for step in (STEP, -STEP):
                moved = [weight.copy() for weight in weights]
                moved[i][index] += step
                values.append(fresh(moved).differentiate(x, y, sample_weight)[0]["loss"])
            expected[index] = (values[0] - values[1]) / (2 * STEP)
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-8)


def test_a_fit_is_that_of_keras():
    """Three steps of SGD through normalizations, slopes that learn and penalties."""
    chain = [
        layers.BatchNormalization(momentum=0.8, gamma_regularizer="l2"),
        layers.Dense(4),
        layers.PReLU(),
        layers.LayerNormalization(),
        layers.ActivityRegularization(l2=0.01),
        layers.Dense(1),
    ]
    configs, weights, shape = [], [], (3,)
    for layer in chain:
        for spec in layer.variables_for(shape):
            ramp = np.linspace(-0.5, 0.7, np.prod(spec.shape)).reshape(spec.shape)
            weights.append(ramp + (spec.name in ("gamma", "moving_variance")))
        configs += layer.configs(shape)
        shape = layer.output_shape(shape)
    core = _core.Network(3, configs, "float64", 1)
    core.compile(LOSS, [], reference.OPTIMIZER)
    core.set_weights(weights)
    x = np.array([[1, 2, -1], [3, -2, 0.5], [0, 4, 2], [-1, 1, 0]])
    y = np.array([[1.0], [0.0], [2.0], [-1.0]])
    losses = [core.train_epoch(x, y, None, None, 4, 0.1, False)["loss"] for _ in range(3)]
    # Keras 3.15.1, in float32
    np.testing.assert_allclose(losses, [6.121697, 4.617556, 1.651702], rtol=1e-5)
    np.testing.assert_allclose(core.predict(x)[:, 0], [0.174182, 0.154906, 0.424941, 0.46981], atol=2e-5)
    found = core.get_weights()
    np.testing.assert_allclose(found[0], [0.50657, 1.12679, 1.57862], atol=2e-5)  # gamma
    np.testing.assert_allclose(found[3], [1.3235, 2.8507, 1.44228], atol=2e-5)  # moving variance
    np.testing.assert_allclose(found[6], [-0.59285, 0.04024, 0.34893, 0.66296], atol=2e-5)  # alpha
    np.testing.assert_allclose(found[7], [0.21747, 0.86776, 1.20844, 1.2153], atol=2e-5)  # gamma
