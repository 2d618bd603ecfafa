"""Trains to the end, or is killed on the way; test_resume.py runs it in processes of their own.

Its argument is JSON, the arguments of `main`: a case of CASES, and when to die, as [epoch, batch] or
[epoch, hook]. At the end it prints what the fit came to.
"""

import hashlib
import json
import os
import pathlib
import signal
import sys
import warnings

import numpy as np

import dlcore
from dlcore.callbacks import (
    BackupAndRestore,
    Callback,
    EarlyStopping,
    LearningRateScheduler,
    ModelCheckpoint,
    ReduceLROnPlateau,
)

EPOCHS, BATCHES = 4, 5

layers, optimizers = dlcore.layers, dlcore.optimizers


class Die(Callback):
    """Has the process killed, without a word, behind all callbacks of a batch or in a hook of an epoch."""

    def __init__(self, when):
        self.when = when
        self.epoch = None

    def at(self, *when):
        if self.when is not None and tuple(self.when) == when:
            os.kill(os.getpid(), signal.SIGKILL)

    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch
        self.at(epoch, "begin")

    def on_train_batch_end(self, batch, logs=None):
        self.at(self.epoch, batch)

    def on_test_end(self, logs=None):
        self.at(self.epoch, "test")

    def on_epoch_end(self, epoch, logs=None):
        self.at(epoch, "end")


def stack(*widths):
    return dlcore.Sequential(
        [
            layers.Input((6,)),
            layers.GaussianNoise(0.1),
            *(layers.Dense(width, activation="relu", kernel_regularizer="l2") for width in widths),
            layers.BatchNormalization(momentum=0.9),
            layers.Dropout(0.3),
            layers.Dense(3, activation="softmax"),
        ]
    )


def data(rows=70):
    rng = np.random.default_rng(5)
    x = rng.normal(size=(rows, 6))
    return x, (x[:, 0] + rng.normal(size=rows) > 0).astype(int) + (x[:, 1] > 0)


class Batches(dlcore.utils.PyDataset):
    """Batches of 15 by number."""

    def __len__(self):
        return BATCHES

    def __getitem__(self, index):
        return tuple(values[15 * index : 15 * index + 15] for values in data())


def adam():
    rate = optimizers.schedules.CosineDecay(0.01, 20)
    averages = {"use_ema": True, "ema_momentum": 0.9, "gradient_accumulation_steps": 2}
    return optimizers.Adam(rate, **averages)


def plain(folder, save_freq, *, optimizer=None, metrics=("accuracy",), after=(), before=(), **options):
    """A model and the arguments of its fit, with a backup between other callbacks."""
    model = stack(24)
    model.compile(optimizer or adam(), "sparse_categorical_crossentropy", metrics=list(metrics))
    x, y = data()
    arguments = {
        "x": x,
        "y": y,
        "batch_size": 15,
        "validation_data": (x[::3], y[::3]),
        "class_weight": {0: 1.0, 1: 2.5},
    }
    # The backup stands before what stops early, so that it is saved in the midst of the callbacks.
    backup = [] if save_freq is None else [BackupAndRestore(folder / "backup", save_freq)]
    stop = EarlyStopping(min_delta=0.045, patience=2, restore_best_weights=True)
    return model, arguments | {"callbacks": [*before, *backup, stop, *after]} | options


def plateau(folder, save_freq):
    reduce = ReduceLROnPlateau("loss", factor=0.5, patience=1, min_delta=1, cooldown=1)
    return plain(folder, save_freq, optimizer=optimizers.RMSprop(0.01, momentum=0.5), after=[reduce])


def slower(folder, save_freq):
    slow = LearningRateScheduler(lambda epoch, rate: rate * 0.8)
    best = folder / "best.safetensors"
    keep = ModelCheckpoint(best, "loss", mode="min", save_best_only=True, save_freq=2)
    return plain(folder, save_freq, optimizer="nadam", before=[slow], after=[keep])


def watched(folder, save_freq):
    """Metrics that the core does not compute; F1Score makes its variables when it sees a batch."""
    model, arguments = plain(folder, save_freq, metrics=[])
    metrics = [dlcore.metrics.AUC(num_thresholds=20, name="auc"), dlcore.metrics.F1Score(), "mse"]
    model.compile(adam(), "categorical_crossentropy", metrics=metrics, weighted_metrics=["accuracy"])
    targets = np.eye(3)[arguments["y"]]
    return model, arguments | {"y": targets, "validation_data": (arguments["x"], targets)}


def by_steps(folder, save_freq):
    """Epochs of three of five batches, so that passes over the rows go on from one epoch to the next."""
    options = {"steps_per_epoch": 3, "validation_steps": 1, "epochs": 5}
    return plain(folder, save_freq, **options)


def by_number(folder, save_freq):
    return plain(folder, save_freq, x=Batches(), y=None, batch_size=None)


def stopped(folder, save_freq):
    """Stops after the second epoch, while a later callback's hook of that epoch is still to come."""
    stop = EarlyStopping("loss", min_delta=9, patience=1, mode="min", restore_best_weights=True)
    return plain(folder, save_freq, before=[stop])


def wide(folder, save_freq):
    """Large enough for several threads."""
    model, arguments = plain(folder, save_freq)
    model = stack(300, 200)
    model.compile(adam(), "sparse_categorical_crossentropy", metrics=["accuracy"])
    x, y = data(400)
    return model, arguments | {"x": x, "y": y, "batch_size": 80}


CASES = {f.__name__: f for f in (plain, plateau, slower, watched, by_steps, by_number, stopped, wide)}


def digest(arrays):
    return hashlib.sha256(b"".join(np.ascontiguousarray(array).tobytes() for array in arrays)).hexdigest()


def end_of(model, history, callbacks):
    """All that a fit comes to."""
    network = model._built()
    states = {type(c).__name__: c.get_state() for c in callbacks if not isinstance(c, BackupAndRestore)}
    for state in states.values():
        if "best_weights" in state:
            state["best_weights"] = digest(state["best_weights"] or [])
    end = {
        "weights": digest(model.all_weights().values()),
        "optimizer": digest(network.get_slots()),
        "iterations": network.iterations,
        "rate": float(model.optimizer.learning_rate),
        "epochs": history.epoch,
        "history": history.history,
        "callbacks": {name: state for name, state in states.items() if state},
    }
    return json.loads(json.dumps(end, default=np.ndarray.tolist))


def main(folder, case, save_freq=None, die=None, resume_from=None, seed=1, more=()):
    """A fit of a case, from other first weights and orders where the seed is another one."""
    dlcore.utils.set_random_seed(seed)
    model, arguments = CASES[case](pathlib.Path(folder), save_freq)
    arguments["callbacks"] += [*more, *([] if die is None else [Die(die)])]
    history = model.fit(**{"epochs": EPOCHS, "verbose": 0, "resume_from": resume_from} | arguments)
    return end_of(model, history, arguments["callbacks"])


if __name__ == "__main__":
    warnings.simplefilter("ignore")  # In `by_steps` the data end.
    end = main(**json.loads(sys.argv[1]))
    settings = dlcore.show_config(mode="dicts")
    print(json.dumps({"end": end, "threads": settings["threads"], "isa": settings["isa"]}))
