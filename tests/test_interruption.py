"""Ctrl-C, SIGTERM, a closed output and exceptions in hooks end a fit; the model is usable afterwards."""

import contextlib
import os
import pathlib
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

import dlcore
import interrupted
import workers
from dlcore import _core
from dlcore.callbacks import Callback
from dlcore.callbacks.callback import HOOKS

pytestmark = [
    pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="the system has no such signals"),
    pytest.mark.filterwarnings("ignore::UserWarning"),  # scikit-learn's, of interrupted fits
]

LATEST = 1.0
"""Seconds. A tenth is promised, and kept on a machine with nothing else to do: `make stress` prints it."""


@pytest.mark.parametrize("name", interrupted.CASES)
def test_control_c(name):
    pytest.importorskip("sklearn" if name == "lbfgs" else "dlcore")
    case = interrupted.CASES[name]()
    delay = workers.delay_of_interrupt(case.work, after=0.15)
    assert delay < LATEST
    assert case.is_usable()


def test_control_c_while_another_thread_has_the_model():
    """Who waits for a turn is not deaf. In a process of its own, which need not wait for the other thread."""
    script = """if True:
        import os, threading, interrupted, workers
        case = interrupted.CASES["an epoch of seconds"]()
        threading.Thread(target=case.work).start()
        def predict():
            while True:
                case.net.predict(case.x[:16], verbose=0)
        print(workers.delay_of_interrupt(predict, after=0.3), flush=True)
        os._exit(0)
    """
    here = pathlib.Path(__file__).parent
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=here
    )
    assert float(done.stdout) < LATEST


def test_a_handler_that_raises_nothing_runs_in_the_midst_of_a_fit():
    """And the fit comes to the same end."""
    start = time.perf_counter()
    expected, calls = workers.train(epochs=300), []
    in_the_midst = (time.perf_counter() - start) / 3
    before = signal.signal(signal.SIGTERM, lambda *_: calls.append(1))
    try:
        with workers.Interrupt(in_the_midst, signal.SIGTERM):
            assert workers.train(epochs=300) == expected
    finally:
        signal.signal(signal.SIGTERM, before)
    assert len(calls) == 1


def test_a_handler_that_calls_the_model_in_the_midst_of_a_fit_is_told():
    """The core is at work on it, on this thread: to wait would be to hang."""
    x, y = workers.data(200_000)
    net, errors, times = workers.model(1024, 1024), [], []

    def save(*_):
        times.append(time.perf_counter())
        try:
            net.get_weights()
        except RuntimeError as error:
            errors.append(str(error))
        raise SystemExit(3)

    before = signal.signal(signal.SIGTERM, save)
    try:
        with workers.Interrupt(0.15, signal.SIGTERM) as interrupt, pytest.raises(SystemExit):
            net.fit(x, y, batch_size=128, verbose=0)
    finally:
        signal.signal(signal.SIGTERM, before)
    assert times[0] - interrupt.sent < LATEST
    assert len(errors) == 1
    assert "a signal's handler" in errors[0]
    assert all(np.isfinite(w).all() for w in net.get_weights())


@pytest.mark.parametrize("how", ["handler", "none"])
def test_sigterm_ends_the_process(how):
    script = """if True:
        import signal, sys, interrupted
        if sys.argv[1] == "handler":
            signal.signal(signal.SIGTERM, lambda *_: sys.exit(7))
        case = interrupted.CASES["an epoch of seconds"]()
        print("begins", flush=True)
        case.work()
    """
    here = pathlib.Path(__file__).parent
    with subprocess.Popen([sys.executable, "-c", script, how], stdout=subprocess.PIPE, cwd=here) as process:
        try:
            process.stdout.readline()
            time.sleep(0.2)
            sent = time.perf_counter()
            process.terminate()
            assert process.wait(timeout=30) == (7 if how == "handler" else -signal.SIGTERM)
            assert time.perf_counter() - sent < 2 * LATEST  # The interpreter ends, too.
        finally:
            process.kill()


# Output that is gone


@pytest.mark.parametrize("verbose", [1, 2])
def test_a_closed_pipe_is_an_error_and_the_model_goes_on(verbose, monkeypatch):
    x, y = workers.data(300)
    net = workers.model()
    receive, send = os.pipe()
    os.close(receive)
    with os.fdopen(send, "w", buffering=1) as output:
        monkeypatch.setattr(sys, "stdout", output)
        with pytest.raises(BrokenPipeError):
            net.fit(x, y, epochs=3, verbose=verbose)
        monkeypatch.undo()
        with pytest.raises(BrokenPipeError):
            output.flush()
        os.dup2(os.open(os.devnull, os.O_WRONLY), output.fileno())
    assert net.fit(x, y, epochs=3, verbose=0).epoch == [0, 1, 2]


@pytest.mark.parametrize("verbose", ["auto", 1, 2])
def test_without_any_output_a_fit_is_silent(verbose, monkeypatch):
    """As in a program that has no console."""
    x, y = workers.data(300)
    net = workers.model()
    monkeypatch.setattr(sys, "stdout", None)
    assert net.fit(x, y, epochs=2, verbose=verbose, validation_split=0.1).epoch == [0, 1]
    net.evaluate(x, y, verbose=verbose)
    net.predict(x, verbose=verbose)


# Hooks


@pytest.mark.parametrize("hook", HOOKS)
@pytest.mark.parametrize("error", [ZeroDivisionError, KeyboardInterrupt])
def test_an_exception_in_any_hook_comes_out(hook, error):
    x, y = workers.data(300)

    def fail(*_, **__):
        raise error("mine")

    def use(callbacks):
        options = {"verbose": 0, "callbacks": callbacks}
        net.fit(x, y, epochs=2, validation_split=0.2, **options)
        net.evaluate(x, y, **options)
        net.predict(x, **options)

    net, callback = workers.model(), Callback()
    setattr(callback, hook, fail)
    with pytest.raises(error, match="mine"):
        use([callback])
    assert all(np.isfinite(w).all() for w in net.get_weights())
    use([])


def test_threads_that_were_limited_are_free_after_control_c():
    mlp = pytest.importorskip("dlcore.sklearn").MLPClassifier
    limits = []

    def interrupt(estimator, numbers):
        limits.append(dlcore.get_num_threads())
        raise KeyboardInterrupt

    x, y = workers.data(300)
    before = dlcore.get_num_threads()
    mlp((16,), n_threads=1, callbacks=[interrupt]).fit(x, y)
    assert (limits, dlcore.get_num_threads()) == ([1], before)


class Alarm(BaseException):
    pass


def fail_until_it_rings(call, lost):
    while not lost:
        with contextlib.suppress(TypeError):
            call()


@pytest.mark.parametrize("what", ["a weight", "an array"])
def test_no_signal_is_lost_while_an_error_is_told(what, monkeypatch):
    """Python's `str` runs handlers, and what they raise must come out."""
    network = workers.model(4)._built()
    wrong = [weight.astype(np.float64) for weight in workers.model(4).get_weights()]
    integers = np.ones((2, 2), np.int32)
    calls = {
        "a weight": lambda: network.set_weights(wrong),
        "an array": lambda: _core.matmul(integers, integers, None),
    }

    def sound(number, frame):
        raise Alarm

    lost = []
    monkeypatch.setattr(sys, "unraisablehook", lost.append)
    before = signal.signal(signal.SIGVTALRM, sound)
    try:
        for _ in range(100):
            signal.setitimer(signal.ITIMER_VIRTUAL, 1e-4)
            with pytest.raises(Alarm):
                fail_until_it_rings(calls[what], lost)
    finally:
        signal.signal(signal.SIGVTALRM, before)
    assert not lost
