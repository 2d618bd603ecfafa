"""Callbacks of dlcore's MLPs: plain ones, and scikit-learn 1.9's."""

import numpy as np
import pytest

pytest.importorskip("sklearn", minversion="1.9")
from sklearn.callback import ProgressBar, ScoringMonitor
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils._param_validation import InvalidParameterError

from estimators import (
    KINDS,
    NUMBERS,
    WEIGHTS,
    X,
    Y,
    assert_same_bits,
    make,
    target,
)

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


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
