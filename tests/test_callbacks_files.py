"""CSVLogger and BackupAndRestore: what is in their files."""

import csv

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


class StopError(Exception):
    pass


class Stop(Callback):
    """Notes what it hears, and raises in front of a batch."""

    def __init__(self, stop_at=None):
        self.stop_at = stop_at
        self.epochs = []
        self.batches = 0

    def on_epoch_begin(self, epoch, logs=None):
        self.epochs.append(epoch)

    def on_train_batch_begin(self, batch, logs=None):
        if self.stop_at == (self.epochs[-1], batch):
            raise StopError
        self.batches += 1


def train(callback, stop_at=None):
    """Five epochs of two batches: how many updates there were in all, and which epochs and batches now."""
    model = dlcore.Sequential([Input((2,)), Dense(1)])
    model.compile("sgd", "mse")
    x, stop = np.ones((8, 2)), Stop(stop_at)
    model.fit(x, x[:, :1], batch_size=4, epochs=5, verbose=0, callbacks=[callback, stop])
    return model.optimizer.iterations, stop.epochs, stop.batches


# With 2, the last backup was made behind the last batch of epoch 1, whose end is still to come.
@pytest.mark.parametrize(
    ("save_freq", "epochs", "batches"),
    [("epoch", [2, 3, 4], 6), (1, [2, 3, 4], 5), (2, [1, 2, 3, 4], 6), (3, [1, 2, 3, 4], 7)],
)
def test_a_fit_goes_on_where_it_was_interrupted(tmp_path, save_freq, epochs, batches):
    folder = tmp_path / "backup"
    with pytest.raises(StopError):
        train(BackupAndRestore(folder, save_freq), stop_at=(2, 1))
    assert [path.name for path in folder.iterdir()] == ["latest.safetensors"]
    assert train(BackupAndRestore(folder, save_freq)) == (10, epochs, batches)
    assert not folder.exists()


def test_what_else_is_in_the_folder_stays(tmp_path):
    (tmp_path / "thesis.txt").write_text("finished")
    train(BackupAndRestore(tmp_path, double_checkpoint=True))
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_folder_is_kept_if_asked(tmp_path):
    train(BackupAndRestore(tmp_path / "b", delete_checkpoint=False))
    assert train(BackupAndRestore(tmp_path / "b")) == (10, [], 0)


def test_a_damaged_backup(tmp_path):
    for double in (False, True):
        folder = tmp_path / str(double)
        with pytest.raises(StopError):
            train(BackupAndRestore(folder, double_checkpoint=double), stop_at=(3, 0))
        (folder / "latest.safetensors").write_text("damaged")
        callback = BackupAndRestore(folder, double_checkpoint=double)
        if double:
            assert train(callback) == (10, [2, 3, 4], 6)
        else:
            with pytest.raises(ValueError, match=r"latest\.safetensors"):
                train(callback)


def test_a_folder_without_a_backup(tmp_path):
    (tmp_path / "latest.safetensors.7.new").write_text("half of one")
    assert train(BackupAndRestore(tmp_path, delete_checkpoint=False)) == (10, [0, 1, 2, 3, 4], 10)


def test_a_backup_comes_before_what_is_to_be_resumed(tmp_path):
    """A job that is begun from a file, and is interrupted in turn."""
    x, paths = np.ones((8, 2)), [tmp_path / "a", tmp_path / "b"]

    def fit(epochs, **options):
        model = dlcore.Sequential([Input((2,)), Dense(1)])
        model.compile("sgd", "mse")
        calls = [BackupAndRestore(paths[1], delete_checkpoint=False)]
        return model, model.fit(x, x[:, :1], epochs=epochs, verbose=0, callbacks=calls, **options)

    model, _ = fit(2)
    model.save(paths[0])
    fit(4)
    assert fit(5, resume_from=paths[0])[1].epoch == [0, 1, 2, 3, 4]
    assert fit(5, resume_from=paths[1])[1].epoch == [0, 1, 2, 3, 4]


def test_a_loop_of_ones_own_gets_weights_and_optimizer_back(tmp_path):
    x = np.ones((8, 2))
    for _ in range(2):
        model = dlcore.Sequential([Input((2,)), Dense(1)])
        model.compile("adam", "mse")
        calls = dlcore.callbacks.CallbackList([BackupAndRestore(tmp_path / "b")], model=model)
        calls.on_train_begin()
        first = int(model.optimizer.iterations)
        model.train_on_batch(x, x[:, :1])
        calls.on_epoch_end(0)
    assert (first, model.optimizer.iterations) == (1, 2)
    history = model.fit(x, x[:, :1], epochs=2, verbose=0)
    assert history.epoch == [0, 1]


def test_arguments_of_a_backup():
    with pytest.raises(ValueError, match="backup_dir"):
        BackupAndRestore("")
    with pytest.raises(ValueError, match="save_freq"):
        BackupAndRestore("x", save_freq=0)


def test_a_real_model_is_saved_each_epoch(tmp_path):
    class Look(Callback):
        def on_epoch_end(self, epoch, logs=None):
            again = dlcore.load_model(tmp_path / "b" / "latest.safetensors")
            assert np.array_equal(again.get_weights()[0], self.model.get_weights()[0])
            looked.append(epoch)

    looked = []
    model = dlcore.Sequential([Input((2,)), Dense(1)])
    model.compile("sgd", "mse")
    x = np.ones((8, 2))
    model.fit(x, x[:, :1], epochs=2, callbacks=[BackupAndRestore(tmp_path / "b"), Look()], verbose=0)
    assert looked == [0, 1]
    assert not (tmp_path / "b").exists()
