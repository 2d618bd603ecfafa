"""Every metric class: its configuration, its name, which values are better, batches and resets."""

import json
from types import SimpleNamespace

import numpy as np
import pytest

from dlcore import _names, metrics
from dlcore.callbacks import EarlyStopping
from metrics_data import DATA, WEIGHTS

# Rows that fit, arguments none of which is the default, the default name and what is better: Keras 3.15.1.
CLASSES = {
    "AUC": (
        "several",
        dict(
            curve="PR",
            summation_method="minoring",
            thresholds=[0.3, 0.6],
            multi_label=True,
            num_labels=3,
            label_weights=[1.0, 2.0, 0.5],
            from_logits=True,
        ),
        "auc",
        "max",
    ),
    "Accuracy": ("binary", {}, "accuracy", "max"),
    "BinaryAccuracy": ("several", dict(threshold=0.2), "binary_accuracy", "max"),
    "BinaryCrossentropy": (
        "logits",
        dict(from_logits=True, label_smoothing=0.1),
        "binary_crossentropy",
        "min",
    ),
    "CategoricalAccuracy": ("classes", {}, "categorical_accuracy", "max"),
    "CategoricalCrossentropy": (
        "classes",
        dict(from_logits=True, label_smoothing=0.1, axis=1),
        "categorical_crossentropy",
        "min",
    ),
    "CategoricalHinge": ("classes", {}, "categorical_hinge", "min"),
    "ConcordanceCorrelation": ("classes", dict(axis=1), "concordance_correlation", "max"),
    "CosineSimilarity": ("amounts", dict(axis=1), "cosine_similarity", "max"),
    "F1Score": ("classes", dict(average="macro", threshold=0.3), "f1_score", "max"),
    "FBetaScore": ("classes", dict(average="weighted", beta=2.0, threshold=0.3), "fbeta_score", "max"),
    "FalseNegatives": ("several", dict(thresholds=[0.2, 0.7]), "false_negatives", None),
    "FalsePositives": ("several", dict(thresholds=0.7), "false_positives", None),
    "Hinge": ("signs", {}, "hinge", "min"),
    "KLDivergence": ("classes", {}, "kl_divergence", "min"),
    "LogCoshError": ("amounts", {}, "logcosh", "min"),
    "MeanAbsoluteError": ("amounts", {}, "mean_absolute_error", "min"),
    "MeanAbsolutePercentageError": ("amounts", {}, "mean_absolute_percentage_error", "min"),
    "MeanSquaredError": ("amounts", {}, "mean_squared_error", "min"),
    "MeanSquaredLogarithmicError": ("amounts", {}, "mean_squared_logarithmic_error", "min"),
    "PearsonCorrelation": ("classes", dict(axis=1), "pearson_correlation", "max"),
    "Poisson": ("amounts", {}, "poisson", "min"),
    "Precision": ("several", dict(thresholds=0.2, top_k=2, class_id=1), "precision", "max"),
    "PrecisionAtRecall": (
        "several",
        dict(recall=0.4, num_thresholds=9, class_id=1),
        "precision_at_recall",
        "max",
    ),
    "R2Score": ("amounts", dict(class_aggregation=None, num_regressors=3), "r2_score", "max"),
    "Recall": ("several", dict(thresholds=[0.2, 0.7], top_k=2, class_id=1), "recall", "max"),
    "RecallAtPrecision": (
        "several",
        dict(precision=0.6, num_thresholds=9, class_id=1),
        "recall_at_precision",
        "max",
    ),
    "RootMeanSquaredError": ("amounts", {}, "root_mean_squared_error", "min"),
    "SensitivityAtSpecificity": (
        "several",
        dict(specificity=0.4, num_thresholds=9, class_id=1),
        "sensitivity_at_specificity",
        "max",
    ),
    "SparseCategoricalAccuracy": ("labels", {}, "sparse_categorical_accuracy", "max"),
    "SparseCategoricalCrossentropy": (
        "labels",
        dict(from_logits=True, ignore_class=1, axis=1),
        "sparse_categorical_crossentropy",
        "min",
    ),
    "SparseTopKCategoricalAccuracy": (
        "ranking",
        dict(k=2, from_sorted_ids=True),
        "sparse_top_k_categorical_accuracy",
        "max",
    ),
    "SpecificityAtSensitivity": (
        "several",
        dict(sensitivity=0.4, num_thresholds=9, class_id=1),
        "specificity_at_sensitivity",
        "max",
    ),
    "SquaredHinge": ("logits", {}, "squared_hinge", "min"),
    "TopKCategoricalAccuracy": ("classes", dict(k=3), "top_k_categorical_accuracy", "max"),
    "TrueNegatives": ("several", dict(thresholds=[0.2, 0.7]), "true_negatives", None),
    "TruePositives": ("several", dict(thresholds=0.2), "true_positives", None),
}
# Those of numbers or of a function are in test_metrics_own.py, those that fit in test_metrics_names.py.
OTHERS = {"Mean", "Sum", "MeanMetricWrapper", "AccuracyThatFits", "CrossentropyThatFits"}
REQUIRED = {"recall", "precision", "sensitivity", "specificity"}

every_class = pytest.mark.parametrize("name", CLASSES)


def made(which, /, **more):
    return getattr(metrics, which)(**CLASSES[which][1], **more)


def value(metric, kind, weights=None, cuts=()):
    edges = [0, *cuts, len(WEIGHTS)]
    for rows in map(slice, edges, edges[1:]):
        true, predicted = (array[rows] for array in DATA[kind])
        metric.update_state(true, predicted, None if weights is None else weights[rows])
    return metric.result()


def test_every_class_has_an_entry():
    assert {found.__name__ for found in metrics._REGISTRY.names.values()} == CLASSES.keys() | OTHERS


@every_class
def test_configuration_there_and_back(name):
    kind, options, *_ = CLASSES[name]
    metric = made(name, name="mine", dtype="float64")
    config = json.loads(json.dumps(metrics.serialize(metric)))
    assert config["class_name"] == name
    assert config["config"].items() >= (options | {"name": "mine", "dtype": "float64"}).items()
    again = metrics.get(config)
    assert type(again) is type(metric)
    assert again.get_config() == metric.get_config()
    np.testing.assert_array_equal(value(again, kind), value(metric, kind))


@every_class
def test_the_options_matter_to_the_value(name):
    """So that a configuration that loses one would be seen."""
    kind, options, *_ = CLASSES[name]
    required = {
        key: options[key] for key in ("recall", "precision", "sensitivity", "specificity") if key in options
    }
    if options.keys() - required - {"axis"}:
        plain = getattr(metrics, name)(**required)
        assert not np.array_equal(value(made(name), kind), value(plain, kind))


@every_class
def test_names_are_those_of_keras(name, monkeypatch):
    monkeypatch.setattr(_names, "_given", type(_names._given)())
    assert made(name).name == CLASSES[name][2]
    assert made(name, name="mine").name == "mine"
    numbered = {made(name, name=None).name, made(name, name=None).name, made(name, name=None).name}
    assert len(numbered) == 3
    with pytest.raises(TypeError, match="name"):
        made(name, name=3)


@every_class
def test_what_is_better(name):
    goal = CLASSES[name][3]
    metric = made(name, name="watched")
    assert goal == metric.GOAL
    stop = EarlyStopping("watched")
    stop.set_model(SimpleNamespace(metrics=[metric], stop_training=False))
    stop.on_train_begin()
    if goal is None:
        with pytest.raises(ValueError, match="mode"):
            stop.on_epoch_end(0, {"watched": 1.0})
        return
    for epoch, watched in enumerate((2.0, 3.0, 1.0)):
        stop.on_epoch_end(epoch, {"watched": watched})
    assert stop.best == (3.0 if goal == "max" else 1.0)


@every_class
@pytest.mark.parametrize("weights", [None, WEIGHTS, WEIGHTS.reshape(-1, 1)], ids=["plain", "row", "column"])
def test_batches_equal_the_whole(name, weights):
    kind = CLASSES[name][0]
    assert not made(name).BY_BATCH
    whole = value(made(name), kind, weights)
    np.testing.assert_allclose(
        value(made(name), kind, weights, cuts=(1, 5, 6)), whole, rtol=1e-12, atol=1e-12
    )
    if weights is not None:
        np.testing.assert_array_equal(value(made(name), kind, WEIGHTS), whole)


# R2Score's adjustment counts rows, not weights; weights leave rows of an ignored class out of the mean.
@pytest.mark.parametrize("name", sorted(CLASSES.keys() - {"R2Score", "SparseCategoricalCrossentropy"}))
def test_weights_are_repeated_rows(name):
    kind = CLASSES[name][0]
    times = (2 * WEIGHTS).astype(int)
    true, predicted = (np.repeat(array, times, axis=0) for array in DATA[kind])
    repeated = made(name)(true, predicted)
    np.testing.assert_allclose(value(made(name), kind, times), repeated, rtol=1e-6, atol=1e-9)


@every_class
def test_reset_forgets(name):
    kind = CLASSES[name][0]
    metric = made(name)
    first = value(metric, kind)
    assert np.any(np.asarray(metric.variables[0]) != 0)
    metric.reset_state()
    assert all((variable == 0).all() for variable in metric.variables)
    np.testing.assert_array_equal(value(metric, kind), first)


@every_class
def test_the_result_is_a_number_or_a_new_array(name):
    metric = made(name)
    result = value(metric, CLASSES[name][0])
    if not isinstance(result, float):
        assert type(result) is np.ndarray
        result[:] = -1
        assert not np.array_equal(metric.result(), result)


@every_class
def test_nothing_of_the_caller_changes(name):
    true, predicted = (array.copy() for array in DATA[CLASSES[name][0]])
    for array in (true, predicted):
        array.flags.writeable = False
    made(name).update_state(true, predicted, WEIGHTS)


@every_class
def test_before_any_rows(name):
    assert np.all(np.asarray(made(name).result()) == 0)


def test_an_axis_along_the_rows_depends_on_batches():
    for kind in (metrics.CosineSimilarity, metrics.PearsonCorrelation, metrics.ConcordanceCorrelation):
        assert kind(axis=0).BY_BATCH
        assert not kind(axis=-1).BY_BATCH
