"""EarlyStopping: when it stops, what it watches, which weights remain."""

import numpy as np
import pytest

import dlcore
from dlcore.callbacks import Callback, EarlyStopping
from dlcore.layers import Dense, Input


def small_model(**options):
    model = dlcore.Sequential([Input((3,)), Dense(16, activation="tanh"), Dense(2, activation="softmax")])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"], **options)
    return model


def epochs_run(callback, values, name="val_loss"):
    """How many epochs a fit lasts in which the watched number takes these values."""
    model = small_model()
    callback.set_model(model)
    model.stop_training = False
    callback.on_train_begin()
    for epoch, value in enumerate(values):
        callback.on_epoch_end(epoch, {name: value})
        if model.stop_training:
            break
    callback.on_train_end()
    return epoch + 1


@pytest.mark.parametrize(
    ("options", "values", "expected"),
    [
        ({"patience": 2}, [5, 4, 3, 2, 1], 5),
        ({"patience": 2}, [5, 4, 6, 6, 6, 6], 4),
        ({"patience": 2}, [5, 4, 6, 3, 6, 6, 6], 6),
        ({"patience": 0}, [5, 4, 4, 4], 3),
        ({"patience": 1}, [5, 5, 5], 2),
        ({"patience": 2, "min_delta": 0.5}, [5, 4.8, 4.6, 4.4, 1], 3),
        ({"patience": 2, "baseline": 3}, [5, 4, 3.5, 3.6, 1], 4),
        ({"patience": 2, "baseline": 3}, [5, 2, 1, 0], 4),
        ({"patience": 1, "start_from_epoch": 3}, [1, 2, 3, 4, 5, 6], 5),
        ({"patience": 1, "mode": "max"}, [1, 2, 3, 2, 1], 4),
        ({"patience": 1, "mode": "min"}, [3, 2, 3, 2], 3),
    ],
)
def test_when_it_stops(options, values, expected):
    assert epochs_run(EarlyStopping(**options), values) == expected


def test_accuracy_is_better_when_higher():
    assert epochs_run(EarlyStopping("accuracy", patience=1), [0.1, 0.5, 0.9, 0.8, 0.7], "accuracy") == 4
    assert epochs_run(EarlyStopping("val_loss", patience=1), [0.9, 0.5, 0.6, 0.1]) == 3


def random_data(rows=60, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(rows, 3)).astype(np.float32), rng.integers(0, 2, rows)


class Keeper(Callback):
    """Keeps the weights after every epoch."""

    def __init__(self):
        super().__init__()
        self.weights = []

    def on_epoch_end(self, epoch, logs=None):
        self.weights.append(self.model.get_weights())


@pytest.mark.parametrize("restore", [True, False])
def test_best_weights_of_a_fit(restore):
    """Random labels cannot be learned: the loss on other rows gets worse before long."""
    model, keeper = small_model(), Keeper()
    stop = EarlyStopping(patience=3, restore_best_weights=restore)
    history = model.fit(
        *random_data(), epochs=500, validation_data=random_data(40, 1), callbacks=[keeper, stop], verbose=0
    )
    losses = history.history["val_loss"]
    best = int(np.argmin(losses))
    assert len(losses) == best + 1 + 3 < 500
    assert stop.stopped_epoch == best + 3
    for found, expected in zip(model.get_weights(), keeper.weights[best if restore else -1], strict=True):
        np.testing.assert_array_equal(found, expected)
    expected_loss = losses[best if restore else -1]
    assert model.evaluate(*random_data(40, 1), verbose=0)[0] == pytest.approx(expected_loss, rel=1e-6)


def test_best_weights_are_restored_though_it_did_not_stop():
    model, keeper = small_model(), Keeper()
    stop = EarlyStopping(patience=1000, restore_best_weights=True)
    history = model.fit(
        *random_data(), epochs=60, validation_data=random_data(40, 1), callbacks=[keeper, stop], verbose=0
    )
    best = int(np.argmin(history.history["val_loss"]))
    assert best < 59
    np.testing.assert_array_equal(model.get_weights()[0], keeper.weights[best][0])


def test_a_name_that_is_not_there_is_said():
    """Of what the model has, validation may be missing; for other names it is not known what is better."""
    model = small_model()
    with pytest.warns(UserWarning, match=r"(?s)val_accuracy.*loss") as caught:
        model.fit(*random_data(), epochs=2, callbacks=[EarlyStopping("val_accuracy")], verbose=0)
    assert caught
    with pytest.raises(ValueError, match=r"val_lose.*known of loss, accuracy"):
        model.fit(*random_data(), epochs=2, callbacks=[EarlyStopping("val_lose")], verbose=0)


def test_any_monitored_name():
    for name in ("loss", "accuracy", "val_accuracy"):
        model = small_model()
        stop = EarlyStopping(name, patience=2, min_delta=10)
        history = model.fit(*random_data(), epochs=50, validation_split=0.5, callbacks=[stop], verbose=0)
        assert len(history.epoch) == 3
