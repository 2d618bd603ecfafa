"""Validation rows, what is watched on them, and the curves that they leave."""

import copy

import numpy as np
import pytest

pytest.importorskip("sklearn", minversion="1.9")
from sklearn.exceptions import NotFittedError
from sklearn.metrics import get_scorer, log_loss

from dlcore.sklearn import LossCurveDisplay
from estimators import (
    HELD_OUT,
    KINDS,
    NUMBERS,
    TASKS,
    THREE,
    WEIGHTS,
    X,
    Y,
    assert_same_bits,
    make,
    target,
    weights_of,
)

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

# Validation rows


@pytest.mark.parametrize("weight", [None, WEIGHTS[HELD_OUT]])
@pytest.mark.parametrize("task", TASKS)
def test_validation_data_is_recorded(task, weight):
    """And training is what it would be without."""
    kind, x, y = TASKS[task]
    held_out = (x[HELD_OUT], y[HELD_OUT], *([] if weight is None else [weight]))
    model = make(kind, alpha=0.5).fit(x, y, validation_data=held_out)
    assert_same_bits(model, make(kind, alpha=0.5).fit(x, y))
    assert len(model.validation_scores_) == len(model.validation_loss_curve_) == model.n_iter_ == 6
    assert model.validation_scores_[-1] == pytest.approx(model.score(*held_out), abs=1e-12)
    assert model.best_validation_score_ is None
    penalty = 0.25 * sum((kernel**2).sum() for kernel in model.coefs_)
    penalty /= len(held_out[0]) if weight is None else weight.sum()
    if kind == "regressor":
        errors = (model.predict(held_out[0]) - held_out[1]) ** 2 / 2
        loss = np.average(errors.reshape(30, -1).mean(axis=1), weights=weight)
    elif task == "multilabel":
        p, truth = model.predict_proba(held_out[0]), held_out[1]
        loss = np.average(-np.where(truth, np.log(p), np.log(1 - p)).sum(axis=1), weights=weight)
    else:
        loss = log_loss(held_out[1], model.predict_proba(held_out[0]), sample_weight=weight)
    assert model.validation_loss_curve_[-1] == pytest.approx(loss + penalty, rel=1e-10)


@pytest.mark.parametrize("kind", KINDS)
def test_early_stopping_on_validation_data(kind):
    """All rows are trained on, and the best weights come back."""
    held_out = (X[HELD_OUT], target(kind)[HELD_OUT])
    options = {"max_iter": 100, "early_stopping": True, "n_iter_no_change": 3, "learning_rate_init": 0.05}
    model = make(kind, **options).fit(X, target(kind), validation_data=held_out)
    assert model.n_iter_ < 100
    assert model.t_ == model.n_iter_ * len(X)
    assert model.score(*held_out) == model.best_validation_score_ == max(model.validation_scores_)
    # Before the first epoch that is good, a bad one more than are forgiven ends the fit.
    scores = model.validation_scores_
    best = np.maximum.accumulate([-np.inf, *scores[:-1]])
    assert (scores < best + model.tol)[-4:].all()
    split = make(kind, **options, validation_fraction=0.2).fit(X, target(kind))
    assert split.t_ == split.n_iter_ * 120


def test_validation_rows_need_not_have_every_class():
    for warm_start in (False, True):
        model = make("classifier", warm_start=warm_start)
        model.fit(X, Y).fit(X, Y, validation_data=(X[:70], Y[:70]))
        assert len(model.validation_scores_) == 6


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda x, y: x, "validation_data must be"),
        (lambda x, y: (x,), "validation_data must be"),
        (lambda x, y: (x, y, None, None), "validation_data must be"),
        (lambda x, y: {"X": x, "y": y}, "validation_data must be"),
        (lambda x, y: 0.2, "validation_data must be"),
        (lambda x, y: (x[:, :3], y), "X has 3 features"),
        (lambda x, y: (x, y[:5]), "inconsistent numbers of samples"),
        (lambda x, y: (x[:0], y[:0]), "0 sample"),
        (lambda x, y: (x, y, WEIGHTS[:4]), "sample_weight"),
        (lambda x, y: (x * np.nan, y), "contains NaN"),
        (lambda x, y: (x, y * np.nan), "contains NaN"),
    ],
)
def test_wrong_validation_data(kind, change, message):
    model = make(kind)
    with pytest.raises(ValueError, match=message) as caught:
        model.fit(X, target(kind), validation_data=change(X, target(kind)))
    assert len(str(caught.value)) < 1000
    model.fit(X, target(kind), validation_data=(X, target(kind))).predict(X)


def test_validation_targets_that_were_never_seen():
    with pytest.raises(ValueError, match="classes not in"):
        make("classifier").fit(X[:100], Y[:100], validation_data=(X, Y))
    with pytest.raises(ValueError, match="validation_data: y must be of 1 outputs"):
        make("regressor").fit(X, NUMBERS, validation_data=(X, THREE))


# What is watched


def mean_probability(model, x, y):
    return model.predict_proba(x)[np.arange(len(y)), y].mean()


@pytest.mark.parametrize(
    ("kind", "monitor", "expected"),
    [
        ("classifier", "loss", None),
        ("classifier", "accuracy", get_scorer("accuracy")),
        ("classifier", "balanced_accuracy", get_scorer("balanced_accuracy")),
        ("classifier", "neg_log_loss", get_scorer("neg_log_loss")),
        ("classifier", mean_probability, mean_probability),
        ("regressor", "loss", None),
        ("regressor", "r2", get_scorer("r2")),
        ("regressor", "neg_mean_absolute_error", get_scorer("neg_mean_absolute_error")),
        ("regressor", lambda model, x, y: model.score(x, y), get_scorer("r2")),
    ],
)
@pytest.mark.parametrize("early_stopping", [False, True])
def test_monitor(kind, monitor, expected, early_stopping):
    x, y = X[HELD_OUT], target(kind)[HELD_OUT]
    model = make(kind, monitor=monitor, early_stopping=early_stopping, restore_best_weights=False)
    model.fit(X, target(kind), validation_data=(x, y))
    if expected is None:
        assert model.validation_scores_ == [-loss for loss in model.validation_loss_curve_]
    else:
        assert model.validation_scores_[-1] == pytest.approx(expected(model, x, y), rel=1e-12)
    assert len(set(model.validation_scores_)) > 1
    assert model.best_validation_score_ == max(model.validation_scores_)
    assert model.best_loss_ is None


def test_monitor_decides_when_to_stop():
    falling = iter(range(100, 0, -1))
    model = make("classifier", monitor=lambda *_: next(falling), early_stopping=True, n_iter_no_change=2)
    model.set_params(max_iter=50).fit(X, Y)
    assert model.validation_scores_ == [100, 99, 98, 97]
    rising = iter(range(100))
    model.set_params(monitor=lambda *_: next(rising), max_iter=30).fit(X, Y)
    assert model.n_iter_ == 30


def test_monitor_gets_the_weights():
    model = make("classifier", monitor="accuracy", restore_best_weights=False)
    held_out = (X[HELD_OUT], Y[HELD_OUT], WEIGHTS[HELD_OUT])
    model.fit(X, Y, validation_data=held_out)
    other = copy.copy(model).set_params(monitor="neg_log_loss").fit(X, Y, validation_data=held_out)
    assert model.validation_scores_[-1] == pytest.approx(model.score(*held_out))
    expected = get_scorer("neg_log_loss")(other, *held_out[:2], sample_weight=held_out[2])
    assert other.validation_scores_[-1] == pytest.approx(expected)


@pytest.mark.parametrize("monitor", ["loss", "accuracy", mean_probability])
def test_monitor_needs_validation_rows(monitor):
    with pytest.raises(
        ValueError, match="needs validation rows: set early_stopping=True or pass validation_data"
    ):
        make("classifier", monitor=monitor).fit(X, Y)


def test_unknown_monitor():
    with pytest.raises(ValueError, match="'acuracy' is not a valid scoring value"):
        make("classifier", monitor="acuracy", early_stopping=True).fit(X, Y)


def test_min_delta():
    options = {"max_iter": 40, "n_iter_no_change": 3}
    model = make("classifier", min_delta=1e6, tol=0, **options).fit(X, Y)
    assert model.n_iter_ == 1 + 4
    assert_same_bits(model, make("classifier", tol=1e6, **options).fit(X, Y))
    assert make("classifier", min_delta=0.0, tol=1e6, **options).fit(X, Y).n_iter_ == 40
    early = make("classifier", min_delta=2.0, tol=0, early_stopping=True, **options).fit(X, Y)
    assert early.n_iter_ == 1 + 4


@pytest.mark.parametrize("watched", ["training loss", "validation loss"])
def test_restore_best_weights(watched):
    seen = []
    options = {"solver": "sgd", "learning_rate_init": 0.4, "max_iter": 12, "random_state": 0}
    if watched == "validation loss":
        options |= {"monitor": "loss"}
    model = make("classifier", restore_best_weights=True, **options)
    model.set_params(callbacks=[lambda model, numbers: seen.append(copy.deepcopy(weights_of(model)))])
    model.fit(X, Y, validation_data=(X[HELD_OUT], Y[HELD_OUT]))
    curve = model.loss_curve_ if watched == "training loss" else model.validation_loss_curve_
    best = int(np.argmin(curve))
    assert best < len(curve) - 1
    for found, expected in zip(weights_of(model), seen[best], strict=True):
        np.testing.assert_array_equal(found, expected)
    model.set_params(restore_best_weights=None).fit(X, Y, validation_data=(X[HELD_OUT], Y[HELD_OUT]))
    for found, expected in zip(weights_of(model), seen[-1], strict=True):
        np.testing.assert_array_equal(found, expected)


def test_early_stopping_without_restoring():
    options = {"early_stopping": True, "learning_rate_init": 0.3, "max_iter": 15, "random_state": 1}
    model = make("classifier", restore_best_weights=False, **options)
    model.fit(X, Y, validation_data=(X[HELD_OUT], Y[HELD_OUT]))
    plain = make("classifier", **options | {"early_stopping": False, "max_iter": model.n_iter_}).fit(X, Y)
    assert_same_bits(model, plain)


# Curves


@pytest.fixture
def plots():
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("agg")
    from matplotlib import pyplot

    yield pyplot
    pyplot.close("all")


def test_loss_curves(plots):
    model = make("classifier", early_stopping=True).fit(X, Y)
    display = LossCurveDisplay.from_estimator(model)
    assert (display.ax_.get_xlabel(), display.ax_.get_ylabel()) == ("epoch", "loss")
    assert display.figure_ is display.ax_.figure
    for line, curve in zip(display.lines_, [model.loss_curve_, model.validation_loss_curve_], strict=True):
        assert line.get_xdata().tolist() == list(range(1, 7))
        assert line.get_ydata().tolist() == curve
    legend = [text.get_text() for text in display.ax_.get_legend().get_texts()]
    assert legend == ["MLPClassifier, training", "MLPClassifier, validation"]


def test_loss_curves_on_given_axes(plots):
    _, ax = plots.subplots()
    for alpha in (0.0, 1.0):
        model = make("regressor", alpha=alpha).fit(X, NUMBERS)
        display = LossCurveDisplay.from_estimator(model, ax=ax, name=f"alpha {alpha}", linestyle=":")
        assert display.ax_ is ax
        assert len(display.lines_) == 1
        assert display.lines_[0].get_linestyle() == ":"
    assert len(ax.lines) == 2
    assert ax.lines[1].get_label() == "alpha 1.0, training"


def test_loss_curves_that_are_not_there(plots):
    with pytest.raises(NotFittedError):
        LossCurveDisplay.from_estimator(make("classifier"))
    with pytest.raises(ValueError, match="solver='adam' or 'sgd'"):
        LossCurveDisplay.from_estimator(make("classifier", solver="lbfgs").fit(X, Y))
    assert plots.get_fignums() == []
