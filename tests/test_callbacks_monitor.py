"""ReduceLROnPlateau and ModelCheckpoint, and what all callbacks share that watch a value."""

import math
from types import SimpleNamespace

import pytest

import dlcore
from dlcore.callbacks import EarlyStopping, ModelCheckpoint, ReduceLROnPlateau

VALUES = [5, 4, 4, 4, 3, 3, 3, 3, 3, 2.99, 2.98, 2.98, 2.98]


class Saving:
    """A stand-in of a model, which notes where it would be saved."""

    def __init__(self):
        self.saved = []
        self.metrics = [SimpleNamespace(name="accuracy", GOAL="max"), SimpleNamespace(name="mae", GOAL="min")]
        self.optimizer = dlcore.optimizers.SGD(0.5)
        self.stop_training = False

    def save(self, path):
        self.saved.append(path)

    def get_weights(self):
        return []

    def set_weights(self, weights):
        pass

    def save_weights(self, path):
        self.saved.append(f"weights {path}")


def run(callback, values, name="val_loss"):
    """Epochs in which the watched number takes these values; the model and the rate after each."""
    model = Saving()
    callback.set_model(model)
    callback.on_train_begin()
    rates = []
    for epoch, value in enumerate(values):
        callback.on_epoch_begin(epoch)
        callback.on_epoch_end(epoch, {"loss": 1.0, name: value})
        rates.append(float(model.optimizer.learning_rate))
    callback.on_train_end()
    return model, rates


# Keras 3.15.1: by which power of a half the rate was multiplied.
@pytest.mark.parametrize(
    ("options", "halved"),
    [
        ({"patience": 2}, [0, 0, 0, 1, 1, 1, 2, 2, 3, 3, 3, 3, 4]),
        ({"patience": 2, "cooldown": 2}, [0, 0, 0, 1, 1, 1, 2, 2, 2, 2, 2, 2, 3]),
        ({"patience": 1, "cooldown": 2}, [0, 0, 1, 1, 1, 2, 2, 3, 3, 3, 3, 4, 4]),
        ({"patience": 2, "min_delta": 0.05}, [0, 0, 0, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5]),
        ({"patience": 2, "mode": "max"}, [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6]),
        ({"patience": 0}, [0, 0, 1, 2, 2, 3, 4, 5, 6, 6, 6, 7, 8]),
    ],
)
def test_when_the_rate_is_reduced(options, halved):
    _, rates = run(ReduceLROnPlateau(factor=0.5, **options), VALUES)
    assert rates == [0.5 * 0.5**times for times in halved]


def test_more_must_be_more_by_min_delta():
    callback = ReduceLROnPlateau(factor=0.5, patience=2, mode="max", min_delta=0.5)
    _, rates = run(callback, [1, 1.4, 1.6, 2, 2.1, 2.2, 2.3, 3])
    assert rates == [0.5, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25, 0.25]  # Keras 3.15.1


def test_the_rate_is_not_reduced_below_its_minimum(capsys):
    _, rates = run(ReduceLROnPlateau(factor=0.5, patience=1, min_lr=0.2, verbose=1), VALUES)
    assert rates[:5] == [0.5, 0.5, 0.25, 0.2, 0.2]
    assert rates[-1] == 0.2
    # Keras 3.15.1's lines.
    assert capsys.readouterr().out.splitlines() == [
        "",
        "Epoch 3: ReduceLROnPlateau reducing learning rate to 0.25.",
        "",
        "Epoch 4: ReduceLROnPlateau reducing learning rate to 0.2.",
    ]


def test_the_rate_of_an_epoch_is_in_the_history():
    model = dlcore.Sequential([dlcore.layers.Input((2,)), dlcore.layers.Dense(1)])
    model.compile(dlcore.optimizers.SGD(0.5), "mse")
    plateau = ReduceLROnPlateau("loss", factor=0.5, patience=1, min_delta=1e9)
    history = model.fit([[0.1, 0.2]], [0.3], epochs=4, callbacks=[plateau], verbose=0)
    assert history.history["learning_rate"] == [0.5, 0.5, 0.25, 0.125]


def test_arguments_of_reduce_lr_on_plateau():
    with pytest.raises(ValueError, match="factor"):
        ReduceLROnPlateau(factor=1.0)
    with pytest.warns(UserWarning, match="epsilon"):
        ReduceLROnPlateau(epsilon=0.1)


# Keras 3.15.1: the numbers of the epochs after which the model was saved.
@pytest.mark.parametrize(
    ("options", "epochs"),
    [
        ({}, [1, 2, 3, 4, 5, 6]),
        ({"save_best_only": True}, [1, 2, 5]),
        ({"save_best_only": True, "mode": "max"}, [1]),
        ({"save_best_only": True, "initial_value_threshold": 3.5}, [5]),
    ],
)
def test_which_models_are_saved(options, epochs, tmp_path):
    values = [5, 4, 4.5, math.nan, 3, 3]
    model, _ = run(ModelCheckpoint(tmp_path / "{epoch:02d}-{val_loss:.1f}.keras", **options), values)
    assert model.saved == [str(tmp_path / f"{epoch:02d}-{values[epoch - 1]:.1f}.keras") for epoch in epochs]


def test_only_weights_into_a_new_folder(tmp_path):
    path = tmp_path / "new" / "{epoch}" / "x.weights.h5"
    model, _ = run(ModelCheckpoint(path, save_weights_only=True), [1.0])
    assert model.saved == [f"weights {tmp_path / 'new' / '1' / 'x.weights.h5'}"]
    assert (tmp_path / "new" / "1").is_dir()


def test_what_a_checkpoint_says(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    run(ModelCheckpoint("{epoch}.keras", save_best_only=True, verbose=1), [3, 4, 2])
    # Keras 3.15.1's lines.
    assert [line for line in capsys.readouterr().out.splitlines() if line] == [
        "Epoch 1: val_loss improved from None to 3.00000, saving model to 1.keras",
        "Epoch 1: finished saving model to 1.keras",
        "Epoch 2: val_loss did not improve from 3.00000",
        "Epoch 3: val_loss improved from 3.00000 to 2.00000, saving model to 3.keras",
        "Epoch 3: finished saving model to 3.keras",
    ]
    run(ModelCheckpoint("{epoch}.keras", verbose=1), [3])
    assert "\nEpoch 1: saving model to 1.keras\n" in capsys.readouterr().out


def test_every_three_batches(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    callback, model = ModelCheckpoint("e{epoch}b{batch}.keras", save_freq=3), Saving()
    callback.set_model(model)
    for epoch in range(3):
        callback.on_epoch_begin(epoch)
        for batch in range(4):
            callback.on_train_batch_end(batch, {"loss": 1.0})
        callback.on_epoch_end(epoch, {"loss": 1.0})
    assert model.saved == ["e1b3.keras", "e2b2.keras", "e3b1.keras", "e3b4.keras"]  # Keras 3.15.1


def test_the_best_of_batches(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    callback, model = ModelCheckpoint("{batch}", "loss", save_best_only=True, save_freq=1), Saving()
    callback.set_model(model)
    for batch, loss in enumerate([3.0, 4.0, 2.0]):
        callback.on_train_batch_end(batch, {"loss": loss})
    assert model.saved == ["1", "3"]


def test_arguments_of_a_checkpoint(tmp_path):
    with pytest.raises(ValueError, match="save_freq"):
        ModelCheckpoint("x", save_freq=0)
    with pytest.raises(TypeError, match="save_freq"):
        ModelCheckpoint("x", save_freq="batch")
    with pytest.raises(KeyError, match=r"val_acc.*val_loss"):
        run(ModelCheckpoint(tmp_path / "{val_acc}"), [1.0])


@pytest.mark.parametrize("make", [EarlyStopping, ReduceLROnPlateau, lambda *a: ModelCheckpoint("x", *a)])
def test_what_is_watched(make):
    """Keras 3.15.1: "auto" asks the metrics; a value may be absent, but its direction must be known."""
    for name, better in [("loss", False), ("val_loss", False), ("val_accuracy", True), ("mae", False)]:
        callback = make(name)
        callback.set_model(Saving())
        assert callback._is_better(2.0, 1.0) is better
        assert callback._is_better(1.0, 2.0) is not better
        assert not callback._is_better(1.0, 1.0)
    callback = make("val_f1")
    callback.set_model(Saving())
    with pytest.raises(ValueError, match=r"mode.*val_f1.*loss, accuracy, mae"):
        callback._watched({"val_f1": 0.5})
    callback = make("val_accuracy")
    callback.set_model(Saving())
    with pytest.warns(UserWarning, match=r"val_accuracy.*there are: loss, mae"):
        assert callback._watched({"loss": 0.5, "mae": 1.0}) is None


def test_an_unknown_mode_warns_and_means_auto():
    with pytest.warns(UserWarning, match="mode"):
        callback = EarlyStopping("val_accuracy", mode="maximum")
    assert callback.mode == "auto"


def test_a_checkpoint_that_cannot_compare_saves(tmp_path):
    callback = ModelCheckpoint(tmp_path / "x", save_best_only=True)
    with pytest.warns(UserWarning, match="val_loss"):
        model, _ = run(callback, [1.0], name="mae")
    assert len(model.saved) == 1


def test_what_early_stopping_says(capsys):
    callback = EarlyStopping(patience=1, restore_best_weights=True, verbose=1)
    run(callback, [3, 4])
    # Keras 3.15.1's lines.
    assert capsys.readouterr().out.splitlines() == [
        "Epoch 2: early stopping",
        "Restoring model weights from the end of the best epoch: 1.",
    ]
