"""Work that takes long, of several kinds, to be interrupted; each can be used afterwards."""

import warnings

import numpy as np

import workers
from dlcore.callbacks import LambdaCallback

X, Y = workers.data()
FOREVER = {"epochs": 10**9, "verbose": 0}


class Case:
    """A model with something to do."""

    def __init__(self, net, work, x=X, y=Y):
        self.net, self.work, self.x, self.y = net, work, x, y

    def is_usable(self):
        """Whether the weights are finite, and the next fit goes well."""
        finite = all(np.isfinite(w).all() for w in self.net.get_weights())
        history = self.net.fit(self.x[:300], self.y[:300], verbose=0)
        outputs = self.net.predict(self.x[:300], verbose=0)
        return bool(finite and np.isfinite(history.history["loss"]).all() and np.isfinite(outputs).all())


class EstimatorCase(Case):
    def is_usable(self):
        self.net.set_params(max_iter=2)
        with warnings.catch_warnings(action="ignore"):  # Two are not enough.
            used = np.isfinite(self.net.fit(self.x[:300], self.y[:300]).predict_proba(self.x)).all()
        self.net.set_params(max_iter=10**6)
        return bool(used)


def fit(*hidden, rows=2048, features=64, batch_size=128, **options):
    net = workers.model(*hidden, features=features)
    x, y = workers.data(rows, features)
    return Case(net, lambda: net.fit(x, y, batch_size=batch_size, **FOREVER, **options), x, y)


def stream():
    net = workers.model()

    def batches():
        while True:
            yield X[:128], Y[:128]

    return Case(net, lambda: net.fit(batches(), steps_per_epoch=100, **FOREVER))


def repeated(*hidden, method):
    """A call over many rows that takes seconds, again and again."""
    net = workers.model(*hidden)
    x, y = workers.data(200_000)
    arguments = (x,) if method == "predict" else (x, y)

    def work():
        while True:
            getattr(net, method)(*arguments, verbose=0)

    return Case(net, work)


def lbfgs(rows):
    """All of them are one batch."""
    from dlcore.sklearn import MLPClassifier

    mlp = MLPClassifier((256,), solver="lbfgs", max_iter=10**6, tol=0.0, random_state=0)
    x, y = workers.data(rows)
    return EstimatorCase(mlp, lambda: mlp.fit(x, y), x, y)


CASES = {
    "a small net": lambda: fit(16, rows=200, batch_size=32),
    "784-512-512-10": lambda: fit(512, 512, rows=20_000, features=784),
    "an epoch of seconds": lambda: fit(1024, 1024, rows=200_000),
    "validation": lambda: fit(256, validation_split=0.5),
    "a hook of batches": lambda: fit(64, callbacks=[LambdaCallback(on_train_batch_end=lambda *_: None)]),
    "a generator": stream,
    "predict": lambda: repeated(1024, 1024, method="predict"),
    "evaluate": lambda: repeated(1024, 1024, method="evaluate"),
    "lbfgs": lambda: lbfgs(2048),
    "a batch of seconds": lambda: fit(512, rows=100_000, features=256, batch_size=100_000),
    "lbfgs, an evaluation of seconds": lambda: lbfgs(200_000),
}
"""What the tests interrupt."""

LARGE_CASES = {"1024-4096-4096-10": lambda: fit(4096, 4096, rows=2048, features=1024, batch_size=256)}
"""What only `make stress` does."""
