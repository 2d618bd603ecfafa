"""Estimators as ONNX, as models, and models as estimators."""

import numpy as np
import onnxruntime
import pytest
import skl2onnx
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier as TheirClassifier
from sklearn.neural_network import MLPRegressor as TheirRegressor

import dlcore
import estimators
from dlcore import layers
from dlcore.sklearn import MLPClassifier, MLPRegressor, from_sklearn, to_sklearn

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

LABELS = {
    "whole numbers": estimators.Y * 2 - 1,
    "two": estimators.Y == 1,
    "strings": np.array(["a", "b", "c"])[estimators.Y],
    "two strings": np.array(["no", "yes"])[np.minimum(estimators.Y, 1)],
    "floats": estimators.Y.astype(float),
    "several": estimators.Y_LABELS,
}


def session(model):
    return onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])


def described(model):
    loaded = session(model)
    return [(x.name, x.type, x.shape) for x in [*loaded.get_inputs(), *loaded.get_outputs()]]


def rows(kind, dtype):
    return (estimators.X_LABELS if kind == "several" else estimators.X).astype(dtype)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("kind", LABELS)
def test_classifiers_as_onnx(kind, dtype):
    X, y = rows(kind, dtype), LABELS[kind]
    fitted = MLPClassifier((6,), max_iter=5, random_state=0, activation="logistic").fit(X, y)
    model = fitted.to_onnx()
    label, probabilities = session(model).run(None, {"X": X})
    np.testing.assert_array_equal(label, fitted.predict(X))
    np.testing.assert_allclose(
        probabilities, fitted.predict_proba(X), atol=1e-6 if dtype == "float32" else 1e-14
    )
    if (kind, dtype) == ("several", "float64"):
        return  # skl2onnx's form of that is one that ONNX Runtime cannot run
    theirs = TheirClassifier((6,), max_iter=5, random_state=0).fit(X, y)
    reference = skl2onnx.to_onnx(theirs, X[:1], options={id(theirs): {"zipmap": False}})
    assert described(model) == described(reference)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("y", [estimators.NUMBERS, estimators.THREE], ids=["one", "three"])
def test_regressors_as_onnx(y, dtype):
    X = estimators.X.astype(dtype)
    fitted = MLPRegressor(
        hidden_layer_sizes=(6, 4), activation=["elu", "tanh"], max_iter=5, random_state=0
    ).fit(X, y)
    model = fitted.to_onnx()
    (variable,) = session(model).run(None, {"X": X})
    expected = fitted.predict(X).reshape(len(X), -1)
    np.testing.assert_allclose(variable, expected, atol=1e-6 if dtype == "float32" else 1e-14)
    theirs = TheirRegressor(hidden_layer_sizes=(6, 4), max_iter=5, random_state=0).fit(X, y)
    reference = described(skl2onnx.to_onnx(theirs, X[:1]))
    reference[1][2][1] = expected.shape[1]  # skl2onnx says 1, even where there are three
    assert described(model) == reference


def test_an_output_activation_travels():
    fitted = MLPRegressor("poisson", (6,), max_iter=5, random_state=0).fit(estimators.X, estimators.THREE**2)
    (variable,) = session(fitted.to_onnx()).run(None, {"X": estimators.X})
    np.testing.assert_allclose(variable, fitted.predict(estimators.X), rtol=1e-12)


def test_a_class_that_is_alone():
    fitted = MLPClassifier((3,), max_iter=2).fit(estimators.X, np.full(150, 7))
    label, probabilities = session(fitted.to_onnx()).run(None, {"X": estimators.X})
    assert set(label) == {7}
    np.testing.assert_allclose(probabilities, fitted.predict_proba(estimators.X), atol=1e-12)


def test_onnx_files_and_refusals(tmp_path):
    path = tmp_path / "model.onnx"
    with pytest.raises(NotFittedError):
        MLPClassifier().to_onnx(path)
    fitted = MLPClassifier((3,), max_iter=2).fit(estimators.X, estimators.Y + 0.5 * (estimators.Y == 1) > 1)
    assert path.name not in [file.name for file in tmp_path.iterdir()]
    model = fitted.to_onnx(path)
    assert path.read_bytes() == model.SerializeToString()
    fitted.classes_ = np.array([0.5, 1.5])
    with pytest.raises(ValueError, match="classes_ must be whole numbers or strings"):
        fitted.to_onnx(path)


OURS_AND_THEIRS = {"ours": (MLPClassifier, MLPRegressor), "theirs": (TheirClassifier, TheirRegressor)}


@pytest.mark.parametrize("whose", OURS_AND_THEIRS)
@pytest.mark.parametrize("task", estimators.TASKS)
def test_from_sklearn(whose, task):
    kind, X, y = estimators.TASKS[task]
    cls = OURS_AND_THEIRS[whose][kind == "regressor"]
    fitted = cls(hidden_layer_sizes=(6, 4), activation="tanh", max_iter=5, random_state=0).fit(X, y)
    model = from_sklearn(fitted)
    outputs = model.predict(X, verbose=0)
    assert outputs.dtype == np.float64
    expected = fitted.predict_proba(X) if kind == "classifier" else fitted.predict(X).reshape(len(X), -1)
    if task == "binary":
        expected = expected[:, 1:]
    np.testing.assert_allclose(outputs, expected, atol=1e-12)
    assert [layer.activation.name for layer in model.layers[:2]] == ["tanh", "tanh"]


def test_from_what_is_no_perceptron():
    with pytest.raises(TypeError, match="must be an MLPClassifier or MLPRegressor, got LogisticRegression"):
        from_sklearn(LogisticRegression())
    with pytest.raises(NotFittedError):
        from_sklearn(TheirClassifier())


@pytest.mark.parametrize("task", estimators.TASKS)
def test_there_and_back(task):
    kind, X, y = estimators.TASKS[task]
    fitted = estimators.make(kind, activation=["relu", "elu"]).fit(X, y)
    back = to_sklearn(from_sklearn(fitted))
    estimators.assert_same_bits(back, fitted)
    assert back.activation == ["relu", "elu"]
    assert (back.out_activation_, back.n_outputs_, back.n_layers_) == (
        fitted.out_activation_,
        fitted.n_outputs_,
        4,
    )
    np.testing.assert_array_equal(back.predict(X), fitted.predict(X))


def test_what_is_made_can_go_on(tmp_path):
    model = dlcore.Sequential([dlcore.Input((4,)), layers.Dense(5, "relu"), layers.Dense(3, "softmax")])
    made = to_sklearn(model, ["a", "b", "c"])
    names = np.array(["a", "b", "c"])[estimators.Y]
    np.testing.assert_allclose(
        made.predict_proba(estimators.X), model.predict(estimators.X, verbose=0), atol=1e-6
    )
    before = made.score(estimators.X, names)
    for _ in range(40):
        made.partial_fit(estimators.X, names)
    assert made.score(estimators.X, names) > max(before, 0.7)
    assert made.set_params(max_iter=3, warm_start=True).fit(estimators.X, names).n_iter_ > 0
    assert set(made.predict(estimators.X)) <= {"a", "b", "c"}


def test_two_classes_with_softmax_become_one_output():
    parts = [
        layers.Dense(5, use_bias=False),
        layers.Activation("tanh"),
        layers.Dropout(0.5),
        layers.Dense(2, "softmax"),
    ]
    model = dlcore.Sequential([dlcore.Input((4,)), *parts], dtype="float64")
    made = to_sklearn(model, [False, True])
    np.testing.assert_allclose(
        made.predict_proba(estimators.X), model.predict(estimators.X, verbose=0), atol=1e-12
    )
    assert made.n_outputs_ == 1
    assert made.activation == "tanh"


def test_another_output_activation_becomes_the_estimators():
    model = dlcore.Sequential([dlcore.Input((4,)), layers.Dense(3), layers.Dense(2, "exponential")])
    made = to_sklearn(model)
    assert (made.activation, made.output_activation) == ("identity", "exponential")
    np.testing.assert_allclose(made.predict(estimators.X), model.predict(estimators.X, verbose=0), rtol=1e-5)


def test_no_hidden_layers():
    model = dlcore.Sequential([dlcore.Input((4,)), layers.Dense(2)])
    made = to_sklearn(model)
    np.testing.assert_allclose(made.predict(estimators.X), model.predict(estimators.X, verbose=0), atol=1e-6)
    assert isinstance(made, MLPRegressor)


REFUSED = {
    "a layer of another kind": (
        [layers.Dense(3), layers.LayerNormalization(), layers.Dense(1)],
        None,
        r"layer 'layer_normalization.*' \(LayerNormalization\): an estimator has dense layers",
    ),
    "an activation before all": (
        [layers.Activation("relu"), layers.Dense(1)],
        None,
        "dense layers and activations",
    ),
    "two activations": ([layers.Dense(1, "relu"), layers.Activation("tanh")], None, "already, 'relu'"),
    "a parameter": ([layers.Dense(2), layers.LeakyReLU(0.5), layers.Dense(1)], None, "its usual parameters"),
    "softmax within": (
        [layers.Dense(2, "softmax"), layers.Dense(1)],
        None,
        "softmax after its last layer only",
    ),
    "softmax of one": ([layers.Dense(1, "softmax")], None, "always 1"),
    "classes for numbers": ([layers.Dense(3)], [0, 1, 2], "classes must be None after 'identity'"),
    "classes for labels": (
        [layers.Dense(3, "sigmoid")],
        [0, 1, 2],
        "classes must be None where every output",
    ),
    "too few classes": ([layers.Dense(3, "softmax")], [0, 1], "classes must be 3 in ascending order"),
    "disorder": ([layers.Dense(1, "sigmoid")], ["yes", "no"], "classes must be 2 in ascending order"),
    "rows of axes": ([layers.Reshape((4,)), layers.Dense(1)], None, r"dense layers and activations alone"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_models_that_no_estimator_can_be(case):
    parts, classes, message = REFUSED[case]
    model = dlcore.Sequential([dlcore.Input((4,)), *parts])
    with pytest.raises(ValueError, match=message):
        to_sklearn(model, classes)
