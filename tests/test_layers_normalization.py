"""The layer that normalizes inputs by what it is told, or finds, of them."""

import numpy as np
import pytest

import dlcore
from dlcore.layers import Normalization

X = np.array([[1, 2, -1], [3, -2, 0.5], [0, 4, 2], [-1, 1, 0]])
MEAN, VARIANCE = [0.75, 1.25, 0.375], [2.1875, 4.6875, 1.171875]
IMAGES = np.arange(12.0).reshape(2, 3, 2) ** 1.5


class Batches(dlcore.utils.PyDataset):
    def __len__(self):
        return 2

    def __getitem__(self, index):
        return X[index * 3 : index * 3 + 3], np.zeros(3)


@pytest.mark.parametrize(
    "data",
    [
        lambda: X,
        lambda: X.tolist(),
        lambda: [X[:1], X[1:]],
        lambda: (batch for batch in (X[:2], X[2:3], X[3:])),
        lambda: [(X[:3], "targets"), (X[3:], "targets")],
        Batches,
    ],
    ids=["array", "list", "arrays", "generator", "with targets", "data set"],
)
def test_adapt(data):
    layer = Normalization()
    layer.adapt(data())
    found = layer.get_weights()
    np.testing.assert_allclose(found[0], MEAN, rtol=1e-6)  # as Keras 3.15.1
    np.testing.assert_allclose(found[1], VARIANCE, rtol=1e-6)
    np.testing.assert_allclose(layer(X), (X - MEAN) / np.sqrt(VARIANCE), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(layer.mean, [MEAN])
    np.testing.assert_allclose(layer.variance, [VARIANCE])
    names = ["mean", "variance", "count"]
    assert [variable.path for variable in layer.weights] == [f"{layer.name}/{name}" for name in names]
    assert layer.trainable_weights == []


def test_adapt_again_forgets():
    layer = Normalization(dtype="float64")
    layer.adapt(X + 100)
    layer.adapt(X)
    np.testing.assert_allclose(layer.get_weights()[:2], [MEAN, VARIANCE])


def test_batches_far_from_zero_lose_nothing():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(1000, 2)) + 1e6
    layer = Normalization(dtype="float64")
    layer.adapt(np.array_split(x, 7))
    np.testing.assert_allclose(layer.get_weights()[:2], [x.mean(axis=0), x.var(axis=0)], rtol=1e-9)


def test_one_for_all():
    layer = Normalization(axis=None, dtype="float64")
    layer.adapt(X)
    np.testing.assert_allclose(
        layer.get_weights()[:2], [[0.79166667] * 3, [2.81076389] * 3]
    )  # as Keras 3.15.1


def test_a_vector_is_rows_of_one_number():
    for axis in (None, -1):
        layer = Normalization(axis, dtype="float64")
        layer.adapt(np.array([1.0, 3.0]))
        np.testing.assert_allclose(layer([[5.0]]), [[3.0]])


# Keras 3.15.1
@pytest.mark.parametrize(
    ("axis", "first"),
    [
        (1, [[-1.04645, -0.924119], [-1.098247, -0.87378], [-1.114412, -0.857984]]),
        ((1, -1), [[-1, -1], [-1, -1], [-1, -1]]),
    ],
)
def test_axes_of_rows(axis, first):
    layer = Normalization(axis)
    layer.adapt([IMAGES[:1], IMAGES[1:]])
    np.testing.assert_allclose(layer(IMAGES)[0], first, atol=1e-5)
    assert layer.mean.shape == (1, 3, 2)


def test_given_numbers():
    layer = Normalization(mean=[1.0, 2.0, 0.0], variance=[1.0, 4.0, 0.0], dtype="float64")
    np.testing.assert_allclose(layer([[3.0, 6.0, 1e-7]]), [[2.0, 2.0, 1.0]])
    assert layer.get_weights() == layer.weights == []
    assert layer.count_params() == 0
    np.testing.assert_array_equal(layer.variance, [[1.0, 4.0, 0.0]])
    np.testing.assert_allclose(Normalization(mean=3.0, variance=4.0)(X), (X - 3) / 2)
    # Keras 3.15.1: fewer axes are the last ones.
    images = Normalization((1, 2), mean=[1.0, 2.0], variance=[1.0, 4.0])(IMAGES)
    np.testing.assert_allclose(images[0], [[-1, -0.5], [1.828427, 1.598076], [7, 4.59017]], atol=1e-5)


def test_before_it_adapts():
    layer = Normalization()
    assert layer.mean is None
    np.testing.assert_array_equal(layer(X), X)
    np.testing.assert_array_equal(layer.get_weights()[:2], [[0, 0, 0], [1, 1, 1]])


REFUSED = {
    "only mean": (lambda: Normalization(mean=1.0), ValueError, "mean and variance must both be given"),
    "shapes": (
        lambda: Normalization(mean=[1.0], variance=1.0),
        ValueError,
        "mean and variance must have one",
    ),
    "too many axes": (lambda: Normalization(mean=[[1.0]], variance=[[1.0]]), ValueError, "at most 1 axes"),
    "negative": (lambda: Normalization(mean=1.0, variance=-1.0), ValueError, "variance must not be negative"),
    "not finite": (lambda: Normalization(mean=np.nan, variance=1.0), ValueError, "mean must be finite"),
    "width": (
        lambda: Normalization(mean=[1.0, 2.0], variance=[1.0, 2.0])(X),
        ValueError,
        r"mean must fit.*\(3,\)",
    ),
    "rows": (lambda: Normalization(0).adapt(X), ValueError, r"axis must be among.*1 to 1.*\(0,\)"),
    "axis": (lambda: Normalization(2)(X), ValueError, r"axis must be among.*\(2,\)"),
    "nothing to find": (lambda: Normalization(mean=0, variance=1).adapt(X), ValueError, "nothing to find"),
    "no batches": (lambda: Normalization().adapt([]), ValueError, "at least one batch"),
    "no rows": (lambda: Normalization().adapt(np.ones((0, 3))), ValueError, "data must have rows"),
    "NaN": (lambda: Normalization().adapt([[np.nan]]), ValueError, "data must be finite"),
    "uneven": (
        lambda: Normalization().adapt([X, X[:, :2]]),
        ValueError,
        r"rows of one shape.*\(3,\).*\(2,\)",
    ),
    "no data": (lambda: Normalization().adapt(3), TypeError, "data must be an array or an iterable"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case):
    call, error, message = REFUSED[case]
    with pytest.raises(error, match=message):
        call()


def test_rows_of_another_width_than_before():
    layer = Normalization()
    layer.adapt(X)
    with pytest.raises(ValueError, match=r"rows of shape \(3,\), as the layer, got \(2,\)"):
        layer.adapt(X[:, :2])
