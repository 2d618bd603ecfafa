"""Callbacks, own and ready-made, an own metric, an own loss, and a rate that is set each epoch."""

import csv
import pathlib
import tempfile

import keras
import numpy as np
from keras import layers, ops

keras.utils.set_random_seed(5)

rng = np.random.default_rng(4)
x = rng.uniform(-1, 1, (640, 6)).astype("float32")
y = np.sin(3 * x[:, :1]) + x[:, 1:2] * x[:, 2:3]


class Recorder(keras.callbacks.Callback):
    """Writes down what is called, with what."""

    def __init__(self):
        super().__init__()
        self.calls = []
        self.batches = 0

    def on_train_begin(self, logs=None):
        self.calls.append(["train begin", sorted(logs or {})])

    def on_train_end(self, logs=None):
        self.calls.append(["train end", sorted(logs)])

    def on_epoch_begin(self, epoch, logs=None):
        self.calls.append([f"epoch {epoch} begin", sorted(logs or {})])

    def on_epoch_end(self, epoch, logs=None):
        self.calls.append([f"epoch {epoch} end", sorted(logs)])

    def on_train_batch_begin(self, batch, logs=None):
        self.batches += 1

    def on_train_batch_end(self, batch, logs=None):
        if batch in (0, 9):
            self.calls.append([f"batch {batch} end", sorted(logs)])

    def on_test_begin(self, logs=None):
        self.calls.append(["test begin", sorted(logs or {})])

    def on_test_end(self, logs=None):
        self.calls.append(["test end", sorted(logs)])


class StopAtLoss(keras.callbacks.Callback):
    def __init__(self, threshold):
        super().__init__()
        self.threshold = threshold
        self.stopped_epoch = None

    def on_epoch_end(self, epoch, logs=None):
        if logs["loss"] < self.threshold:
            self.stopped_epoch = epoch
            self.model.stop_training = True


def within_a_tenth(y_true, y_pred):
    return ops.mean(ops.cast(ops.abs(y_true - y_pred) < 0.1, "float32"), axis=-1)


def warm_up(epoch, lr):
    return 0.002 * (epoch + 1) if epoch < 4 else lr * 0.9


model = keras.Sequential([keras.Input((6,)), layers.Dense(32, activation="tanh"), layers.Dense(1)])
model.compile(keras.optimizers.Adam(0.001), "mse", metrics=["mae", within_a_tenth])

folder = pathlib.Path(tempfile.mkdtemp())
recorder, epochs_seen = Recorder(), []
history = model.fit(
    x,
    y,
    batch_size=64,
    epochs=6,
    validation_data=(x[:100], y[:100]),
    verbose=0,
    callbacks=[
        recorder,
        keras.callbacks.LearningRateScheduler(warm_up),
        keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: epochs_seen.append(epoch)),
        keras.callbacks.CSVLogger(folder / "log.csv"),
        keras.callbacks.TerminateOnNaN(),
    ],
)
with (folder / "log.csv").open() as file:
    lines = list(csv.reader(file))

stop = StopAtLoss(threshold=2 * history.history["loss"][-1])
model.fit(x, y, epochs=5, initial_epoch=2, verbose=0, callbacks=[stop])

RESULTS_EXACT = {
    "history": list(history.history),
    "calls": recorder.calls,
    "batches": recorder.batches,
    "epochs seen": epochs_seen,
    "columns": lines[0],
    "rows": len(lines) - 1,
    "stopped at": stop.stopped_epoch,
    "rates": [round(float(rate), 6) for rate in history.history["learning_rate"]],
    "rate at last": round(float(ops.convert_to_numpy(model.optimizer.learning_rate)), 6),
    "history of model": list(model.history.history),
    "steps": int(model.optimizer.iterations),
}
RESULTS_CLOSE = {
    "loss": (history.history["loss"][-1], 0.1),
    "row of the log": (float(lines[-1][lines[0].index("loss")]) - history.history["loss"][-1], 1e-6),
}
