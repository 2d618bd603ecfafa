"""Wrong calls: the error names what was wrong, and nothing has changed."""

import numpy as np
import pytest

import dlcore
from dlcore.layers import Activation, Dense, Dropout, Input

ROWS, WIDTH, CLASSES = 20, 4, 3


def classifier():
    model = dlcore.Sequential(
        [Input((WIDTH,)), Dense(5, activation="relu"), Dense(CLASSES, activation="softmax")]
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def data():
    rng = np.random.default_rng(0)
    return rng.normal(size=(ROWS, WIDTH)).astype(np.float32), rng.integers(0, CLASSES, ROWS)


def with_value(array, value, at=0):
    changed = array.astype(np.result_type(array, np.float32))
    changed.flat[at] = value
    return changed


X, Y = data()
FITS = {
    # x
    "x too narrow": (dict(x=X[:, :3]), r"x\b.*4.*3"),
    "x too wide": (dict(x=np.hstack([X, X])), r"x\b.*4.*8"),
    "x 1-D": (dict(x=X[:, 0]), r"\bx\b"),
    "x 3-D": (dict(x=X[:, :, None]), r"\bx\b"),
    "x 0-D": (dict(x=np.float32(1)), r"\bx\b"),
    "x without rows": (dict(x=X[:0], y=Y[:0]), r"\bx\b"),
    "x NaN at first": (dict(x=with_value(X, np.nan)), r"\bx\b.*(NaN|finite)"),
    "x infinite at last": (dict(x=with_value(X, np.inf, -1)), r"\bx\b.*(infin|finite)"),
    "x too large for float32": (dict(x=with_value(X.astype(float), 1e300)), r"\bx\b"),
    "x complex": (dict(x=X + 1j), r"\bx\b.*[Cc]omplex|[Cc]omplex.*\bx\b"),
    "x strings": (dict(x=np.full((ROWS, WIDTH), "a")), r"\bx\b"),
    "x objects": (dict(x=np.full((ROWS, WIDTH), {}, object)), r"\bx\b"),
    "x dates": (dict(x=np.zeros((ROWS, WIDTH), "datetime64[s]")), r"\bx\b"),
    "x ragged": (dict(x=[[1.0, 2.0], [3.0]]), r"\bx\b"),
    "x None": (dict(x=None), r"\bx\b"),
    # y
    "y too short": (dict(y=Y[:-1]), r"\by\b.*19|19.*\by\b"),
    "y a class too many": (dict(y=with_value(Y, CLASSES)), r"\by\b.*3"),
    "y negative": (dict(y=with_value(Y, -1)), r"\by\b.*-1"),
    "y between classes": (dict(y=with_value(Y, 0.5)), r"\by\b.*0\.5"),
    "y enormous": (dict(y=with_value(Y, 2.0**62)), r"\by\b"),
    "y NaN": (dict(y=with_value(Y, np.nan)), r"\by\b"),
    "y one-hot for the sparse loss": (dict(y=np.eye(3)[Y]), r"\by\b"),
    "y strings": (dict(y=np.full(ROWS, "cat")), r"\by\b"),
    "y None": (dict(y=None), r"\by\b"),
    # weights of rows and classes
    "sample_weight too short": (dict(sample_weight=np.ones(3)), r"sample_weight.*20.*3|sample_weight.*3.*20"),
    "sample_weight NaN": (dict(sample_weight=with_value(np.ones(ROWS), np.nan)), "sample_weight"),
    "sample_weight negative": (dict(sample_weight=-np.ones(ROWS)), "sample_weight"),
    "sample_weight 2-D": (dict(sample_weight=np.ones((ROWS, 2))), "sample_weight"),
    "class_weight a list": (dict(class_weight=[1, 2, 3]), "class_weight"),
    "class_weight of no class": (dict(class_weight={0: 1.0, 1: 1.0, 2: 1.0, 9: 1.0}), "class_weight.*9"),
    "class_weight NaN": (dict(class_weight={0: np.nan, 1: 1, 2: 1}), "class_weight"),
    # numbers
    **{f"batch_size {v!r}": (dict(batch_size=v), "batch_size") for v in (0, -1, 1.5, "8", np.nan, 2**70)},
    **{f"epochs {v!r}": (dict(epochs=v), "epochs") for v in (-1, 1.5, "2", None)},
    **{f"initial_epoch {v!r}": (dict(initial_epoch=v), "initial_epoch") for v in (-1, 0.5)},
    **{
        f"validation_split {v!r}": (dict(validation_split=v), "validation_split")
        for v in (-0.1, 1.0, 2, np.nan, "half")
    },
    "validation_split leaves nothing": (dict(validation_split=0.999), "validation_split"),
    "validation_data too narrow": (dict(validation_data=(X[:, :3], Y)), "validation_data"),
    "validation_data of one": (dict(validation_data=(X,)), "validation_data"),
    "validation_data NaN": (dict(validation_data=(with_value(X, np.nan), Y)), "validation_data"),
    "callbacks no callback": (dict(callbacks=[42]), "callbacks"),
    "verbose": (dict(verbose="loud"), "verbose"),
    "shuffle": (dict(shuffle="yes"), "shuffle"),
}


@pytest.mark.parametrize("case", FITS)
def test_fit(case):
    arguments, message = FITS[case]
    model = classifier()
    model.fit(X, Y, verbose=0)
    arguments = dict(x=X, y=Y, verbose=0) | arguments
    weights = model.get_weights()
    before = {k: np.copy(v) for k, v in arguments.items() if isinstance(v, np.ndarray)}
    with pytest.raises((ValueError, TypeError), match=f"(?s){message}"):
        model.fit(**arguments)
    for a, b in zip(model.get_weights(), weights, strict=True):
        np.testing.assert_array_equal(a, b)
    for name, array in before.items():
        np.testing.assert_array_equal(arguments[name], array)
    model.fit(X, Y, verbose=0)


@pytest.mark.parametrize("case", [c for c in FITS if c.startswith(("x ", "batch_size "))])
def test_predict(case):
    arguments, message = FITS[case]
    arguments = {k: v for k, v in arguments.items() if k != "y"}
    with pytest.raises((ValueError, TypeError), match=f"(?s){message}"):
        classifier().predict(**dict(x=X, verbose=0) | arguments)


@pytest.mark.parametrize("case", [c for c in FITS if c.startswith(("x ", "y ", "sample_weight "))])
def test_evaluate(case):
    arguments, message = FITS[case]
    with pytest.raises((ValueError, TypeError), match=f"(?s){message}"):
        classifier().evaluate(**dict(x=X, y=Y, verbose=0) | arguments)


OBJECTS = {
    **{f"units {v!r}": (lambda v=v: Dense(v), "units") for v in (0, -1, 1.5, "8", None, True, np.nan, 2**63)},
    **{f"rate {v!r}": (lambda v=v: Dropout(v), "rate") for v in (-0.1, 1.5, np.nan, "half", None)},
    "Input -1": (lambda: Input((-1,)), "shape"),
    "Dense on 2-D": (lambda: Dense(2)(Input((3, 4))), "Flatten"),
    "activation misspelt": (lambda: Dense(3, activation="rleu"), r"rleu.*relu"),
    "activation layer misspelt": (lambda: Activation("sofmax"), r"sofmax.*softmax"),
    "activation a number": (lambda: Dense(3, activation=3), "activation"),
    "initializer misspelt": (lambda: Dense(3, kernel_initializer="glorot_unifrom"), "glorot_uniform"),
    "regularizer misspelt": (lambda: Dense(3, kernel_regularizer="l3"), "l3"),
    **{
        f"learning_rate {v!r}": (lambda v=v: dlcore.optimizers.Adam(v), "learning_rate")
        for v in (-1, np.nan, np.inf, "fast")
    },
    "beta_1": (lambda: dlcore.optimizers.Adam(beta_1=1.0), "beta_1"),
    "beta_2": (lambda: dlcore.optimizers.Adam(beta_2=-0.1), "beta_2"),
    "momentum": (lambda: dlcore.optimizers.SGD(momentum=1.5), "momentum"),
    "rho": (lambda: dlcore.optimizers.RMSprop(rho=np.nan), "rho"),
    "clipnorm": (lambda: dlcore.optimizers.SGD(clipnorm=-1), "clipnorm"),
    "two clips": (lambda: dlcore.optimizers.SGD(clipnorm=1, clipvalue=1), "clip"),
    "l2": (lambda: dlcore.regularizers.L2(-1), "l2"),
    "smoothing": (lambda: dlcore.losses.CategoricalCrossentropy(label_smoothing=2), "label_smoothing"),
    "delta": (lambda: dlcore.losses.Huber(delta=-1), "delta"),
    "no layer": (lambda: dlcore.Sequential([42]), "layer"),
    "threads 0": (lambda: dlcore.set_num_threads(0), r"\b(n|threads)\b"),
    "threads 1.5": (lambda: dlcore.set_num_threads(1.5), ""),
}


@pytest.mark.parametrize("case", OBJECTS)
def test_objects(case):
    make, message = OBJECTS[case]
    with pytest.raises((ValueError, TypeError), match=f"(?s){message}"):
        make()


COMPILES = {
    "optimizer misspelt": (dict(optimizer="adm"), r"adm.*adam"),
    "loss misspelt": (dict(loss="mean_sqared_error"), r"mean_sqared_error.*mean_squared_error"),
    "metric misspelt": (dict(metrics=["acuracy"]), r"acuracy.*accuracy"),
    "optimizer a number": (dict(optimizer=0.1), "optimizer"),
    "loss a number": (dict(loss=3), "loss"),
    "metrics a number": (dict(metrics=3), "metrics"),
}


@pytest.mark.parametrize("case", COMPILES)
def test_compile(case):
    arguments, message = COMPILES[case]
    with pytest.raises((ValueError, TypeError), match=f"(?s){message}"):
        classifier().compile(**dict(optimizer="adam", loss="mse") | arguments)


@pytest.mark.parametrize("loss", ["sparse_categorical_crossentropy", "categorical_crossentropy"])
def test_a_loss_that_does_not_fit_the_output(loss):
    model = dlcore.Sequential([Input((WIDTH,)), Dense(1, activation="sigmoid")])
    model.compile("adam", "binary_crossentropy")
    with pytest.raises(ValueError, match=loss):
        model.compile("adam", loss)
    model.fit(X, Y > 0, verbose=0)


def test_use_in_the_wrong_order():
    model = dlcore.Sequential([Input((WIDTH,)), Dense(1)])
    for call in (model.fit, model.evaluate, model.train_on_batch):
        with pytest.raises((RuntimeError, ValueError), match="compile"):
            call(X, X[:, :1])
    model.compile("adam")  # which is no error in Keras
    with pytest.raises((RuntimeError, ValueError), match="loss"):
        model.fit(X, X[:, :1], verbose=0)


def test_an_empty_model():
    model = dlcore.Sequential()
    with pytest.raises(ValueError, match="layer"):
        model.predict(X, verbose=0)
    model.compile("adam", "mse")
    with pytest.raises(ValueError, match="layer"):
        model.fit(X, Y, verbose=0)


@pytest.mark.parametrize("units", [2**40, 2**62])
def test_more_memory_than_there_is(units):
    with pytest.raises((MemoryError, ValueError)):
        dlcore.Sequential([Input((units,)), Dense(units)]).predict(X, verbose=0)


def test_set_weights():
    model = classifier()
    good = model.get_weights()
    for weights in (
        good[:-1],
        [*good, good[0]],
        [good[0].T, *good[1:]],
        [with_value(good[0], np.nan), *good[1:]],
        [good[0].astype(complex), *good[1:]],
        ["a", *good[1:]],
        7,
    ):
        with pytest.raises((ValueError, TypeError), match="weights"):
            model.set_weights(weights)
    for a, b in zip(model.get_weights(), good, strict=True):
        np.testing.assert_array_equal(a, b)


KINDS = {
    "float64": lambda x: x.astype(float),
    "float16": lambda x: x.astype(np.float16),
    "integers": lambda x: x.astype(int),
    "bool": lambda x: x > 0,
    "list": lambda x: x.tolist(),
    "big-endian": lambda x: x.astype(">f4"),
    "Fortran order": np.asfortranarray,
    "backwards": lambda x: x[::-1, ::-1].copy()[::-1, ::-1],
    "every other column": lambda x: np.repeat(x, 2, axis=1)[:, ::2],
    "one row for all": lambda x: np.broadcast_to(x[:1], x.shape),
    "unaligned": lambda x: np.frombuffer(b"x" + x.tobytes(), np.float32, offset=1).reshape(x.shape),
    "field of a record": lambda x: np.rec.fromarrays([x, x], names="a,b").a,
    "objects": lambda x: x.astype(object),
    "longdouble": lambda x: x.astype(np.longdouble),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_array_gives_the_same_bits_and_is_not_written(kind):
    model = classifier()
    x = KINDS[kind](X)
    plain = np.ascontiguousarray(np.array(x, dtype=np.float32))
    before = np.array(x)
    if isinstance(x, np.ndarray):
        x.flags.writeable = False
    np.testing.assert_array_equal(model.predict(x, verbose=0), model.predict(plain, verbose=0))
    start, ends = model.get_weights(), []
    for given in (x, plain):
        dlcore.utils.set_random_seed(1)
        model.set_weights(start)
        model.compile("adam", "sparse_categorical_crossentropy")
        model.fit(given, Y, epochs=2, batch_size=8, verbose=0)
        ends.append(model.get_weights()[0])
    np.testing.assert_array_equal(ends[0], ends[1])
    np.testing.assert_array_equal(np.array(x), before)


def test_one_row_is_enough():
    model = classifier()
    assert model.predict(X[:1], verbose=0).shape == (1, CLASSES)
    model.fit(X[:1], Y[:1], verbose=0)


@pytest.mark.parametrize("rate", [1e30, 1e38])
def test_a_loss_that_explodes_is_named_and_the_last_finite_weights_stay(rate):
    model = dlcore.Sequential([Input((WIDTH,)), Dense(8, activation="relu"), Dense(1)])
    model.compile(dlcore.optimizers.SGD(rate), "mse")
    with pytest.raises((ValueError, ArithmeticError), match=r"(?si)epoch.*batch") as caught:
        model.fit(X, X[:, :1], epochs=5, batch_size=5, verbose=0)
    assert "finite" in str(caught.value)
    assert all(np.isfinite(w).all() for w in model.get_weights())
