"""Losses of a user's own: a function or a class that gives values and derivatives."""

import numpy as np
import pytest

import reference
from dlcore import _core, losses

Y, OUTPUTS = np.arange(6.0).reshape(3, 2), np.ones((3, 2))


def squares(y_true, y_pred):
    error = y_pred - y_true
    return (error**2).mean(axis=1), 2 * error / error.shape[1]


class Squares(losses.Loss):
    def call(self, y_true, y_pred):
        return squares(y_true, y_pred)


OWN = {
    "function": lambda: losses.get(squares),
    "class": Squares,
    "class by name": lambda: losses.get(Squares),
}


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("kind", OWN)
def test_a_loss_of_ones_own(kind, dtype):
    loss = OWN[kind]()
    y, outputs = Y.astype(dtype), OUTPUTS.astype(dtype)
    assert loss(y, outputs) == losses.MeanSquaredError()(y, outputs)
    assert loss(y, outputs, [1, 0, 3]) == losses.MeanSquaredError()(y, outputs, [1, 0, 3])
    table = loss.evaluate(y, outputs)
    assert table.dtype == dtype
    np.testing.assert_array_equal(table, np.column_stack(squares(y, outputs)))


def test_the_core_follows_a_given_loss():
    layers = [reference.dense(4), reference.activate("tanh"), reference.dense(2)]
    network = _core.Network(3, layers, "float64", 0)
    rng = np.random.default_rng(0)
    x, y, weight = rng.normal(size=(9, 3)), rng.normal(size=(9, 2)), rng.uniform(0, 2, 9)
    network.set_weights(reference.random_weights(rng, 3, layers))
    network.compile(reference.loss_config("mean_squared_error"), [], reference.OPTIMIZER)
    expected, slopes = network.differentiate(x, y, weight)
    loss = losses.get(squares)
    network.compile(loss.core_config(), [], reference.OPTIMIZER)
    found, own = network.differentiate(x, loss.evaluate(y, network.predict(x)), weight)
    assert found["loss"] == pytest.approx(expected["loss"], rel=1e-14)
    for a, b in zip(own, slopes, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12)
    with pytest.raises(ValueError, match="y: expected 3 columns"):
        network.differentiate(x, y, weight)


def values_only(y_true, y_pred):
    return ((y_pred - y_true) ** 2).mean(axis=1)


WRONG = {
    "values only": (
        values_only,
        r"values_only must return two arrays.*\(3,\).*\(3, 2\).*not differentiate.*\(3,\)",
    ),
    "three": (lambda t, p: (t, t, t), "two arrays.*3 of them"),
    "nothing": (lambda t, p: None, "two arrays.*None"),
    "one number": (lambda t, p: (0.5, p), r"losses that <lambda> returns.*\(3,\).*\(\)"),
    "a derivative a row": (lambda t, p: (p[:, 0], p[:, 0]), r"derivatives.*<lambda>.*\(3, 2\).*\(3,\)"),
    "not finite": (lambda t, p: (p[:, 0], p * np.nan), "derivatives.*<lambda>.*finite.*nan"),
}


@pytest.mark.parametrize("kind", WRONG)
def test_what_a_loss_of_ones_own_must_not_return(kind):
    function, word = WRONG[kind]
    with pytest.raises(ValueError, match=word):
        losses.get(function)(Y, OUTPUTS)


def test_what_a_loss_of_ones_own_is_given():
    seen = []

    def spy(y_true, y_pred):
        seen.append((y_true.shape, y_true.dtype, y_pred.shape))
        return np.zeros(len(y_pred)), np.zeros_like(y_pred)

    losses.get(spy)([0, 1, 2], np.ones((3, 1), np.float32))  # a column, like the output
    losses.get(spy)([0, 1, 2], np.ones((3, 4)))  # labels
    losses.get(spy)(np.zeros((3, 2, 5)), np.ones((3, 2, 4)))
    assert seen == [((3, 1), "float32", (3, 1)), ((3,), "float64", (3, 4)), ((6, 5), "float64", (6, 4))]


def test_a_class_without_call_says_so():
    class Nothing(losses.Loss):
        pass

    with pytest.raises(NotImplementedError, match=r"Nothing.*call"):
        Nothing().call(Y, OUTPUTS)


def test_ones_own_losses_there_and_back():
    written = losses.serialize(losses.Custom(squares, "sum", "mine"))
    again = losses.deserialize(written, {"squares": squares})
    assert again.function is squares
    assert losses.serialize(again) == written
    with pytest.raises(ValueError, match=r"custom_objects.*squares"):
        losses.get(written)
    assert isinstance(losses.deserialize(losses.serialize(Squares()), {"Squares": Squares}), Squares)
    assert losses.deserialize(losses.serialize(squares), {"squares": squares}).function is squares
