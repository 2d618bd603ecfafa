"""Several Python threads at once: each fit as if it were alone, one model's calls in turn."""

import asyncio
import concurrent.futures
import pathlib
import re
import subprocess
import sys
import sysconfig
import threading

import numpy as np
import pytest

import dlcore
import workers
from dlcore.callbacks import Callback

sklearn = pytest.importorskip("dlcore.sklearn")

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def train_estimator(seed):
    x, y = workers.data()
    options = {"batch_size": 256, "max_iter": 3, "dropout": 0.2, "early_stopping": seed % 2 == 0}
    mlp = sklearn.MLPClassifier((256,), random_state=seed, **options).fit(x, y)
    return b"".join(a.tobytes() for a in [*mlp.coefs_, *mlp.intercepts_, mlp.predict_proba(x)])


@pytest.mark.parametrize("train", [workers.train, train_estimator])
def test_eight_fits_at_once_are_as_each_alone(train):
    alone = [train(seed) for seed in range(8)]
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        start = threading.Barrier(8)
        assert list(pool.map(lambda seed: (start.wait(), train(seed))[1], range(8))) == alone


def test_asyncio_to_thread():
    async def several():
        return await asyncio.gather(*(asyncio.to_thread(workers.train, seed) for seed in range(4)))

    assert asyncio.run(several()) == [workers.train(seed) for seed in range(4)]


class InThread:
    """A fit in another thread; `is_over` tells when to stop."""

    def __init__(self, fit):
        self._future = None
        self._pool = concurrent.futures.ThreadPoolExecutor(1)
        self._fit = fit

    def __enter__(self):
        self._future = self._pool.submit(self._fit)
        return self

    def __exit__(self, *_):
        self._future.result()
        self._pool.shutdown()

    @property
    def is_over(self):
        return self._future.done()


def test_a_model_predicts_while_another_fits():
    x, _ = workers.data(300)
    other = workers.model(seed=5)
    expected = other.predict(x, verbose=0)
    count = 0
    with InThread(lambda: workers.train(epochs=60)) as fit:
        while not fit.is_over:
            np.testing.assert_array_equal(other.predict(x, verbose=0), expected)
            count += 1
    assert count > 1


def test_predictions_of_a_model_that_is_fitted_are_those_between_two_epochs():
    """They take turns with the epochs, and no epoch is disturbed."""
    x, y = workers.data()
    net, rows = workers.model(), x[:4]
    outputs = {net.predict(rows, verbose=0).tobytes()}

    class Note(Callback):
        def on_epoch_end(self, epoch, logs=None):
            outputs.add(self.model.predict(rows, verbose=0).tobytes())

    def fit():
        net.fit(x, y, batch_size=256, epochs=40, shuffle=False, verbose=0, callbacks=[Note()])

    found = []
    with InThread(fit) as thread:
        while not thread.is_over:
            found.append(net.predict(rows, verbose=0).tobytes())
    assert len(set(found)) > 2  # Nor has it waited for the end.
    assert set(found) <= outputs
    assert workers.bits(net) == workers.train(epochs=40)


def test_a_model_is_fitted_by_one_thread_at_a_time():
    x, y = workers.data()
    net = workers.model()
    begun, errors = threading.Event(), []

    class Try(Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 1:
                begun.set()
                other.join()

    def fit():
        begun.wait()
        try:
            net.fit(x, y, verbose=0)
        except RuntimeError as error:
            errors.append(str(error))

    other = threading.Thread(target=fit)
    other.start()
    net.fit(x, y, batch_size=256, epochs=3, shuffle=False, verbose=0, callbacks=[Try()])
    assert errors == ["the model is being fitted: fit must not be called during a fit"]
    assert workers.bits(net) == workers.train()


@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
def test_an_estimator_predicts_while_it_is_fitted_anew(solver):
    """With the weights of the last fit that was done; the fits are those of its lone twin."""
    x, y = workers.data(500)
    options = {"solver": solver, "max_iter": 10, "dropout": 0.2, "random_state": 0, "warm_start": True}
    mlp, twin = (sklearn.MLPClassifier((64,), **options).fit(x, y) for _ in range(2))
    expected, found = {twin.predict_proba(x).tobytes()}, set()
    for _ in range(10):
        expected.add(twin.fit(x, y).predict_proba(x).tobytes())
    with InThread(lambda: [mlp.fit(x, y) for _ in range(10)]) as fits:
        while not fits.is_over:
            found.add(mlp.predict_proba(x).tobytes())
    assert mlp.predict_proba(x).tobytes() == twin.predict_proba(x).tobytes()
    assert found <= expected


def test_an_estimator_is_fitted_by_one_thread_at_a_time():
    x, y = workers.data(500)
    errors = []

    def fit_again(estimator, numbers):
        def fit():
            for method in (estimator.fit, estimator.partial_fit):
                with pytest.raises(RuntimeError, match="the model is being fitted"):
                    method(x, y)
                errors.append(numbers["epoch"])

        thread = threading.Thread(target=fit)
        thread.start()
        thread.join()

    options = {"max_iter": 3, "random_state": 0}
    mlp = sklearn.MLPClassifier((64,), callbacks=[fit_again], **options).fit(x, y)
    alone = sklearn.MLPClassifier((64,), **options).fit(x, y)
    assert errors == [0, 0, 1, 1, 2, 2]
    np.testing.assert_array_equal(mlp.predict_proba(x), alone.predict_proba(x))
    mlp.set_params(callbacks=None).fit(x, y)


# threadpoolctl


def run(script):
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=False,
        cwd=pathlib.Path(__file__).parent,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


@pytest.mark.parametrize(
    "imports",
    ["import threadpoolctl, dlcore", "import dlcore, dlcore.threadpool", "import dlcore, dlcore.sklearn"],
)
@pytest.mark.skipif(not workers.TASKS.is_dir(), reason="needs /proc")
def test_threadpool_limits_govern_dlcore(imports):
    pytest.importorskip("threadpoolctl")
    script = f"""if True:
        {imports}, threadpoolctl, workers
        dlcore.set_num_threads(3)
        with threadpoolctl.threadpool_limits(1):
            assert dlcore.show_config("dicts")["threads_from"] == "threadpoolctl"
            workers.train()
            print(dlcore.get_num_threads(), workers.pool_threads())
        workers.train()
        print(dlcore.get_num_threads(), workers.pool_threads())
        with threadpoolctl.threadpool_limits({{"dlcore": 2}}):
            print(dlcore.get_num_threads())
        with threadpoolctl.threadpool_limits(1, "blas"):
            print(dlcore.get_num_threads())
        threadpoolctl.threadpool_limits(0, "dlcore")
        print(dlcore.get_num_threads())
        threadpoolctl.threadpool_limits(10**6, "dlcore")
        print(dlcore.get_num_threads())
        (info,) = [each for each in threadpoolctl.threadpool_info() if each["user_api"] == "dlcore"]
        print(info["num_threads"], info["version"] == dlcore.__version__)
    """
    assert run(script) == ["1", "0", "3", "2", "2", "3", "1", "256", "256", "True"]


def test_dlcore_does_not_load_threadpoolctl():
    assert run("import dlcore, sys; print('threadpoolctl' in sys.modules)") == ["False"]


# Python without a lock


def test_the_compiled_module_declares_that_it_needs_the_lock():
    """Python that can do without takes it again when dlcore is imported; others have nothing to ask."""
    if sysconfig.get_config_var("Py_GIL_DISABLED"):
        assert sys._is_gil_enabled()
    declaration = pathlib.Path(__file__).parents[1] / "rust" / "python" / "src" / "lib.rs"
    assert re.findall(r"#\[pymodule\b.*", declaration.read_text()) == ["#[pymodule(gil_used = true)]"]
    assert dlcore._core.__file__.endswith((".abi3.so", ".pyd")) or sysconfig.get_config_var("Py_GIL_DISABLED")
