"""Whole fits of dlcore's estimators beside scikit-learn's: `make bench-sklearn`.

Each estimator runs in a process of its own, in turns, since OpenBLAS's threads keep spinning for a while
after a product and would take a core from whoever comes next. OpenBLAS's variables must not be set. Both
have the same hyperparameters and random_state; that they compute the same is what tests/test_sklearn_same.py
shows, and each workload compares its scores here once more.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import time
import warnings

import numpy as np

warnings.simplefilter("ignore")


PAUSE = 0.5
"""Seconds until OpenBLAS's threads sleep again, which else would take a core from the next process."""


def estimators(library):
    if library == "dlcore":
        import dlcore.sklearn as module
    else:
        import sklearn.neural_network as module
    return module


def digits(dtype):
    from sklearn.datasets import load_digits

    x, y = load_digits(return_X_y=True)
    return x.astype(dtype), y


def clusters(rows, features, classes, dtype):
    rng = np.random.default_rng(0)
    y = rng.integers(0, classes, rows)
    centres = rng.normal(size=(classes, features))
    return (centres[y] + rng.normal(size=(rows, features)) * 2).astype(dtype), y


def fit_classifier(data, **parameters):
    def prepare(module):
        x, y = data()
        model = module.MLPClassifier(random_state=0, **parameters)
        return lambda: model.fit(x, y), lambda: model.score(x, y)

    return prepare


def one_row(module):
    x, y = digits("float64")
    model = module.MLPClassifier(random_state=0, max_iter=20).fit(x, y)
    row = x[:1].copy()

    def run():
        for _ in range(500):
            model.predict_proba(row)

    return run, lambda: float(model.predict_proba(row).max())


def search(module):
    from sklearn.model_selection import GridSearchCV

    x, y = digits("float64")
    grid = {"alpha": [1e-5, 1e-4, 1e-3, 1e-2], "learning_rate_init": [1e-3, 3e-3]}
    model = GridSearchCV(module.MLPClassifier(random_state=0, max_iter=50), grid, cv=3, n_jobs=2, refit=False)
    return lambda: model.fit(x, y), lambda: model.best_score_


def sparse_text(module):
    import scipy.sparse

    rng = np.random.default_rng(0)
    rows, columns, words = 20_000, 50_000, 50
    indices = np.sort(rng.integers(0, columns, (rows, words)).astype(np.int32), axis=1)
    starts = np.arange(0, rows * words + 1, words, dtype=np.int32)
    x = scipy.sparse.csr_matrix((rng.uniform(size=rows * words), indices.ravel(), starts), (rows, columns))
    y = np.asarray(x[:, :500].sum(axis=1)).ravel() > 0.2
    model = module.MLPClassifier(random_state=0, max_iter=1)
    return lambda: model.fit(x, y), lambda: model.score(x[:1000], y[:1000])


QUICK = {"n_iter_no_change": 1000}
SMALL = {"hidden_layer_sizes": (64, 64), "batch_size": 32, "max_iter": 60}
LARGE = {"hidden_layer_sizes": (128,), "batch_size": 128, "max_iter": 20}
WORKLOADS = {
    # name: (what to do, rounds, at least this many times as fast)
    "digits, defaults, float32": (fit_classifier(lambda: digits("float32")), 9, 10),
    "digits, defaults, float64": (fit_classifier(lambda: digits("float64")), 9, 6),
    "20-64-64-1, batch 32, float32": (
        fit_classifier(lambda: clusters(4000, 20, 2, "float32"), **SMALL, **QUICK),
        5,
        25,
    ),
    "20-64-64-1, batch 32, float64": (
        fit_classifier(lambda: clusters(4000, 20, 2, "float64"), **SMALL, **QUICK),
        5,
        None,
    ),
    "784-128-10, batch 128, float32": (
        fit_classifier(lambda: clusters(10_000, 784, 10, "float32"), **LARGE, **QUICK),
        5,
        5,
    ),
    "784-128-10, batch 128, float64": (
        fit_classifier(lambda: clusters(10_000, 784, 10, "float64"), **LARGE, **QUICK),
        5,
        None,
    ),
    "digits, lbfgs": (fit_classifier(lambda: digits("float64"), solver="lbfgs"), 5, 4),
    "digits, grid search of 8 x 3, n_jobs=2": (search, 3, 6),
    "one row, 500 times predict_proba": (one_row, 5, 8),
    "sparse text, 20,000 x 50,000, an epoch": (sparse_text, 3, 4),
}


def child(library, name):
    """Run once to warm up, then as often as there are lines on standard input; answer with JSON lines."""
    run, score = WORKLOADS[name][0](estimators(library))
    run()
    for _ in sys.stdin:
        begun = time.perf_counter()
        run()
        seconds = time.perf_counter() - begun
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps({"seconds": seconds, "score": score(), "peak": peak}), flush=True)


def compare(name):
    _, rounds, at_least = WORKLOADS[name]
    command = [sys.executable, __file__, "--name", name, "--child"]
    libraries = ("dlcore", "scikit-learn")
    children = {
        library: subprocess.Popen(
            [*command, library], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )
        for library in libraries
    }
    answers = {library: [] for library in libraries}
    for _ in range(rounds):
        for library, process in children.items():
            time.sleep(PAUSE)
            process.stdin.write("\n")
            answers[library].append(json.loads(process.stdout.readline()))
    for process in children.values():
        process.stdin.close()
        process.wait()
    ours, theirs = (statistics.median(a["seconds"] for a in answers[library]) for library in libraries)
    scores = [answers[library][0]["score"] for library in libraries]
    memory = [max(a["peak"] for a in answers[library]) for library in libraries]
    verdict = ""
    if at_least is not None:
        verdict = f"{at_least}x, {'met' if theirs / ours >= at_least else '**missed**'}"
    return (
        f"| {name} | {ours * 1000:,.1f} | {theirs * 1000:,.1f} | {theirs / ours:.2f}x | {verdict} "
        f"| {scores[0]:.4f}, {scores[1]:.4f} | {memory[0]:,.0f}, {memory[1]:,.0f} |"
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--name", action="append", help="one workload; all if there is none")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        child(options.child, options.name[0])
        return
    for variable in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):
        if variable in os.environ:
            sys.exit(f"{variable} is set, which holds scikit-learn back")
    print("| fit | dlcore, ms | scikit-learn, ms | ratio | at least | scores | peak of memory, MB |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for name in options.name or WORKLOADS:
        print(compare(name), flush=True)


if __name__ == "__main__":
    main()
