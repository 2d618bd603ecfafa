"""Layers of dlcore's MLPs beyond scikit-learn's: dropout, activations, first weights, dtype, threads."""

import copy

import numpy as np
import pytest

import reference

pytest.importorskip("sklearn", minversion="1.9")

import dlcore
from estimators import NUMBERS, THREE, X, Y, assert_same_bits, at_start, make, step, weights_of

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

# Dropout


@pytest.mark.parametrize(
    ("rates", "shares"), [(0.25, [0.25, 0.25]), ([0.25, 0.0], [0.25, 0]), ([0, 0.5], [0, 0.5])]
)
def test_dropout_drops_and_scales(rates, shares):
    """Of one row, through layers that add and hand on: what was dropped has gradients of zero."""
    units = 1000
    kernels = [np.ones((1, units)), np.full((units, units), 1 / units), np.full((units, 1), 1 / units)]
    biases = [np.zeros(units), np.zeros(units), np.zeros(1)]
    options = {
        "hidden_layer_sizes": (units, units),
        "init_coefs": kernels,
        "init_intercepts": biases,
        "alpha": 0,
    }
    x, y = np.ones((1, 1)), np.array([100.0])
    changes = step("regressor", x, y, activation="identity", dropout=rates, **options)
    error = changes[-1]
    kept = changes[2][:, 0] / error, changes[1].sum(axis=1)
    for outputs, share in zip(kept, reversed(shares), strict=True):
        assert (outputs == 0).mean() == pytest.approx(share, abs=0.06 if share else 0)
        assert np.ptp(outputs[outputs != 0]) < 1e-9
    first_sum = (changes[1].sum(axis=1) != 0).mean() / (1 - shares[0])
    np.testing.assert_allclose(kept[0][kept[0] != 0], first_sum / (1 - shares[1]), rtol=1e-9)


@pytest.mark.parametrize("options", [{}, {"solver": "sgd"}])
def test_dropout_as_number_or_list(options):
    model = make("classifier", dropout=0.3, **options).fit(X, Y)
    assert_same_bits(make("classifier", dropout=[0.3, 0.3], **options).fit(X, Y), model)
    assert_same_bits(make("classifier", dropout=np.array([0.3, 0.3]), **options).fit(X, Y), model)
    assert_same_bits(
        make("classifier", dropout=(0.0, 0.0), **options).fit(X, Y), make("classifier", **options).fit(X, Y)
    )
    for other in ({"dropout": [0.3, 0.0]}, {"dropout": 0.3, "random_state": 4}, {"dropout": 0.0}):
        assert (make("classifier", **options | other).fit(X, Y).coefs_[0] != model.coefs_[0]).any()
    np.testing.assert_array_equal(model.predict_proba(X), model.predict_proba(X))


def test_dropout_is_not_for_lbfgs():
    """Which needs a function that stays the same."""
    plain = make("classifier", solver="lbfgs").fit(X, Y)
    assert_same_bits(make("classifier", solver="lbfgs", dropout=0.5).fit(X, Y), plain)


@pytest.mark.parametrize(
    "rates", [[0.1], [0.1, 0.1, 0.1], [], [0.1, 1.0], [-0.1, 0.1], [0.1, None], ["a", "b"], [[0.1, 0.1]] * 2]
)
def test_wrong_dropout(rates):
    with pytest.raises(ValueError, match="dropout must be a rate from 0 to below 1, or one for each of 2"):
        make("classifier", dropout=rates).fit(X, Y)


# Activations

DEFAULTS = {
    "leaky_relu": [0.2],
    "elu": [1.0],
    "celu": [1.0],
    "squareplus": [4.0],
    "soft_shrink": [0.5],
    "hard_shrink": [0.5],
}
FORMULAS = {
    name: (lambda z, name=name: reference.ACTIVATIONS[name](z, *DEFAULTS.get(name, [])))
    for name in reference.ACTIVATIONS
    if name not in ("softmax", "log_softmax", "relu_general", "threshold")
}
FORMULAS |= {"identity": FORMULAS["linear"], "logistic": FORMULAS["sigmoid"], "swish": FORMULAS["silu"]}


def forward(model, names, x, last):
    for kernel, bias, name in zip(model.coefs_, model.intercepts_, [*names, last], strict=True):
        x = FORMULAS[name](x @ kernel + bias)
    return x


@pytest.mark.parametrize("name", FORMULAS)
def test_activations(name):
    model = make("regressor", activation=name).fit(X, THREE)
    np.testing.assert_allclose(
        model.predict(X), forward(model, [name] * 2, X, "identity"), rtol=1e-9, atol=1e-12
    )
    assert np.isfinite(model.loss_)


@pytest.mark.parametrize("container", [list, tuple, np.array])
def test_an_activation_for_each_layer(container):
    names = ["gelu", "leaky_relu"]
    model = make("regressor", activation=container(names)).fit(X, THREE)
    np.testing.assert_allclose(model.predict(X), forward(model, names, X, "identity"), rtol=1e-9, atol=1e-12)
    same = make("classifier", activation=container(["tanh", "tanh"])).fit(X, Y)
    assert_same_bits(same, make("classifier", activation="tanh").fit(X, Y))
    assert make("classifier", hidden_layer_sizes=(), activation=[]).fit(X, Y).score(X, Y) > 0


@pytest.mark.parametrize(
    "names", [["relu"], ["relu"] * 3, [], ["relu", "rely"], ["relu", "softmax"], ["relu", None]]
)
def test_wrong_activations(names):
    with pytest.raises(
        ValueError, match=r"activation must be a name, or one of .* for each of 2 hidden layers"
    ):
        make("classifier", activation=names).fit(X, Y)


@pytest.mark.parametrize("name", sorted(FORMULAS))
def test_output_activation(name):
    model = make("regressor", output_activation=name).fit(X, THREE)
    np.testing.assert_allclose(model.predict(X), forward(model, ["relu"] * 2, X, name), rtol=1e-9, atol=1e-12)
    assert model.out_activation_ == name


def test_output_activation_of_counts():
    counts = np.floor(np.exp(NUMBERS))
    assert make("regressor", loss="poisson").fit(X, counts).out_activation_ == "exp"
    model = make("regressor", loss="poisson", output_activation="softplus", max_iter=100).fit(X, counts)
    np.testing.assert_allclose(model.predict(X), forward(model, ["relu"] * 2, X, "softplus")[:, 0], rtol=1e-9)
    assert model.loss_curve_[-1] < model.loss_curve_[0] / 2


# First weights, numbers, threads


@pytest.mark.parametrize("solver", ["adam", "sgd", "lbfgs"])
def test_first_weights(solver):
    source = make("classifier", random_state=9).fit(X, Y)
    given = [[array.tolist() for array in source.coefs_], tuple(map(np.copy, source.intercepts_))]
    before = copy.deepcopy(given)
    options = {"init_coefs": given[0], "init_intercepts": given[1], "solver": solver}
    if solver != "lbfgs":
        start = at_start("classifier", X, Y, activation="relu", **options)
        assert_same_bits(start, source)
    model = make("classifier", **options).fit(X, Y)
    assert (model.coefs_[0] != source.coefs_[0]).any()
    assert_same_bits(make("classifier", **options).fit(X, Y), model)
    assert given[0] == before[0]
    np.testing.assert_array_equal(np.concatenate(given[1]), np.concatenate(before[1]))


def test_first_weights_are_only_the_first():
    zeros = [np.zeros(8), np.zeros(5), np.zeros(1)]
    model = make("regressor", warm_start=True, init_intercepts=zeros, max_iter=3).fit(X, NUMBERS)
    loss = model.loss_
    assert model.fit(X, NUMBERS).loss_curve_[3] < loss
    other = make("regressor", init_intercepts=zeros, max_iter=3)
    for _ in range(2):
        other.partial_fit(X, NUMBERS)
    assert all(bias.any() for bias in other.intercepts_)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"init_coefs": [np.zeros((4, 8))]}, "init_coefs must have an array for each of 3 layers, got 1"),
        (
            {"init_coefs": [np.zeros((4, 8)), np.zeros((5, 8)), np.zeros((5, 3))]},
            r"init_coefs\[1\] must .* \(8, 5\)",
        ),
        (
            {"init_coefs": [np.zeros((4, 8)), np.zeros((8, 5)), np.full((5, 3), np.inf)]},
            r"init_coefs\[2\] must be finite",
        ),
        (
            {"init_intercepts": [np.zeros(8), np.zeros(5)]},
            "init_intercepts must have an array for each of 3 layers",
        ),
        (
            {"init_intercepts": [np.zeros((8, 1)), np.zeros(5), np.zeros(3)]},
            r"init_intercepts\[0\] must .* \(8,\)",
        ),
    ],
)
def test_wrong_first_weights(options, message):
    model = make("classifier", **options)
    with pytest.raises(ValueError, match=message):
        model.fit(X, Y)
    model.set_params(init_coefs=None, init_intercepts=None)
    assert_same_bits(model.fit(X, Y), make("classifier").fit(X, Y))


@pytest.mark.parametrize("solver", ["adam", "sgd", "lbfgs"])
@pytest.mark.parametrize("dtype", [None, "float32", "float64"])
@pytest.mark.parametrize("given", ["float32", "float64"])
def test_dtype(given, dtype, solver):
    x = X.astype(given)
    model = make("classifier", dtype=dtype, solver=solver).fit(x, Y)
    expected = "float64" if solver == "lbfgs" and dtype is None else dtype or given
    assert {str(array.dtype) for array in weights_of(model)} == {expected}
    assert model.predict_proba(x).dtype == np.result_type(expected, x)
    if solver != "lbfgs" and dtype is not None:
        assert_same_bits(model, make("classifier", solver=solver).fit(x.astype(dtype), Y))


def test_threads_are_back_afterwards():
    threads = []
    watch = [lambda model, numbers: threads.append(dlcore.show_config(mode="dicts")["threads"])]
    make("classifier", n_threads=1, callbacks=watch, max_iter=2).fit(X, Y).predict(X)
    assert threads == [1, 1]
    before = dlcore.show_config(mode="dicts")["threads"]
    with pytest.raises(ValueError, match="NaN"):
        make("classifier", n_threads=1).fit(X, Y).predict(X * np.nan)
    assert dlcore.show_config(mode="dicts")["threads"] == before
