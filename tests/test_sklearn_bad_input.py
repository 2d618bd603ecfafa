"""Wrong parameters and wrong input are refused by name, and all forms of the right one taken."""

import copy
import math

import numpy as np
import pytest
import scipy.sparse

pytest.importorskip("sklearn", minversion="1.9")
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.metrics import accuracy_score
from sklearn.utils._param_validation import InvalidParameterError

from dlcore.sklearn import from_sklearn, to_sklearn
from estimators import HELD_OUT, KINDS, NUMBERS, WEIGHTS, X, Y, assert_same_bits, make, target, weights_of

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

WRONG = {
    "dropout": ["a", None, -0.1, 1.0],
    "weight_decay": [-1.0, "a", None],
    "alpha_scaling": ["rows", None, 1],
    "clipnorm": [0.0, -1.0, "a", math.nan],
    "clipvalue": [0.0, -1.0, "a", math.nan],
    "global_clipnorm": [0.0, -1.0, "a", math.nan],
    "decay": [0.0, 1.1, None, "a"],
    "warmup_epochs": [-1, 1.5, None, "a"],
    "learning_rate": ["linear", None, 0.1],
    "monitor": [3, ["loss"]],
    "min_delta": [-1.0, "a"],
    "restore_best_weights": ["yes", 1],
    "callbacks": [3, "abc"],
    "init_coefs": [3.0, "zeros"],
    "init_intercepts": [3.0, "zeros"],
    "n_threads": [0, -1, 1.5, "all"],
    "dtype": ["float16", np.float32, 32],
    "activation": ["softmax", "rely", None, 3],
}
WRONG_OF_CLASSIFIER = {"class_weight": ["even", 3.0], "label_smoothing": [-0.1, 1.0, "a", None]}
WRONG_OF_REGRESSOR = {
    "loss": ["hinge", None],
    "delta": [0.0, -1.0, "a", None],
    "quantile": [0.0, 1.0, "half", None],
    "output_activation": ["softmax", "rely", 3],
    "exact_gradient": [1, "yes", None],
}


@pytest.mark.parametrize(
    ("kind", "name", "value"),
    [
        (kind, name, value)
        for kind, own in (("classifier", WRONG_OF_CLASSIFIER), ("regressor", WRONG_OF_REGRESSOR))
        for name, values in (WRONG | own).items()
        for value in values
    ],
)
def test_wrong_parameters(kind, name, value):
    with pytest.raises(InvalidParameterError, match=f"The '{name}' parameter of MLP"):
        make(kind, **{name: value}).fit(X, target(kind))


def changed(array, value):
    array = array.astype(np.result_type(array, type(value)) if value is not None else object)
    array[7] = value
    return array


BAD_X = {
    "NaN": (lambda x: changed(x, np.nan), "Input X contains NaN"),
    "infinity": (lambda x: changed(x, np.inf), "Input X contains infinity"),
    "None": (lambda x: changed(x, None), "Input X contains NaN"),
    "words": (lambda x: np.full(x.shape, "a"), "could not convert string to float|strings"),
    "objects": (lambda x: np.full(x.shape, "a", object), "could not convert string to float"),
    "no rows": (lambda x: x[:0], "0 sample"),
    "no columns": (lambda x: x[:, :0], "0 feature"),
    "one dimension": (lambda x: x[:, 0], "Expected 2D array, got 1D array"),
    "three dimensions": (lambda x: x[:, :, None], "Found array with dim 3"),
    "a number": (lambda x: 3.0, "Expected 2D array, got scalar array"),
    "complex": (lambda x: x + 0j, "Complex data not supported"),
    "ragged": (lambda x: [[1.0, 2.0], [3.0]] * 75, "inhomogeneous shape"),
}


@pytest.mark.parametrize("bad", BAD_X)
@pytest.mark.parametrize("kind", KINDS)
def test_bad_x(kind, bad):
    make_bad, message = BAD_X[bad]
    model, y = make(kind, batch_size="auto"), target(kind)
    with pytest.raises(ValueError, match=message):
        model.fit(make_bad(X), y)
    model.fit(X, y)
    before = copy.deepcopy(weights_of(model))
    for use in (model.predict, lambda x: model.score(x, y), lambda x: model.partial_fit(x, y)):
        with pytest.raises(ValueError, match=message):
            use(make_bad(X))
    for array, old in zip(weights_of(model), before, strict=True):
        np.testing.assert_array_equal(array, old)
    assert_same_bits(model.partial_fit(X, y), make(kind, batch_size="auto").fit(X, y).partial_fit(X, y))


@pytest.mark.parametrize("kind", KINDS)
def test_another_number_of_columns(kind):
    model = make(kind).fit(X, target(kind))
    for x in (X[:, :3], np.hstack([X, X])):
        for use in (model.predict, lambda x: model.partial_fit(x, target(kind))):
            with pytest.raises(ValueError, match=rf"X has {x.shape[1]} features, but MLP\w+ is expecting 4"):
                use(x)


@pytest.mark.parametrize(
    ("kind", "y", "message"),
    [
        ("classifier", changed(Y.astype(float), np.nan), "Input y contains NaN"),
        ("regressor", changed(NUMBERS, np.nan), "Input y contains NaN"),
        ("regressor", changed(NUMBERS, np.inf), "Input y contains infinity"),
        ("classifier", NUMBERS, "Unknown label type"),
        ("classifier", np.stack([Y, Y], axis=1), "Multioutput target data is not supported"),
        ("regressor", np.full(150, "a"), "could not convert string to float"),
        ("classifier", Y[:-1], "inconsistent numbers of samples"),
        ("regressor", NUMBERS[:-1], "inconsistent numbers of samples"),
        ("regressor", NUMBERS + 0j, "Complex data not supported"),
        ("classifier", None, "requires y to be passed"),
        ("regressor", np.zeros((150, 2, 2)), "Found array with dim 3"),
    ],
)
def test_bad_y(kind, y, message):
    model = make(kind)
    with pytest.raises(ValueError, match=message):
        model.fit(X, y)
    assert_same_bits(model.fit(X, target(kind)), make(kind).fit(X, target(kind)))


@pytest.mark.parametrize(
    ("weight", "message"),
    [
        (WEIGHTS[:-1], r"sample_weight.shape == \(149,\), expected \(150,\)"),
        (WEIGHTS[:, None], "Sample weights must be 1D array or scalar"),
        (changed(WEIGHTS, np.nan), "Input sample_weight contains NaN"),
        (np.full(150, "a"), "could not convert string to float"),
        (np.zeros(150), "at least one non-zero"),
    ],
)
@pytest.mark.parametrize("kind", KINDS)
def test_bad_weights(kind, weight, message):
    model = make(kind)
    with pytest.raises(ValueError, match=message):
        model.fit(X, target(kind), weight)
    assert_same_bits(model.fit(X, target(kind)), make(kind).fit(X, target(kind)))


def test_a_refused_partial_fit():
    model = make("classifier", early_stopping=True)
    with pytest.raises(ValueError, match="partial_fit does not support early_stopping=True"):
        model.partial_fit(X, Y, classes=[0, 1, 2])
    model.set_params(early_stopping=False).partial_fit(X, Y, classes=[0, 1, 2])
    assert_same_bits(model, make("classifier").partial_fit(X, Y, classes=[0, 1, 2]))


@pytest.mark.parametrize("before", [{"early_stopping": True}, {"solver": "lbfgs"}])
def test_another_way_to_train_on(before):
    """What the first fit does not record, the next one does."""
    model = make("classifier", warm_start=True, **before).fit(X, Y)
    model.set_params(early_stopping=False, solver="adam").fit(X, Y).partial_fit(X, Y)
    assert len(model.loss_curve_) == 7 + 6 * ("solver" not in before)
    assert model.best_loss_ == min(model.loss_curve_[-7:])
    model.set_params(early_stopping=True).fit(X, Y)
    assert len(model.validation_scores_) == 6 + 6 * ("solver" not in before)


def test_labels_of_any_kind():
    """Negative, false, words, numbers as objects: the same model under other names."""
    plain = make("classifier").fit(X, Y)
    for names in (
        [-5, -1, 3],
        ["a", "b", "c"],
        [-1.0, 0.0, 2.0],
        [10**12, 10**13, 10**14],
    ):
        names = np.asarray(names)
        model = make("classifier").fit(X, names[Y])
        assert_same_bits(model, plain)
        np.testing.assert_array_equal(model.classes_, names)
        np.testing.assert_array_equal(model.predict(X), names[plain.predict(X)])
    binary = make("classifier").fit(X, Y == 2)
    assert binary.predict(X).dtype == bool


FORMS = {
    "list": lambda x: x.tolist(),
    "read-only": np.copy,
    "fortran": np.asfortranarray,
    "strided": lambda x: np.repeat(np.repeat(x, 2, axis=0), 3, axis=1)[::2, ::3],
    "backwards": lambda x: np.ascontiguousarray(x[::-1, ::-1])[::-1, ::-1],
    "big-endian": lambda x: x.astype(">f8"),
    "objects": lambda x: x.astype(object),
    "unaligned": lambda x: unaligned(x),
}


def unaligned(x):
    memory = np.zeros(x.nbytes + 1, np.uint8)
    result = memory[1:].view(x.dtype).reshape(x.shape)
    result[...] = x
    return result


@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("kind", KINDS)
def test_forms_of_x(kind, form, solver):
    """All give what the plain array gives, and stay as they are."""
    y = target(kind)
    plain = make(kind, solver=solver).fit(X, y)
    x, held_out = FORMS[form](X), FORMS[form](X[HELD_OUT])
    if form == "read-only":
        x.flags.writeable = held_out.flags.writeable = False
    before = copy.deepcopy(x)
    model = make(kind, solver=solver).fit(x, y, validation_data=(held_out, y[HELD_OUT]))
    assert_same_bits(model, plain)
    np.testing.assert_array_equal(model.predict(x), plain.predict(X))
    np.testing.assert_array_equal(model.predict(held_out), plain.predict(X)[HELD_OUT])
    np.testing.assert_array_equal(x, before)
    assert_same_bits(model.fit(X, y), plain)


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_given_is_changed(kind):
    y = target(kind)
    given = [X.copy(), y.copy(), WEIGHTS.copy(), X[:30].copy(), y[:30].copy(), WEIGHTS[:30].copy()]
    before = copy.deepcopy(given)
    for array in given:
        array.flags.writeable = False
    for solver in ("adam", "sgd", "lbfgs"):
        model = make(kind, solver=solver).fit(*given[:3], validation_data=tuple(given[3:]))
        model.predict(given[0])
        model.score(*given[:3])
        if solver != "lbfgs":
            model.partial_fit(*given[:3])
    for array, old in zip(given, before, strict=True):
        np.testing.assert_array_equal(array, old)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dtype", [np.int8, np.uint16, np.int64, bool, np.float16, np.float32, np.longdouble])
def test_types_of_x(kind, dtype):
    x = (X * 2).astype(dtype)
    y = target(kind)
    model = make(kind).fit(x, y)
    wide = x if dtype == np.float32 else x.astype(float)
    plain = make(kind).fit(wide, y)
    assert_same_bits(model, plain)
    np.testing.assert_array_equal(model.predict(x), plain.predict(wide))


def test_unfitted():
    for kind in KINDS:
        with pytest.raises(NotFittedError):
            make(kind).predict(X)


def test_end_of_training_is_warned_of():
    with pytest.warns(ConvergenceWarning, match=r"Maximum iterations \(6\) reached"):
        make("classifier").fit(X, Y)
    assert accuracy_score(Y, make("classifier", max_iter=60).fit(X, Y).predict(X)) > 0.8


@pytest.mark.parametrize("form", [np.asarray, scipy.sparse.csr_matrix])
def test_numbers_too_large_for_float32_are_named(form):
    model = make("classifier", dtype="float32", batch_size=2)
    with pytest.raises(
        ValueError, match="X has numbers that are too large for float32: the largest is 1e\\+39"
    ):
        model.fit(form([[1e39, 0.0], [1.0, 2.0]]), [0, 1])
    model.fit([[1.0, 0.0], [1.0, 2.0]], [0, 1])
    with pytest.raises(ValueError, match="X has numbers that are too large for float32"):
        model.predict(form([[1.0, -1e39]]))


REFUSED_LATE = {
    "weights of the rows": lambda x, y: dict(X=x, y=y, sample_weight=[1.0]),
    "validation_data of one": lambda x, y: dict(X=x, y=y, validation_data=(x,)),
    "validation_data without rows": lambda x, y: dict(X=x, y=y, validation_data=(x[:0], y[:0])),
    "other outputs": lambda x, y: dict(X=x[:, :3], y=y[::-1], validation_data=(x, y)),
}


@pytest.mark.parametrize("case", REFUSED_LATE)
@pytest.mark.parametrize("kind", KINDS)
def test_a_refused_fit_leaves_the_model_as_it_was(kind, case):
    model, y = make(kind).fit(X, target(kind)), target(kind)
    before, outputs, attributes = weights_of(model), model.predict(X), set(vars(model))
    with pytest.raises((ValueError, TypeError)):
        model.fit(**REFUSED_LATE[case](X, y))
    for weight, old in zip(weights_of(model), before, strict=True):
        np.testing.assert_array_equal(weight, old)
    np.testing.assert_array_equal(model.predict(X), outputs)
    assert set(vars(model)) == attributes
    assert_same_bits(model.partial_fit(X, y), make(kind).fit(X, y).partial_fit(X, y))


@pytest.mark.parametrize("coefs", [3, [], [None], {"a": 1}, "coefs", [X.tolist()]])
def test_coefs_that_are_no_arrays(coefs):
    model = make("classifier").fit(X, Y)
    model.coefs_ = coefs
    with pytest.raises(ValueError, match="coefs_"):
        model.predict(X)


def test_validation_labels_of_another_kind_are_refused_before_anything_is_learned():
    several = np.eye(3, dtype=int)[Y]
    for y, other in ((several, Y), (Y, several)):
        model = make("classifier")
        with pytest.raises(ValueError, match="validation_data"):
            model.fit(X, y, validation_data=(X, other))
        assert not hasattr(model, "coefs_")


def test_sparse_labels_with_an_index_that_no_column_has():
    labels = scipy.sparse.csr_matrix(np.eye(3, dtype=int)[Y])
    labels.indices[0] = 9
    with pytest.raises(ValueError, match="ind"):
        make("classifier").fit(X, labels)


@pytest.mark.parametrize("form", [scipy.sparse.csr_matrix, scipy.sparse.csc_matrix])
def test_sparse_rows_to_predict_with_an_index_that_leads_out(form):
    rows = form(X)
    rows.indices[0] = 999
    with pytest.raises(ValueError, match="ind"):
        make("classifier").fit(X, Y).predict(rows)


@pytest.mark.parametrize("convert", [to_sklearn, from_sklearn])
def test_what_is_no_model_is_not_converted(convert):
    with pytest.raises(TypeError, match="must be a"):
        convert(3)


def test_sparse_rows_with_an_index_that_no_column_has():
    rows = scipy.sparse.csr_matrix(X)
    rows.indices[0] = 9
    model = make("classifier", solver="lbfgs").fit(X, Y)
    before = model.predict(X)
    with pytest.raises(ValueError, match="ind"):
        model.fit(rows, Y)
    np.testing.assert_array_equal(model.predict(X), before)
