"""Losses of dlcore's MLPs beyond scikit-learn's, and what weighs or smooths their targets."""

import copy

import numpy as np
import pytest

import reference

pytest.importorskip("sklearn", minversion="1.9")
from sklearn.metrics import r2_score
from sklearn.utils.class_weight import compute_sample_weight

from estimators import (
    HELD_OUT,
    NUMBERS,
    TASKS,
    THREE,
    WEIGHTS,
    X_LABELS,
    Y_LABELS,
    X,
    Y,
    assert_same_bits,
    at_start,
    make,
    step,
    weights_of,
)

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

# Class weights


@pytest.mark.parametrize("given", [None, WEIGHTS])
def test_class_weight_as_a_dict(given):
    names = np.array(["a", "b", "c"])[Y]
    model = make("classifier", class_weight={"a": 0.5, "b": 2.0, "c": 1.0}).fit(X, names, given)
    weight = np.array([0.5, 2.0, 1.0])[Y] * (1 if given is None else given)
    assert_same_bits(model, make("classifier").fit(X, names, weight))
    part = make("classifier", class_weight={"b": 2.0}).fit(X, names, given)
    weight = np.array([1.0, 2.0, 1.0])[Y] * (1 if given is None else given)
    assert_same_bits(part, make("classifier").fit(X, names, weight))


@pytest.mark.parametrize("given", [None, WEIGHTS])
def test_balanced_class_weight(given):
    x, y = X[:120], Y[:120]
    given = None if given is None else given[:120]
    rows = np.ones(120) if given is None else given
    weight = rows * np.array([rows.sum() / 3 / rows[y == k].sum() for k in range(3)])[y]
    np.testing.assert_allclose([weight[y == k].sum() for k in range(3)], rows.sum() / 3)
    balanced = make("classifier", class_weight="balanced").fit(x, y, given)
    expected = make("classifier").fit(x, y, weight)
    for a, b in zip(weights_of(balanced), weights_of(expected), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-12)


def test_class_weight_in_parts():
    """A batch need not have all classes."""
    weighted = make("classifier", class_weight={0: 3.0})
    plain = make("classifier")
    for part in (slice(None), slice(50, 150), slice(0, 50)):
        weighted.partial_fit(X[part], Y[part], classes=[0, 1, 2])
        plain.partial_fit(X[part], Y[part], np.where(Y[part] == 0, 3.0, 1.0), classes=[0, 1, 2])
        assert_same_bits(weighted, plain)


@pytest.mark.parametrize(
    "class_weight", ["balanced", [{0: 1, 1: 3}, {0: 1, 1: 1}, {0: 2, 1: 1}, {0: 1, 1: 5}]]
)
def test_class_weight_of_labels(class_weight):
    model = make("classifier", class_weight=class_weight).fit(X_LABELS, Y_LABELS, WEIGHTS)
    weight = compute_sample_weight(class_weight, Y_LABELS) * WEIGHTS
    assert_same_bits(model, make("classifier").fit(X_LABELS, Y_LABELS, weight))


@pytest.mark.parametrize(
    ("class_weight", "y", "message"),
    [
        ({0: 1.0, 7: 2.0}, Y, "The classes, \\[1, 2\\], are not in class_weight"),
        ({0: 1.0}, Y_LABELS, "class_weight should be a list of dicts"),
        ("even", Y, "class_weight"),
        (3.0, Y, "class_weight"),
    ],
)
def test_wrong_class_weight(class_weight, y, message):
    with pytest.raises(ValueError, match=message):
        make("classifier", class_weight=class_weight).fit(X, y)


# Losses


@pytest.mark.parametrize("weight", [None, WEIGHTS])
@pytest.mark.parametrize("y", [NUMBERS, THREE], ids=["one", "three"])
@pytest.mark.parametrize(
    ("options", "config"),
    [
        ({"loss": "absolute_error"}, reference.loss_config("mean_absolute_error")),
        ({"loss": "huber"}, reference.loss_config("huber")),
        ({"loss": "huber", "delta": 0.3}, reference.loss_config("huber", delta=0.3)),
        ({"loss": "quantile"}, reference.loss_config("quantile")),
        ({"loss": "quantile", "quantile": 0.9}, reference.loss_config("quantile", quantiles=[0.9])),
    ],
)
def test_losses(options, config, y, weight):
    """Reported, and followed to the derivative."""
    model = at_start("regressor", X, y, weight, alpha=0.0, **options)
    outputs = model.predict(X).reshape(len(X), -1)
    y = y.reshape(len(X), -1)
    loss = np.average(reference.loss(config, y, outputs), weights=weight)
    assert model.loss_ == pytest.approx(loss, rel=1e-12)
    change = step("regressor", X, y if y.shape[1] > 1 else y[:, 0], weight, alpha=0.0, **options)[-1]
    up, down = (
        np.average(reference.loss(config, y[:, [0]], outputs[:, [0]] + h), weights=weight)
        for h in (1e-7, -1e-7)
    )
    assert change[0] == pytest.approx((up - down) / 2e-7 / y.shape[1], rel=1e-5)


def skewed(rows=600):
    rng = np.random.default_rng(2)
    x = rng.uniform(0, 1, (rows, 1))
    return x, (1 + x[:, 0]) * rng.exponential(1.0, rows)


LONG = {
    "max_iter": 150,
    "learning_rate": "cosine",
    "learning_rate_init": 0.02,
    "batch_size": 50,
    "alpha": 0.0,
    "tol": 0.0,
    "n_iter_no_change": np.inf,
}


@pytest.mark.parametrize(
    ("options", "level"),
    [
        ({"loss": "absolute_error"}, 0.5),
        ({"loss": "huber", "delta": 0.01}, 0.5),
        ({"loss": "quantile"}, 0.5),
        ({"loss": "quantile", "quantile": 0.1}, 0.1),
        ({"loss": "quantile", "quantile": [0.85]}, 0.85),
    ],
)
def test_predictions_split_the_targets(options, level):
    x, y = skewed()
    predicted = make("regressor", hidden_layer_sizes=4, **LONG, **options).fit(x, y).predict(x)
    assert predicted.shape == y.shape
    assert (y < predicted).mean() == pytest.approx(level, abs=0.02)
    assert abs(np.median(y) - y.mean()) > 0.2


def test_several_quantiles():
    x, y = skewed()
    levels = [0.1, 0.5, 0.9]
    model = make("regressor", hidden_layer_sizes=8, loss="quantile", quantile=levels, **LONG).fit(x, y)
    predicted = model.predict(x)
    assert predicted.shape == (len(y), 3)
    np.testing.assert_allclose((y[:, None] < predicted).mean(axis=0), levels, atol=0.02)
    assert (np.diff(predicted.mean(axis=0)) > 0.3).all()
    # Twice as far apart where the noise is twice as large.
    near, far = (np.ptp(model.predict([[at]])) for at in (0.05, 0.95))
    assert 1.4 < far / near < 2.6
    config = reference.loss_config("quantile", quantiles=levels)
    start = at_start("regressor", x, y, loss="quantile", quantile=levels, alpha=0.0)
    expected = reference.loss(config, np.stack([y] * 3, axis=1), start.predict(x)).mean()
    assert start.loss_ == pytest.approx(expected, rel=1e-12)


def test_score_of_several_quantiles():
    """The mean of R^2 over the quantiles, which is also what early stopping watches."""
    options = {"loss": "quantile", "quantile": [0.2, 0.5, 0.8], "max_iter": 30, "learning_rate_init": 0.02}
    model = make("regressor", early_stopping=True, **options)
    model.fit(X, NUMBERS, validation_data=(X[HELD_OUT], NUMBERS[HELD_OUT]))
    predicted = model.predict(X)
    expected = np.mean([r2_score(NUMBERS, predicted[:, j], sample_weight=WEIGHTS) for j in range(3)])
    assert model.score(X, NUMBERS, WEIGHTS) == pytest.approx(expected)
    assert model.score(X, list(NUMBERS), WEIGHTS) == model.score(X, NUMBERS, sample_weight=WEIGHTS)
    assert model.score(X[HELD_OUT], NUMBERS[HELD_OUT]) == pytest.approx(max(model.validation_scores_))
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        model.score(X, NUMBERS[:-1])


@pytest.mark.parametrize(
    "quantile",
    [[], [0.5, 1.0], [0.0], ["a"], [None], [[0.5]], list(np.linspace(0.1, 0.9, 17)), (0.5, np.nan)],
)
def test_wrong_quantiles(quantile):
    with pytest.raises(ValueError, match="quantile must be a number between 0 and 1, or 1 to 16 of them"):
        make("regressor", loss="quantile", quantile=quantile).fit(X, NUMBERS)


def test_several_quantiles_of_several_targets():
    with pytest.raises(ValueError, match=r"several quantiles, here \[0.1, 0.9\], need a y of one column"):
        make("regressor", loss="quantile", quantile=[0.1, 0.9]).fit(X, THREE)


def test_counts_are_not_negative():
    with pytest.raises(ValueError, match="loss='poisson' needs y >= 0"):
        make("regressor", loss="poisson").fit(X, NUMBERS)


# Gradients and smoothed targets


@pytest.mark.parametrize("weight", [None, WEIGHTS])
@pytest.mark.parametrize("task", ["binary", "multiclass", "multilabel"])
def test_label_smoothing(task, weight):
    kind, x, y = TASKS[task]
    s = 0.3
    model = at_start(kind, x, y, weight, alpha=0.0, label_smoothing=s)
    p = model.predict_proba(x)
    if task == "multilabel":
        truth = y * (1 - s) + s / 2
        losses = -(truth * np.log(p) + (1 - truth) * np.log(1 - p)).sum(axis=1)
    else:
        truth = np.eye(p.shape[1])[y.astype(int)] * (1 - s) + s / p.shape[1]
        losses = -(truth * np.log(p)).sum(axis=1)
    assert model.loss_ == pytest.approx(np.average(losses, weights=weight), rel=1e-12)
    change = step(kind, x, y, weight, alpha=0.0, label_smoothing=s)[-1]
    expected = np.average(p - truth, axis=0, weights=weight)
    np.testing.assert_allclose(change, expected[1:] if task == "binary" else expected, rtol=1e-7, atol=1e-12)


def loss_of(kernels, biases, y, **options):
    return at_start("regressor", X, y, init_coefs=kernels, init_intercepts=biases, **options).loss_


@pytest.mark.parametrize("options", [{}, {"alpha": 5.0}, {"output_activation": "tanh"}])
def test_exact_gradient(options):
    """The derivative of the loss that is reported, penalty and all."""
    options = {"alpha": 0.0, "exact_gradient": True} | options
    start = at_start("regressor", X, THREE, **options)
    found = step("regressor", X, THREE, **options)
    for i, j in ((0, (2, 3)), (1, (7, 0)), (2, (4, 1)), (3, (5,)), (5, (2,))):
        ends = []
        for h in (1e-5, -1e-5):
            arrays = copy.deepcopy(weights_of(start))
            arrays[i][j] += h
            ends.append(loss_of(arrays[:3], arrays[3:], THREE, **options))
        assert found[i][j] == pytest.approx((ends[0] - ends[1]) / 2e-5, rel=1e-5, abs=1e-9)


def test_inexact_gradient_is_the_one_of_the_sum():
    plain = step("regressor", X, THREE, alpha=0.0)
    exact = step("regressor", X, THREE, alpha=0.0, exact_gradient=True)
    for a, b in zip(plain, exact, strict=True):
        np.testing.assert_allclose(a, 3 * b, rtol=1e-8, atol=1e-12)


@pytest.mark.parametrize("options", [{}, {"solver": "sgd"}, {"solver": "lbfgs"}, {"loss": "huber"}])
def test_exact_gradient_of_one_output_is_no_other(options):
    exact = make("regressor", exact_gradient=True, **options).fit(X, NUMBERS)
    assert_same_bits(exact, make("regressor", **options).fit(X, NUMBERS))
