"""The same trajectory as scikit-learn's MLPs from the same random_state, in float64, over whole fits."""

import warnings

import numpy as np
import pytest
import scipy.sparse

pytest.importorskip("sklearn", minversion="1.9")
from sklearn import neural_network
from sklearn.datasets import load_digits, load_iris, make_multilabel_classification, make_regression
from sklearn.exceptions import ConvergenceWarning

from dlcore.sklearn import MLPClassifier, MLPRegressor

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

X_DIGITS, Y_DIGITS = load_digits(return_X_y=True)
X_DIGITS = X_DIGITS[:500] / 16
Y_DIGITS = Y_DIGITS[:500]
X_IRIS, Y_IRIS = load_iris(return_X_y=True)
X_IRIS = (X_IRIS - X_IRIS.mean(0)) / X_IRIS.std(0)
X_NUMBERS, Y_NUMBERS = make_regression(150, 6, n_targets=1, noise=3.0, random_state=1)
Y_NUMBERS = Y_NUMBERS / 50
Y_THREE = np.stack([Y_NUMBERS, np.sin(Y_NUMBERS), X_NUMBERS[:, 0] ** 2], axis=1)
X_LABELS, Y_LABELS = make_multilabel_classification(120, 8, n_classes=4, random_state=2)
X_LABELS = X_LABELS / 10
WEIGHTS = np.random.default_rng(3).uniform(0.1, 2.0, 500)

TASKS = {
    "multiclass": ("MLPClassifier", X_DIGITS, Y_DIGITS, {}),
    "names": ("MLPClassifier", X_IRIS, np.array(["a", "bee", "c"], dtype=object)[Y_IRIS], {}),
    "binary": ("MLPClassifier", X_IRIS, Y_IRIS == 1, {}),
    "multilabel": ("MLPClassifier", X_LABELS, Y_LABELS, {}),
    "regression": ("MLPRegressor", X_NUMBERS, Y_NUMBERS, {}),
    "three outputs": ("MLPRegressor", X_NUMBERS, Y_THREE, {}),
    "counts": ("MLPRegressor", X_NUMBERS, np.floor(np.exp(Y_NUMBERS / 3)), {"loss": "poisson"}),
}
OURS = {"MLPClassifier": MLPClassifier, "MLPRegressor": MLPRegressor}
SGD = {"solver": "sgd", "learning_rate_init": 0.01}


def pair(task, **parameters):
    name, x, y, own = TASKS[task]
    parameters = {"random_state": 7, "max_iter": 40, "hidden_layer_sizes": (12, 9)} | own | parameters
    return getattr(neural_network, name)(**parameters), OURS[name](**parameters), x, y


def assert_same(theirs, ours, x, tolerance=1e-8):
    for name in ("coefs_", "intercepts_"):
        for their, our in zip(getattr(theirs, name), getattr(ours, name), strict=True):
            assert our.dtype == their.dtype
            np.testing.assert_allclose(our, their, rtol=tolerance, atol=tolerance * abs(their).max())
    for name in ("n_iter_", "t_", "n_layers_", "n_outputs_", "out_activation_", "n_features_in_"):
        assert getattr(ours, name) == getattr(theirs, name), name
    for name in ("loss_curve_", "validation_scores_", "loss_", "best_loss_", "best_validation_score_"):
        if hasattr(theirs, name):
            their, our = getattr(theirs, name), getattr(ours, name)
            if their is None:
                assert our is None, name
            else:
                np.testing.assert_allclose(our, their, rtol=tolerance, err_msg=name)
    if hasattr(theirs, "classes_"):
        np.testing.assert_array_equal(ours.classes_, theirs.classes_)
        np.testing.assert_array_equal(ours.predict(x), theirs.predict(x))
        np.testing.assert_allclose(
            ours.predict_proba(x), theirs.predict_proba(x), rtol=10 * tolerance, atol=1e-12
        )
    else:
        np.testing.assert_allclose(ours.predict(x), theirs.predict(x), rtol=10 * tolerance, atol=1e-9)


@pytest.mark.parametrize("activation", ["identity", "logistic", "tanh", "relu"])
@pytest.mark.parametrize("options", [{}, SGD], ids=["adam", "sgd"])
@pytest.mark.parametrize("task", TASKS)
def test_every_task(task, options, activation):
    theirs, ours, x, y = pair(task, activation=activation, **options)
    assert_same(theirs.fit(x, y), ours.fit(x, y), x)


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize(
    "options",
    [
        {"early_stopping": True, "max_iter": 100},
        {"early_stopping": True, "n_iter_no_change": 2, "tol": 0.01, "batch_size": 30},
        {"shuffle": False, "batch_size": 64, "early_stopping": True},
        {"shuffle": False, "alpha": 0.5, "batch_size": 7, "max_iter": 5},
        {"alpha": 0.0, "beta_1": 0.5, "beta_2": 0.9, "epsilon": 1e-4},
        SGD | {"learning_rate": "invscaling", "power_t": 0.2},
        SGD | {"learning_rate": "adaptive", "tol": 0.01, "n_iter_no_change": 2, "max_iter": 100},
        SGD | {"nesterovs_momentum": False, "momentum": 0.5},
        SGD | {"momentum": 0.0, "batch_size": 50},
        {"hidden_layer_sizes": 5, "tol": 1.0, "n_iter_no_change": 3},
        {"hidden_layer_sizes": ()},
    ],
    ids=lambda options: ",".join(f"{k}={v}" for k, v in options.items()),
)
def test_every_option(task, options):
    theirs, ours, x, y = pair(task, **options)
    assert_same(theirs.fit(x, y), ours.fit(x, y), x)


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("early_stopping", [False, True])
def test_weights(task, early_stopping):
    theirs, ours, x, y = pair(task, early_stopping=early_stopping, batch_size=32)
    weights = WEIGHTS[: len(x)]
    assert_same(theirs.fit(x, y, weights), ours.fit(x, y, weights), x)


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("options", [{}, SGD, {"early_stopping": True}])
def test_warm_start(task, options):
    theirs, ours, x, y = pair(task, warm_start=True, max_iter=6, **options)
    for _ in range(3):
        assert_same(theirs.fit(x, y), ours.fit(x, y), x)


def test_a_warm_start_keeps_its_layers():
    theirs, ours, x, y = pair("binary", warm_start=True, max_iter=5)
    for hidden in ((12, 9), (4, 30)):
        for model in (theirs, ours):
            model.set_params(hidden_layer_sizes=hidden).fit(x, y)
    assert_same(theirs, ours, x)
    with pytest.raises(ValueError, match=r"hidden_layer_sizes must stay \[12, 9\] to go on, got \[4\]"):
        ours.set_params(hidden_layer_sizes=(4,)).fit(x, y)  # an IndexError there


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("options", [{}, SGD])
def test_partial_fit(task, options):
    theirs, ours, x, y = pair(task, **options)
    first = {"classes": np.unique(y)} if theirs.__class__.__name__ == "MLPClassifier" and y.ndim == 1 else {}
    if task == "multilabel":
        first = {"classes": np.arange(y.shape[1])}
    for start in (0, 40, 80):
        part = slice(start, start + 40)
        for model in (theirs, ours):
            model.partial_fit(x[part], y[part], **first)
        assert_same(theirs, ours, x)
    for model in (theirs, ours):
        model.partial_fit(x, y, WEIGHTS[: len(x)])
    assert_same(theirs, ours, x)


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("activation", ["logistic", "tanh", "relu"])
def test_lbfgs(task, activation):
    theirs, ours, x, y = pair(task, solver="lbfgs", activation=activation, max_iter=15)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        assert_same(theirs.fit(x, y), ours.fit(x, y), x, tolerance=1e-5)
        assert_same(theirs.fit(x, y, WEIGHTS[: len(x)]), ours.fit(x, y, WEIGHTS[: len(x)]), x, tolerance=1e-5)


@pytest.mark.parametrize("options", [{}, {"solver": "lbfgs"}, {"early_stopping": True}])
@pytest.mark.parametrize("form", ["csr_array", "csc_array", "csr_matrix"])
def test_sparse(form, options):
    x = np.where(np.random.default_rng(0).uniform(size=(300, 40)) < 0.1, 1.5, 0.0)
    y = (x.sum(axis=1) > 6).astype(int) + (x[:, 0] > 0)
    parameters = {"random_state": 1, "max_iter": 15, "hidden_layer_sizes": (30, 5)} | options
    sparse = getattr(scipy.sparse, form)(x)
    theirs = neural_network.MLPClassifier(**parameters).fit(sparse, y)
    ours = MLPClassifier(**parameters).fit(sparse, y)
    assert_same(theirs, ours, sparse, tolerance=1e-5 if options.get("solver") == "lbfgs" else 1e-8)
    dense = MLPClassifier(**parameters).fit(x, y)
    np.testing.assert_allclose(dense.predict_proba(x), ours.predict_proba(sparse), rtol=1e-6)


def test_float32_stays():
    x, y = X_DIGITS.astype(np.float32), Y_DIGITS
    theirs = neural_network.MLPClassifier(random_state=0, max_iter=5).fit(x, y)
    ours = MLPClassifier(random_state=0, max_iter=5).fit(x, y)
    assert_same(theirs, ours, x, tolerance=2e-3)
    assert ours.predict_proba(x).dtype == theirs.predict_proba(x).dtype == np.float32
    assert ours.predict_proba(x.astype(float)).dtype == theirs.predict_proba(x.astype(float)).dtype


def test_verbose_prints_the_same(capsys):
    for options in ({}, {"early_stopping": True}, SGD | {"learning_rate": "adaptive", "tol": 0.5}):
        theirs, ours, x, y = pair("binary", verbose=True, max_iter=60, n_iter_no_change=2, **options)
        theirs.fit(x, y)
        expected = capsys.readouterr().out
        ours.fit(x, y)
        assert capsys.readouterr().out == expected


@pytest.mark.parametrize("model", [neural_network.MLPClassifier, MLPClassifier], ids=["theirs", "ours"])
def test_warnings_are_filtered_by_their_module(model):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", module="sklearn")
        model(max_iter=1, batch_size=1000).fit(X_IRIS, Y_IRIS)


def test_parameters_are_theirs_and_more():
    for name, ours in OURS.items():
        theirs = getattr(neural_network, name)().get_params()
        assert theirs.items() <= ours().get_params().items()
        public = {
            attribute for attribute in dir(getattr(neural_network, name)) if not attribute.startswith("_")
        }
        assert public <= set(dir(ours))
