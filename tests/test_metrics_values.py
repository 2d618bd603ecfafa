"""The value of every metric, beside what Keras gives for the same rows."""

import numpy as np
import pytest

from dlcore import metrics
from metrics_data import DATA, WEIGHTS

# Which rows, the metric, its value and the value with weights: Keras 3.15.1.
VALUES = [
    ("binary", lambda: metrics.Accuracy(), 0.0833333358, 0.173913047),
    ("binary", lambda: metrics.BinaryAccuracy(), 0.583333313, 0.695652187),
    ("several", lambda: metrics.BinaryAccuracy(threshold=0.3), 0.527777731, 0.579710186),
    ("classes", lambda: metrics.CategoricalAccuracy(), 0.25, 0.434782594),
    ("labels", lambda: metrics.SparseCategoricalAccuracy(), 0.25, 0.434782594),
    ("classes", lambda: metrics.TopKCategoricalAccuracy(k=2), 0.25, 0.434782594),
    ("labels", lambda: metrics.SparseTopKCategoricalAccuracy(k=3), 0.583333313, 0.739130437),
    ("ranking", lambda: metrics.SparseTopKCategoricalAccuracy(k=2, from_sorted_ids=True), 0.5, 0.304347813),
    ("binary", lambda: metrics.TruePositives(), 4.0, 4.5),
    ("several", lambda: metrics.TrueNegatives(), 9.0, 8.0),
    ("several", lambda: metrics.FalsePositives(thresholds=[0.7, 0.2]), [5.0, 13.0], [3.0, 10.0]),
    (
        "several",
        lambda: metrics.FalseNegatives(thresholds=[0, 0.25, 0.5, 0.75, 1]),
        [0.0, 4.0, 10.0, 14.0, 19.0],
        [0.0, 4.0, 10.0, 14.0, 20.0],
    ),
    ("binary", lambda: metrics.Precision(), 0.800000012, 0.899999976),
    (
        "several",
        lambda: metrics.Precision(thresholds=[0.3, 0.6, 0.9]),
        [0.538461566, 0.428571433, 0.666666687],
        [0.612244904, 0.479999989, 0.75],
    ),
    ("classes", lambda: metrics.Precision(top_k=2), 0.125, 0.217391297),
    ("classes", lambda: metrics.Precision(top_k=2, class_id=1), 0.285714298, 0.538461566),
    ("several", lambda: metrics.Recall(), 0.473684222, 0.5),
    ("several", lambda: metrics.Recall(thresholds=0.35, class_id=2), 0.5, 0.5),
    ("classes", lambda: metrics.Recall(top_k=1), 0.25, 0.434782594),
    ("binary", lambda: metrics.SensitivityAtSpecificity(0.6), 0.5, 0.800000012),
    ("several", lambda: metrics.SensitivityAtSpecificity(0.3, num_thresholds=1), 0.473684222, 0.5),
    ("binary", lambda: metrics.SpecificityAtSensitivity(0.6), 0.5, 1.0),
    ("several", lambda: metrics.SpecificityAtSensitivity(0.7, class_id=1), 0.400000006, 0.363636374),
    ("several", lambda: metrics.PrecisionAtRecall(0.8), 0.571428597, 0.627451003),
    ("several", lambda: metrics.RecallAtPrecision(0.6), 0.105263159, 0.800000012),
    ("binary", lambda: metrics.AUC(), 0.625, 0.841666639),
    ("binary", lambda: metrics.AUC(curve="PR"), 0.833960354, 0.926714182),
    ("several", lambda: metrics.AUC(curve="PRGAIN"), 0.00491043553, -0.00934183039),
    ("several", lambda: metrics.AUC(num_thresholds=7, summation_method="minoring"), 0.402476758, 0.433620691),
    ("several", lambda: metrics.AUC(num_thresholds=7, summation_method="majoring"), 0.563467503, 0.589655161),
    (
        "several",
        lambda: metrics.AUC(num_thresholds=7, curve="PR", summation_method="minoring"),
        0.413292855,
        0.462836415,
    ),
    (
        "several",
        lambda: metrics.AUC(num_thresholds=7, curve="PR", summation_method="majoring"),
        0.528344154,
        0.62820518,
    ),
    ("several", lambda: metrics.AUC(thresholds=[0.9, 0.15, 0.3]), 0.530959725, 0.546120703),
    (
        "several",
        lambda: metrics.AUC(thresholds=[0.9, 0.15, 0.3], curve="PR", multi_label=True),
        0.596780539,
        0.642773867,
    ),
    ("several", lambda: metrics.AUC(multi_label=True), 0.495238125, 0.506012559),
    (
        "several",
        lambda: metrics.AUC(multi_label=True, num_labels=3, label_weights=[0.5, 2.0, 1.0]),
        0.468027204,
        0.530715346,
    ),
    ("several", lambda: metrics.AUC(curve="PR", label_weights=[0.5, 2.0, 1.0]), 0.573207676, 0.649255574),
    ("logits", lambda: metrics.AUC(from_logits=True), 0.433566421, 0.411428571),
    (
        "several",
        lambda: metrics.FBetaScore(),
        [0.399999946, 0.363636345, 0.199999958],
        [0.380952328, 0.476190448, 0.285714239],
    ),
    (
        "several",
        lambda: metrics.FBetaScore(average="micro", beta=2.0, threshold=0.4),
        0.561224461,
        0.56930691,
    ),
    (
        "several",
        lambda: metrics.FBetaScore(average="weighted", beta=0.5, threshold=0.4),
        0.520938456,
        0.550212145,
    ),
    (
        "classes",
        lambda: metrics.F1Score(),
        [0.0, 0.571428478, 0.285714209, 0.0],
        [0.0, 0.777777731, 0.428571373, 0.0],
    ),
    ("classes", lambda: metrics.F1Score(average="macro"), 0.214285672, 0.301587284),
    ("several", lambda: metrics.F1Score(average="weighted", threshold=0.6), 0.36555019, 0.367494792),
    ("amounts", lambda: metrics.R2Score(), 0.746080875, 0.686104774),
    (
        "amounts",
        lambda: metrics.R2Score(class_aggregation=None),
        [0.721777916, 0.770383894],
        [0.637290001, 0.734919548],
    ),
    (
        "amounts",
        lambda: metrics.R2Score(class_aggregation="variance_weighted_average", num_regressors=4),
        0.707074046,
        0.647777736,
    ),
    ("amounts", lambda: metrics.RootMeanSquaredError(), 0.353549242, 0.358253062),
    ("amounts", lambda: metrics.MeanSquaredError(), 0.124997057, 0.128345266),
    ("amounts", lambda: metrics.MeanAbsoluteError(), 0.29253301, 0.295092583),
    ("amounts", lambda: metrics.MeanAbsolutePercentageError(), 37.2301941, 30.0731792),
    ("amounts", lambda: metrics.MeanSquaredLogarithmicError(), 0.0231853798, 0.0214250796),
    ("amounts", lambda: metrics.CosineSimilarity(), 0.982689619, 0.983599305),
    ("amounts", lambda: metrics.LogCoshError(), 0.0598657131, 0.0614263229),
    ("classes", lambda: metrics.PearsonCorrelation(), -0.170777753, 0.0827716067),
    ("classes", lambda: metrics.ConcordanceCorrelation(), -0.122620113, 0.042472437),
    ("classes", lambda: metrics.KLDivergence(), 2.33080101, 1.65743089),
    ("amounts", lambda: metrics.Poisson(), 0.642428696, 0.630108356),
    ("several", lambda: metrics.BinaryCrossentropy(), 0.96888274, 0.984766483),
    (
        "logits",
        lambda: metrics.BinaryCrossentropy(from_logits=True, label_smoothing=0.1),
        0.915439844,
        0.939085007,
    ),
    ("classes", lambda: metrics.CategoricalCrossentropy(), 2.3308053, 1.65743506),
    (
        "classes",
        lambda: metrics.CategoricalCrossentropy(from_logits=True, label_smoothing=0.1),
        1.44675171,
        1.37941825,
    ),
    ("labels", lambda: metrics.SparseCategoricalCrossentropy(), 2.3308053, 1.65743506),
    (
        "labels",
        lambda: metrics.SparseCategoricalCrossentropy(from_logits=True, ignore_class=2),
        1.12030494,
        1.41028035,
    ),
    ("signs", lambda: metrics.Hinge(), 1.26650178, 1.28260875),
    ("logits", lambda: metrics.Hinge(), 1.26650178, 1.28260875),
    ("several", lambda: metrics.SquaredHinge(), 1.28322661, 1.15827143),
    ("classes", lambda: metrics.CategoricalHinge(), 1.20824695, 1.08393884),
]


def name(case):
    return f"{type(case[1]()).__name__}-{case[0]}"


@pytest.mark.parametrize("case", VALUES, ids=name)
@pytest.mark.parametrize("batches", [[slice(None)], [slice(7), slice(7, None)]], ids=["whole", "batches"])
def test_the_value_is_that_of_keras(case, batches):
    kind, make, plain, weighted = case
    true, predicted = DATA[kind]
    for expected, weights in ((plain, None), (weighted, WEIGHTS)):
        metric = make()
        for rows in batches:
            metric.update_state(true[rows], predicted[rows], None if weights is None else weights[rows])
        np.testing.assert_allclose(metric.result(), expected, rtol=2e-6, atol=1e-6)
