"""TensorBoard: which values go where under which names."""

import struct
import sys
from types import SimpleNamespace

import numpy as np
import pytest

import dlcore
from dlcore.callbacks import TensorBoard
from dlcore.layers import Dense, Input


class Writer:
    """A stand-in of tensorboardX's writer."""

    def __init__(self):
        self.values, self.histograms, self.closed = [], [], False

    def add_scalar(self, tag, value, step):
        self.values.append((tag, value, step))

    def add_histogram(self, tag, values, step):
        self.histograms.append((tag, values.shape, step))

    def flush(self):
        pass

    def close(self):
        self.closed = True


@pytest.fixture
def written(monkeypatch):
    """The writers by folder."""
    made = {}
    module = SimpleNamespace(SummaryWriter=lambda logdir: made.setdefault(logdir, Writer()))
    monkeypatch.setitem(sys.modules, "tensorboardX", module)
    return made


@pytest.fixture
def model():
    model = dlcore.Sequential([Input((3,)), Dense(2, name="d")], name="net")
    model.compile(dlcore.optimizers.SGD(0.25), "mse")
    return model


def fit(model, board, **options):
    x = np.ones((8, 3))
    return model.fit(x, x[:, :2], epochs=3, validation_split=0.5, callbacks=[board], verbose=0, **options)


def test_names_and_folders_of_a_fit(model, written):
    history = fit(model, TensorBoard("logs", histogram_freq=2)).history
    assert set(written) == {"logs/train", "logs/validation"}
    train, validation = written["logs/train"], written["logs/validation"]
    expected = []
    for epoch, loss in enumerate(history["loss"]):
        expected += [("epoch_loss", loss, epoch), ("epoch_learning_rate", 0.25, epoch)]
    assert train.values == expected
    epochs = [value for value in validation.values if value[0] == "epoch_loss"]
    assert epochs == [("epoch_loss", loss, epoch) for epoch, loss in enumerate(history["val_loss"])]
    kernel, bias = "net/d/kernel/histogram", "net/d/bias/histogram"
    assert train.histograms == [(kernel, (3, 2), 0), (bias, (2,), 0), (kernel, (3, 2), 2), (bias, (2,), 2)]
    assert train.closed
    assert validation.closed


def test_every_other_batch(model, written):
    board = TensorBoard("logs", update_freq=2)
    board.set_model(model)
    board.on_train_begin()
    for epoch in range(2):
        board.on_epoch_begin(epoch)
        for batch in range(3):
            board.on_train_batch_begin(batch)
            board.on_train_batch_end(batch, {"loss": 10.0 * epoch + batch})
    expected = [("batch_loss", 1.0, 2), ("batch_loss", 10.0, 4), ("batch_loss", 12.0, 6)]
    assert written["logs/train"].values == expected


def test_an_evaluation_is_written_at_the_optimizers_step(model, written):
    model.optimizer.follow(SimpleNamespace(iterations=7))
    board = TensorBoard("logs")
    board.set_model(model)
    board.on_test_end({"loss": 0.5})
    assert written["logs/validation"].values == [("evaluation_loss_vs_iterations", 0.5, 7)]


def test_steps_per_second(model, written):
    network = SimpleNamespace(iterations=0)
    model.optimizer.follow(network)
    board = TensorBoard("logs", update_freq="batch", write_steps_per_second=True)
    board.set_model(model)
    board.on_train_begin()
    board.on_epoch_begin(0)
    board.on_train_batch_begin(0)
    board.on_train_batch_end(0, {})
    network.iterations = 5
    board.on_epoch_end(0, {"loss": 1.0})
    values = {tag: value for tag, value, _ in written["logs/train"].values}
    assert set(values) == {
        "batch_steps_per_second",
        "epoch_loss",
        "epoch_learning_rate",
        "epoch_steps_per_second",
    }
    assert values["batch_steps_per_second"] > 0
    assert values["epoch_steps_per_second"] > 0


def test_what_it_says(model, monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorboardX", None)
    with pytest.raises(ImportError, match="pip install tensorboardX"):
        fit(model, TensorBoard("logs"))
    with pytest.warns(UserWarning, match="embeddings_freq"):
        TensorBoard(embeddings_freq=1)
    with pytest.raises(TypeError, match="update_freq"):
        TensorBoard(update_freq="batches")


def test_the_real_writer_leaves_files_of_tensorboards(model, tmp_path):
    pytest.importorskip("tensorboardX")
    from tensorboardX.proto.event_pb2 import Event

    history = fit(model, TensorBoard(tmp_path, histogram_freq=1)).history
    [path] = (tmp_path / "train").iterdir()
    assert path.name.startswith("events.out.tfevents.")
    data, values = path.read_bytes(), []
    while data:  # records: length, its checksum, an event, its checksum
        [length] = struct.unpack("<Q", data[:8])
        values += Event.FromString(data[12 : 12 + length]).summary.value
        data = data[16 + length :]
    found = [value.simple_value for value in values if value.tag == "epoch_loss"]
    assert found == pytest.approx(history["loss"], rel=1e-6)
    assert sum(value.tag == "net/d/kernel/histogram" for value in values) == 3
    assert len(list((tmp_path / "validation").iterdir())) == 1
