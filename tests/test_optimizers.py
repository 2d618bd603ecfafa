"""Fifty steps of every optimizer against the NumPy reference, and a whole training against scikit-learn's."""

import numpy as np
import pytest
from sklearn.neural_network import MLPClassifier

import reference
from dlcore import _core
from reference import activate, dense, dropout, loss_config

STEPS, ROWS, WIDTH, HIDDEN = 50, 24, 7, 18
TOLERANCE = {"float64": 1e-10, "float32": 1e-4}
RULES = {
    "sgd": {"name": "sgd"},
    "momentum": {"name": "sgd", "momentum": 0.9},
    "nesterov": {"name": "sgd", "momentum": 0.9, "nesterov": True},
    "adam": {"name": "adam"},
    "adam, other constants": {"name": "adam", "beta_1": 0.8, "beta_2": 0.95, "epsilon": 1e-4},
    "amsgrad": {"name": "adam", "amsgrad": True, "beta_2": 0.9},
    "adamw": {"name": "adam", "weight_decay": 0.04},
    "rmsprop": {"name": "rmsprop"},
    "rmsprop, momentum": {"name": "rmsprop", "momentum": 0.7, "rho": 0.8},
    "rmsprop, centered": {"name": "rmsprop", "centered": True, "epsilon": 1e-3},
}
EXTRAS = {
    "plain": {},
    "clipvalue": {"clipvalue": 0.01},
    "clipnorm": {"clipnorm": 0.05},
    "global_clipnorm": {"global_clipnorm": 0.05},
    "weight_decay": {"weight_decay": 0.1},
}


def same(found, expected, tolerance):
    for i, (a, b) in enumerate(zip(found, expected, strict=True)):
        np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance, err_msg=f"weight {i}")


def run_both(config, dtype, layers, lr, seed=0, sample_weight=None, masks=None):
    """The core and the reference through the same steps; their weights."""
    rng = np.random.default_rng(seed)
    loss = loss_config("sparse_categorical_crossentropy")
    x = rng.normal(size=(STEPS * ROWS, WIDTH))
    y = rng.integers(0, 4, (STEPS * ROWS, 1)).astype(float)
    weights = reference.random_weights(rng, WIDTH, layers)
    if dtype == "float32":  # both begin with the same numbers
        x, weights = x.astype(dtype).astype(float), [w.astype(dtype).astype(float) for w in weights]

    network = _core.Network(WIDTH, layers, dtype, 11)
    network.compile(loss, [], config)
    network.set_weights([w.astype(dtype) for w in weights])
    cast_weight = None if sample_weight is None else np.tile(sample_weight, STEPS).astype(dtype)
    result = network.train_epoch(x.astype(dtype), y.astype(dtype), cast_weight, None, ROWS, lr, False)
    assert result["fault"] is None
    assert result["batches"] == network.iterations == STEPS

    optimizer = reference.Optimizer(config)
    for step in range(STEPS):
        rows = slice(step * ROWS, (step + 1) * ROWS)
        mask = None if masks is None else [masks[step]]
        g = reference.gradients(loss, layers, weights, x[rows], y[rows], sample_weight, mask)
        weights = optimizer.update(weights, g, lr)
    return network.get_weights(), weights


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("extra", EXTRAS)
@pytest.mark.parametrize("rule", RULES)
def test_fifty_steps(rule, extra, dtype):
    config = reference.OPTIMIZER | RULES[rule] | EXTRAS[extra]
    layers = [dense(HIDDEN), activate("tanh"), dense(9, use_bias=False), activate("relu")]
    layers += [dense(4), activate("softmax")]
    found, expected = run_both(config, dtype, layers, lr=0.01)
    same(found, expected, TOLERANCE[dtype])


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("rule", RULES)
def test_fifty_steps_with_penalties_and_row_weights(rule, dtype):
    layers = [dense(HIDDEN, kernel_l1=0.002, bias_l2=0.02), activate("sigmoid")]
    layers += [dense(4, kernel_l2=0.03, bias_l1=0.001), activate("softmax")]
    row_weights = np.random.default_rng(5).uniform(0, 3, ROWS)
    config = reference.OPTIMIZER | RULES[rule]
    found, expected = run_both(config, dtype, layers, lr=0.003, sample_weight=row_weights)
    same(found, expected, TOLERANCE[dtype])


def masks_of(layers, dtype, rate):
    """The dropout masks of the first steps, made visible.

    In a twin whose kernel is 0, whose bias is 1 and whose input is the identity, the kernel's gradient is the
    gradient by each unit of each row: zero where it was dropped.
    """
    twin = _core.Network(ROWS, layers[:3], dtype, 11)
    twin.compile(loss_config("mean_squared_error"), [], reference.OPTIMIZER)
    twin.set_weights([np.zeros((ROWS, HIDDEN), dtype), np.ones(HIDDEN, dtype)])
    x, y = np.eye(ROWS, dtype=dtype), np.zeros((ROWS, HIDDEN), dtype)
    masks = []
    for _ in range(STEPS):
        masks.append(twin.differentiate(x, y, None)[1][0] != 0)
        twin.train_epoch(x, y, None, None, ROWS, 0.0, False)
    kept = np.mean(masks)
    assert abs(kept - (1 - rate)) < 0.02
    return masks


@pytest.mark.parametrize("dtype", TOLERANCE)
def test_fifty_steps_with_dropout(dtype):
    layers = [dense(HIDDEN), activate("relu"), dropout(0.25), dense(4), activate("softmax")]
    masks = masks_of(layers, dtype, 0.25)
    config = reference.OPTIMIZER | RULES["adam"]
    found, expected = run_both(config, dtype, layers, lr=0.01, masks=masks)
    same(found, expected, TOLERANCE[dtype])


def test_every_optimizer_moves_the_weights_its_own_way():
    """Else the comparisons above would prove little."""
    layers = [dense(4), activate("softmax")]
    ends = {
        rule: run_both(reference.OPTIMIZER | RULES[rule], "float64", layers, 0.01)[0][0] for rule in RULES
    }
    for i, rule in enumerate(ends):
        for other in list(ends)[:i]:
            assert abs(ends[rule] - ends[other]).max() > 1e-6, (rule, other)


@pytest.mark.parametrize("momentum", [0.0, 0.9])
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_same_weights_as_scikit_learn(momentum):
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(205, 6)), rng.integers(0, 3, 205)
    epochs, batch = 10, 32

    peer = MLPClassifier(
        (16, 8), solver="sgd", alpha=0, batch_size=batch, learning_rate_init=0.05, max_iter=epochs,
        shuffle=False, momentum=momentum, random_state=3, tol=0, n_iter_no_change=epochs + 1,
    )  # fmt: skip
    peer.fit(x, y)

    # Where it begins: uniform in Glorot's bounds, kernel and bias in turn.
    state = np.random.RandomState(3)
    weights = []
    for fan_in, units in [(6, 16), (16, 8), (8, 3)]:
        bound = np.sqrt(6 / (fan_in + units))
        weights += [state.uniform(-bound, bound, (fan_in, units)), state.uniform(-bound, bound, units)]

    layers = [dense(16), activate("relu"), dense(8), activate("relu"), dense(3), activate("softmax")]
    network = _core.Network(6, layers, "float64", 0)
    config = reference.OPTIMIZER | {"momentum": momentum, "nesterov": momentum > 0}
    network.compile(loss_config("sparse_categorical_crossentropy"), [], config)
    network.set_weights(weights)
    losses = [
        network.train_epoch(x, y[:, None].astype(float), None, None, batch, 0.05, False)["loss"]
        for _ in range(epochs)
    ]

    np.testing.assert_allclose(losses, peer.loss_curve_, rtol=0, atol=1e-9)
    same(network.get_weights()[0::2], peer.coefs_, 1e-9)
    same(network.get_weights()[1::2], peer.intercepts_, 1e-9)
    np.testing.assert_allclose(network.predict(x), peer.predict_proba(x), rtol=0, atol=1e-9)
