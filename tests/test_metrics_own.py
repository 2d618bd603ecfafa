"""Means and sums of numbers, metrics of the user's own, and arguments that do not fit."""

import numpy as np
import pytest

from dlcore import _names, metrics
from metrics_data import DATA

FIRST = np.array([[1.0], [2.0], [3.0]], np.float32), np.array([[2.0], [2.0], [5.0]], np.float32)
SECOND = np.array([[0.0]], np.float32), np.array([[4.0]], np.float32)


def one_number(y_true, y_pred):
    return abs(y_true - y_pred).mean()


def a_number_a_row(y_true, y_pred):
    return abs(y_true - y_pred).mean(axis=-1)


def fed(metric, *batches):
    for batch in batches:
        metric.update_state(*batch)
    return metric.result()


# What Keras 3.15.1 gives.
@pytest.mark.parametrize(
    ("metric", "batches", "expected"),
    [
        (metrics.MeanMetricWrapper(one_number), [FIRST, SECOND], 2.5),
        (metrics.MeanMetricWrapper(a_number_a_row), [FIRST, SECOND], 1.75),
        (
            metrics.MeanMetricWrapper(a_number_a_row),
            [(*FIRST, [1.0, 0.0, 2.0]), (*SECOND, [1.0])],
            2.25,
        ),
        (metrics.Mean(), [(4.0, 2.0), (1.0,)], 3.0),
        (metrics.Mean(), [([1, 2, 3], [1, 2, 3])], 14 / 6),
        (metrics.Mean(), [([[1.0, 2.0], [3.0, 4.0]], [1, 2]), ([[5.0, 6.0]],)], 3.5),
        (metrics.Mean(), [([[1.0, 2.0], [3.0, 4.0]], [[1, 2], [3, 0]])], 7 / 3),
        (metrics.Sum(), [([[1, 2], [3, 4]], [1, 2])], 17.0),
        (metrics.Sum(), [(1.5,), ([2.0, 3.0],)], 6.5),
        (metrics.MeanSquaredError(), [(FIRST[0][:, 0], FIRST[1], [1, 2, 3])], 13 / 6),
        # Vectors of predictions are one row, as in Keras.
        (metrics.MeanSquaredError(), [(FIRST[0][:, 0], FIRST[1][:, 0]), ([0.0], [4.0])], (5 / 3 + 16) / 2),
        (metrics.RootMeanSquaredError(), [(FIRST[0][:, 0], FIRST[1][:, 0], [1, 2, 3])], (13 / 6) ** 0.5),
        (
            metrics.RootMeanSquaredError(),
            [([[1.0, 2.0], [3.0, 4.0]], [[1.0, 0.0], [0.0, 4.0]], [[1.0, 2.0], [3.0, 0.0]])],
            2.41522946,
        ),
        (metrics.Precision(), [(FIRST[0][:, 0] > 1, FIRST[1], [1, 2, 3])], 5 / 6),
        (metrics.BinaryAccuracy(), [([[1, 0], [0, 1]], [[0.9, 0.8], [0.2, 0.1]], [1.0, 3.0])], 0.5),
        (metrics.Precision(), [([0, 1, 1], [0.9, 0.8, 0.2], [[1.0], [2.0], [3.0]])], 2 / 3),
        (metrics.AUC(), [([1.0, 0.0, 1.0], [[1.0], [0.3], [0.2]])], 0.5),
        (metrics.CosineSimilarity(axis=0), [([[1.0, 2], [3, 4]], [[1.0, 0], [0, 4]])], 0.60532749),
    ],
)
def test_shapes_and_weights_as_in_keras(metric, batches, expected):
    metric.reset_state()
    assert fed(metric, *batches) == pytest.approx(expected, rel=1e-6)


OUTSIDE = [[1], [0], [1], [0]], [[-0.5], [0.2], [1.5], [1.0]]
SEVERAL = DATA["several"]


# What Keras 3.15.1 gives in places where a formula could go wrong.
@pytest.mark.parametrize(
    ("metric", "true", "predicted", "expected"),
    [
        (metrics.AUC(num_thresholds=5), *OUTSIDE, 0.5),
        (metrics.TruePositives(thresholds=[0, 0.5, 1]), *OUTSIDE, [1, 1, 0]),
        (metrics.TruePositives(thresholds=[0.1, 0.5, 1]), *OUTSIDE, [1, 1, 1]),
        (metrics.BinaryAccuracy(), [[0], [0]], [[0.5], [0.4]], 1),
        (metrics.F1Score(), np.eye(2), [[0, 0], [0.2, 0.8]], [0, 1]),
        (metrics.MeanAbsolutePercentageError(), [[0, 1]], [[0.001, 1]], 500000),
        (metrics.MeanSquaredLogarithmicError(), [[1]], [[-3]], 0.4804529),
        (metrics.LogCoshError(), [[0, 1]], [[500, 1]], 249.65343),
        (metrics.Poisson(), [[1]], [[0]], 16.118095),
        (metrics.KLDivergence(), [[1, 0]], [[0, 1]], 16.118093),
        (metrics.BinaryCrossentropy(from_logits=True), [[0, 1]], [[1000, -200]], 600),
        (metrics.CategoricalCrossentropy(from_logits=True), [[0, 1]], [[1000, 0]], 1000),
        (metrics.CategoricalHinge(), [[0, 0, 1]], [[0.3, 0.9, 0.2]], 1.7),
        (metrics.CosineSimilarity(), [[0, 0]], [[0.3, 0.9]], 0),
        (metrics.PearsonCorrelation(), [[1, 2]], [[1, 1]], np.nan),
        (metrics.ConcordanceCorrelation(), [[1, 1]], [[1, 1]], 0),
        (metrics.ConcordanceCorrelation(), *SEVERAL, -0.037572294),
    ],
)
def test_at_the_edges(metric, true, predicted, expected):
    metric.reset_state()
    result = metric(np.array(true, np.float32), np.array(predicted, np.float32))
    np.testing.assert_allclose(result, expected, rtol=1e-6, atol=2e-7)


def test_all_is_all_whatever_the_weights():
    """Sums of tenths are not what they seem, but recall is 1 where nothing is missed."""
    true, predicted = DATA["binary"]
    for tenths in range(1, 20):
        weights = np.arange(tenths, tenths + 12) / 10
        assert metrics.PrecisionAtRecall(1.0)(true, 0.1 + 0.8 * predicted, weights) > 0.5


def test_equal_thresholds_count_alike():
    counts = metrics.TruePositives(thresholds=[0.6, 0.2, 0.6])(*DATA["several"])
    assert counts[0] == counts[2] < counts[1]


def test_outputs_that_are_all_the_same_have_no_score():
    """Keras 3.15.1: NaN where nothing is left to explain and nothing is wrong, 0 where something is."""
    score = metrics.R2Score(class_aggregation=None)([[1.0, 2.0], [1.0, 2.0]], [[1.0, 3.0], [1.0, 3.0]])
    np.testing.assert_array_equal(score, [np.nan, 0])


@pytest.mark.parametrize("regressors", [1, 9])
def test_a_score_that_cannot_be_adjusted(regressors):
    score = metrics.R2Score(num_regressors=regressors)
    score.update_state([[1.0], [2.0]], [[1.0], [3.0]])
    with pytest.warns(UserWarning, match=f"num_regressors={regressors}"):
        assert score.result() == -1


class Hits(metrics.Metric):
    """As Keras's guide writes one."""

    def __init__(self, name=None, **kwargs):
        super().__init__(name=name, **kwargs)
        self.hits = self.add_variable(shape=(), initializer="zeros", name="hits")
        self.rows = self.add_weight(name="rows")
        self.inner = metrics.Mean()

    def update_state(self, y_true, y_pred, sample_weight=None):
        self.hits.assign(self.hits + np.sum(y_true == y_pred))
        self.rows.assign_add(len(y_true))
        self.rows.assign_sub(0)
        self.inner.update_state(y_pred)

    def result(self):
        return self.hits / self.rows


def test_a_class_of_ones_own(monkeypatch):
    monkeypatch.setattr(_names, "_given", type(_names._given)())
    hits = Hits()
    assert [Hits().name, Hits(name="mine").name, hits.name] == ["hits_1", "mine", "hits"]
    assert float(hits(np.array([1, 2, 3]), np.array([1, 2, 4]))) == pytest.approx(2 / 3)
    assert [variable.name for variable in hits.variables] == ["hits", "rows", "total", "count"]
    assert (hits.BY_BATCH, hits.GOAL, hits.core_name) == (True, None, None)
    hits.reset_state()
    assert [float(variable) for variable in hits.variables] == [0, 0, 0, 0]
    assert float(hits(np.array([1, 2]), np.array([1, 3]))) == 0.5


def test_names_of_ones_own_classes_are_keras_s():
    names = {"AUCScore": "auc_score", "MyAUC": "my_auc", "F2": "f2", "XMLHttp2Thing": "xml_http2_thing"}
    assert {name: _names.snake_case(name) for name in names} == names


def test_what_is_not_defined_is_said():
    metric = metrics.Metric(name="mine")
    with pytest.raises(NotImplementedError, match="update_state"):
        metric.update_state([1], [1])
    with pytest.raises(NotImplementedError, match="result"):
        metric.result()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: metrics.Precision(thresholds=1.5), "thresholds.*1.5"),
        (lambda: metrics.Precision(thresholds=[]), "thresholds"),
        (lambda: metrics.Recall(top_k=0), "top_k"),
        (lambda: metrics.Recall(class_id=-1), "class_id"),
        (lambda: metrics.AUC(num_thresholds=1), "num_thresholds"),
        (lambda: metrics.AUC(curve="RCO"), "curve.*ROC"),
        (lambda: metrics.AUC(summation_method="middle"), "summation_method"),
        (lambda: metrics.AUC(num_labels=3), "num_labels.*multi_label"),
        (lambda: metrics.SensitivityAtSpecificity(1.2), "specificity"),
        (lambda: metrics.PrecisionAtRecall(0.5, num_thresholds=0), "num_thresholds"),
        (lambda: metrics.FBetaScore(average="mean"), "average"),
        (lambda: metrics.FBetaScore(beta=0.0), "beta.*above 0"),
        (lambda: metrics.F1Score(threshold=0.0), "threshold.*above 0"),
        (lambda: metrics.R2Score(class_aggregation="sum"), "class_aggregation"),
        (lambda: metrics.R2Score(num_regressors=-1), "num_regressors"),
        (lambda: metrics.TopKCategoricalAccuracy(k=0), "k must"),
        (lambda: metrics.BinaryAccuracy(threshold="half"), "threshold"),
        (lambda: metrics.BinaryCrossentropy(label_smoothing=2), "label_smoothing"),
        (lambda: metrics.CosineSimilarity(axis=2), "axis"),
        (lambda: metrics.Mean(dtype="int8"), "dtype"),
        (lambda: metrics.MeanMetricWrapper("mse"), "fn"),
        (lambda: metrics.MeanMetricWrapper(one_number)(*FIRST, [1, 2, 3]), "sample_weight"),
        (lambda: metrics.MeanSquaredError()(*FIRST, [1, 2]), "sample_weight.*row"),
        (lambda: metrics.Precision()(*FIRST, [1, 2]), "sample_weight.*row"),
        (lambda: metrics.F1Score()(*FIRST, [1, 2]), "sample_weight.*row"),
        (lambda: metrics.F1Score()([1.0, 0.0], [1.0, 0.3]), "F1Score"),
        (lambda: metrics.R2Score()([1.0, 0.0], [1.0, 0.3]), "R2Score"),
        (lambda: metrics.Precision(class_id=1)(*FIRST), "class_id"),
        (lambda: metrics.Precision(top_k=2)(*FIRST), "top_k"),
        (lambda: metrics.AUC(multi_label=True)([1.0], [0.5]), "y_pred"),
        (lambda: metrics.Precision()(np.ones((3, 1)), np.ones((3, 2))), "y_true.*y_pred"),
    ],
)
def test_what_does_not_fit_is_named(call, message):
    with pytest.raises((ValueError, TypeError), match=message):
        call()
