"""Forked, spawned and pooled processes train to the same bits, and use no more threads than they may."""

import concurrent.futures
import multiprocessing
import os
import pathlib
import subprocess
import sys

import numpy as np
import pytest

import dlcore
import workers
from dlcore.callbacks import Callback

HERE = pathlib.Path(__file__).parent
METHODS = multiprocessing.get_all_start_methods()
needs_fork = pytest.mark.skipif("fork" not in METHODS, reason="the system has no fork")
needs_affinity = pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="the system has no affinity")

# Python warns that forks with threads may hang: that they do not is what is tested.
pytestmark = pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")


@pytest.fixture(scope="module")
def expected():
    return workers.train()


def run(script, **variables):
    """What a script prints in a process of its own."""
    unset = {"DLCORE_NUM_THREADS", "RAYON_NUM_THREADS", "OMP_NUM_THREADS"}
    env = {name: value for name, value in os.environ.items() if name not in unset}
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=env | variables,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        cwd=HERE,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


# Fork


@needs_fork
def test_a_child_forked_after_a_fit_trains(expected):
    """Twenty times, since a hang need not come at once; `make stress` has a thousand."""
    for _ in range(20):
        assert workers.train() == expected
        assert workers.forked(workers.train) == expected


@needs_fork
@pytest.mark.skipif(not workers.TASKS.is_dir(), reason="needs /proc")
def test_a_child_has_threads_of_its_own():
    def train():
        before = workers.pool_threads()
        workers.train()
        return before, workers.pool_threads()

    workers.train()
    others = dlcore.get_num_threads() - 1
    assert workers.pool_threads() >= others
    assert workers.forked(train) == (0, others)


@needs_fork
def test_a_child_of_a_child_trains(expected):
    assert workers.forked(lambda: (workers.train(), workers.forked(workers.train))) == (expected, expected)


@needs_fork
def test_a_child_forked_during_a_fit_trains(expected):
    with workers.FitInThread():
        for _ in range(5):
            assert workers.forked(workers.train) == expected


@needs_fork
def test_a_child_is_told_that_a_model_was_at_work_when_it_was_forked():
    """Nobody will give it back: to wait would be to hang."""
    x, y = workers.data(16)
    with workers.FitInThread() as model:
        uses = [
            lambda: model.predict(x, verbose=0),
            lambda: model.evaluate(x, y, verbose=0),
            lambda: model.train_on_batch(x, y),
            lambda: model.fit(x, y, verbose=0),
        ]
        for use in uses:
            answer = None
            while not isinstance(answer, RuntimeError):  # It may be between two epochs.
                answer = workers.forked(use)
            assert "forked" in str(answer) or "being fitted" in str(answer)
    assert model.predict(x, verbose=0).shape == (16, 10)


@needs_fork
def test_a_fit_that_forks_in_a_callback_goes_on_in_both(expected):
    class Fork(Callback):
        answer = None

        def on_epoch_end(self, epoch, logs=None):
            if epoch == 0:
                receive, self.send = os.pipe()
                self.child = os.fork()
                if self.child:
                    os.close(self.send)
                    self.receive = receive

    def fit():
        x, y = workers.data()
        net, fork = workers.model(), Fork()
        net.fit(x, y, batch_size=256, epochs=3, shuffle=False, verbose=0, callbacks=[fork])
        return workers.bits(net), fork

    own, fork = fit()
    if fork.child == 0:
        os.write(fork.send, own.encode())
        os._exit(0)
    with os.fdopen(fork.receive) as file:
        assert file.read() == own == expected
    os.waitpid(fork.child, 0)


@needs_fork
@needs_affinity
def test_a_forked_child_looks_at_its_own_affinity():
    script = """if True:
        import os, dlcore, workers
        workers.train()
        def held_to_one_core():
            os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:1])
            return dlcore.get_num_threads()
        print(dlcore.get_num_threads(), workers.forked(held_to_one_core))
    """
    assert run(script) == [str(len(os.sched_getaffinity(0))), "1"]


# Pools


@pytest.mark.parametrize("method", METHODS)
def test_multiprocessing_pool(method, expected):
    with multiprocessing.get_context(method).Pool(2) as pool:
        assert pool.map(workers.train, [0, 1, 0, 1], chunksize=1)[::2] == [expected, expected]


@pytest.mark.parametrize("method", METHODS)
def test_process_pool_executor(method, expected):
    context = multiprocessing.get_context(method)
    with concurrent.futures.ProcessPoolExecutor(2, mp_context=context) as pool:
        assert list(pool.map(workers.train, [0, 1, 0]))[::2] == [expected, expected]


def test_loky(expected):
    joblib = pytest.importorskip("joblib")
    for backend in ("loky", "multiprocessing", "threading"):
        found = joblib.Parallel(2, backend=backend)(joblib.delayed(workers.train)(0) for _ in range(4))
        assert found == [expected] * 4, backend


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_a_grid_search_uses_its_share_of_the_cores():
    """Two workers: each may use half of the cores, and its pool has no more threads than that."""
    pytest.importorskip("sklearn", minversion="1.6")
    import joblib
    from sklearn.model_selection import GridSearchCV

    from dlcore.sklearn import MLPClassifier

    x, y = workers.data()
    mlp = MLPClassifier((256,), max_iter=2, batch_size=256, random_state=0)
    search = GridSearchCV(mlp, {"alpha": [0.1, 0.2]}, scoring=workers.threads_of_worker, cv=2, refit=False)
    threads = joblib.cpu_count()
    with joblib.parallel_config(n_jobs=2):
        scores = search.fit(x, y).cv_results_
    found = np.concatenate([scores[f"split{i}_test_score"] for i in range(2)])
    share = max(threads // 2, 1)
    assert (found // 100 == share).all(), found
    assert (found % 100 <= share - 1).all(), found


@pytest.mark.skipif(not workers.TASKS.is_dir(), reason="needs /proc")
def test_fits_in_several_threads_share_one_pool():
    script = """if True:
        import concurrent.futures, dlcore, workers
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            list(pool.map(workers.train, range(16)))
        print(dlcore.get_num_threads(), workers.pool_threads())
    """
    assert run(script, DLCORE_NUM_THREADS="3") == ["3", "2"]


# How many threads

COUNT = "import dlcore; print(dlcore.get_num_threads(), dlcore.show_config('dicts')['threads_from'])"
SET = COUNT.replace("; print", "; dlcore.set_num_threads(6); print")


@pytest.mark.parametrize(
    ("script", "variables", "expected"),
    [
        (SET, "DLCORE=5 RAYON=4 OMP=3", ["6", "set_num_threads"]),
        (COUNT, "DLCORE=5 RAYON=4 OMP=3", ["5", "DLCORE_NUM_THREADS"]),
        (COUNT, "RAYON=4 OMP=3", ["3", "OMP_NUM_THREADS"]),
        (COUNT, "RAYON=3 OMP=4,2", ["3", "RAYON_NUM_THREADS"]),
        (COUNT, "RAYON=0 OMP=4,2", ["4", "OMP_NUM_THREADS"]),
        (COUNT, "DLCORE=999", ["256", "DLCORE_NUM_THREADS"]),
    ],
)
def test_who_is_asked_for_the_number_of_threads_first(script, variables, expected):
    pairs = (pair.split("=") for pair in variables.split())
    assert run(script, **{f"{name}_NUM_THREADS": value for name, value in pairs}) == expected


@needs_affinity
def test_the_affinity_mask_is_honoured():
    cores = sorted(os.sched_getaffinity(0))
    assert run(COUNT) == [str(len(cores)), "processors", "available"]
    bound = f"import os; os.sched_setaffinity(0, [{cores[0]}]); {COUNT}"
    assert run(bound)[0] == "1"


@pytest.fixture
def half_a_core():
    """A cgroup whose processes get 50 ms of each 100 ms."""
    folders = [(pathlib.Path("/sys/fs/cgroup"), "cpu.max", "50000 100000")]
    folders.append((pathlib.Path("/sys/fs/cgroup/cpu"), "cpu.cfs_quota_us", "50000"))
    for root, file, quota in folders:
        group = root / f"dlcore-{os.getpid()}"
        if not (root / "cgroup.procs").exists():
            continue
        try:
            group.mkdir()
        except OSError:
            continue
        try:
            if (group / file).exists():
                (group / file).write_text(quota)
                yield group
                return
        except OSError:
            pass
        finally:
            group.rmdir()
    pytest.skip("no cgroup with a quota can be made here")


def test_the_quota_of_a_cgroup_is_honoured(half_a_core):
    join = f"import os; open({str(half_a_core / 'cgroup.procs')!r}, 'w').write(str(os.getpid())); "
    assert run(join + COUNT)[0] == "1"


# Sub-interpreters


@pytest.mark.parametrize(
    "load",
    [
        "import dlcore",
        # Without NumPy, which refuses before dlcore can.
        "from importlib import machinery, util; loader = machinery.ExtensionFileLoader('_core', {path!r}); "
        "loader.exec_module(util.module_from_spec(util.spec_from_loader('_core', loader)))",
    ],
    ids=["package", "module"],
)
def test_a_sub_interpreter_gets_an_import_error(load):
    """And the process goes on."""
    load = load.format(path=dlcore._core.__file__)
    script = f"""if True:
        try:
            import _interpreters as interpreters
        except ImportError:
            import _xxsubinterpreters as interpreters
        import dlcore, workers
        other = interpreters.create()
        code = '''if True:
            try:
                {load}
            except ImportError as error:
                assert "interpreter" in str(error) or "once per process" in str(error), error
            else:
                raise AssertionError("it was imported")
            '''
        failed = interpreters.run_string(other, code)
        assert failed is None, failed
        interpreters.destroy(other)
        print(len(workers.train()))
    """
    assert run(script) == ["64"]
