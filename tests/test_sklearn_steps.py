"""Learning rates, penalties and clipping: what a step of dlcore's MLPs does beyond scikit-learn's."""

import math

import numpy as np
import pytest

import reference

pytest.importorskip("sklearn", minversion="1.9")

from estimators import KINDS, TASKS, WEIGHTS, X, Y, at_start, make, step, target, weights_of

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

# Learning rates


def cosine(epoch, epochs):
    return (1 + math.cos(math.pi * epoch / epochs)) / 2


def one_cycle(epoch, epochs):
    share = epoch / epochs
    if share < 0.3:
        return 0.04 + 0.96 * (1 - math.cos(math.pi * share / 0.3)) / 2
    return 1e-4 + (1 - 1e-4) * (1 + math.cos(math.pi * (share - 0.3) / 0.7)) / 2


SCHEDULES = {
    "constant": lambda epoch, epochs: 1.0,
    "cosine": cosine,
    "exponential": lambda epoch, epochs: 0.8**epoch,
    "one_cycle": one_cycle,
}


@pytest.mark.parametrize("solver", ["adam", "sgd"])
@pytest.mark.parametrize("warmup", [0, 3])
@pytest.mark.parametrize("schedule", SCHEDULES)
def test_schedules(schedule, warmup, solver):
    """As callbacks are told, and as a bias moves whose gradient is -1 forever."""
    epochs, rate = 13, 0.25
    told, biases = [], [0.0]

    def watch(model, numbers):
        told.append(numbers["learning_rate"])
        biases.append(model.intercepts_[0][0])

    options = {"learning_rate": schedule, "warmup_epochs": warmup, "decay": 0.8, "learning_rate_init": rate}
    options |= {"hidden_layer_sizes": (), "init_intercepts": [[0.0]], "momentum": 0.0, "epsilon": 1e-300}
    model = make("regressor", loss="absolute_error", solver=solver, max_iter=epochs, batch_size=10, **options)
    model.set_params(callbacks=[watch], alpha=0.0).fit(np.zeros((10, 1)), np.full(10, 1e3))
    factors = [(epoch + 1) / (warmup + 1) for epoch in range(warmup)]
    factors += [SCHEDULES[schedule](epoch, epochs - warmup) for epoch in range(epochs - warmup)]
    np.testing.assert_allclose(told, rate * np.array(factors), rtol=1e-12)
    np.testing.assert_allclose(np.diff(biases), told, rtol=1e-9)


@pytest.mark.parametrize("schedule", ["invscaling", "adaptive", "constant"])
def test_schedules_of_scikit_learn_are_for_sgd(schedule):
    told = []
    options = {"learning_rate": schedule, "learning_rate_init": 0.1, "tol": 1e6, "n_iter_no_change": 1}
    options |= {"callbacks": [lambda model, numbers: told.append(numbers["learning_rate"])], "max_iter": 7}
    make("classifier", solver="adam", **options).fit(X, Y)
    assert set(told) == {0.1}
    told.clear()
    make("classifier", solver="sgd", **options).fit(X, Y)
    expected = {
        "constant": [0.1] * 3,
        "invscaling": [0.1, 0.1 / 151**0.5, 0.1 / 301**0.5],
        "adaptive": [0.1, 0.1, 0.1, 0.02, 0.02, 0.004, 0.004],
    }
    np.testing.assert_allclose(told, expected[schedule], rtol=1e-12)


# Penalties and steps


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("solver", ["adam", "sgd"])
def test_weight_decay(kind, solver):
    """One step takes it off all weights, besides what the gradient takes."""
    options = {
        "solver": solver,
        "batch_size": 150,
        "max_iter": 1,
        "learning_rate_init": 0.01,
        "momentum": 0.0,
    }
    start = make(kind, **options | {"learning_rate_init": 1e-300}).fit(X, target(kind))
    plain = make(kind, **options).fit(X, target(kind))
    decayed = make(kind, **options, weight_decay=0.5).fit(X, target(kind))
    assert decayed.loss_ == plain.loss_
    for before, without, with_decay in zip(*map(weights_of, (start, plain, decayed)), strict=True):
        np.testing.assert_allclose(without - with_decay, 0.01 * 0.5 * before, rtol=1e-9, atol=1e-15)


@pytest.mark.parametrize("weight", [None, WEIGHTS])
def test_alpha_scaling_of_one_batch_is_the_same(weight):
    models = [
        make("classifier", alpha=2.0, alpha_scaling=scaling, batch_size=150).fit(X, Y, weight)
        for scaling in ("batch", "dataset")
    ]
    np.testing.assert_allclose(models[1].loss_curve_, models[0].loss_curve_, rtol=1e-12)
    for a, b in zip(*map(weights_of, models), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-14)


@pytest.mark.parametrize("weight", [None, WEIGHTS])
@pytest.mark.parametrize("kind", KINDS)
def test_alpha_scaling(kind, weight):
    """The penalty of one epoch at (nearly) the same weights, and what it pulls with in a step."""
    total = len(X) if weight is None else weight.sum()
    y = target(kind)
    for size in (150, 50, 10):
        options = {"batch_size": size, "learning_rate_init": 1e-12, "alpha_scaling": "dataset"}
        bare = at_start(kind, X, y, weight, alpha=0.0, **options)
        penalized = at_start(kind, X, y, weight, alpha=3.0, **options)
        penalty = 1.5 * sum((kernel**2).sum() for kernel in bare.coefs_) / total
        assert penalized.loss_ - bare.loss_ == pytest.approx(penalty, rel=1e-6)
        batch = at_start(kind, X, y, weight, alpha=3.0, **options | {"alpha_scaling": "batch"})
        parts = [size if weight is None else weight[i : i + size].sum() for i in range(0, 150, size)]
        assert batch.loss_ - bare.loss_ == pytest.approx(penalty * np.mean(total / np.array(parts)), rel=0.2)
    start = at_start(kind, X, y, weight)
    bare, penalized = (step(kind, X, y, weight, alpha=a, alpha_scaling="dataset") for a in (0.0, 3.0))
    for before, without, pulled in zip(start.coefs_, bare, penalized, strict=False):
        np.testing.assert_allclose(pulled - without, 3.0 * before / total, rtol=1e-7, atol=1e-14)
    for without, pulled in zip(bare[3:], penalized[3:], strict=True):
        np.testing.assert_allclose(pulled, without, rtol=1e-12, atol=1e-15)


def test_alpha_scaling_counts_the_rows_trained_on():
    losses = []
    for alpha in (0.0, 3.0):
        model = at_start(
            "classifier", X, Y, alpha=alpha, alpha_scaling="dataset", early_stopping=True, batch_size=20
        )
        losses.append(model.loss_)
    penalty = 1.5 * sum((kernel**2).sum() for kernel in model.coefs_) / 135
    assert losses[1] - losses[0] == pytest.approx(penalty, rel=1e-9)


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("clip", ["clipvalue", "clipnorm", "global_clipnorm"])
def test_clipping(clip, task):
    kind, x, y = TASKS[task]
    plain = step(kind, x, y, alpha=0.1)
    sizes = {
        "clipvalue": np.abs(np.concatenate([g.ravel() for g in plain])),
        "clipnorm": [np.linalg.norm(g) for g in plain],
        "global_clipnorm": [2 * np.sqrt(sum((g**2).sum() for g in plain)) / 3],
    }
    bound = float(np.median(sizes[clip]))
    expected = reference.clip(reference.OPTIMIZER | {clip: bound}, plain)
    assert any((g != e).any() for g, e in zip(plain, expected, strict=True))
    for found, e in zip(step(kind, x, y, alpha=0.1, **{clip: bound}), expected, strict=True):
        np.testing.assert_allclose(found, e, rtol=1e-7, atol=1e-12)
    for found, g in zip(step(kind, x, y, alpha=0.1, **{clip: 1e6}), plain, strict=True):
        np.testing.assert_allclose(found, g, rtol=1e-12, atol=1e-15)


def test_one_way_of_clipping():
    with pytest.raises(ValueError, match="at most one of clipnorm, clipvalue and global_clipnorm"):
        make("classifier", clipnorm=1.0, clipvalue=1.0).fit(X, Y)
