"""CSVLogger and BackupAndRestore: what is in their files."""

import csv
import json

import numpy as np
import pytest

import dlcore
from dlcore.callbacks import BackupAndRestore, Callback, CSVLogger
from dlcore.layers import Dense, Input


def write(path, epochs, **options):
    log = CSVLogger(path, **options)
    log.on_train_begin()
    for epoch, logs in enumerate(epochs):
        log.on_epoch_end(epoch, logs)
    log.on_train_end()
    return path.read_bytes().decode()


def test_same_table_as_keras(tmp_path):
    epochs = [{"loss": 0.5, "acc": 0.25}, {"loss": 0.25, "acc": 0.5, "val_loss": 1.0, "val_acc": 1.0, "x": 1}]
    # Keras 3.15.1's bytes.
    expected = "epoch,acc,loss,val_acc,val_loss\r\n0,0.25,0.5,NA,NA\r\n1,0.5,0.25,1.0,1.0\r\n"
    assert write(tmp_path / "log.csv", epochs) == expected


def test_overwriting_and_going_on(tmp_path):
    path, epoch = tmp_path / "log.csv", {"loss": 0.5, "val_loss": 1.0}
    head, line = "epoch;loss;val_loss\r\n", "0;0.5;1.0\r\n"
    assert write(path, [epoch], separator=";", append=True) == head + line
    assert write(path, [epoch], separator=";", append=True) == head + line + line
    assert write(path, [epoch], separator=";") == head + line


def test_a_line_can_be_read_before_the_fit_ends(tmp_path):
    log = CSVLogger(tmp_path / "log.csv")
    with pytest.raises(RuntimeError, match="on_train_begin"):
        log.on_epoch_end(0, {"loss": 0.5})
    log.on_train_begin()
    log.on_epoch_end(0, {"loss": 0.5, "val_loss": 0.25})
    assert (tmp_path / "log.csv").read_text().count("\n") == 2
    log.on_train_end()


def test_a_fit_in_a_table(tmp_path):
    model = dlcore.Sequential([Input((2,)), Dense(1)])
    model.compile("sgd", "mse", metrics=["mae"])
    log = CSVLogger(tmp_path / "log.csv")
    x = np.ones((8, 2))
    history = model.fit(x, x[:, :1], epochs=3, validation_split=0.5, callbacks=[log], verbose=0)
    with (tmp_path / "log.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [int(row["epoch"]) for row in rows] == [0, 1, 2]
    for name, values in history.history.items():
        assert [float(row[name]) for row in rows] == values


class Backed:
    """A stand-in of a model whose state is a number."""

    def __init__(self, state=0):
        self.state = state
        self._initial_epoch = None

    def save(self, path):
        path.write_text(str(self.state))

    def _restore(self, path):
        self.state = int(path.read_text())


class StopError(Exception):
    pass


def train(model, callback, epochs=5, batches=2, stop_at=None):
    """A loop as the model's, whose state grows by one each batch."""
    callback.set_model(model)
    callback.on_train_begin()
    ran = []
    for epoch in range(model._initial_epoch or 0, epochs):
        callback.on_epoch_begin(epoch)
        for batch in range(batches):
            if stop_at == (epoch, batch):
                raise StopError
            model.state += 1
            callback.on_train_batch_end(batch, {})
        callback.on_epoch_end(epoch, {})
        ran.append(epoch)
    callback.on_train_end()
    return ran


# With 2, the last backup was made before epoch 1 was known to be over: it is done again, as Keras does.
@pytest.mark.parametrize(("save_freq", "state", "epoch"), [("epoch", 4, 2), (1, 5, 2), (2, 4, 1)])
def test_a_fit_goes_on_where_it_was_interrupted(tmp_path, save_freq, state, epoch):
    folder = tmp_path / "backup"
    with pytest.raises(StopError):
        train(Backed(), BackupAndRestore(folder, save_freq), stop_at=(2, 1))
    assert {path.name for path in folder.iterdir()} == {"latest.weights.h5", "training_metadata.json"}
    model = Backed()
    assert train(model, BackupAndRestore(folder, save_freq)) == list(range(epoch, 5))
    assert model.state == state + (5 - epoch) * 2
    assert not folder.exists()


def test_a_folder_is_kept_if_asked(tmp_path):
    train(Backed(), BackupAndRestore(tmp_path / "b", delete_checkpoint=False))
    assert json.loads((tmp_path / "b" / "training_metadata.json").read_text())["epoch"] == 5
    model = Backed()
    assert train(model, BackupAndRestore(tmp_path / "b")) == []
    assert model.state == 10


def test_a_damaged_backup(tmp_path):
    for double in (False, True):
        folder = tmp_path / str(double)
        with pytest.raises(StopError):
            train(Backed(), BackupAndRestore(folder, double_checkpoint=double), stop_at=(3, 0))
        (folder / "latest.weights.h5").write_text("damaged")
        model, callback = Backed(), BackupAndRestore(folder, double_checkpoint=double)
        if double:
            assert train(model, callback) == [2, 3, 4]
            assert model.state == 10
        else:
            with pytest.raises(ValueError, match="damaged"):
                train(model, callback)


def test_half_a_backup_is_none(tmp_path):
    (tmp_path / "latest.weights.h5").write_text("7")
    model = Backed()
    assert train(model, BackupAndRestore(tmp_path)) == [0, 1, 2, 3, 4]
    assert model.state == 10


def test_arguments_of_a_backup():
    with pytest.raises(ValueError, match="backup_dir"):
        BackupAndRestore("")
    with pytest.raises(ValueError, match="save_freq"):
        BackupAndRestore("x", save_freq=0)


def test_a_real_model_is_saved_each_epoch(tmp_path):
    class Look(Callback):
        def on_epoch_end(self, epoch, logs=None):
            again = dlcore.load_model(tmp_path / "b" / "latest.weights.h5")
            assert np.array_equal(again.get_weights()[0], self.model.get_weights()[0])
            looked.append(epoch)

    looked = []
    model = dlcore.Sequential([Input((2,)), Dense(1)])
    model.compile("sgd", "mse")
    x = np.ones((8, 2))
    model.fit(x, x[:, :1], epochs=2, callbacks=[BackupAndRestore(tmp_path / "b"), Look()], verbose=0)
    assert looked == [0, 1]
    assert not (tmp_path / "b").exists()
