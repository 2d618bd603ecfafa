"""From names, functions and configurations to metrics."""

import functools

import pytest

import dlcore
from dlcore import losses, metrics
from dlcore.layers import Dense, Input
from metrics_data import DATA

ALIASES = {
    "bce": "BinaryCrossentropy",
    "BCE": "BinaryCrossentropy",
    "mse": "MeanSquaredError",
    "MSE": "MeanSquaredError",
    "mae": "MeanAbsoluteError",
    "MAE": "MeanAbsoluteError",
    "mape": "MeanAbsolutePercentageError",
    "MAPE": "MeanAbsolutePercentageError",
    "msle": "MeanSquaredLogarithmicError",
    "MSLE": "MeanSquaredLogarithmicError",
    "AUC": "AUC",
    "auc": "AUC",
    "kl_divergence": "KLDivergence",
    "f1_score": "F1Score",
    "f_beta_score": "FBetaScore",
    "r2_score": "R2Score",
    "log_cosh_error": "LogCoshError",
    "precision": "Precision",
    "true_positives": "TruePositives",
    "sparse_top_k_categorical_accuracy": "SparseTopKCategoricalAccuracy",
    "RootMeanSquaredError": "RootMeanSquaredError",
}


@pytest.mark.parametrize("name", ALIASES)
def test_names_of_keras(name):
    metric = metrics.get(name)
    assert type(metric).__name__ == ALIASES[name]
    assert metric.name == name


@pytest.mark.parametrize("name", ["accuracy", "acc", "Accuracy", "ACC"])
@pytest.mark.parametrize(
    ("loss", "outputs", "expected"),
    [
        (losses.BinaryCrossentropy(), 1, metrics.BinaryAccuracy),
        (losses.BinaryCrossentropy(), 3, metrics.CategoricalAccuracy),
        (losses.SparseCategoricalCrossentropy(), 3, metrics.SparseCategoricalAccuracy),
    ],
)
def test_the_accuracy_that_fits(name, loss, outputs, expected):
    metric = metrics.get(name).resolve(loss, outputs)
    assert type(metric) is expected
    assert metric.name == name


@pytest.mark.parametrize("name", ["crossentropy", "ce"])
@pytest.mark.parametrize(
    ("loss", "outputs", "expected"),
    [
        (losses.MeanSquaredError(), 1, metrics.BinaryCrossentropy),
        (losses.CategoricalCrossentropy(), 3, metrics.CategoricalCrossentropy),
        (losses.SparseCategoricalCrossentropy(), 3, metrics.SparseCategoricalCrossentropy),
    ],
)
def test_the_crossentropy_that_fits(name, loss, outputs, expected):
    metric = metrics.get(name).resolve(loss, outputs)
    assert type(metric) is expected
    assert metric.name == name


def test_accuracy_by_itself_is_equality_as_in_keras():
    assert metrics.get("accuracy")([[1], [2]], [[1], [3]]) == 0.5


def test_targets_that_a_metric_cannot_take_are_refused():
    sparse = losses.SparseCategoricalCrossentropy()
    with pytest.raises(ValueError, match="precision"):
        metrics.Precision(name="precision").resolve(sparse, 3)
    with pytest.raises(ValueError, match="sparse_top_k"):
        metrics.SparseTopKCategoricalAccuracy().resolve(losses.MeanSquaredError(), 3)
    own = metrics.get(lambda y_true, y_pred: 0.0)
    assert own.resolve(sparse, 3) is own
    assert own.resolve(losses.MeanSquaredError(), 3) is own


class Scaled:
    """A callable object without a name."""

    def __call__(self, y_true, y_pred):
        return 2 * abs(y_true - y_pred)


class Named(Scaled):
    """One with a name, as Keras's losses have."""

    name = "doubled"


def largest_error(y_true, y_pred):
    return abs(y_true - y_pred).max()


def CamelCase(y_true, y_pred):  # noqa: N802
    return 0.0


@pytest.mark.parametrize(
    ("function", "name", "goal"),
    [
        (largest_error, "largest_error", None),
        (CamelCase, "camel_case", None),
        (lambda y_true, y_pred: 0.0, "lambda", None),
        (functools.partial(largest_error), "partial", None),
        (Scaled(), "scaled", None),
        (Named(), "doubled", None),
        (metrics.binary_accuracy, "binary_accuracy", None),
        (metrics.mean_squared_error, "mean_squared_error", "min"),
        (losses.mean_absolute_error, "mean_absolute_error", "min"),
        (losses.Huber(), "huber_loss", "min"),
        (losses.Huber, "huber_loss", "min"),
    ],
)
def test_functions_become_means(function, name, goal):
    metric = metrics.get(function)
    assert type(metric) is metrics.MeanMetricWrapper
    assert (metric.name, metric.GOAL, metric.BY_BATCH) == (name, goal, True)
    assert metric.core_name is None


def test_a_function_gives_what_its_class_gives():
    true, predicted = DATA["amounts"]
    for function, kind in (
        (metrics.mean_squared_error, metrics.MeanSquaredError),
        (losses.mean_absolute_error, metrics.MeanAbsoluteError),
    ):
        assert metrics.get(function)(true, predicted) == pytest.approx(kind()(true, predicted), rel=1e-6)
    assert metrics.get(losses.Huber(0.5))(true, predicted) == pytest.approx(
        metrics.huber(true, predicted, 0.5).mean(), rel=1e-6
    )


def test_objects_and_classes():
    metric = metrics.Recall()
    assert metrics.get(metric) is metric
    assert type(metrics.get(metrics.Recall)) is metrics.Recall

    class Own(metrics.Mean):
        pass

    assert type(metrics.get(Own)) is Own


@pytest.mark.parametrize(
    ("identifier", "error", "message"),
    [
        ("acuracy", ValueError, "acuracy.*did you mean 'accuracy'"),
        ("logcosh", ValueError, "logcosh.*did you mean 'LogCoshError'"),
        (3, TypeError, "metric.*3"),
        (None, TypeError, "metric.*None"),
        ({"class_name": "AUC"}, TypeError, "config"),
        ({"class_name": "Nothing", "config": {}}, ValueError, "Nothing"),
        ("precision_at_recall", TypeError, "recall"),
    ],
)
def test_what_is_no_metric(identifier, error, message):
    with pytest.raises(error, match=message):
        metrics.get(identifier)


def test_own_things_come_back_with_custom_objects():
    class Own(metrics.Mean):
        pass

    config = metrics.serialize(Own("mine"))
    again = metrics.deserialize(config, {"Own": Own})
    assert (type(again), again.name) == (Own, "mine")
    config = metrics.serialize(metrics.get(largest_error))
    with pytest.raises(ValueError, match=r"largest_error.*custom_objects"):
        metrics.deserialize(config)
    again = metrics.deserialize(config, {"largest_error": largest_error})
    assert (again.name, again([[1.0]], [[3.0]])) == ("largest_error", 2.0)


def test_what_keras_writes_is_read():
    config = {
        "module": "keras.metrics",
        "class_name": "TopKCategoricalAccuracy",
        "config": {"name": "top", "dtype": "float32", "k": 2},
        "registered_name": None,
    }
    metric = metrics.get(config)
    assert (type(metric), metric.name, metric.k) == (metrics.TopKCategoricalAccuracy, "top", 2)


@pytest.mark.parametrize(
    ("loss", "name", "kind"),
    [
        ("binary_crossentropy", "binary_accuracy", "several"),
        ("categorical_crossentropy", "categorical_accuracy", "classes"),
        ("sparse_categorical_crossentropy", "sparse_categorical_accuracy", "labels"),
        ("mse", "mean_squared_error", "amounts"),
        ("mse", "mean_absolute_error", "amounts"),
    ],
)
def test_the_core_computes_the_same(loss, name, kind):
    true, x = DATA[kind]
    activation = None if kind == "amounts" else "sigmoid" if kind == "several" else "softmax"
    model = dlcore.Sequential([Input((x.shape[1],)), Dense(x.shape[1], activation=activation)])
    model.compile("sgd", loss, metrics=[name])
    metric = metrics.get(name)
    assert metric.core_name == name
    expected = metric(true, model.predict(x, verbose=0))
    assert model.evaluate(x, true, verbose=0, return_dict=True)[name] == pytest.approx(expected, rel=1e-5)
