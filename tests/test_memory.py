"""More memory than there is: an error that says how much and for what; and none that is kept for ever."""

import gc
import os
import pathlib
import pickle
import re
import subprocess
import sys

import numpy as np
import pytest

import dlcore
import limited
from dlcore import _core
from dlcore.layers import Dense, Dropout, Input
from reference import OPTIMIZER, activate, dense, loss_config

FEW = int(os.environ.get("DLCORE_TEST_ROUNDS", "500"))
"""Fits and predictions of a loop; `make test-memory` does 10,000."""
STEPS = int(os.environ.get("DLCORE_TEST_LIMITS", "10"))
"""Limits to try; `make test-memory` tries 200."""
APART = int(os.environ.get("DLCORE_TEST_APART", "32768"))
"""Bytes between limits where threads start; `make test-memory` has one for each page."""
SLACK = 2 * 10**6

ONE_ARENA = {"MALLOC_ARENA_MAX": "1"}
"""In it, a limit means the same on every machine."""

needs_proc = pytest.mark.skipif(not pathlib.Path("/proc/self/statm").exists(), reason="needs /proc")


def in_a_process(*arguments, **variables):
    script = pathlib.Path(limited.__file__)
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1"} | variables
    command = [sys.executable, script, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=100)
    assert done.returncode == 0, (arguments, done.returncode, done.stderr[-2000:])
    return done.stdout.strip()


@needs_proc
@pytest.mark.parametrize("case", limited.CASES)
def test_too_large_is_an_error_that_says_how_much_and_for_what(case):
    message = in_a_process(case, **ONE_ARENA)
    assert re.search(
        r"out of memory: \d{7,} bytes for [a-z' ]+ could not|Unable to allocate .* shape", message
    ), message


@needs_proc
def test_no_limit_ends_the_process():
    """From too little for the import to enough for everything: an error or success, never a signal."""
    rooms = (np.linspace(0, 64, STEPS) * limited.MEGABYTE).astype(int)
    ends = [in_a_process("steps", room, **ONE_ARENA) for room in rooms]
    assert ends[0].startswith("nothing")
    assert ends[-1] == "all"


@needs_proc
def test_no_limit_ends_a_process_that_starts_threads():
    """What a thread takes when it starts is found to be missing before it does."""
    successes, errors = map(int, in_a_process("scan", APART).split())
    assert successes
    assert errors


@needs_proc
def test_a_fit_that_can_have_no_thread_uses_its_own():
    assert in_a_process("threads").split() == ["Threads:", "1"]


@pytest.mark.parametrize("end", ["safetensors", "keras"])
def test_a_sound_file_for_which_there_is_no_room_is_not_called_damaged(end, tmp_path, monkeypatch):
    path = tmp_path / f"model.{end}"
    net().save(path)

    def no_room(*arguments):
        raise MemoryError("for the weights")

    monkeypatch.setattr(dlcore.models.model, "Network", no_room)
    with pytest.raises(MemoryError, match="for the weights"):
        dlcore.models.load_model(path)


# More than any address space has room for, even if the system promises memory that it has not.
COUNTS = [2**46, 2**48, 2**48 + 1, 2**60, 2**62, 2**63 - 1, 2**63, 2**64 - 1]


@pytest.mark.parametrize("count", COUNTS)
def test_sizes_whose_products_overflow(count):
    small = [dense(3), activate("relu"), dense(1)]
    x, y = np.ones((4, 2), np.float32), np.ones((4, 1), np.float32)
    for width, layers in ((count, small), (2, [dense(count), dense(3)]), (count, [dense(count)])):
        with pytest.raises((MemoryError, ValueError)):
            _core.Network(width, layers, "float32", 0)
    if count > 2**48:
        with pytest.raises(ValueError, match="features: expected at most"):
            _core.Network(count, [activate("relu")], "float32", 0)
    network = _core.Network(2, small, "float32", 0)
    network.compile(loss_config("mean_squared_error"), [], OPTIMIZER)
    before = network.get_weights()
    much = r"(\d+ bytes|more bytes than can be counted) for the (activations|losses)"
    with pytest.raises(MemoryError, match=much):
        network.train_epoch(x, y, None, None, count, 0.1, False)
    for one, other in zip(network.get_weights(), before, strict=True):
        np.testing.assert_array_equal(one, other)
    assert network.train_epoch(x, y, None, None, 4, 0.1, False)["batches"] == 1
    for shape in ((count, count), (count, 2**20), (2**20, count)):
        with pytest.raises((MemoryError, ValueError)):
            _core.random_normal(1, shape, 0.0, 1.0, "float64")


def resident():
    return int(pathlib.Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def grown(work, rounds, warmup=60):
    """By how many bytes the process has grown.

    Models are in cycles, which Python's collector has to find; what was there before is not searched.
    """
    for _ in range(warmup):
        work()
    gc.collect()
    gc.freeze()
    before = resident()
    for i in range(rounds):
        work()
        if i % 10 == 9:
            gc.collect()
    gc.collect()
    gc.unfreeze()
    return resident() - before


X = np.random.default_rng(0).normal(size=(64, 20)).astype(np.float32)
Y = (X[:, :1] > 0).astype(np.float32)


def net():
    layers = [Input((20,)), Dense(64, "relu"), Dropout(0.1), Dense(64, "relu"), Dense(1, "sigmoid")]
    model = dlcore.Sequential(layers)
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    return model


MODEL = net()


def fit_and_predict():
    MODEL.fit(X, Y, verbose=0)
    MODEL.predict(X, verbose=0)


def new_models():
    model = net()
    model.fit(X, Y, verbose=0)
    model.evaluate(X, Y, verbose=0)


def batch_sizes():
    for size in (1, 7, 64):
        MODEL.fit(X, Y, batch_size=size, verbose=0)
        MODEL.predict(X[:size], verbose=0)


def callbacks():
    seen = []
    watch = dlcore.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: seen.append(batch))
    stop = dlcore.callbacks.EarlyStopping("loss", patience=1, restore_best_weights=True)
    MODEL.fit(X, Y, callbacks=[watch, stop], validation_split=0.25, verbose=0)


def raising_callbacks():
    def stop(batch, logs):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        MODEL.fit(X, Y, callbacks=[dlcore.callbacks.LambdaCallback(on_train_batch_end=stop)], verbose=0)


def generators():
    MODEL.fit(((X[i : i + 16], Y[i : i + 16]) for i in range(0, 64, 16)), verbose=0)


def errors():
    with pytest.raises(ValueError, match="x"):
        MODEL.fit(X[:, :3], Y, verbose=0)
    with pytest.raises(MemoryError):
        _core.random_normal(1, (2**30, 2**30), 0.0, 1.0, "float64")


def clones_and_pickles():
    from sklearn.base import clone

    from dlcore.sklearn import MLPClassifier

    estimator = clone(MLPClassifier(hidden_layer_sizes=(16,), max_iter=1, random_state=0))
    estimator.partial_fit(X, Y.ravel(), classes=[0, 1])
    pickle.loads(pickle.dumps(estimator)).predict(X)
    dlcore.models.clone_model(MODEL)
    pickle.loads(pickle.dumps(MODEL))


def files(path):
    MODEL.save(path)
    dlcore.models.load_model(path).predict(X, verbose=0)


@needs_proc
@pytest.mark.parametrize(
    ("work", "share"),
    [
        (fit_and_predict, 1.0), (new_models, 0.5), (batch_sizes, 0.5), (callbacks, 0.3),
        (raising_callbacks, 0.5), (generators, 0.5), (errors, 0.5), (clones_and_pickles, 0.2), (files, 0.1),
    ],
)  # fmt: skip
def test_loops_leave_memory_where_it_was(work, share, tmp_path):
    if work is files:
        path = tmp_path / "model.safetensors"
        assert grown(lambda: files(path), int(FEW * share)) < SLACK
    else:
        assert grown(work, int(FEW * share)) < SLACK
