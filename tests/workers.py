"""What other processes and threads are given to do: a module that they can import."""

import contextlib
import functools
import hashlib
import os
import pathlib
import pickle
import signal
import threading
import time

import numpy as np

import dlcore

TASKS = pathlib.Path("/proc/self/task")


@functools.cache
def data(rows=2048, features=64, classes=10):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(rows, features)).astype(np.float32)
    return x, rng.integers(0, classes, rows)


def model(*hidden, features=64, seed=0):
    """A classifier for which no other thread's random numbers matter, if rows are taken in sequence."""
    layers, made = dlcore.layers, [dlcore.layers.Input((features,))]
    for i, units in enumerate(hidden or (256,)):
        start = dlcore.initializers.GlorotUniform(seed=seed + i)
        made += [layers.Dense(units, "relu", kernel_initializer=start), layers.Dropout(0.2, seed=seed)]
    start = dlcore.initializers.GlorotUniform(seed=seed + len(hidden))
    net = dlcore.Sequential([*made, layers.Dense(10, "softmax", kernel_initializer=start)])
    net.compile("adam", "sparse_categorical_crossentropy")
    return net


def bits(net):
    return hashlib.sha256(b"".join(w.tobytes() for w in net.get_weights())).hexdigest()


def train(seed=0, epochs=3):
    """A fit that a team of threads does; the bits that come of it."""
    x, y = data()
    net = model(seed=seed)
    net.fit(x, y, batch_size=256, epochs=epochs, shuffle=False, verbose=0)
    net.predict(x, verbose=0)
    return bits(net)


def pool_threads():
    """How many workers dlcore has in this process, or None where the system does not say."""
    if not TASKS.is_dir():
        return None
    names = []
    for task in TASKS.iterdir():
        with contextlib.suppress(OSError):  # It has ended since.
            names.append((task / "comm").read_text())
    return sum(name.startswith("dlcore-") for name in names)


def threads_of_worker(estimator, x, y):
    """A scorer that tells what an estimator's process may use, and uses."""
    estimator.predict(x)
    return 100.0 * dlcore.get_num_threads() + (pool_threads() or 0)


class HangError(AssertionError):
    """A child that did not come to an end."""


def forked(function, *arguments, seconds=60):
    """What the function returns, or the exception that it raises, in a forked child."""
    receive, send = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            try:
                answer = function(*arguments)
            except Exception as error:
                answer = error
            with os.fdopen(send, "wb") as file:
                pickle.dump(answer, file)
        finally:
            os._exit(0)
    os.close(send)
    clock = threading.Timer(seconds, os.kill, (child, signal.SIGKILL))
    clock.start()
    try:
        with os.fdopen(receive, "rb") as file:
            answer = file.read()
    finally:
        clock.cancel()
        os.waitpid(child, 0)
    if not answer:
        raise HangError(f"the child did not answer within {seconds} s")
    return pickle.loads(answer)


class FitInThread:
    """A model that another thread fits until the end of the block; nearly always the core is at it."""

    def __enter__(self):
        self.model = model(512, 512)
        begun = threading.Event()
        tell = dlcore.callbacks.LambdaCallback(on_epoch_begin=lambda *_: begun.set())
        options = {"batch_size": 128, "epochs": 10**9, "verbose": 0, "callbacks": [tell]}
        self._thread = threading.Thread(target=self.model.fit, args=data(20_000), kwargs=options)
        self._thread.start()
        begun.wait()
        return self.model

    def __exit__(self, *_):
        self.model.stop_training = True
        self._thread.join()


class Interrupt:
    """Ctrl-C after a delay, from within this process; `sent` says when it was sent."""

    def __init__(self, delay, number=signal.SIGINT):
        self.sent = None
        self._number = number
        self._timer = threading.Timer(delay, self._send)

    def __enter__(self):
        self._timer.start()
        return self

    def __exit__(self, *_):
        self._timer.cancel()
        self._timer.join()

    def _send(self):
        self.sent = time.perf_counter()
        os.kill(os.getpid(), self._number)


def delay_of_interrupt(work, after):
    """Seconds from Ctrl-C to the end of the work, or None if that was over before."""
    try:
        with Interrupt(after) as interrupt:
            try:
                work()
            except KeyboardInterrupt:
                return time.perf_counter() - interrupt.sent
    except KeyboardInterrupt:  # It came while the timer was joined.
        pass
    return None
