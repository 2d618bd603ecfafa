"""Extremes: what comes out is finite and right, or an error says what was too much."""

import os

import numpy as np
import pytest

import dlcore
import reference
from dlcore import _core, losses, optimizers, regularizers
from dlcore.layers import (
    BatchNormalization,
    Dense,
    Input,
    LayerNormalization,
    Normalization,
    UnitNormalization,
)
from test_optimizers import RULES

DTYPES = ["float32", "float64"]
HUGE = {"float32": 1e30, "float64": 1e300}
"""Finite, and its square is not."""

LOSSES = [name for name in _core.LOSSES if name != "given"]
OPTIONS = {
    "binary_crossentropy": [{}, {"label_smoothing": 0.1}],
    "categorical_crossentropy": [{}, {"label_smoothing": 0.1}],
    "sparse_categorical_crossentropy": [{}, {"label_smoothing": 0.1}],
    "binary_focal_crossentropy": [{"gamma": gamma} for gamma in (0.0, 0.5, 1.0, 1.5, 2.0)],
    "categorical_focal_crossentropy": [{"gamma": gamma} for gamma in (0.0, 0.5, 1.0, 1.5, 2.0)],
}
LOSS_CASES = [
    (name, {**options, "from_logits": from_logits})
    for name in LOSSES
    for options in OPTIONS.get(name, [{}])
    for from_logits in ([False, True] if name in OPTIONS else [False])
]
CLASSES = np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1]])
PROBABILITIES = np.array([[1, 0, 0], [1, 0, 0], [0, 1, 0]])
LOGITS = 1e4 * np.array([[1, -1, 0], [-1, -1, 1], [1, 1, -1]])
COUNTS = np.array([[1e4, 1, 0], [1e4, 0, 0], [0, 1, 1e4]])
NEED_PROBABILITIES = {name for name in OPTIONS if name.endswith("entropy")}
NEED_POSITIVE = {"poisson", "half_poisson_deviance"}


def extremes(name, from_logits):
    if name == "half_poisson_deviance":
        return [COUNTS + 1e-7]  # The estimators' outputs are exponentials, and held above 0.
    if name in NEED_POSITIVE:
        return [COUNTS, PROBABILITIES]
    if name in NEED_PROBABILITIES and not from_logits:
        return [PROBABILITIES]
    return [PROBABILITIES, LOGITS]


def slopes(config, y, p):
    """From the left and from the right, by each output; finite differences, with room for their rounding."""
    step, eps = np.longdouble(3e-8), np.finfo(np.longdouble).eps
    found = np.empty((2, *p.shape), np.longdouble)
    for j in range(p.shape[1]):
        for side, sign in enumerate((-1, 1)):
            moved = p.copy()
            moved[:, j] += sign * step
            slope = (reference.loss(config, y, moved) - reference.loss(config, y, p)) / (sign * step)
            # Where there is no formula on that side, any slope is right.
            found[side, :, j] = np.where(np.isnan(slope), sign * np.inf, slope)
    low, high = np.sort(found, axis=0)
    room = 4 * eps / step * abs(reference.loss(config, y, p))[:, None]
    return low - room, high + room


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("name", "options"), LOSS_CASES, ids=str)
def test_a_loss_at_the_end_of_its_domain(name, options, dtype, monkeypatch):
    """Like the formula in long double, the derivative between the slopes on both sides."""
    # The bounds of probabilities are those that the dtype can hold.
    monkeypatch.setattr(reference, "EPSILON", np.dtype(dtype).type(1e-7).astype(np.longdouble))
    monkeypatch.setattr(reference, "MOST", np.dtype(dtype).type(1 - 1e-7).astype(np.longdouble))
    config = reference.loss_config(name, **options)
    tolerance = {"float32": 3e-6, "float64": 1e-12}[dtype]
    labels = name.startswith("sparse")
    for outputs in extremes(name, options["from_logits"]):
        y = (CLASSES.argmax(axis=1)[:, None] if labels else CLASSES).astype(dtype)
        p = outputs.astype(dtype)
        found, gradient = _core.loss(config, y, p)
        assert np.isfinite(found).all()
        assert np.isfinite(gradient).all()
        exact = y if labels else y.astype(np.longdouble)
        p = p.astype(np.longdouble)
        np.testing.assert_allclose(found, reference.loss(config, exact, p), rtol=tolerance, atol=tolerance)
        with np.errstate(all="ignore"):
            low, high = slopes(config, exact, p)
        room = 1e-4 * (1 + abs(gradient))
        assert ((low - room <= gradient) & (gradient <= high + room)).all(), (low, gradient, high)


@pytest.mark.parametrize("dtype", DTYPES)
def test_directions_of_vectors_whose_squares_overflow(dtype):
    huge = HUGE[dtype]
    y = np.array([[1, 1, 0], [huge, 0, 0], [huge, huge, 1]], dtype)
    p = np.array([[huge, huge, huge], [1, 0, 1], [huge, -1, 0]], dtype)
    exact = reference.loss({"name": "cosine_similarity"}, *(a.astype(np.longdouble) for a in (y, p)))
    found, gradient = _core.loss(reference.loss_config("cosine_similarity"), y, p)
    np.testing.assert_allclose(found, exact, rtol=1e-6)
    assert np.isfinite(gradient).all()


def net(*layers, width=4, dtype="float32", seed=1):
    dlcore.utils.set_random_seed(seed)
    return dlcore.Sequential([Input((width,)), *layers], dtype=dtype)


def finite(model):
    return all(np.isfinite(weight).all() for weight in model.get_weights())


def data(rows=24, width=4, dtype="float32"):
    return np.random.default_rng(0).normal(size=(rows, width)).astype(dtype)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("activation", ["softmax", "sigmoid"])
def test_a_net_that_is_sure_and_wrong(activation, dtype):
    """Its probabilities are 0 and 1; loss and gradient are those of the logits."""
    model = net(Dense(3, activation), width=3, dtype=dtype)
    model.compile(optimizers.SGD(1.0), {"softmax": "categorical_crossentropy", "sigmoid": "bce"}[activation])
    model.set_weights([np.eye(3) * 1e4, np.zeros(3)])
    y = np.roll(np.eye(3), 1, axis=1)
    assert set(model.predict(np.eye(3), verbose=0).ravel()) <= {0, 1, 0.5}
    (loss,) = model.fit(np.eye(3), y, batch_size=3, verbose=0).history["loss"]
    # Each row: 1e4 for the class that it is sure of; with sigmoids also log 2 for each logit of 0.
    expected = {"softmax": 1e4, "sigmoid": (1e4 + 2 * np.log(2)) / 3}[activation]
    np.testing.assert_allclose(loss, expected, rtol=1e-6)
    p = {"softmax": np.eye(3), "sigmoid": (np.eye(3) + 1) / 2}[activation]
    slope = (p - y) / {"softmax": 3, "sigmoid": 9}[activation]
    kernel, bias = model.get_weights()
    np.testing.assert_allclose(kernel, np.eye(3) * 1e4 - slope, rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(bias, -slope.sum(axis=0), atol=1e-6)


LAYERS = {
    "none": [],
    "Normalization": [Normalization],
    "BatchNormalization": [BatchNormalization],
    "LayerNormalization": [LayerNormalization],
    "UnitNormalization": [UnitNormalization],
}


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("constant", [0.0, 1.0, 1e4])
@pytest.mark.parametrize("layer", LAYERS)
def test_a_constant_feature(layer, constant, dtype):
    """It is a bias more, or nothing; nothing is divided by its variance of zero."""
    x = data(dtype=dtype)
    x[:, 1] = constant
    layers = [make() for make in LAYERS[layer]]
    if layer == "Normalization":
        layers[0].adapt(x)
    model = net(*layers, Dense(8, "tanh"), Dense(1), dtype=dtype)
    model.compile("adam", "mse")
    history = model.fit(x, x[:, :1], batch_size=8, epochs=3, verbose=0).history
    assert np.isfinite(history["loss"]).all()
    assert finite(model)
    assert np.isfinite(model.predict(x, verbose=0)).all()
    if layer in ("Normalization", "BatchNormalization"):
        inner = net(*layers, dtype=dtype)
        assert np.ptp(inner.predict(x, verbose=0)[:, 1]) == 0


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("layer", LAYERS)
def test_the_same_numbers_in_every_row_and_feature(layer, dtype):
    """Every variance and, with zeros, every length is zero."""
    for number in (0.0, 1.0, -1e4):
        x = np.full((16, 4), number, dtype)
        layers = [make() for make in LAYERS[layer]]
        if layer == "Normalization":
            layers[0].adapt(x)
        model = net(*layers, Dense(3, "relu"), Dense(2, "softmax"), dtype=dtype)
        model.compile("adam", "sparse_categorical_crossentropy")
        loss = model.fit(x, np.arange(16) % 2, batch_size=8, epochs=2, verbose=0).history["loss"]
        assert np.isfinite(loss).all()
        assert finite(model)


def test_a_constant_target():
    x = data()
    model = net(Dense(8, "relu"), Dense(1))
    model.compile(optimizers.Adam(0.05), "mse", metrics=["mae", dlcore.metrics.R2Score()])
    history = model.fit(x, np.full(24, 7.0), epochs=400, verbose=0).history
    assert history["loss"][-1] < 1e-2 < history["loss"][0]
    assert np.isfinite(list(history.values())).all()


@pytest.mark.parametrize("loss", [name for name in losses.__all__ if name[0].isupper()])
def test_one_row(loss):
    if loss in ("Loss", "Custom"):
        pytest.skip("no loss by itself")
    sparse = loss.startswith("Sparse")
    model = net(BatchNormalization(), Dense(8, "relu"), Dense(3, "softmax"))
    model.compile("adam", getattr(losses, loss)())
    y = np.array([1]) if sparse else np.array([[0.0, 1.0, 0.0]])
    history = model.fit(data(1), y, epochs=20, verbose=0).history["loss"]
    assert np.isfinite(history).all()
    assert finite(model)
    assert model.evaluate(data(1), y, verbose=0) <= history[0] + 1e-6


def test_one_class_in_each_batch():
    """Metrics included, for most of which a class is missing then."""
    x, y = data(32), np.repeat([0, 1, 2, 1], 8)
    model = net(Dense(8, "relu"), Dense(3, "softmax"))
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    history = model.fit(x, y, batch_size=8, shuffle=False, epochs=3, verbose=0).history
    assert np.isfinite(list(history.values())).all()

    metrics = [dlcore.metrics.AUC(), dlcore.metrics.Precision(), dlcore.metrics.Recall()]
    model = net(Dense(8, "relu"), Dense(1, "sigmoid"))
    model.compile("adam", "binary_crossentropy", metrics=metrics)
    for answer in (0, 1):
        history = model.fit(x, np.full(32, answer), epochs=2, verbose=0).history
        assert np.isfinite(list(history.values())).all()


@pytest.mark.parametrize("reduction", ["sum_over_batch_size", "mean_with_sample_weight"])
@pytest.mark.parametrize("dtype", DTYPES)
def test_all_weights_zero_but_one(dtype, reduction):
    """The step is that of the one row, divided by all rows, or by its weight."""
    x = data(dtype=dtype)
    weight = np.zeros(24)
    weight[5] = 3.0
    ends = []
    for rows, rate, weights in ((slice(None), 1.0, weight), (slice(5, 6), 3 / 24, None)):
        if reduction == "mean_with_sample_weight" and weights is None:
            rate = 1.0
        model = net(Dense(8, "tanh"), Dense(4), dtype=dtype)
        model.compile(optimizers.SGD(rate), losses.MeanSquaredError(reduction))
        model.fit(x[rows], x[rows], sample_weight=weights, batch_size=24, verbose=0)
        ends.append(model.get_weights())
    for one, other in zip(*ends, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("reduction", ["sum_over_batch_size", "mean_with_sample_weight", "sum"])
def test_batches_without_weight_have_no_loss(reduction):
    """A whole fit of them changes nothing; one among others is as if it were not there."""
    x, weight = data(), np.repeat([1.0, 0.0, 2.0], 8)
    model = net(Dense(4))
    before = model.get_weights()
    model.compile("sgd", losses.MeanSquaredError(reduction))
    assert model.fit(x, x, sample_weight=np.zeros(24), batch_size=8, verbose=0).history["loss"] == [0.0]
    assert model.evaluate(x, x, sample_weight=np.zeros(24), verbose=0) == 0
    for one, other in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(one, other)
    ends = []
    for rows in (np.arange(24), np.flatnonzero(weight)):
        model.set_weights(before)
        model.fit(x[rows], x[rows], sample_weight=weight[rows], batch_size=8, shuffle=False, verbose=0)
        ends.append(model.get_weights())
    for one, other in zip(*ends, strict=True):
        np.testing.assert_array_equal(one, other)


def trained(name, dtype, rate, x, y, epochs=1, layers=None, weights=None):
    """Fits of the core, and its network."""
    layers = layers or [reference.dense(8), reference.activate("relu"), reference.dense(1)]
    network = _core.Network(x.shape[1], layers, dtype, 1)
    config = reference.OPTIMIZER | RULES[name]
    network.compile(reference.loss_config("mean_squared_error"), [], config)
    if weights is None:
        weights = reference.random_weights(np.random.default_rng(3), x.shape[1], layers)
    network.set_weights([w.astype(dtype) for w in weights])
    x, y = (np.ascontiguousarray(a, dtype) for a in (x, y))
    results = [network.train_epoch(x, y, None, None, 8, rate, False) for _ in range(epochs)]
    return network, results


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", RULES)
def test_a_learning_rate_of_zero_changes_nothing(name, dtype):
    x = data(dtype=dtype)
    network, _ = trained(name, dtype, 0.0, x, x[:, :1], epochs=0)
    before = network.get_weights()
    for _ in range(5):
        assert network.train_epoch(x, x[:, :1].copy(), None, None, 8, 0.0, False)["fault"] is None
    for one, other in zip(network.get_weights(), before, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", RULES)
def test_an_absurd_learning_rate_leaves_finite_weights(name, dtype):
    x = data(dtype=dtype)
    for rate in (1e30, {"float32": 1e38, "float64": 1e300}[dtype]):
        network, results = trained(name, dtype, rate, x, x[:, :1], epochs=4)
        assert all(np.isfinite(weight).all() for weight in network.get_weights())
        for result in results:
            assert np.isfinite(result["loss"]) or result["fault"] or result["batches"] == 0
            assert result["fault"] in (
                None,
                "the loss is not finite",
                "a weight, or what its optimizer knows of it, would not have stayed finite",
            )
        assert all(np.isfinite(slot).all() for slot in network.get_slots())


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_huge_inputs_are_learned_from_or_refused(optimizer, dtype):
    x = data(dtype=dtype) * HUGE[dtype]
    model = net(Dense(8, "relu"), Dense(1), dtype=dtype)
    model.compile(optimizer, "mse")
    before = model.get_weights()
    with pytest.raises(FloatingPointError, match=r"(?si)epoch.*batch.*finite|finite.*epoch.*batch"):
        model.fit(x, x[:, :1], epochs=3, verbose=0)
    assert finite(model)
    for one, other in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("dtype", DTYPES)
def test_predictions_from_huge_inputs_are_those_of_long_double(dtype):
    x = data(dtype=dtype) * HUGE[dtype]
    model = net(Dense(3), dtype=dtype)
    kernel, bias = (w.astype(np.longdouble) for w in model.get_weights())
    logits = x.astype(np.longdouble) @ kernel + bias
    found = model.predict(x, verbose=0)
    np.testing.assert_allclose(found / HUGE[dtype], logits / np.longdouble(HUGE[dtype]), rtol=1e-4, atol=1e-6)
    sure = net(Dense(3, "softmax"), dtype=dtype)
    np.testing.assert_array_equal(sure.predict(x, verbose=0), np.eye(3)[logits.argmax(axis=1)])


def subnormal(array):
    return (array != 0) & (abs(array) < np.finfo(array.dtype).smallest_normal)


DEAD = [reference.dense(40), reference.activate("relu"), reference.dense(24), reference.activate("relu")]
LIVE_ROWS, DEAD_EPOCHS = 32, int(os.environ.get("DLCORE_TEST_EPOCHS", "3000"))
"""`make test-extremes` has 100,000 epochs."""


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", RULES)
def test_the_state_of_a_dead_net_is_never_subnormal(name, dtype):
    """A few steps of life, then thousands without a gradient: moments decay to zero, not to next to it."""
    layers = [*DEAD, reference.dense(1)]
    x = abs(data(LIVE_ROWS, 5, dtype))
    y = x[:, :1].copy()
    network, _ = trained(name, dtype, 1e-4, x, y, epochs=3, layers=layers)
    weights = network.get_weights()
    for bias in weights[1:-1:2]:
        bias -= 1e3  # No unit is above zero again.
    network.set_weights(weights)
    faults = set()
    for epoch in range(DEAD_EPOCHS):
        result = network.train_epoch(x, y, None, None, LIVE_ROWS, 1e-4, False)
        faults.add(result["fault"])
        if epoch % 50 == 0:
            assert not any(subnormal(slot).any() for slot in network.get_slots()), epoch
    assert faults == {None}
    assert all(np.isfinite(weight).all() for weight in network.get_weights())


def test_the_saved_state_of_a_dead_net_is_never_subnormal(tmp_path):
    model = net(Dense(16, "relu"), Dense(1))
    model.compile("adam", "mse")
    x = abs(data())
    model.fit(x, x[:, :1], epochs=2, verbose=0)
    kernel, bias, *rest = model.get_weights()
    model.set_weights([kernel, bias - 1e3, *rest])
    model.fit(x, x[:, :1], batch_size=24, epochs=2_000, verbose=0)
    model.save(tmp_path / "dead.safetensors")
    saved, _ = _core.load_file(tmp_path / "dead.safetensors")
    assert len(saved) > len(model.get_weights())
    assert not any(subnormal(array).any() for array in saved.values())
    again = dlcore.models.load_model(tmp_path / "dead.safetensors")
    assert again.fit(x, x[:, :1], verbose=0).history["loss"][0] >= 0


DECAYING = {
    "weight decay": ({"weight_decay": 0.5}, {}, []),
    "L2": ({}, {"kernel_regularizer": regularizers.L2(0.25)}, []),
    "L2, clipped": ({"clipnorm": 1e6}, {"kernel_regularizer": regularizers.L2(0.25)}, []),
    "running mean of weights": ({"weight_decay": 1.0, "use_ema": True, "ema_momentum": 0.75}, {}, []),
    "running means of batches": ({"learning_rate": 1e-3}, {}, [BatchNormalization(momentum=0.75)]),
}
"""What takes a quarter of some numbers at each step: options of SGD and of a layer, and what is behind it."""


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", DECAYING)
def test_what_decays_in_a_dead_net_becomes_zero(name, dtype, tmp_path):
    """Not a number next to it, with which each product of a step would take many times as long."""
    of_optimizer, of_layer, layers = DECAYING[name]
    model = net(Dense(40, "relu", **of_layer), *layers, Dense(1), dtype=dtype)
    model.compile(optimizers.SGD(**{"learning_rate": 0.5} | of_optimizer), "mse")
    x = abs(data(dtype=dtype))
    y = x[:, :1] * 0
    model.fit(x, y, batch_size=24, epochs=2, verbose=0)
    kernel, bias, *rest = model.get_weights()
    model.set_weights([kernel, bias - 1e3, *rest])
    for _ in range(8):  # 0.75 to the power of all epochs is below the numbers of float64.
        model.fit(x, y, batch_size=24, epochs=330, verbose=0)
        model.save(tmp_path / "dead.safetensors")
        saved, _ = _core.load_file(tmp_path / "dead.safetensors")
        arrays = [array for name, array in saved.items() if not name.startswith("fit/")]
        assert not any(subnormal(array).any() for array in arrays)
    assert any((array == 0).all() for array in arrays)
