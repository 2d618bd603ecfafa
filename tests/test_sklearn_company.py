"""Beside scikit-learn's own: pipelines, searches, ensembles, routing, data frames, and models in files."""

import copy
import io
import os
import pickle
import subprocess
import sys

import numpy as np
import pytest

pytest.importorskip("sklearn", minversion="1.9")
import joblib
import sklearn
from sklearn import neural_network
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer
from sklearn.datasets import load_iris
from sklearn.ensemble import BaggingClassifier, BaggingRegressor, StackingClassifier, StackingRegressor
from sklearn.exceptions import UnsetMetadataPassedError
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.inspection import permutation_importance
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import GridSearchCV, HalvingGridSearchCV, KFold, cross_validate
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

import dlcore
from dlcore.sklearn import MLPClassifier, MLPRegressor

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

X_RAW, Y = load_iris(return_X_y=True)
X = (X_RAW - X_RAW.mean(axis=0)) / X_RAW.std(axis=0)
NUMBERS = X[:, 0] * X[:, 1] + X[:, 2]
NAMES = ["sepal length", "sepal width", "petal length", "petal width"]
OPTIONS = {
    "hidden_layer_sizes": (8, 5),
    "max_iter": 20,
    "random_state": 3,
    "learning_rate_init": 0.02,
    "batch_size": 16,
}
SGD = {"solver": "sgd"}
KINDS = ["classifier", "regressor"]
FIVE = KFold(5, shuffle=True, random_state=0)


def make(kind, **options):
    return {"classifier": MLPClassifier, "regressor": MLPRegressor}[kind](**OPTIONS | options)


def target(kind):
    return Y if kind == "classifier" else NUMBERS


def outputs(model, x=X):
    return getattr(model, "predict_proba", model.predict)(x)


def assert_same_bits(one, other):
    for name in ("coefs_", "intercepts_"):
        for a, b in zip(getattr(one, name), getattr(other, name), strict=True):
            assert a.dtype == b.dtype
            np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("kind", KINDS)
def test_pipeline(kind):
    pipeline = make_pipeline(StandardScaler(), make(kind)).fit(X_RAW, target(kind))
    alone = make(kind).fit(StandardScaler().fit_transform(X_RAW), target(kind))
    assert_same_bits(pipeline[-1], alone)
    assert (
        pipeline.score(X_RAW, target(kind)) == alone.score(pipeline[0].transform(X_RAW), target(kind)) > 0.8
    )


def test_column_transformer():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(X_RAW, columns=NAMES)
    frame["colour"] = np.array(["blue", "violet", "white"])[Y]
    columns = ColumnTransformer([("scale", StandardScaler(), NAMES), ("code", OneHotEncoder(), ["colour"])])
    pipeline = make_pipeline(columns, make("classifier")).fit(frame, Y)
    assert pipeline.score(frame, Y) == 1.0
    assert pipeline[-1].n_features_in_ == 7


@pytest.mark.parametrize("kind", KINDS)
def test_grid_search(kind):
    grid = {"alpha": [1e-4, 1.0], "solver": ["adam", "sgd", "lbfgs"], "dropout": [0.0, 0.2]}
    alone = GridSearchCV(make(kind, max_iter=8), grid, cv=2).fit(X, target(kind))
    parallel = GridSearchCV(make(kind, max_iter=8), grid, cv=2, n_jobs=2).fit(X, target(kind))
    np.testing.assert_array_equal(
        parallel.cv_results_["mean_test_score"], alone.cv_results_["mean_test_score"]
    )
    assert_same_bits(parallel.best_estimator_, alone.best_estimator_)


def test_halving_grid_search_over_epochs():
    search = HalvingGridSearchCV(
        make("classifier"),
        {"alpha": [1e-4, 1.0], "activation": ["relu", "gelu"]},
        resource="max_iter",
        min_resources=4,
        max_resources=16,
        factor=2,
        cv=2,
        n_jobs=2,
        random_state=0,
    ).fit(X, Y)
    assert search.n_resources_ == [4, 8, 16]
    assert search.best_estimator_.n_iter_ == 16


@pytest.mark.parametrize("kind", KINDS)
def test_cross_validate(kind):
    result = cross_validate(
        make(kind),
        X,
        target(kind),
        cv=FIVE,
        return_train_score=True,
        return_estimator=True,
        return_indices=True,
    )
    train = result["indices"]["train"][0]
    assert_same_bits(result["estimator"][0], make(kind).fit(X[train], target(kind)[train]))
    assert result["test_score"].mean() > 0.7


@pytest.mark.parametrize(
    "ensemble",
    [
        lambda: StackingClassifier([("mlp", make("classifier"))], LogisticRegression(), cv=2),
        lambda: CalibratedClassifierCV(make("classifier"), cv=2),
        lambda: CalibratedClassifierCV(make("classifier"), cv=2, method="isotonic", ensemble=False),
        lambda: BaggingClassifier(make("classifier"), 3, n_jobs=2, random_state=0),
        lambda: StackingRegressor([("mlp", make("regressor"))], LinearRegression(), cv=FIVE),
        lambda: BaggingRegressor(make("regressor"), 3, max_features=0.8, random_state=0),
    ],
    ids=["stacking", "calibrated", "isotonic", "bagging", "stacking numbers", "bagging numbers"],
)
@pytest.mark.parametrize("weighted", [False, True])
def test_ensembles(ensemble, weighted):
    model = ensemble()
    y = Y if hasattr(model, "predict_proba") else NUMBERS
    weight = {"sample_weight": np.linspace(0.5, 1.5, len(X))} if weighted else {}
    assert model.fit(X, y, **weight).score(X, y) > 0.7


@pytest.mark.parametrize("kind", KINDS)
def test_permutation_importance(kind):
    x = np.column_stack([X, np.zeros(len(X))])
    model = make(kind).fit(x, target(kind))
    found = permutation_importance(model, x, target(kind), n_repeats=3, random_state=0)
    assert found.importances_mean[2] > 0.05
    assert found.importances_mean[4] == 0.0


@pytest.mark.parametrize("container", ["pandas", "polars"])
@pytest.mark.parametrize("early_stopping", [False, True])
def test_frames_from_a_transformer(container, early_stopping):
    frames = pytest.importorskip(container)
    frame = (
        frames.DataFrame(X_RAW, schema=NAMES)
        if container == "polars"
        else frames.DataFrame(X_RAW, columns=NAMES)
    )
    with sklearn.config_context(transform_output=container):
        model = make("classifier", early_stopping=early_stopping)
        pipeline = make_pipeline(StandardScaler(), model).fit(frame, Y)
        assert pipeline[-1].feature_names_in_.tolist() == NAMES
        scaled = np.asarray(pipeline[0].transform(frame))
        found = pipeline.predict_proba(frame)
    plain = clone(model).fit(scaled, Y)
    assert isinstance(found, np.ndarray)
    assert_same_bits(pipeline[-1], plain)
    np.testing.assert_array_equal(found, plain.predict_proba(scaled))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("container", ["pandas", "polars"])
def test_frames(container, kind):
    frames = pytest.importorskip(container)

    def frame(x, names):
        return frames.DataFrame({name: x[:, i] for i, name in enumerate(names)})

    y = frames.Series(values=target(kind)) if container == "polars" else frames.Series(target(kind))
    named = make(kind).fit(frame(X, NAMES), y)
    plain = make(kind).fit(X, target(kind))
    assert named.feature_names_in_.tolist() == NAMES
    assert not hasattr(plain, "feature_names_in_")
    assert_same_bits(named, plain)
    np.testing.assert_array_equal(outputs(named, frame(X, NAMES)), outputs(plain))
    assert named.score(frame(X, NAMES), y) == plain.score(X, target(kind))
    for names, message in (
        (NAMES[::-1], "must be in the same order"),
        ([*NAMES[:3], "ovary"], "unseen at fit time:\n- ovary"),
        (NAMES[:3], "missing:\n- petal width"),
    ):
        with pytest.raises(ValueError, match=message):
            named.predict(frame(X, names))
        with pytest.raises(ValueError, match=message):
            named.partial_fit(frame(X, names), y)
    with pytest.warns(UserWarning, match="does not have valid feature names"):
        named.predict(X)
    with pytest.warns(UserWarning, match="was fitted without feature names"):
        plain.predict(frame(X, NAMES))


@pytest.mark.parametrize("monitor", ["balanced_accuracy", lambda model, x, y: model.score(x, y)])
def test_frames_do_not_disturb_a_scorer(monitor):
    """It predicts rows that are an array by then; pytest makes the warning of that an error."""
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(X, columns=NAMES)
    named = make("classifier", early_stopping=True, monitor=monitor).fit(frame, Y)
    plain = make("classifier", early_stopping=True, monitor=monitor).fit(X, Y)
    assert named.validation_scores_ == plain.validation_scores_
    given = make("classifier", monitor=monitor).fit(frame, Y, validation_data=(frame[::3], Y[::3]))
    assert len(given.validation_scores_) == given.n_iter_


@pytest.mark.parametrize("kind", KINDS)
def test_routing_of_weights(kind):
    weight = np.random.default_rng(0).uniform(0.1, 3.0, len(X))
    y = target(kind)
    with sklearn.config_context(enable_metadata_routing=True):
        model = make(kind).set_fit_request(sample_weight=True).set_score_request(sample_weight=True)
        pipeline = Pipeline(
            [("scale", StandardScaler().set_fit_request(sample_weight=False)), ("mlp", model)]
        )
        result = cross_validate(
            pipeline,
            X,
            y,
            cv=FIVE,
            params={"sample_weight": weight},
            return_estimator=True,
            return_indices=True,
        )
        train, test = result["indices"]["train"][1], result["indices"]["test"][1]
        scaler = StandardScaler().fit(X[train])
        expected = make(kind).fit(scaler.transform(X[train]), y[train], weight[train])
        assert_same_bits(result["estimator"][1][-1], expected)
        assert result["test_score"][1] == expected.score(scaler.transform(X[test]), y[test], weight[test])
        with pytest.raises(UnsetMetadataPassedError, match="sample_weight"):
            cross_validate(make(kind), X, y, params={"sample_weight": weight})


def test_routing_of_validation_rows():
    with sklearn.config_context(enable_metadata_routing=True):
        pipeline = make_pipeline(make("classifier").set_fit_request(validation_data=True))
        pipeline.fit(X, Y, validation_data=(X[::2], Y[::2]))
    assert len(pipeline[-1].validation_loss_curve_) == pipeline[-1].n_iter_


def count_layers(model, numbers):
    assert len(model.coefs_) == len(model.hidden_layer_sizes) + 1


@pytest.mark.parametrize("kind", KINDS)
def test_clone(kind):
    options = {"activation": ["relu", "gelu"], "dropout": (0.1, 0.0), "callbacks": [count_layers]}
    last = 3 if kind == "classifier" else 1
    model = make(kind, **options, init_intercepts=[np.zeros(8), np.zeros(5), np.zeros(last)])
    copied = clone(model.fit(X, target(kind)))
    assert not hasattr(copied, "coefs_")
    for name, value in model.get_params().items():
        if name != "init_intercepts":
            assert copied.get_params()[name] == value
    assert_same_bits(copied.fit(X, target(kind)), model)


def through_joblib(model):
    file = io.BytesIO()
    joblib.dump(model, file)
    file.seek(0)
    return joblib.load(file)


def through_skops(model):
    skops = pytest.importorskip("skops.io")
    data = skops.dumps(model)
    found = skops.get_untrusted_types(data=data)
    assert all(name.split(".")[0] in ("dlcore", "sklearn") for name in found), found
    return skops.loads(data, trusted=found)


WAYS = {
    "pickle": lambda model: pickle.loads(pickle.dumps(model)),
    "pickle 2": lambda model: pickle.loads(pickle.dumps(model, 2)),
    "joblib": through_joblib,
    "deepcopy": copy.deepcopy,
    "skops": through_skops,
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    "options", [{}, SGD, {"solver": "lbfgs"}, {"early_stopping": True}, {"dropout": 0.3}], ids=str
)
@pytest.mark.parametrize("kind", KINDS)
def test_copies_are_the_same(kind, options, way):
    model = make(kind, **options).fit(X, target(kind))
    copied = WAYS[way](model)
    assert_same_bits(copied, model)
    np.testing.assert_array_equal(outputs(copied), outputs(model))
    assert copied.get_params() == model.get_params()
    assert copied.n_iter_ == model.n_iter_
    assert getattr(copied, "loss_curve_", None) == getattr(model, "loss_curve_", None)
    assert_same_bits(copied.fit(X, target(kind)), model)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    "options",
    [
        {},
        SGD,
        SGD | {"nesterovs_momentum": False, "learning_rate": "invscaling"},
        {"learning_rate": "cosine", "warmup_epochs": 2, "dropout": 0.2},
        {"dtype": "float32", "weight_decay": 0.01},
    ],
    ids=["adam", "sgd", "momentum", "cosine", "float32"],
)
@pytest.mark.parametrize("kind", KINDS)
def test_copies_go_on(kind, options, way):
    """A copy, one that has predicted and one of that one train on exactly as the model does."""
    first = {"classes": [0, 1, 2]} if kind == "classifier" else {}
    model = make(kind, **options).partial_fit(X[::2], target(kind)[::2], **first)
    model.partial_fit(X[1::2], target(kind)[1::2])
    copied, used = WAYS[way](model), WAYS[way](model)
    used.predict(X)
    again = WAYS[way](used)
    for _ in range(2):
        for each in (model, copied, used, again):
            each.partial_fit(X, target(kind))
    for each in (copied, used, again):
        assert_same_bits(each, model)
        assert each.loss_curve_ == model.loss_curve_
        assert each.t_ == model.t_


@pytest.mark.parametrize("kind", KINDS)
def test_predicting_otherwise_leaves_the_optimizer(kind):
    model = make(kind).fit(X, target(kind))
    other = copy.deepcopy(model)
    other.set_params(activation="tanh").predict(X)
    other.set_params(activation="relu")
    assert_same_bits(other.partial_fit(X, target(kind)), model.partial_fit(X, target(kind)))


def test_adam_goes_on_after_lbfgs():
    """With its moments of before, as scikit-learn's does."""
    models = [make("classifier"), neural_network.MLPClassifier(**OPTIONS)]
    for model in models:
        model.fit(X, Y)
        model.set_params(solver="lbfgs", warm_start=True, max_iter=5).fit(X, Y)
        model.set_params(solver="adam").partial_fit(X, Y)
    ours, theirs = models
    assert ours.loss_ == pytest.approx(theirs.loss_, rel=1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_a_copy_has_its_own_weights(kind):
    model = make(kind).fit(X, target(kind))
    before = outputs(model)
    copied = copy.deepcopy(model)
    copied.partial_fit(X, target(kind))
    assert (outputs(copied) != before).any()
    np.testing.assert_array_equal(outputs(model), before)


CHILD = """
import pickle, sys
import dlcore
from dlcore.sklearn import MLPClassifier, MLPRegressor
assert dlcore.show_config(mode="dicts")["isa"] == "scalar"
assert dlcore.show_config(mode="dicts")["threads"] == 1
x, tasks = pickle.load(sys.stdin.buffer)
for model, y in tasks:
    model.fit(x, y)
models = [model for model, _ in tasks]
predictions = [getattr(model, "predict_proba", model.predict)(x) for model in models]
pickle.dump((models, predictions), sys.stdout.buffer)
"""


def test_a_model_from_elsewhere():
    """Fitted on one thread without vector instructions; nothing depends on that to the last bit."""
    tasks = []
    for kind in KINDS:
        for options in ({}, SGD, {"solver": "lbfgs"}, {"dtype": "float32", "dropout": 0.1}):
            tasks.append((make(kind, **options), target(kind)))
    child = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", CHILD],
        input=pickle.dumps((X, tasks)),
        capture_output=True,
        check=True,
        timeout=60,
        env=os.environ | {"DLCORE_NUM_THREADS": "1", "DLCORE_ISA": "scalar"},
    )
    models, predictions = pickle.loads(child.stdout)
    for (model, y), there, prediction in zip(tasks, models, predictions, strict=True):
        np.testing.assert_array_equal(outputs(there), prediction)
        if model.solver != "lbfgs":  # SciPy's sums are not of this project
            assert_same_bits(there, model.fit(X, y))


@pytest.mark.parametrize("options", [{}, SGD, {"solver": "lbfgs"}, {"dropout": 0.3}], ids=str)
@pytest.mark.parametrize("kind", KINDS)
def test_threads_do_not_matter(kind, options):
    rng = np.random.default_rng(5)
    x = rng.normal(size=(600, 60))
    y = x[:, 0] * x[:, 1] > 0 if kind == "classifier" else x[:, :3]
    options = {"hidden_layer_sizes": (120, 40), "max_iter": 4} | options
    models = [make(kind, **options, n_threads=threads).fit(x, y) for threads in (None, 1, 2)]
    before = dlcore.show_config(mode="dicts")["threads"]
    for model in models[1:]:
        assert_same_bits(model, models[0])
        np.testing.assert_array_equal(outputs(model, x), outputs(models[0], x))
    assert dlcore.show_config(mode="dicts")["threads"] == before
