"""The order of calls, History, and what interrupts a fit."""

import functools
import subprocess
import sys

import numpy as np
import pytest

import dlcore
from dlcore.callbacks import Callback, LambdaCallback
from dlcore.callbacks.callback import HOOKS
from dlcore.layers import Dense, Input


@pytest.fixture
def model():
    model = dlcore.Sequential([Input((3,)), Dense(1)])
    model.compile("sgd", "mse", metrics=["mae"])
    return model


@pytest.fixture
def data():
    rng = np.random.default_rng(0)
    return rng.normal(size=(40, 3)).astype(np.float32), rng.normal(size=(40, 1)).astype(np.float32)


class Recorder(Callback):
    def __init__(self):
        super().__init__()
        self.calls = []

    def on_train_begin(self, logs=None):
        self.calls.append("train begin")

    def on_train_end(self, logs=None):
        self.calls.append("train end")

    def on_epoch_begin(self, epoch, logs=None):
        self.calls.append(f"epoch {epoch} begin")

    def on_epoch_end(self, epoch, logs=None):
        self.calls.append(f"epoch {epoch} end: {' '.join(sorted(logs))}")


def test_order_of_calls(model, data):
    recorder = Recorder()
    history = model.fit(
        *data, epochs=3, initial_epoch=1, validation_split=0.25, callbacks=[recorder], verbose=0
    )
    names = "loss mae val_loss val_mae"
    assert recorder.calls == [
        "train begin",
        "epoch 1 begin",
        f"epoch 1 end: {names}",
        "epoch 2 begin",
        f"epoch 2 end: {names}",
        "train end",
    ]
    assert history.epoch == [1, 2]
    assert sorted(history.history) == names.split()
    assert all(len(values) == 2 for values in history.history.values())
    assert history is model.history


def test_stop_training_ends_the_fit_after_the_epoch(model, data):
    class Stop(Callback):
        def on_epoch_end(self, epoch, logs=None):
            self.model.stop_training = epoch == 1

    assert model.fit(*data, epochs=10, callbacks=[Stop()], verbose=0).epoch == [0, 1]
    assert model.fit(*data, epochs=2, verbose=0).epoch == [0, 1]


@pytest.mark.parametrize("error", [KeyError, SystemExit])
@pytest.mark.parametrize("place", HOOKS)
def test_an_exception_comes_out_and_the_model_stays_usable(place, error, model, data):
    def fail(*_args, **_logs):
        raise error("mine")

    options = {"callbacks": [LambdaCallback(**{place: fail})], "verbose": 0}
    do = functools.partial(model.fit, *data, epochs=3, validation_data=data, **options)
    if "predict" in place:
        do = functools.partial(model.predict, data[0], **options)
    with pytest.raises(error, match="mine"):
        do()
    assert np.isfinite(model.predict(data[0], verbose=0)).all()
    assert model.fit(*data, epochs=2, verbose=0).epoch == [0, 1]


def test_fit_inside_fit_is_refused_or_harmless(model, data):
    class Again(Callback):
        def on_epoch_end(self, epoch, logs=None):
            self.model.fit(*data, verbose=0)

    with pytest.raises(RuntimeError, match="fit"):
        model.fit(*data, callbacks=[Again()], verbose=0)
    model.fit(*data, verbose=0)


def test_progress_where_output_is_no_terminal(model, data, capsys):
    model.fit(*data, epochs=2, validation_split=0.25)
    lines = capsys.readouterr().out.strip().splitlines()
    assert sum("val_loss" in line for line in lines) == 2
    assert not any("\r" in line or "\b" in line for line in lines)
    model.fit(*data, verbose=0)
    assert capsys.readouterr().out == ""


INTERRUPTED = """
import os, signal, threading, time
import numpy as np
import dlcore
from dlcore.layers import Dense, Input

hidden = [Dense(512, activation="relu") for _ in range(2)]
model = dlcore.Sequential([Input((400,)), *hidden, Dense(1)])
model.compile("adam", "mse")
x = np.random.default_rng(0).normal(size=(50_000, 400)).astype(np.float32)
start = model.get_weights()[0]

def interrupt():
    time.sleep({delay})
    global sent
    sent = time.monotonic()
    os.kill(os.getpid(), signal.SIGINT)

threading.Thread(target=interrupt).start()
try:
    {call}
except KeyboardInterrupt:
    took = time.monotonic() - sent
else:
    raise SystemExit("was not interrupted")
weights = model.get_weights()
assert all(np.isfinite(w).all() for w in weights)
assert {learned} == (not np.array_equal(weights[0], start)), "learned or not"
assert np.isfinite(model.predict(x[:10], verbose=0)).all()
model.fit(x[:100], x[:100, :1], verbose=0)
assert took < 0.5, took
print("usable")
"""


@pytest.mark.parametrize(
    ("call", "learned"),
    [
        # One epoch takes long, many are short, and nothing is learned.
        ("model.fit(x, x[:, :1], epochs=100, verbose=0)", True),
        ("model.fit(x[:64], x[:64, :1], epochs=10**9, verbose=0)", True),
        ("while True: model.predict(x, verbose=0)", False),
    ],
    ids=["long epochs", "short epochs", "predict"],
)
def test_control_c(call, learned):
    """The promise is a tenth of a second; the bound leaves room for a busy machine."""
    script = INTERRUPTED.format(delay=0.7, call=call, learned=learned)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.stdout == "usable\n", done.stderr
