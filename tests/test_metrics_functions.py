"""The functions: a number for each row, beside what Keras gives for the same rows."""

import numpy as np
import pytest

from dlcore import metrics
from metrics_data import DATA

# Which rows, the function, its further arguments, the first five values and the mean of all: Keras 3.15.1.
VALUES = [
    (
        "several",
        metrics.binary_accuracy,
        dict(threshold=0.3),
        [[1.0, 1.0, 0.0], [0.0, 0.0, 1.0], [1.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 1.0, 1.0]],
        0.527777778,
    ),
    ("classes", metrics.categorical_accuracy, dict(), [0.0, 1.0, 0.0, 1.0, 0.0], 0.25),
    ("labels", metrics.sparse_categorical_accuracy, dict(), [0.0, 1.0, 0.0, 1.0, 0.0], 0.25),
    ("classes", metrics.top_k_categorical_accuracy, dict(k=2), [0.0, 1.0, 0.0, 1.0, 0.0], 0.25),
    ("labels", metrics.sparse_top_k_categorical_accuracy, dict(k=2), [0.0, 1.0, 0.0, 1.0, 0.0], 0.25),
    (
        "several",
        metrics.binary_crossentropy,
        dict(),
        [0.77790606, 1.02585113, 1.17783904, 1.88777566, 0.30693385],
        0.968882745,
    ),
    (
        "several",
        metrics.binary_focal_crossentropy,
        dict(apply_class_balancing=True),
        [0.214630708, 0.186994165, 0.611439586, 0.432957977, 0.0224363636],
        0.276158901,
    ),
    (
        "logits",
        metrics.binary_focal_crossentropy,
        dict(gamma=1.5, from_logits=True),
        [0.246220261, 1.06040382, 0.113337152, 0.0948640034, 1.08013999],
        0.540251563,
    ),
    (
        "classes",
        metrics.categorical_crossentropy,
        dict(label_smoothing=0.2),
        [4.88703394, 1.02922177, 3.60434341, 0.994972229, 1.49704003],
        2.20599322,
    ),
    (
        "classes",
        metrics.categorical_focal_crossentropy,
        dict(),
        [1.36516595, 0.0812830701, 0.970718145, 0.0703638718, 0.224097103],
        0.478035728,
    ),
    (
        "classes",
        metrics.categorical_focal_crossentropy,
        dict(from_logits=True, label_smoothing=0.1),
        [0.265580833, 0.160569713, 0.258253098, 0.155765489, 0.202661231],
        0.21279887,
    ),
    (
        "labels",
        metrics.sparse_categorical_crossentropy,
        dict(),
        [5.50533152, 0.910355926, 4.02535152, 0.853728771, 1.49206805],
        2.33080522,
    ),
    (
        "classes",
        metrics.categorical_hinge,
        dict(),
        [1.60162604, 0.871428549, 1.46428573, 0.851648331, 1.13754642],
        1.20824705,
    ),
    (
        "signs",
        metrics.hinge,
        dict(),
        [0.757425725, 2.26732683, 0.440594077, 0.36138618, 2.26732683],
        1.26650168,
    ),
    (
        "signs",
        metrics.squared_hinge,
        dict(),
        [1.1473875, 5.24115276, 0.388246268, 0.261199951, 5.36663055],
        2.58089895,
    ),
    (
        "amounts",
        metrics.huber,
        dict(delta=0.5),
        [0.0154715637, 0.105057798, 0.0105983187, 0.0147961508, 0.104968086],
        0.0607850824,
    ),
    (
        "amounts",
        metrics.log_cosh,
        dict(),
        [0.0153192878, 0.10154736, 0.0105246305, 0.0146556795, 0.101474077],
        0.0598657106,
    ),
    (
        "classes",
        metrics.kl_divergence,
        dict(),
        [5.50532722, 0.910351634, 4.02534723, 0.85372448, 1.49206364],
        2.3308009,
    ),
    (
        "amounts",
        metrics.mean_absolute_error,
        dict(),
        [0.138910875, 0.45792082, 0.107920781, 0.133960456, 0.45792079],
        0.292533015,
    ),
    (
        "amounts",
        metrics.mean_absolute_percentage_error,
        dict(),
        [20.7979431, 96.0462494, 25.2206707, 7.98891258, 41.5649033],
        37.230193,
    ),
    (
        "amounts",
        metrics.mean_squared_error,
        dict(),
        [0.0309431273, 0.210115597, 0.0211966373, 0.0295923017, 0.209936172],
        0.124997058,
    ),
    (
        "amounts",
        metrics.mean_squared_logarithmic_error,
        dict(),
        [0.00503218547, 0.0612344779, 0.00925032236, 0.00336590363, 0.0386191644],
        0.0231853815,
    ),
    (
        "amounts",
        metrics.poisson,
        dict(),
        [0.596108556, 0.794820309, 0.719678938, 0.708162367, 0.753407836],
        0.642428738,
    ),
    (
        "classes",
        metrics.pearson_correlation,
        dict(),
        [-0.609457731, 0.806708455, -0.756366253, 0.806708574, -0.135994703],
        -0.170777785,
    ),
    (
        "classes",
        metrics.concordance_correlation,
        dict(),
        [-0.508594334, 0.382111102, -0.530249238, 0.432351977, -0.0630955994],
        -0.122620125,
    ),
]


@pytest.mark.parametrize("case", VALUES, ids=lambda case: f"{case[1].__name__}-{case[0]}")
def test_the_rows_are_those_of_keras(case):
    kind, function, options, first, mean = case
    true, predicted = DATA[kind]
    values = function(true, predicted, **options)
    assert len(values) == len(predicted)
    np.testing.assert_allclose(values[:5], first, rtol=2e-6, atol=1e-6)
    assert np.mean(values) == pytest.approx(mean, rel=2e-6, abs=1e-6)


def test_every_function_has_an_entry():
    functions = {name for name in metrics.__all__ if name.islower()} - {"get", "serialize", "deserialize"}
    assert functions == {case[1].__name__ for case in VALUES}


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_what_is_cut_is_cut_in_the_dtype_of_the_predictions(dtype):
    """1 - 1e-7 is another number in float32: Keras 3.15.1 gives 15.942385 for it."""
    p = np.ones((1, 1), dtype)
    expected = 15.942385 if dtype == "float32" else -np.log(1e-7)
    np.testing.assert_allclose(metrics.binary_crossentropy([[0]], p), expected, rtol=1e-6)
    assert metrics.binary_crossentropy([[0]], p).dtype == dtype


@pytest.mark.parametrize("function", [metrics.hinge, metrics.kl_divergence, metrics.poisson])
def test_a_vector_of_targets_meets_a_column_of_outputs(function):
    true, predicted = DATA["binary"]
    np.testing.assert_array_equal(function(true[:, 0], predicted), function(true, predicted))


def test_an_ignored_class_costs_nothing():
    labels, predicted = DATA["labels"]
    losses = metrics.sparse_categorical_crossentropy(labels, predicted, ignore_class=2)
    assert (losses[labels == 2] == 0).all()
    assert (losses[labels != 2] > 0).all()
    outside = metrics.sparse_categorical_crossentropy(
        np.where(labels == 2, -1, labels), predicted, ignore_class=-1
    )
    np.testing.assert_array_equal(outside, losses)


def test_equal_outputs_share_the_best_place():
    p = np.array([[0.4, 0.4, 0.2]])
    assert metrics.sparse_top_k_categorical_accuracy([1], p, k=1) == [1]
    assert metrics.sparse_top_k_categorical_accuracy([2], p, k=2) == [0]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: metrics.mean_squared_error(np.ones((3, 2)), np.ones((4, 2))), "y_true.*y_pred"),
        (lambda: metrics.sparse_categorical_crossentropy([0, 3], np.ones((2, 3))), "y_true.*from 0 to 2"),
        (lambda: metrics.sparse_categorical_crossentropy([0], np.ones((2, 3))), "y_true.*one class index"),
        (lambda: metrics.sparse_categorical_accuracy(np.ones((2, 3)), np.ones((2, 3))), "y_true"),
        (lambda: metrics.mean_absolute_error("yes", [1.0]), "y_true"),
        (lambda: metrics.mean_absolute_error([1.0], "yes"), "y_pred"),
    ],
)
def test_what_does_not_fit_is_named(call, message):
    with pytest.raises((ValueError, TypeError), match=message):
        call()
