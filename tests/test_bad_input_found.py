"""What `make torture` found, once each."""

import os

import numpy as np
import pytest
import scipy.sparse

import dlcore
from dlcore import (
    _core,
    callbacks,
    constraints,
    initializers,
    layers,
    losses,
    metrics,
    ops,
    optimizers,
    random,
    saving,
    utils,
)
from dlcore.datasets import _files, _words

X = np.ones((8, 4), np.float32)
NOTHING_LONG = np.empty((2**40, 0), np.float32)
NOTHING_WIDE = np.empty((0, 2**40), np.float32)
ONE_NUMBER = np.broadcast_to(np.float32(1), (2**40, 4))
TOO_MANY = 2**45

NO_ROOM = {
    "the product of matrices without numbers": lambda: ops.matmul(NOTHING_LONG, NOTHING_WIDE),
    "of a long one": lambda: ops.matmul(NOTHING_LONG, X[:0]),
    "of one number over and over": lambda: ops.matmul(ONE_NUMBER, X[:4]),
    "the same with a bias": lambda: ops.linear(ONE_NUMBER, X[:4], X[0]),
    "an outer product": lambda: ops.linear(np.ones((2**22, 1)), np.ones((1, 2**22))),
    "first weights": lambda: initializers.RandomUniform()((2**22, 2**22)),
    "first weights whose number no word holds": lambda: initializers.HeNormal()((2**31 - 1,) * 4),
    "learning rates": lambda: _network().train_epoch(
        X, X, None, None, 3, np.broadcast_to(0.1, TOO_MANY), False
    ),
    "an order": lambda: _network().train_epoch(
        X, X, None, np.broadcast_to(np.uint32(0), TOO_MANY), 3, 0.1, False
    ),
}


def _network():
    model = dlcore.Sequential([layers.Input((4,)), layers.Dense(4)])
    model.compile("sgd", "mse")
    return model._built()


@pytest.mark.parametrize("case", NO_ROOM)
def test_no_room(case):
    """An exception, no end of the process."""
    with pytest.raises(MemoryError):
        NO_ROOM[case]()


@pytest.mark.parametrize(
    "claim", [lambda many: _core.Network(4, many, "float32", 1), lambda many: _network().set_weights(many)]
)
def test_a_sequence_that_claims_to_be_long(claim):
    with pytest.raises(ValueError, match="at most"):
        claim(NOTHING_LONG)


MANY_AXES = np.ones((1,) * 40, np.float32)
SKEW = np.ones((1,) * 39 + (2,), "float64")


@pytest.mark.parametrize("array", [MANY_AXES, SKEW, MANY_AXES.astype(int), MANY_AXES.astype(object)])
@pytest.mark.parametrize(
    "function",
    [
        ops.exp,
        ops.relu,
        lambda x: losses.MeanSquaredError()(x, x),
        lambda x: metrics.mean_squared_error(x, x),
        lambda x: _network().set_weights([x, x]),
        lambda x: _core.elementary("exp", x),
        _core.all_finite,
    ],
)
def test_more_axes_than_32(function, array):
    with pytest.raises((ValueError, TypeError)):
        function(array)


def _model(*metrics):
    model = dlcore.Sequential([layers.Input((4,)), layers.Dense(4)])
    model.compile("sgd", "mse", metrics=list(metrics))
    return model


@pytest.mark.parametrize("load", [dlcore.load_model, lambda path: _model().load_weights(path)])
def test_a_number_is_no_path(load):
    """It would be that of an open file, and closed."""
    reads, writes = os.pipe()
    with pytest.raises(TypeError):
        load(reads)
    os.write(writes, b"x")
    assert os.read(reads, 1) == b"x"
    os.close(reads)
    os.close(writes)


class _Huge(metrics.Metric):
    def update_state(self, y_true, y_pred, sample_weight=None):
        pass

    def result(self):
        return 10**400


class _TooFast(optimizers.schedules.LearningRateSchedule):
    def __call__(self, step):
        return 10**400


class _Constraint(constraints.Constraint):
    def __call__(self, w):
        return w


class _Optimizer(optimizers.Optimizer):
    pass


class _Layer(layers.Layer):
    pass


class _Loss(losses.Loss):
    pass


ONES_OWN = {
    "a constraint": (lambda: layers.Dense(1, kernel_constraint=_Constraint()), "sgd", "mse", TypeError),
    "a layer": (_Layer, "sgd", "mse", TypeError),
    "an optimizer": (lambda: layers.Dense(1), _Optimizer(0.1), "mse", TypeError),
    "a loss without a formula": (lambda: layers.Dense(1), "sgd", _Loss(), NotImplementedError),
}


def _compiled(layer, optimizer, loss):
    model = dlcore.Sequential([layers.Input((4,)), layer])
    model.compile(optimizer, loss)
    model.fit(X, X[:, :1], verbose=0)


@pytest.mark.parametrize("what", ONES_OWN)
def test_what_the_core_has_not_is_told_by_its_name_and_why(what):
    layer, optimizer, loss, error = ONES_OWN[what]
    with pytest.raises(error, match=r"^_\w+ (cannot be used in a model: dlcore's core|must define call)"):
        _compiled(layer(), optimizer, loss)


class _Endless(utils.PyDataset):
    num_batches = 2**40

    def __getitem__(self, index):
        return X, X


DENSE = saving.serialize_keras_object(layers.Dense(1))
IDENTITY = layers.Rescaling(1.0).core_config((4,))[0]

REFUSED = {
    "shape: a list of its own": (lambda: initializers.HeUniform()([[3]]), "shape"),
    "shape: negative": (lambda: initializers.HeUniform()((3, -1)), "shape"),
    "shape: 1e5 axes": (lambda: initializers.LecunNormal()((2**40,) * 100_000), "shape"),
    "shape: of nothing": (lambda: initializers.HeUniform()(NOTHING_LONG), "shape"),
    "mode: a number": (lambda: initializers.VarianceScaling(mode=3), "mode.*fan_in"),
    "serialize a number": (lambda: metrics.serialize(3), "3"),
    "custom_objects": (lambda: losses.deserialize("mse", [3]), "custom_objects"),
    "a dtype": (lambda: metrics.Mean(dtype=X), "dtype"),
    "y_pred: a number": (lambda: metrics.categorical_crossentropy(1.0, 1.0), "y_pred"),
    "label_smoothing": (lambda: metrics.binary_crossentropy(X, X, label_smoothing=10**400), "label_smooth"),
    "axis": (lambda: metrics.sparse_categorical_crossentropy([0], [[1.0]], axis=2**40), "axis"),
    "axis of a mean": (lambda: metrics.binary_crossentropy(X, X, axis=2**70), "axis"),
    "axis of a correlation": (lambda: metrics.pearson_correlation(X, X, axis=7), "axis"),
    "axis of a norm": (lambda: utils.normalize(X, axis=2**70), "axis"),
    "gamma": (lambda: metrics.binary_focal_crossentropy(X, X, gamma=10**400), "gamma"),
    "delta": (lambda: metrics.huber(X, X, delta=10**400), "delta"),
    "values": (lambda: metrics.Mean().update_state([10**400]), "values"),
    "callbacks": (lambda: callbacks.CallbackList(["abc"], model=_model()), "callbacks"),
    "config: an array": (lambda: dlcore.Sequential.from_config(X), "config"),
    "config: of arrays": (
        lambda: dlcore.Sequential.from_config(_model().get_config() | {"layers": X}),
        "layers",
    ),
    "mode: no word": (lambda: initializers.VarianceScaling(mode=X), "mode.*fan_in"),
    "input_shape: a number": (lambda: layers.Dense(3).build(np.uint8(4)), "input_shape"),
    "input_shape of a model": (lambda: _model().build(4), "input_shape"),
    "input_shape to look at": (lambda: layers.Flatten().compute_output_shape(()), "input_shape"),
    "threshold": (lambda: metrics.binary_accuracy(X, X, 10**400), "threshold"),
    "ignore_class": (
        lambda: metrics.sparse_categorical_crossentropy([0], [[1.0]], ignore_class=10**400),
        "ignore_class",
    ),
    "step": (lambda: optimizers.schedules.ExponentialDecay(0.1, 10, 0.5)([10**400]), "step"),
    "a rate to add": (lambda: _model().optimizer.learning_rate.assign_add(10**400), "value"),
    "a weight to add": (lambda: _model().weights[0].assign_add(10**400), "value"),
    "axis of argmax": (lambda: dlcore.backend.argmax(X, "1"), "axis"),
    "curve": (lambda: metrics.AUC(curve=X), "curve"),
    "update_freq": (lambda: callbacks.TensorBoard("logs", update_freq=NOTHING_LONG), "update_freq"),
    "tensors": (lambda: dlcore.backend.batch_get_value(NOTHING_LONG), "tensors"),
    "a dtype that is none": (lambda: ops.cast([1], scipy.sparse.dok_matrix((1, 1))), "dtype"),
    "validation_data: a word": (
        lambda: _model().fit(X, X, validation_data="xy", verbose=0),
        "validation_data",
    ),
    "a result that no float holds": (
        lambda: _model(_Huge()).evaluate(X, X, verbose=0),
        "metric",
    ),
    "test_split": (lambda: _files.cut(4, -np.longdouble("inf")), "test_split"),
    "skip_top": (lambda: _words.Coding(None, NOTHING_LONG, None, 0, 1, 2, 3).checked(), "skip_top"),
    "steps": (lambda: _model().evaluate(X, X, steps=ONE_NUMBER), "steps"),
    "a rate that no float holds": (lambda: _TooFast().rates(0, 1), "rate"),
    "a filling": (lambda: utils.pad_sequences([[1]], value=2**70), "value must fit int32"),
    "sequences": (lambda: utils.pad_sequences([[2**70]]), "sequences.*int32"),
    "an object without a name": (lambda: utils.get_registered_name(3), "obj"),
    "num_batches": (lambda: _model().fit(_Endless(), verbose=0), "num_batches"),
    "a batch without parts": (lambda: _model().predict(iter([[]]), verbose=0), "x must"),
    "config: not of a layer": (
        lambda: saving.deserialize_keras_object(
            saving.serialize_keras_object(layers.Dense(1)) | {"config": 3}
        ),
        "config",
    ),
    "minval": (lambda: random.randint((2,), 0.5, 3), "minval"),
    "shape: a number": (lambda: random.normal(3), "shape"),
    "stddev": (lambda: random.normal((3,), stddev=10**400), "stddev"),
    "axis of an order": (lambda: random.shuffle(X, axis=2**70), "axis"),
    "logits": (lambda: random.categorical(X[0], 3), "logits"),
    "num_samples": (lambda: random.categorical(X, -1), "num_samples"),
    "axis of a softmax": (lambda: ops.softmax(X, axis=2**70), "axis"),
    "a model to save": (lambda: saving.save_model(3, "x"), "model"),
    "a model to save weights of": (lambda: saving.save_weights(3, "x"), "model"),
    "a model to load into": (lambda: saving.load_weights(3, "x"), "model"),
    "a model to clone": (lambda: dlcore.models.clone_model(3), "model"),
    "a model of callbacks": (lambda: callbacks.CallbackList([], model=3), "model"),
    "epsilon": (lambda: dlcore.config.set_epsilon("1"), "value"),
    "100,000 layers": (lambda: _core.Network(4, [IDENTITY] * 100_000, "float32", 1), "layers.*at most"),
    "line_length": (lambda: _model().summary(line_length=2**62), "line_length"),
    "positions": (lambda: _model().summary(positions=[10**400]), "positions"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case):
    call, message = REFUSED[case]
    with pytest.raises((ValueError, TypeError), match=message):
        call()


@pytest.mark.parametrize("shape_of", [dlcore.backend.int_shape, dlcore.backend.count_params])
def test_numbers_and_lists_have_shapes(shape_of):
    assert shape_of(3.0) in ((), 1)
    assert shape_of([[1.0, 2.0]]) in ((1, 2), 2)


def test_a_summary_takes_its_options_as_yes_or_no(capsys):
    _model().summary(show_trainable=2**70)
    assert "Trainable" in capsys.readouterr().out


def test_an_option_is_looked_at_before_the_update():
    model = _model()
    before = model.get_weights()
    with pytest.raises(ValueError, match="truth value"):
        model.train_on_batch(X, X, return_dict=X)
    np.testing.assert_array_equal(model.get_weights()[0], before[0])
