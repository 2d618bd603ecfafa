"""Fifty steps of every optimizer against the NumPy reference, and a whole training against scikit-learn's."""

import numpy as np
import pytest
from sklearn.neural_network import MLPClassifier

import dlcore
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
    "adagrad": {"name": "adagrad"},
    "adagrad, other constants": {"name": "adagrad", "initial_accumulator_value": 0.0, "epsilon": 1e-3},
    "adadelta": {"name": "adadelta", "rho": 0.95},
    "adamax": {"name": "adamax"},
    "nadam": {"name": "nadam"},
    "nadam, other constants": {"name": "nadam", "beta_1": 0.99, "beta_2": 0.9, "epsilon": 1e-4},
    "lion": {"name": "lion", "beta_2": 0.99},
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


# Keras 3.15.1, float64: 30 steps on two rows each from KERNEL, learning rate 0.05, all else by default.
KERNEL = [[0.5, -0.25], [0.125, 1.0], [-1.0, 0.75]]
KERAS = {
    "SGD": [[1.1513565461, 0.2358058358], [-0.0178981995, 0.8266752014], [-0.4869523876, -0.0373110424]],
    "RMSprop": [[1.3948228697, 0.156858212], [0.066578169, 0.7499459331], [-0.2628309939, -0.1447621534]],
    "Adam": [[1.4728598122, 0.4025455787], [0.043544269, 0.7596977542], [-0.2058140495, -0.1551163924]],
    "AdamW": [[1.4697846337, 0.4009406974], [0.0435976852, 0.7588285349], [-0.2076683599, -0.1559297677]],
    "Adagrad": [[0.8993031183, 0.1271353716], [0.0165919517, 0.9200509295], [-0.6282764431, 0.3801437083]],
    "Adadelta": [[0.502223817, -0.2479060723], [0.1244373191, 0.9999875657], [-0.9980084244, 0.7481449347]],
    "Adamax": [[1.2589088328, 0.3632180658], [-0.036391346, 0.8474341919], [-0.3501515204, 0.1192814025]],
    "Nadam": [[1.3684526165, 0.374942867], [0.0026694952, 0.7914004493], [-0.2502783475, -0.0572396955]],
    "Lion": [[1.6, 0.45], [0.025, 0.7], [-0.1, -0.25]],
}


@pytest.mark.parametrize(
    "name",
    [
        name
        for name in dlcore.optimizers.__all__
        if name not in ("Optimizer", "deserialize", "get", "schedules", "serialize")
    ],
)
def test_same_weights_as_keras(name):
    x = np.array([[1.0, -2.0, 0.5], [0.25, 1.5, -1.0], [-0.75, 0.5, 2.0], [2.0, 1.0, -0.5]])
    y = np.array([[1.0, -1.0], [0.5, 2.0], [-1.5, 0.0], [3.0, 1.0]])
    layers = [dlcore.Input((3,)), dlcore.layers.Dense(2, use_bias=False)]
    model = dlcore.Sequential(layers, dtype="float64")
    model.set_weights([np.array(KERNEL)])
    model.compile(getattr(dlcore.optimizers, name)(0.05), "mse")
    model.fit(x, y, batch_size=2, epochs=15, shuffle=False, verbose=0)
    np.testing.assert_allclose(model.get_weights()[0], KERAS[name], rtol=0, atol=2e-10)


@pytest.mark.parametrize("name", KERAS)
def test_an_optimizer_is_found_by_name_and_made_from_its_configuration(name):
    optimizer = dlcore.optimizers.get(name.lower())
    assert type(optimizer) is getattr(dlcore.optimizers, name)
    config = optimizer.get_config() | {"learning_rate": 0.25}
    assert dlcore.optimizers.get({"class_name": name, "config": config}).get_config() == config


def test_a_slot_begins_with_its_value_and_is_replaced():
    network = _core.Network(3, [dense(2)], "float64", 0)
    for initial in (0.25, 0.0):
        config = reference.OPTIMIZER | {"name": "adagrad", "initial_accumulator_value": initial}
        network.compile(loss_config("mean_squared_error"), [], config)
        for slot in network.get_slots():
            np.testing.assert_array_equal(slot, initial)


@pytest.mark.parametrize("beta_1", [0, 1.5])
def test_lion_without_momentum_is_refused(beta_1):
    with pytest.raises(ValueError, match="beta_1"):
        dlcore.optimizers.Lion(beta_1=beta_1)


@pytest.mark.parametrize("name", ["adam", "rmsprop", "adagrad", "adadelta", "adamax", "nadam"])
def test_units_that_fill_up_a_panel_need_no_epsilon(name):
    """Of 20 units, twelve more lie in memory, whose gradient is always zero."""
    network = _core.Network(3, [dense(20)], "float32", 0)
    config = {"name": name, "epsilon": 0.0, "initial_accumulator_value": 0.0}
    network.compile(loss_config("mean_squared_error"), [], reference.OPTIMIZER | config)
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(8, 3)).astype("float32"), rng.normal(size=(8, 20)).astype("float32")
    assert network.train_epoch(x, y, None, None, 4, 0.01, False)["fault"] is None
