"""What dlcore's MLPs have beyond scikit-learn's: each parameter does what it says; wrong input is refused."""

import copy
import math

import numpy as np
import pytest
import scipy.sparse

import reference

pytest.importorskip("sklearn", minversion="1.9")
from sklearn.callback import ProgressBar, ScoringMonitor
from sklearn.datasets import load_iris, make_multilabel_classification
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.metrics import accuracy_score, get_scorer, log_loss, r2_score
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils._param_validation import InvalidParameterError
from sklearn.utils.class_weight import compute_sample_weight

import dlcore
from dlcore.sklearn import LossCurveDisplay, MLPClassifier, MLPRegressor

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

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


# Dropout


@pytest.mark.parametrize(
    ("rates", "shares"), [(0.25, [0.25, 0.25]), ([0.25, 0.0], [0.25, 0]), ([0, 0.5], [0, 0.5])]
)
def test_dropout_drops_and_scales(rates, shares):
    """Of one row, through layers that add and hand on: what was dropped has gradients of zero."""
    units = 1000
    kernels = [np.ones((1, units)), np.full((units, units), 1 / units), np.full((units, 1), 1 / units)]
    biases = [np.zeros(units), np.zeros(units), np.zeros(1)]
    options = {
        "hidden_layer_sizes": (units, units),
        "init_coefs": kernels,
        "init_intercepts": biases,
        "alpha": 0,
    }
    x, y = np.ones((1, 1)), np.array([100.0])
    changes = step("regressor", x, y, activation="identity", dropout=rates, **options)
    error = changes[-1]
    kept = changes[2][:, 0] / error, changes[1].sum(axis=1)
    for outputs, share in zip(kept, reversed(shares), strict=True):
        assert (outputs == 0).mean() == pytest.approx(share, abs=0.06 if share else 0)
        assert np.ptp(outputs[outputs != 0]) < 1e-9
    first_sum = (changes[1].sum(axis=1) != 0).mean() / (1 - shares[0])
    np.testing.assert_allclose(kept[0][kept[0] != 0], first_sum / (1 - shares[1]), rtol=1e-9)


@pytest.mark.parametrize("options", [{}, {"solver": "sgd"}])
def test_dropout_as_number_or_list(options):
    model = make("classifier", dropout=0.3, **options).fit(X, Y)
    assert_same_bits(make("classifier", dropout=[0.3, 0.3], **options).fit(X, Y), model)
    assert_same_bits(make("classifier", dropout=np.array([0.3, 0.3]), **options).fit(X, Y), model)
    assert_same_bits(
        make("classifier", dropout=(0.0, 0.0), **options).fit(X, Y), make("classifier", **options).fit(X, Y)
    )
    for other in ({"dropout": [0.3, 0.0]}, {"dropout": 0.3, "random_state": 4}, {"dropout": 0.0}):
        assert (make("classifier", **options | other).fit(X, Y).coefs_[0] != model.coefs_[0]).any()
    np.testing.assert_array_equal(model.predict_proba(X), model.predict_proba(X))


def test_dropout_is_not_for_lbfgs():
    """Which needs a function that stays the same."""
    plain = make("classifier", solver="lbfgs").fit(X, Y)
    assert_same_bits(make("classifier", solver="lbfgs", dropout=0.5).fit(X, Y), plain)


@pytest.mark.parametrize(
    "rates", [[0.1], [0.1, 0.1, 0.1], [], [0.1, 1.0], [-0.1, 0.1], [0.1, None], ["a", "b"], [[0.1, 0.1]] * 2]
)
def test_wrong_dropout(rates):
    with pytest.raises(ValueError, match="dropout must be a rate from 0 to below 1, or one for each of 2"):
        make("classifier", dropout=rates).fit(X, Y)


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


# Callbacks


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("validates", [False, True])
def test_callbacks_get_model_and_numbers(kind, validates):
    seen = []

    def watch(model, numbers):
        seen.append((model, dict(numbers), model.predict(X)))

    y = target(kind)
    model = make(kind, callbacks=(watch,)).fit(X, y, validation_data=(X, y) if validates else None)
    assert [numbers["epoch"] for _, numbers, _ in seen] == list(range(6))
    assert all(found is model for found, _, _ in seen)
    assert [numbers["loss"] for _, numbers, _ in seen] == model.loss_curve_
    assert {numbers["learning_rate"] for _, numbers, _ in seen} == {0.001}
    np.testing.assert_array_equal(seen[-1][2], model.predict(X))
    for number, curve in (("loss", "loss_curve_"), ("score", "scores_")):
        found = [numbers.get(f"validation_{number}") for _, numbers, _ in seen]
        assert found == (getattr(model, f"validation_{curve}") if validates else [None] * 6)
    assert_same_bits(model, make(kind).fit(X, y))


@pytest.mark.filterwarnings("error::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("yes", [True, np.True_])
def test_a_callback_stops(yes):
    called = []
    callbacks = [lambda model, numbers: yes if numbers["epoch"] == 2 else None, lambda *_: called.append(1)]
    model = make("classifier", callbacks=callbacks).fit(X, Y)
    assert model.n_iter_ == len(model.loss_curve_) == len(called) == 3
    assert make("classifier", callbacks=callbacks, max_iter=3).fit(X, Y).n_iter_ == 3


def test_callbacks_of_partial_fit():
    seen = []
    model = make("regressor", callbacks=[lambda model, numbers: seen.append(numbers["loss"])])
    for _ in range(3):
        model.partial_fit(X, NUMBERS)
    assert seen == model.loss_curve_


def test_an_error_in_a_callback():
    def fail(model, numbers):
        raise RuntimeError("on purpose")

    model = make("classifier", callbacks=[fail])
    with pytest.raises(RuntimeError, match="on purpose"):
        model.fit(X, Y)
    assert model.set_params(callbacks=None).fit(X, Y).n_iter_ == 6


@pytest.mark.parametrize("callbacks", ["abc", 3, print, iter([])])
def test_callbacks_are_a_list_or_tuple(callbacks):
    with pytest.raises(InvalidParameterError, match="callbacks"):
        make("classifier", callbacks=callbacks).fit(X, Y)


def test_callbacks_are_callable():
    with pytest.raises(ValueError, match="callbacks must all be callable"):
        make("classifier", callbacks=[print, None]).fit(X, Y)


class Recorder:
    """scikit-learn's protocol: notes what it is told, and asks to stop after some epochs."""

    def __init__(self, stop_after=None):
        self.stop_after = stop_after
        self.seen = []
        self.predictions = []

    def setup(self, estimator, context):
        self.seen.append(("setup", context.task_name, None))

    def teardown(self, estimator, context):
        self.seen.append(("teardown", context.task_name, None))

    def on_fit_task_begin(self, estimator, context, *, X=None, y=None, metadata=None):
        self.seen.append(("begin", context.task_name, context.task_id))
        self.data = X, y, metadata

    def on_fit_task_end(self, estimator, context, *, X=None, y=None, metadata=None, fitted_estimator=None):
        self.seen.append(("end", context.task_name, context.task_id))
        self.look(fitted_estimator, X, y, metadata)
        return context.task_name == "epoch" and context.task_id + 1 == self.stop_after

    def look(self, model, x, y, metadata):
        assert self.data[0] is x
        assert self.data[1] is y
        assert self.data[2] is metadata
        self.predictions.append(getattr(model, "predict_proba", model.predict)(x))


class Inherited(Recorder):
    """Handed on to the estimators inside of others."""

    max_propagation_depth = None

    def look(self, model, x, y, metadata):
        """There are other estimators, too."""


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("solver", ["adam", "sgd", "lbfgs"])
def test_protocol(kind, solver):
    y = target(kind)
    recorder = Recorder()
    model = make(kind, max_iter=3, solver=solver).set_callbacks(recorder).fit(X, y)
    epochs = [(what, "epoch", i) for i in range(3 if solver != "lbfgs" else 0) for what in ("begin", "end")]
    assert recorder.seen == [
        ("setup", "fit", None),
        ("begin", "fit", 0),
        *epochs,
        ("end", "fit", 0),
        ("teardown", "fit", None),
    ]
    plain = make(kind, max_iter=3, solver=solver).fit(X, y)
    assert_same_bits(model, plain)
    outputs = getattr(plain, "predict_proba", plain.predict)
    np.testing.assert_array_equal(recorder.predictions[-1], outputs(X))
    for epoch, found in enumerate(recorder.predictions[:-1]):
        plain.set_params(max_iter=epoch + 1).fit(X, y)
        np.testing.assert_array_equal(found, outputs(X))


def test_protocol_passes_what_fit_got():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(X, columns=list("abcd"))
    recorder = Recorder()
    make("classifier").set_callbacks(recorder).fit(frame, Y, sample_weight=WEIGHTS)
    assert recorder.data[0] is frame
    assert recorder.data[1] is Y
    assert recorder.data[2]["sample_weight"] is WEIGHTS


@pytest.mark.filterwarnings("error::sklearn.exceptions.ConvergenceWarning")
def test_protocol_stops():
    recorder = Recorder(stop_after=2)
    model = make("classifier").set_callbacks(recorder, Recorder()).fit(X, Y)
    assert model.n_iter_ == 2
    assert recorder.seen[-2:] == [("end", "fit", 0), ("teardown", "fit", None)]


def test_protocol_is_torn_down_after_an_error():
    recorder = Recorder()
    model = make("classifier").set_callbacks(recorder)
    with pytest.raises(ValueError, match="contains NaN"):
        model.fit(X * np.nan, Y)
    assert recorder.seen[-1] == ("teardown", "fit", None)
    assert model.fit(X, Y).n_iter_ == 6


def test_protocol_inside_of_others():
    recorder = Inherited()
    pipeline = make_pipeline(StandardScaler(), make("classifier", max_iter=2)).set_callbacks(recorder)
    pipeline.fit(X, Y)
    assert recorder.seen.count(("end", "epoch", 1)) == 1
    assert not hasattr(pipeline[-1], "_skl_callbacks")
    recorder.seen.clear()
    search = GridSearchCV(make("classifier", max_iter=2), {"alpha": [0.1, 0.2]}, cv=2).set_callbacks(recorder)
    search.fit(X, Y)
    assert recorder.seen.count(("end", "epoch", 1)) == 2 * 2 + 1


def test_scoring_monitor():
    monitor = ScoringMonitor(scoring="accuracy")
    model = make("classifier").set_callbacks(monitor).fit(X, Y, sample_weight=WEIGHTS)
    log = monitor.get_logs()
    rows = log.data if hasattr(log, "data") else log[0].data
    scores = [row["accuracy"] for row in rows if row["task_name"] == "epoch"]
    assert len(scores) == 6
    assert scores[-1] == pytest.approx(model.score(X, Y, WEIGHTS))


def test_progress_bar():
    pytest.importorskip("rich")
    model = make("classifier").set_callbacks(ProgressBar()).fit(X, Y)
    assert_same_bits(model, make("classifier").fit(X, Y))


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


# Activations


FORMULAS = {
    name: (lambda z, name=name: reference.activation(name, {"leaky_relu": 0.2, "elu": 1.0}.get(name), z))
    for name in reference.ACTIVATIONS
    if name != "softmax"
}
FORMULAS |= {"identity": FORMULAS["linear"], "logistic": FORMULAS["sigmoid"], "swish": FORMULAS["silu"]}


def forward(model, names, x, last):
    for kernel, bias, name in zip(model.coefs_, model.intercepts_, [*names, last], strict=True):
        x = FORMULAS[name](x @ kernel + bias)
    return x


@pytest.mark.parametrize("name", FORMULAS)
def test_activations(name):
    model = make("regressor", activation=name).fit(X, THREE)
    np.testing.assert_allclose(
        model.predict(X), forward(model, [name] * 2, X, "identity"), rtol=1e-9, atol=1e-12
    )
    assert np.isfinite(model.loss_)


@pytest.mark.parametrize("container", [list, tuple, np.array])
def test_an_activation_for_each_layer(container):
    names = ["gelu", "leaky_relu"]
    model = make("regressor", activation=container(names)).fit(X, THREE)
    np.testing.assert_allclose(model.predict(X), forward(model, names, X, "identity"), rtol=1e-9, atol=1e-12)
    same = make("classifier", activation=container(["tanh", "tanh"])).fit(X, Y)
    assert_same_bits(same, make("classifier", activation="tanh").fit(X, Y))
    assert make("classifier", hidden_layer_sizes=(), activation=[]).fit(X, Y).score(X, Y) > 0


@pytest.mark.parametrize(
    "names", [["relu"], ["relu"] * 3, [], ["relu", "rely"], ["relu", "softmax"], ["relu", None]]
)
def test_wrong_activations(names):
    with pytest.raises(
        ValueError, match=r"activation must be a name, or one of .* for each of 2 hidden layers"
    ):
        make("classifier", activation=names).fit(X, Y)


@pytest.mark.parametrize("name", sorted(FORMULAS))
def test_output_activation(name):
    model = make("regressor", output_activation=name).fit(X, THREE)
    np.testing.assert_allclose(model.predict(X), forward(model, ["relu"] * 2, X, name), rtol=1e-9, atol=1e-12)
    assert model.out_activation_ == name


def test_output_activation_of_counts():
    counts = np.floor(np.exp(NUMBERS))
    assert make("regressor", loss="poisson").fit(X, counts).out_activation_ == "exp"
    model = make("regressor", loss="poisson", output_activation="softplus", max_iter=100).fit(X, counts)
    np.testing.assert_allclose(model.predict(X), forward(model, ["relu"] * 2, X, "softplus")[:, 0], rtol=1e-9)
    assert model.loss_curve_[-1] < model.loss_curve_[0] / 2


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


# First weights, numbers, threads


@pytest.mark.parametrize("solver", ["adam", "sgd", "lbfgs"])
def test_first_weights(solver):
    source = make("classifier", random_state=9).fit(X, Y)
    given = [[array.tolist() for array in source.coefs_], tuple(map(np.copy, source.intercepts_))]
    before = copy.deepcopy(given)
    options = {"init_coefs": given[0], "init_intercepts": given[1], "solver": solver}
    if solver != "lbfgs":
        start = at_start("classifier", X, Y, activation="relu", **options)
        assert_same_bits(start, source)
    model = make("classifier", **options).fit(X, Y)
    assert (model.coefs_[0] != source.coefs_[0]).any()
    assert_same_bits(make("classifier", **options).fit(X, Y), model)
    assert given[0] == before[0]
    np.testing.assert_array_equal(np.concatenate(given[1]), np.concatenate(before[1]))


def test_first_weights_are_only_the_first():
    zeros = [np.zeros(8), np.zeros(5), np.zeros(1)]
    model = make("regressor", warm_start=True, init_intercepts=zeros, max_iter=3).fit(X, NUMBERS)
    loss = model.loss_
    assert model.fit(X, NUMBERS).loss_curve_[3] < loss
    other = make("regressor", init_intercepts=zeros, max_iter=3)
    for _ in range(2):
        other.partial_fit(X, NUMBERS)
    assert all(bias.any() for bias in other.intercepts_)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"init_coefs": [np.zeros((4, 8))]}, "init_coefs must have an array for each of 3 layers, got 1"),
        (
            {"init_coefs": [np.zeros((4, 8)), np.zeros((5, 8)), np.zeros((5, 3))]},
            r"init_coefs\[1\] must .* \(8, 5\)",
        ),
        (
            {"init_coefs": [np.zeros((4, 8)), np.zeros((8, 5)), np.full((5, 3), np.inf)]},
            r"init_coefs\[2\] must be finite",
        ),
        (
            {"init_intercepts": [np.zeros(8), np.zeros(5)]},
            "init_intercepts must have an array for each of 3 layers",
        ),
        (
            {"init_intercepts": [np.zeros((8, 1)), np.zeros(5), np.zeros(3)]},
            r"init_intercepts\[0\] must .* \(8,\)",
        ),
    ],
)
def test_wrong_first_weights(options, message):
    model = make("classifier", **options)
    with pytest.raises(ValueError, match=message):
        model.fit(X, Y)
    model.set_params(init_coefs=None, init_intercepts=None)
    assert_same_bits(model.fit(X, Y), make("classifier").fit(X, Y))


@pytest.mark.parametrize("solver", ["adam", "sgd", "lbfgs"])
@pytest.mark.parametrize("dtype", [None, "float32", "float64"])
@pytest.mark.parametrize("given", ["float32", "float64"])
def test_dtype(given, dtype, solver):
    x = X.astype(given)
    model = make("classifier", dtype=dtype, solver=solver).fit(x, Y)
    expected = "float64" if solver == "lbfgs" and dtype is None else dtype or given
    assert {str(array.dtype) for array in weights_of(model)} == {expected}
    assert model.predict_proba(x).dtype == np.result_type(expected, x)
    if solver != "lbfgs" and dtype is not None:
        assert_same_bits(model, make("classifier", solver=solver).fit(x.astype(dtype), Y))


def test_threads_are_back_afterwards():
    threads = []
    watch = [lambda model, numbers: threads.append(dlcore.show_config(mode="dicts")["threads"])]
    make("classifier", n_threads=1, callbacks=watch, max_iter=2).fit(X, Y).predict(X)
    assert threads == [1, 1]
    before = dlcore.show_config(mode="dicts")["threads"]
    with pytest.raises(ValueError, match="NaN"):
        make("classifier", n_threads=1).fit(X, Y).predict(X * np.nan)
    assert dlcore.show_config(mode="dicts")["threads"] == before


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


# Wrong parameters and wrong input


WRONG = {
    "dropout": ["a", None, -0.1, 1.0],
    "weight_decay": [-1.0, "a", None],
    "alpha_scaling": ["rows", None, 1],
    "clipnorm": [0.0, -1.0, "a", math.nan],
    "clipvalue": [0.0, -1.0, "a", math.nan],
    "global_clipnorm": [0.0, -1.0, "a", math.nan],
    "decay": [0.0, 1.1, None, "a"],
    "warmup_epochs": [-1, 1.5, None, "a"],
    "learning_rate": ["linear", None, 0.1],
    "monitor": [3, ["loss"]],
    "min_delta": [-1.0, "a"],
    "restore_best_weights": ["yes", 1],
    "callbacks": [3, "abc"],
    "init_coefs": [3.0, "zeros"],
    "init_intercepts": [3.0, "zeros"],
    "n_threads": [0, -1, 1.5, "all"],
    "dtype": ["float16", np.float32, 32],
    "activation": ["softmax", "rely", None, 3],
}
WRONG_OF_CLASSIFIER = {"class_weight": ["even", 3.0], "label_smoothing": [-0.1, 1.0, "a", None]}
WRONG_OF_REGRESSOR = {
    "loss": ["hinge", None],
    "delta": [0.0, -1.0, "a", None],
    "quantile": [0.0, 1.0, "half", None],
    "output_activation": ["softmax", "rely", 3],
    "exact_gradient": [1, "yes", None],
}


@pytest.mark.parametrize(
    ("kind", "name", "value"),
    [
        (kind, name, value)
        for kind, own in (("classifier", WRONG_OF_CLASSIFIER), ("regressor", WRONG_OF_REGRESSOR))
        for name, values in (WRONG | own).items()
        for value in values
    ],
)
def test_wrong_parameters(kind, name, value):
    with pytest.raises(InvalidParameterError, match=f"The '{name}' parameter of MLP"):
        make(kind, **{name: value}).fit(X, target(kind))


def changed(array, value):
    array = array.astype(np.result_type(array, type(value)) if value is not None else object)
    array[7] = value
    return array


BAD_X = {
    "NaN": (lambda x: changed(x, np.nan), "Input X contains NaN"),
    "infinity": (lambda x: changed(x, np.inf), "Input X contains infinity"),
    "None": (lambda x: changed(x, None), "Input X contains NaN"),
    "words": (lambda x: np.full(x.shape, "a"), "could not convert string to float|strings"),
    "objects": (lambda x: np.full(x.shape, "a", object), "could not convert string to float"),
    "no rows": (lambda x: x[:0], "0 sample"),
    "no columns": (lambda x: x[:, :0], "0 feature"),
    "one dimension": (lambda x: x[:, 0], "Expected 2D array, got 1D array"),
    "three dimensions": (lambda x: x[:, :, None], "Found array with dim 3"),
    "a number": (lambda x: 3.0, "Expected 2D array, got scalar array"),
    "complex": (lambda x: x + 0j, "Complex data not supported"),
    "ragged": (lambda x: [[1.0, 2.0], [3.0]] * 75, "inhomogeneous shape"),
}


@pytest.mark.parametrize("bad", BAD_X)
@pytest.mark.parametrize("kind", KINDS)
def test_bad_x(kind, bad):
    make_bad, message = BAD_X[bad]
    model, y = make(kind, batch_size="auto"), target(kind)
    with pytest.raises(ValueError, match=message):
        model.fit(make_bad(X), y)
    model.fit(X, y)
    before = copy.deepcopy(weights_of(model))
    for use in (model.predict, lambda x: model.score(x, y), lambda x: model.partial_fit(x, y)):
        with pytest.raises(ValueError, match=message):
            use(make_bad(X))
    for array, old in zip(weights_of(model), before, strict=True):
        np.testing.assert_array_equal(array, old)
    assert_same_bits(model.partial_fit(X, y), make(kind, batch_size="auto").fit(X, y).partial_fit(X, y))


@pytest.mark.parametrize("kind", KINDS)
def test_another_number_of_columns(kind):
    model = make(kind).fit(X, target(kind))
    for x in (X[:, :3], np.hstack([X, X])):
        for use in (model.predict, lambda x: model.partial_fit(x, target(kind))):
            with pytest.raises(ValueError, match=rf"X has {x.shape[1]} features, but MLP\w+ is expecting 4"):
                use(x)


@pytest.mark.parametrize(
    ("kind", "y", "message"),
    [
        ("classifier", changed(Y.astype(float), np.nan), "Input y contains NaN"),
        ("regressor", changed(NUMBERS, np.nan), "Input y contains NaN"),
        ("regressor", changed(NUMBERS, np.inf), "Input y contains infinity"),
        ("classifier", NUMBERS, "Unknown label type"),
        ("classifier", np.stack([Y, Y], axis=1), "Multioutput target data is not supported"),
        ("regressor", np.full(150, "a"), "could not convert string to float"),
        ("classifier", Y[:-1], "inconsistent numbers of samples"),
        ("regressor", NUMBERS[:-1], "inconsistent numbers of samples"),
        ("regressor", NUMBERS + 0j, "Complex data not supported"),
        ("classifier", None, "requires y to be passed"),
        ("regressor", np.zeros((150, 2, 2)), "Found array with dim 3"),
    ],
)
def test_bad_y(kind, y, message):
    model = make(kind)
    with pytest.raises(ValueError, match=message):
        model.fit(X, y)
    assert_same_bits(model.fit(X, target(kind)), make(kind).fit(X, target(kind)))


@pytest.mark.parametrize(
    ("weight", "message"),
    [
        (WEIGHTS[:-1], r"sample_weight.shape == \(149,\), expected \(150,\)"),
        (WEIGHTS[:, None], "Sample weights must be 1D array or scalar"),
        (changed(WEIGHTS, np.nan), "Input sample_weight contains NaN"),
        (np.full(150, "a"), "could not convert string to float"),
        (np.zeros(150), "at least one non-zero"),
    ],
)
@pytest.mark.parametrize("kind", KINDS)
def test_bad_weights(kind, weight, message):
    model = make(kind)
    with pytest.raises(ValueError, match=message):
        model.fit(X, target(kind), weight)
    assert_same_bits(model.fit(X, target(kind)), make(kind).fit(X, target(kind)))


def test_a_refused_partial_fit():
    model = make("classifier", early_stopping=True)
    with pytest.raises(ValueError, match="partial_fit does not support early_stopping=True"):
        model.partial_fit(X, Y, classes=[0, 1, 2])
    model.set_params(early_stopping=False).partial_fit(X, Y, classes=[0, 1, 2])
    assert_same_bits(model, make("classifier").partial_fit(X, Y, classes=[0, 1, 2]))


@pytest.mark.parametrize("before", [{"early_stopping": True}, {"solver": "lbfgs"}])
def test_another_way_to_train_on(before):
    """What the first fit does not record, the next one does."""
    model = make("classifier", warm_start=True, **before).fit(X, Y)
    model.set_params(early_stopping=False, solver="adam").fit(X, Y).partial_fit(X, Y)
    assert len(model.loss_curve_) == 7 + 6 * ("solver" not in before)
    assert model.best_loss_ == min(model.loss_curve_[-7:])
    model.set_params(early_stopping=True).fit(X, Y)
    assert len(model.validation_scores_) == 6 + 6 * ("solver" not in before)


def test_labels_of_any_kind():
    """Negative, false, words, numbers as objects: the same model under other names."""
    plain = make("classifier").fit(X, Y)
    for names in (
        [-5, -1, 3],
        ["a", "b", "c"],
        [-1.0, 0.0, 2.0],
        [10**12, 10**13, 10**14],
    ):
        names = np.asarray(names)
        model = make("classifier").fit(X, names[Y])
        assert_same_bits(model, plain)
        np.testing.assert_array_equal(model.classes_, names)
        np.testing.assert_array_equal(model.predict(X), names[plain.predict(X)])
    binary = make("classifier").fit(X, Y == 2)
    assert binary.predict(X).dtype == bool


FORMS = {
    "list": lambda x: x.tolist(),
    "read-only": np.copy,
    "fortran": np.asfortranarray,
    "strided": lambda x: np.repeat(np.repeat(x, 2, axis=0), 3, axis=1)[::2, ::3],
    "backwards": lambda x: np.ascontiguousarray(x[::-1, ::-1])[::-1, ::-1],
    "big-endian": lambda x: x.astype(">f8"),
    "objects": lambda x: x.astype(object),
    "unaligned": lambda x: unaligned(x),
}


def unaligned(x):
    memory = np.zeros(x.nbytes + 1, np.uint8)
    result = memory[1:].view(x.dtype).reshape(x.shape)
    result[...] = x
    return result


@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("kind", KINDS)
def test_forms_of_x(kind, form, solver):
    """All give what the plain array gives, and stay as they are."""
    y = target(kind)
    plain = make(kind, solver=solver).fit(X, y)
    x, held_out = FORMS[form](X), FORMS[form](X[HELD_OUT])
    if form == "read-only":
        x.flags.writeable = held_out.flags.writeable = False
    before = copy.deepcopy(x)
    model = make(kind, solver=solver).fit(x, y, validation_data=(held_out, y[HELD_OUT]))
    assert_same_bits(model, plain)
    np.testing.assert_array_equal(model.predict(x), plain.predict(X))
    np.testing.assert_array_equal(model.predict(held_out), plain.predict(X)[HELD_OUT])
    np.testing.assert_array_equal(x, before)
    assert_same_bits(model.fit(X, y), plain)


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_given_is_changed(kind):
    y = target(kind)
    given = [X.copy(), y.copy(), WEIGHTS.copy(), X[:30].copy(), y[:30].copy(), WEIGHTS[:30].copy()]
    before = copy.deepcopy(given)
    for array in given:
        array.flags.writeable = False
    for solver in ("adam", "sgd", "lbfgs"):
        model = make(kind, solver=solver).fit(*given[:3], validation_data=tuple(given[3:]))
        model.predict(given[0])
        model.score(*given[:3])
        if solver != "lbfgs":
            model.partial_fit(*given[:3])
    for array, old in zip(given, before, strict=True):
        np.testing.assert_array_equal(array, old)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dtype", [np.int8, np.uint16, np.int64, bool, np.float16, np.float32, np.longdouble])
def test_types_of_x(kind, dtype):
    x = (X * 2).astype(dtype)
    y = target(kind)
    model = make(kind).fit(x, y)
    wide = x if dtype == np.float32 else x.astype(float)
    plain = make(kind).fit(wide, y)
    assert_same_bits(model, plain)
    np.testing.assert_array_equal(model.predict(x), plain.predict(wide))


def test_unfitted():
    for kind in KINDS:
        with pytest.raises(NotFittedError):
            make(kind).predict(X)


def test_end_of_training_is_warned_of():
    with pytest.warns(ConvergenceWarning, match=r"Maximum iterations \(6\) reached"):
        make("classifier").fit(X, Y)
    assert accuracy_score(Y, make("classifier", max_iter=60).fit(X, Y).predict(X)) > 0.8


@pytest.mark.parametrize("form", [np.asarray, scipy.sparse.csr_matrix])
def test_numbers_too_large_for_float32_are_named(form):
    model = make("classifier", dtype="float32", batch_size=2)
    with pytest.raises(
        ValueError, match="X has numbers that are too large for float32: the largest is 1e\\+39"
    ):
        model.fit(form([[1e39, 0.0], [1.0, 2.0]]), [0, 1])
    model.fit([[1.0, 0.0], [1.0, 2.0]], [0, 1])
    with pytest.raises(ValueError, match="X has numbers that are too large for float32"):
        model.predict(form([[1.0, -1e39]]))
