"""A fit that goes on where another was interrupted comes to the same end, bit for bit."""

import functools
import json
import os
import pathlib
import signal
import subprocess
import sys

import numpy as np
import pytest
import safetensors

import dlcore
import resumed
from dlcore import _core
from dlcore.callbacks import BackupAndRestore, Callback, EarlyStopping, History
from dlcore.models import training

HERE = pathlib.Path(__file__).parent
pytestmark = pytest.mark.filterwarnings("ignore:the data ended")  # In `by_steps` they do.


def process(threads, isa, **options):
    settings = {"DLCORE_NUM_THREADS": str(threads), "DLCORE_ISA": isa, "PYTHONPATH": str(HERE)}
    settings["PYTHONPATH"] += os.pathsep + os.environ.get("PYTHONPATH", "")
    return subprocess.run(
        [sys.executable, HERE / "resumed.py", json.dumps(options)],
        env=os.environ | settings,
        capture_output=True,
        text=True,
        check=False,
    )


@functools.cache
def straight(case, folder):
    """The end of a fit that was never interrupted, in which nobody saves anything."""
    return resumed.main(folder, case)


@pytest.fixture
def expected(tmp_path_factory):
    return lambda case: straight(case, str(tmp_path_factory.getbasetemp()))


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    ("case", "save_freq", "die"),
    [
        ("plain", 1, (1, 2)),
        ("plain", 3, (2, 4)),
        ("plain", 1, (2, "test")),
        ("plain", "epoch", (1, "end")),
        ("plateau", "epoch", (3, 1)),
        ("slower", 2, (2, 2)),
        ("watched", 1, (3, 0)),
        ("by_steps", 1, (1, 1)),
        ("by_number", 1, (2, 1)),
        ("stopped", 1, (1, "end")),
        ("wide", 1, (1, 3)),
    ],
)
def test_a_killed_process(case, save_freq, die, expected, tmp_path):
    isas = _core.available_isas()
    options = {"folder": str(tmp_path), "case": case, "save_freq": save_freq}
    killed = process(2, isas[0], **options, die=die)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert [path.name for path in (tmp_path / "backup").iterdir()] == ["latest.safetensors"]
    done = process(1, isas[-1], **options, seed=2)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"end": expected(case), "threads": 1, "isa": isas[-1]}
    assert not (tmp_path / "backup").exists()


class Keep(Callback):
    """Saves the model at every end of a batch or epoch, by itself or in the middle of the callbacks."""

    def __init__(self, folder):
        self.folder = folder
        self.count = 0

    def save(self):
        self.model.save(self.folder / f"{self.count:03}.safetensors")
        self.count += 1

    def on_train_batch_end(self, batch, logs=None):
        self.save()

    def on_test_end(self, logs=None):
        self.save()

    def on_epoch_end(self, epoch, logs=None):
        self.save()


@pytest.mark.timeout(300)
@pytest.mark.parametrize("case", resumed.CASES)
def test_every_boundary(case, expected, tmp_path):
    assert resumed.main(tmp_path, case, more=[Keep(tmp_path)]) == expected(case)
    files = sorted(tmp_path.glob("0*"))
    assert len(files) >= 14
    for path in files:
        assert resumed.main(tmp_path, case, resume_from=path, seed=2) == expected(case), path


def test_other_seeds_have_other_ends(tmp_path):
    assert resumed.main(tmp_path, "plain", seed=2) != resumed.main(tmp_path, "plain")


def small(optimizer="adam", **options):
    layers = dlcore.layers
    model = dlcore.Sequential(
        [layers.Input((6,)), layers.Dense(8, "tanh"), layers.Dropout(0.5), layers.Dense(3)]
    )
    model.compile(optimizer, dlcore.losses.SparseCategoricalCrossentropy(from_logits=True), **options)
    return model


def bits(model):
    return [array.tobytes() for array in [*model.get_weights(), *model._built().get_slots()]]


@pytest.fixture
def start(tmp_path):
    """A model that is not fitted yet, to begin with again and again."""
    path = tmp_path / "start.safetensors"
    small().save(path)
    return lambda: dlcore.models.load_model(path)


def test_a_later_initial_epoch_goes_on_with_the_order_of_rows(start, tmp_path):
    x, y = resumed.data()
    dlcore.utils.set_random_seed(1)
    whole = start()
    whole.fit(x, y, epochs=5, verbose=0)
    dlcore.utils.set_random_seed(1)
    half = start()
    half.fit(x, y, epochs=2, verbose=0)
    half.save(tmp_path / "half.safetensors")
    dlcore.utils.set_random_seed(2)
    loaded = dlcore.models.load_model(tmp_path / "half.safetensors")
    for model in (half, loaded):
        history = model.fit(x, y, epochs=5, initial_epoch=2, verbose=0)
        assert history.epoch == [2, 3, 4]
        assert bits(model) == bits(whole)
    again = start()
    dlcore.utils.set_random_seed(2)
    again.fit(x, y, epochs=5, verbose=0)
    assert bits(again) != bits(whole)


def test_a_fit_goes_on_behind_its_end(start, tmp_path):
    x, y = resumed.data()
    dlcore.utils.set_random_seed(1)
    whole = start()
    stop = EarlyStopping("loss", patience=9)
    history = whole.fit(x, y, epochs=5, verbose=0, callbacks=[stop])
    dlcore.utils.set_random_seed(1)
    half = start()
    half.fit(x, y, epochs=2, verbose=0, callbacks=[EarlyStopping("loss", patience=9)])
    path = tmp_path / "half.safetensors"
    half.save(path)
    other, other_stop = small(), EarlyStopping("loss", patience=9)
    resumed_history = other.fit(x, y, epochs=5, verbose=0, callbacks=[other_stop], resume_from=path)
    assert bits(other) == bits(whole)
    assert (resumed_history.epoch, resumed_history.history) == (history.epoch, history.history)
    assert other_stop.get_state() == stop.get_state()


def test_a_loaded_model_is_saved_with_the_same_bytes(tmp_path):
    x, y = resumed.data()
    model = small()
    model.fit(x, y, verbose=0, callbacks=[EarlyStopping("loss", restore_best_weights=True)])
    model.save(tmp_path / "a")
    dlcore.models.load_model(tmp_path / "a").save(tmp_path / "b")
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    with safetensors.safe_open(tmp_path / "a", "numpy") as file:
        best = [name for name in file.keys() if "best_weights" in name]  # noqa: SIM118, it is no dict
        assert [file.get_tensor(name).shape for name in best] == [w.shape for w in model.get_weights()]


def test_control_c_in_the_midst_of_an_epoch(tmp_path):
    """The core is at it, and nobody listens to batches."""

    class Ring(Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 1:
                signal.setitimer(signal.ITIMER_REAL, 0.01)

    def ring(*_):
        raise KeyboardInterrupt

    def make(seed):
        dlcore.utils.set_random_seed(seed)
        model = resumed.stack(300, 300)
        model.compile("adam", "sparse_categorical_crossentropy")
        return model

    x, y = resumed.data(16_000)
    whole, part, other = make(1), make(1), make(2)
    arguments = {"x": x, "y": y, "batch_size": 8, "epochs": 2, "verbose": 0}
    dlcore.utils.set_random_seed(3)
    whole.fit(**arguments)
    dlcore.utils.set_random_seed(3)
    before = signal.signal(signal.SIGALRM, ring)
    try:
        with pytest.raises(KeyboardInterrupt):
            part.fit(**arguments, callbacks=[Ring()])
    finally:
        signal.signal(signal.SIGALRM, before)
    assert 2000 < part.optimizer.iterations < 4000
    part.save(tmp_path / "part")
    other.fit(**arguments, resume_from=tmp_path / "part")
    assert bits(other) == bits(whole)


def test_an_epoch_that_a_batch_stopped_stays_so(tmp_path):
    class Stop(Callback):
        def on_epoch_begin(self, epoch, logs=None):
            self.epoch = epoch

        def on_train_batch_end(self, batch, logs=None):
            self.model.stop_training = (self.epoch, batch) == (1, 2)

    expected = resumed.main(tmp_path, "plain", more=[Stop(), Keep(tmp_path)])
    assert (expected["epochs"], expected["iterations"]) == ([0, 1], 8)
    for path in sorted(tmp_path.glob("0*")):
        assert resumed.main(tmp_path, "plain", resume_from=path, seed=2, more=[Stop()]) == expected, path


@pytest.mark.parametrize("batch_size", [7, 49, 50])
def test_the_history_is_the_same_whether_or_not_somebody_listens_to_batches(batch_size):
    x, y = resumed.data(343)
    layers, histories = dlcore.layers, []
    for callbacks in ([], [dlcore.callbacks.LambdaCallback(on_train_batch_end=lambda *_: None)]):
        dlcore.utils.set_random_seed(1)
        model = dlcore.Sequential(
            [layers.Input((6,)), layers.Dense(8, "tanh"), layers.Dense(1)], dtype="float64"
        )
        model.compile("adam", "mse", metrics=["mae", "accuracy"])
        found = model.fit(x, y, batch_size=batch_size, epochs=9, verbose=0, callbacks=callbacks)
        histories.append(found.history)
    assert histories[0] == histories[1]


def test_an_epoch_is_one_call_of_the_core_where_epochs_are_saved(tmp_path, monkeypatch):
    pieces = []
    train = training.train
    monkeypatch.setattr(training, "train", lambda *given: pieces.append(given[1].batches) or train(*given))
    x, y = resumed.data()
    small().fit(x, y, batch_size=7, epochs=3, verbose=0, callbacks=[BackupAndRestore(tmp_path / "b")])
    assert pieces == [10, 10, 10]


class Counting(Callback):
    """A user's, with a state."""

    def __init__(self):
        self.seen = []
        self.noise = np.zeros(2, np.float32)

    def on_epoch_end(self, epoch, logs=None):
        self.seen.append((epoch, logs["loss"]))
        self.noise += 1
        logs |= {"mine": float("nan"), "words": "some", "thing": object}

    def get_state(self):
        return {"seen": self.seen, "noise": self.noise, "largest": float("inf")}

    def set_state(self, state):
        self.seen, self.noise = [tuple(pair) for pair in state["seen"]], state["noise"]
        assert state["largest"] == float("inf")


def test_callbacks_of_ones_own(tmp_path):
    """One with a state goes on; one without begins anew; the history has what they put into the logs."""

    class Stateless(Callback):
        def __init__(self):
            self.epochs = []

        def on_epoch_end(self, epoch, logs=None):
            self.epochs.append(epoch)
            if epoch == 1 and self.epochs[0] == 0:
                raise ZeroDivisionError

    x, y = resumed.data()
    backup, arguments = BackupAndRestore(tmp_path / "b"), {"epochs": 4, "verbose": 0}
    with pytest.raises(ZeroDivisionError):
        small().fit(x, y, callbacks=[Counting(), backup, Counting(), Stateless()], **arguments)
    calls = [Counting(), backup, Counting(), Stateless()]
    history = small().fit(x, y, callbacks=calls, **arguments)
    assert [epoch for epoch, _ in calls[0].seen] == [0, 1, 2, 3]
    assert calls[2].seen == calls[0].seen
    assert calls[0].noise.tolist() == [4, 4]
    assert calls[3].epochs == [2, 3]
    assert history.epoch == [0, 1, 2, 3]
    assert np.isnan(history.history["mine"]).all()
    assert history.history["words"] == ["some"] * 4
    assert history.history["thing"] == [repr(object)] + [object] * 3


def test_a_generator_goes_on_with_what_comes_next(tmp_path):
    """In a process of its own it has to be begun behind the batches that are done."""
    x, y = resumed.data(64)
    parts = [(x[i : i + 8], y[i : i + 8]) for i in range(0, 64, 8)] * 3
    dlcore.utils.set_random_seed(1)
    whole = small()
    whole.fit(iter(parts), steps_per_epoch=8, epochs=3, verbose=0)
    dlcore.utils.set_random_seed(1)
    small().fit(iter(parts), steps_per_epoch=8, epochs=3, verbose=0, callbacks=[Keep(tmp_path)])
    for done in (3, 11):  # The end of an epoch is one more file than its batches.
        other = small()
        path = tmp_path / f"{done - 1 + done // 9:03}.safetensors"
        other.fit(iter(parts[done:]), steps_per_epoch=8, epochs=3, verbose=0, resume_from=path)
        assert bits(other) == bits(whole)


def test_what_gives_batches_again_and_again_is_begun_again(tmp_path):
    class Parts:
        def __iter__(self):
            for i in range(0, 64, 8):
                yield x[i : i + 8], y[i : i + 8]

    x, y = resumed.data(64)
    for steps in (None, 3):
        dlcore.utils.set_random_seed(1)
        whole = small()
        folder = tmp_path / str(steps)
        folder.mkdir()
        whole.fit(Parts(), steps_per_epoch=steps, epochs=2, verbose=0, callbacks=[Keep(folder)])
        for path in sorted(folder.iterdir()):
            other = small()
            other.fit(Parts(), steps_per_epoch=steps, epochs=2, verbose=0, resume_from=path)
            assert bits(other) == bits(whole), path


# What is refused


@pytest.fixture
def backup(tmp_path):
    """A file from the midst of an epoch, with all kinds of states."""
    resumed.main(tmp_path, "slower", more=[Keep(tmp_path)])
    return tmp_path / "007.safetensors"


def resume(path):
    dlcore.utils.set_random_seed(2)
    model, arguments = resumed.slower(path.parent, None)
    model.build()
    before, rate = bits(model), float(model.optimizer.learning_rate)
    try:
        return model.fit(**arguments, epochs=resumed.EPOCHS, verbose=0, resume_from=path)
    finally:
        if model.history is None:  # The fit did not begin.
            assert (bits(model), float(model.optimizer.learning_rate)) == (before, rate)
            assert model._fit_state() is None


def test_the_backup_of_the_tests_below_is_sound(backup, expected):
    assert resume(backup).history == expected("slower")["history"]


def changed(path, change):
    data = path.read_bytes()
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    config = json.loads(header["__metadata__"]["dlcore"])
    change(config)
    header["__metadata__"]["dlcore"] = json.dumps(config)
    text = json.dumps(header).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text + data[8 + length :])


CHANGES = {
    "seed": lambda c: c.update(seed=2**64),
    "iterations": lambda c: c["compile"].update(iterations=-1),
    "rate": lambda c: c["compile"]["optimizer"]["config"].update(learning_rate=-1),
    "optimizer": lambda c: c["compile"]["optimizer"].update(class_name="Adam"),
    "uncompiled": lambda c: c.update(compile=None),
    "no fit": lambda c: c.pop("fit"),
    "a list": lambda c: c.update(fit=[]),
    "epoch": lambda c: c["fit"].update(epoch=-1),
    "batch": lambda c: c["fit"].update(batch=6),
    "shuffle": lambda c: c["fit"].update(shuffle="x"),
    "passes": lambda c: c["fit"].update(passes=[None]),
    "a pass": lambda c: c["fit"].update(passes=[[0, -1], None]),
    "hook": lambda c: c["fit"].update(hook="save"),
    "is_stopped": lambda c: c["fit"].update(is_stopped=0),
    "logs": lambda c: c["fit"].update(logs=[]),
    "a tensor": lambda c: c["fit"]["tally"].update(sums={"tensor": "absent"}),
    "sums": lambda c: c["fit"]["tally"].update(sums={"tensor": "optimizer/0"}),
    "rows": lambda c: c["fit"]["tally"].update(rows=-1),
    "a callback": lambda c: c["fit"]["callbacks"][0].update(state=[]),
    "a class": lambda c: c["fit"]["callbacks"][0].update({"class": 1}),
    "its state": lambda c: [entry["state"].clear() for entry in c["fit"]["callbacks"]],
    "a count": lambda c: c["fit"]["callbacks"][1]["state"].update(wait=-1),
    "best weights": lambda c: c["fit"]["callbacks"][1]["state"]["best_weights"].pop(),
    "deep": lambda c: c["fit"].update(logs=functools.reduce(lambda inner, _: [inner], range(700), 0)),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_backup_is_an_error_that_names_it(change, backup):
    changed(backup, CHANGES[change])
    with pytest.raises(ValueError, match=r"007\.safetensors"):
        resume(backup)


def test_flipped_bits_are_an_error_or_another_fit(backup):
    """Never a crash, and no exception but ValueError."""
    data = backup.read_bytes()
    header = 8 + int.from_bytes(data[:8], "little")
    rng = np.random.default_rng(0)
    refused = 0
    for bit in rng.integers(0, 8 * header, 100):
        broken = bytearray(data)
        broken[bit // 8] ^= 1 << (bit % 8)
        backup.write_bytes(broken)
        try:
            resume(backup)
        except ValueError:
            refused += 1
    assert refused > 25


def test_other_batches_than_before(backup):
    model, arguments = resumed.slower(backup.parent, None)
    with pytest.raises(ValueError, match="an epoch of 5 batches, but now an epoch has 9"):
        model.fit(**arguments | {"batch_size": 8}, verbose=0, resume_from=backup)


def test_files_that_cannot_be_resumed(tmp_path):
    x, y = resumed.data()
    model = small()
    model.save_weights(tmp_path / "weights")
    for name, error, message in [
        ("weights", ValueError, "weights is not a dlcore model.*nothing of training"),
        ("absent", FileNotFoundError, "absent"),
        (".", FileNotFoundError, r"latest\.safetensors"),
    ]:
        with pytest.raises(error, match=message):
            model.fit(x, y, verbose=0, resume_from=tmp_path / name)
    model.save(tmp_path / "unfitted")
    assert isinstance(model.fit(x, y, verbose=0, resume_from=tmp_path / "unfitted"), History)
    with pytest.raises(ValueError, match="was trained with Adam, but the model is compiled with SGD"):
        small("sgd").fit(x, y, verbose=0, resume_from=tmp_path / "unfitted")
