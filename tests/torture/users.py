"""Targets that call what users write: its results are the arguments."""

import numpy as np

import dlcore
from dlcore import callbacks, initializers, layers, losses, metrics, optimizers, utils
from torture.models import CLASSES, ONE_HOT, WIDTH, X, Y, classifier
from torture.target import DOCUMENTED, Target

SLOPES = np.zeros((len(X), CLASSES), np.float32)
BATCH = {"x": X, "y": Y, "sample_weight": np.ones(len(X), np.float32)}


def functions():
    """Losses, metrics, learning rates."""

    def loss(made, values, slopes):
        made.compile("sgd", losses.Custom(lambda y_true, y_pred: (values, slopes)))
        made.fit(X, ONE_HOT, verbose=0)
        made.evaluate(X, ONE_HOT, verbose=0)

    yield _target("a loss", loss, {"values": np.ones(len(X), np.float32), "slopes": SLOPES})

    def metric(made, value):
        made.compile("sgd", "mse", metrics=[lambda y_true, y_pred: value])
        made.fit(X, ONE_HOT, verbose=0)

    yield _target("a metric", metric, {"value": X[:, 0]})

    def result(made, value):
        made.compile("sgd", "mse", metrics=[_Own(value)])
        made.fit(X, ONE_HOT, verbose=0)

    yield _target("a metric's result", result, {"value": 0.5})

    def rate(made, rate):
        made.compile(optimizers.SGD(lambda: rate), "mse")
        made.fit(X, ONE_HOT, verbose=0)

    yield _target("a learning rate", rate, {"rate": 0.1})

    def schedule(made, rate):
        made.compile(optimizers.SGD(_schedule(rate)), "mse")
        made.fit(X, ONE_HOT, verbose=0)

    yield _target("a schedule", schedule, {"rate": 0.1})

    def scheduler(made, rate):
        made.fit(X, Y, verbose=0, callbacks=[callbacks.LearningRateScheduler(lambda epoch: rate)])

    yield _target("a scheduler", scheduler, {"rate": 0.1})

    def state(made, state):
        callback = callbacks.Callback()
        callback.get_state = lambda: state
        callback.on_epoch_end = lambda epoch, logs: made.save("of_users.safetensors")
        made.fit(X, Y, verbose=0, callbacks=[callback])

    yield _target("a callback's state", state, {"state": {"a": 1.0}})

    def logs(made, value):
        callback = callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: logs.update(loss=value))
        made.fit(X, Y, verbose=2, callbacks=[callback, callbacks.CSVLogger("of_users.csv")])

    yield _target("what a callback adds to the logs", logs, {"value": 0.5})


class _Own(metrics.Metric):
    def __init__(self, value):
        super().__init__(name="own")
        self.value = value

    def update_state(self, y_true, y_pred, sample_weight=None):
        pass

    def result(self):
        return self.value


def _schedule(rate):
    schedule = type(
        "Own", (optimizers.schedules.LearningRateSchedule,), {"__call__": lambda self, step: rate}
    )
    return schedule()


def batches():
    """From generators and data sets: the first is good, the second may be anything."""

    def generator(made, **batch):
        made.fit(iter([(X, Y), tuple(batch.values())]), verbose=0)

    def whole(made, batch):
        made.fit(iter([(X, Y), batch]), verbose=0)

    def data_set(made, count, **batch):
        made.fit(_Batches(count, tuple(batch.values())), verbose=0, epochs=2)

    def outputs(made, x):
        made.predict(iter([X, x]), verbose=0)

    def evaluated(made, **batch):
        made.evaluate(iter([(X, Y), tuple(batch.values())]), verbose=0)

    yield _target("a generator", generator, BATCH)
    yield _target("a generator of anything", whole, {"batch": (X, Y)})
    yield _target("a data set", data_set, {"count": 2} | BATCH)
    yield _target("a generator to predict", outputs, {"x": X})
    yield _target("a generator to evaluate", evaluated, BATCH)


class _Batches(utils.PyDataset):
    def __init__(self, count, batch):
        super().__init__()
        self.count, self.batch = count, batch

    @property
    def num_batches(self):
        return self.count

    def __getitem__(self, index):
        return self.batch


def parts():
    """Initializers, and layers that say what the core shall do."""

    def first_weights(made, values):
        own = type("Own", (initializers.Initializer,), {"__call__": lambda self, shape, dtype: values})
        dlcore.Sequential([layers.Input((WIDTH,)), layers.Dense(CLASSES, kernel_initializer=own())])

    yield Target("of users: first weights", first_weights, {"values": np.ones((WIDTH, CLASSES), np.float32)})

    def layer(made, output_shape, core_config):
        own = type(
            "Own",
            (layers.Layer,),
            {
                "output_shape": lambda self, shape: output_shape,
                "core_config": lambda self, shape: core_config,
            },
        )
        dlcore.Sequential([layers.Input((WIDTH,)), own()]).predict(X, verbose=0)

    good = {"output_shape": (WIDTH,), "core_config": layers.Rescaling(2.0).core_config((WIDTH,))}
    yield Target("of users: a layer", layer, good, documented=(*DOCUMENTED, KeyError, OverflowError))


def _target(name, call, arguments):
    """Of a model that may have learned before the error, and still does."""
    return Target(f"of users: {name}", call, arguments, classifier, _still_learns)


def _still_learns(model):
    model.predict(X, verbose=0)
    model.compile("sgd", "mse")
    model.fit(X, ONE_HOT, verbose=0)


def targets():
    """All of them."""
    for part in (functions, batches, parts):
        yield from part()
