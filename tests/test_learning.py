"""Whole trainings, from a straight line to handwritten digits."""

import csv

import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import train_test_split

import dlcore
from dlcore.layers import Dense, Dropout, Input


def test_a_straight_line():
    x = np.linspace(-1, 1, 100, dtype=np.float32)[:, None]
    model = dlcore.Sequential([Input((1,)), Dense(1)])
    model.compile(dlcore.optimizers.SGD(0.1), "mse")
    history = model.fit(x, 3 * x - 0.5, epochs=100, verbose=0)
    kernel, bias = model.get_weights()
    np.testing.assert_allclose([kernel.item(), bias.item()], [3, -0.5], atol=1e-4)
    assert history.history["loss"][-1] < 1e-8 < history.history["loss"][0]


def test_exclusive_or(xor):
    x, y = xor
    model = dlcore.Sequential([Input((2,)), Dense(8, activation="tanh"), Dense(1, activation="sigmoid")])
    model.compile(dlcore.optimizers.Adam(0.05), "binary_crossentropy", metrics=["accuracy"])
    history = model.fit(x, y, epochs=300, batch_size=4, verbose=0)
    assert history.history["accuracy"][-1] == 1
    np.testing.assert_array_equal(model.predict(x, verbose=0).ravel() > 0.5, y > 0.5)


def test_pass_or_fail_from_hours_of_study_and_sleep():
    """The 2-3-1 net of the course: two numbers decide, with a curved border between."""
    rng = np.random.default_rng(0)
    x = rng.uniform(0, 1, (400, 2)).astype(np.float32)
    y = (x[:, 0] + 0.5 * x[:, 1] ** 2 > 0.7).astype(np.float32)
    model = dlcore.Sequential([Input((2,)), Dense(3, activation="sigmoid"), Dense(1, activation="sigmoid")])
    model.compile(dlcore.optimizers.Adam(0.03), "binary_crossentropy", metrics=["accuracy"])
    model.fit(x[:300], y[:300], epochs=150, verbose=0)
    assert model.evaluate(x[300:], y[300:], verbose=0)[1] >= 0.95


def test_grades_from_a_to_f():
    rng = np.random.default_rng(1)
    points = rng.uniform(0, 100, 1000)
    labels = np.digitize(points, [50, 60, 70, 80, 90])
    x = (points[:, None] / 100).astype(np.float32)
    model = dlcore.Sequential([Input((1,)), Dense(32, activation="relu"), Dense(6, activation="softmax")])
    model.compile(dlcore.optimizers.Adam(0.01), "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(x[:800], labels[:800], epochs=150, verbose=0)
    assert model.evaluate(x[800:], labels[800:], verbose=0)[1] >= 0.93
    np.testing.assert_allclose(model.predict(x, verbose=0).sum(axis=1), 1, atol=1e-6)


def test_one_hot_targets_train_like_labels():
    rng = np.random.default_rng(2)
    x, labels = rng.normal(size=(64, 5)).astype(np.float32), rng.integers(0, 3, 64)
    ends = []
    for loss, y in [
        ("sparse_categorical_crossentropy", labels),
        ("categorical_crossentropy", np.eye(3)[labels]),
    ]:
        dlcore.utils.set_random_seed(0)
        model = dlcore.Sequential([Input((5,)), Dense(3, activation="softmax")])
        model.compile("sgd", loss, metrics=["accuracy"])
        ends.append(model.fit(x, y, epochs=5, verbose=0).history)
    np.testing.assert_allclose(ends[0]["loss"], ends[1]["loss"], rtol=1e-6)
    assert ends[0]["accuracy"] == ends[1]["accuracy"]


def test_class_and_row_weights_count_alike():
    rng = np.random.default_rng(3)
    x, y = rng.normal(size=(60, 4)).astype(np.float32), rng.integers(0, 2, 60)
    weights = {0: 1.0, 1: 5.0}
    ends = []
    for options in ({"class_weight": weights}, {"sample_weight": np.array([weights[c] for c in y])}, {}):
        dlcore.utils.set_random_seed(0)
        model = dlcore.Sequential([Input((4,)), Dense(1, activation="sigmoid")])
        model.compile("sgd", "binary_crossentropy")
        model.fit(x, y, epochs=3, verbose=0, **options)
        ends.append(model.get_weights()[0])
    np.testing.assert_array_equal(ends[0], ends[1])
    assert not np.array_equal(ends[0], ends[2])


def test_digits():
    """As the demo does it."""
    x, y = load_digits(return_X_y=True)
    x = (x / 16).astype(np.float32)
    x, x_test, y, y_test = train_test_split(x, y, test_size=0.25, stratify=y, random_state=0)
    model = dlcore.Sequential(
        [Input((64,)), Dense(128, activation="relu"), Dropout(0.2), Dense(10, activation="softmax")]
    )
    model.compile(dlcore.optimizers.Adam(1e-3), "sparse_categorical_crossentropy", metrics=["accuracy"])
    stop = dlcore.callbacks.EarlyStopping(patience=10, restore_best_weights=True)
    model.fit(x, y, epochs=200, validation_split=0.1, callbacks=[stop], verbose=0)
    assert model.evaluate(x_test, y_test, verbose=0)[1] >= 0.965


@pytest.mark.timeout(300)
def test_mnist(shared_data):
    data = np.load(shared_data / "mnist10k.npz")
    x, x_test = (data[k].astype(np.float32) / 255 for k in ("x_train", "x_test"))
    layers = [Input((784,))]
    for _ in range(2):
        layers += [Dense(512, activation="relu"), Dropout(0.2)]
    model = dlcore.Sequential([*layers, Dense(10, activation="softmax")])
    model.compile(dlcore.optimizers.Adam(1e-3), "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(x, data["y_train"], batch_size=128, epochs=20, verbose=0)
    assert model.evaluate(x_test, data["y_test"], verbose=0)[1] >= 0.96


def housing(folder):
    """Standardised inputs, and the logarithm of the median price of a house in a block."""
    with (folder / "housing.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if row["total_bedrooms"]]
    names = [n for n in rows[0] if n not in ("median_house_value", "ocean_proximity")]
    x = np.array([[float(row[n]) for n in names] for row in rows])
    places = sorted({row["ocean_proximity"] for row in rows})
    near = np.array([[row["ocean_proximity"] == p for p in places] for row in rows], float)
    x = np.hstack([(x - x.mean(axis=0)) / x.std(axis=0), near])
    return x, np.log(np.array([float(row["median_house_value"]) for row in rows]))


def test_house_prices(shared_data):
    """With a logarithmic target for both models; errors are compared in dollars."""
    x, y = housing(shared_data)
    x, x_test, y, y_test = train_test_split(x, y, test_size=0.25, random_state=0)
    mean = y.mean()

    def error(log_price):
        return np.sqrt(np.mean((np.exp(log_price) - np.exp(y_test)) ** 2))

    linear = error(LinearRegression().fit(x, y).predict(x_test))
    model = dlcore.Sequential(
        [
            Input((x.shape[1],)),
            Dense(64, activation="relu"),
            Dense(64, activation="relu"),
            Dense(1),
        ]
    )
    model.compile("adam", "mse", metrics=["mae"])
    model.fit(x, y - mean, epochs=20, batch_size=64, validation_split=0.1, verbose=0)
    assert error(model.predict(x_test, verbose=0).ravel() + mean) < 0.85 * linear
