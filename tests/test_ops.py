"""The kernels by themselves: products with all kinds of views, activations, losses."""

import numpy as np
import pytest

import dlcore
import reference
from dlcore import _core
from reference import loss_config, parameters

DTYPES = {"float32": 1e-5, "float64": 1e-13}

# A matrix of a given shape as each kind of view that NumPy can make; `new` makes a plain array.
VIEWS = {
    "plain": lambda new, m, n: new(m, n),
    "transposed": lambda new, m, n: new(n, m).T,
    "Fortran order": lambda new, m, n: np.asfortranarray(new(m, n)),
    "every other column": lambda new, m, n: new(m, 2 * n)[:, ::2],
    "every third row": lambda new, m, n: new(3 * m, n)[::3],
    "backwards": lambda new, m, n: new(m, n)[::-1, ::-1],
    "a row for all": lambda new, m, n: np.broadcast_to(new(1, n), (m, n)),
    "a column for all": lambda new, m, n: np.broadcast_to(new(m, 1), (m, n)),
    "inside another": lambda new, m, n: new(m + 3, n + 5)[1 : m + 1, 2 : n + 2],
}


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("kind_b", VIEWS)
@pytest.mark.parametrize("kind_a", VIEWS)
def test_product_of_any_two_views(kind_a, kind_b, dtype):
    rng = np.random.default_rng(0)

    def new(rows, columns):
        return rng.normal(size=(rows, columns)).astype(dtype)

    for m, k, n in [(1, 1, 1), (5, 7, 3), (33, 17, 65), (70, 130, 20)]:
        a, b = VIEWS[kind_a](new, m, k), VIEWS[kind_b](new, k, n)
        copies = a.copy(), b.copy()
        exact = copies[0].astype(float) @ copies[1]
        found = _core.matmul(a, b, None)
        np.testing.assert_allclose(found, exact, rtol=0, atol=DTYPES[dtype] * k)
        # The layout changes no bit, and nothing was written to.
        np.testing.assert_array_equal(found, _core.matmul(*copies, None))
        np.testing.assert_array_equal(a, copies[0])
        np.testing.assert_array_equal(b, copies[1])


@pytest.mark.parametrize("dtype", DTYPES)
def test_products_of_all_small_sizes(dtype, isa):
    rng = np.random.default_rng(1)
    wrong = []
    for m in (0, 1, 2, 6, 15, 16, 17):
        for k in (0, 1, 3, 16, 33):
            for n in (0, 1, 7, 8, 9, 31, 32, 33):
                a, b = rng.normal(size=(m, k)).astype(dtype), rng.normal(size=(k, n)).astype(dtype)
                found = dlcore.ops.matmul(a, b)
                if found.shape != (m, n) or not np.allclose(found, a @ b, atol=DTYPES[dtype] * (k + 1)):
                    wrong.append((m, k, n))
    assert not wrong


def test_product_into_a_given_array():
    rng = np.random.default_rng(2)
    a, b, out = rng.normal(size=(9, 4)), rng.normal(size=(4, 6)), np.full((9, 6), np.nan)
    assert dlcore.ops.matmul(a, b, out=out) is out
    np.testing.assert_allclose(out, a @ b, rtol=1e-14, atol=1e-14)


@pytest.mark.parametrize(
    "out",
    [
        np.zeros((6, 9)),
        np.zeros((9, 6), np.float32),
        np.zeros((9, 12))[:, ::2],
        np.broadcast_to(np.zeros(6), (9, 6)),
    ],
    ids=["shape", "dtype", "layout", "read-only"],
)
def test_a_wrong_out_is_refused(out):
    with pytest.raises((ValueError, TypeError), match="out"):
        dlcore.ops.matmul(np.ones((9, 4)), np.ones((4, 6)), out=out)


def test_a_product_into_its_own_operand_is_refused():
    a = np.ones((4, 4))
    with pytest.raises(ValueError, match="out"):
        dlcore.ops.matmul(a, a, out=a)
    np.testing.assert_array_equal(a, np.ones((4, 4)))


def test_widths_that_do_not_match_are_named():
    with pytest.raises(ValueError, match=r"4.*5|5.*4"):
        dlcore.ops.matmul(np.ones((3, 4)), np.ones((5, 3)))


@pytest.mark.parametrize("dtype", DTYPES)
def test_linear(dtype):
    rng = np.random.default_rng(3)
    x, w, b = (rng.normal(size=s).astype(dtype) for s in [(37, 20), (20, 45), (45,)])
    np.testing.assert_allclose(dlcore.ops.linear(x, w, b), x @ w + b, rtol=0, atol=20 * DTYPES[dtype])
    np.testing.assert_allclose(dlcore.ops.linear(x, w), x @ w, rtol=0, atol=20 * DTYPES[dtype])


def test_all_activations_are_in_ops():
    functions = {"gelu_tanh": "gelu", "relu_general": "relu"}
    assert [name for name in _core.ACTIVATIONS if not hasattr(dlcore.ops, functions.get(name, name))] == []


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", reference.ACTIVATIONS)
def test_activations(name, dtype, isa):
    z = np.linspace(-30, 30, 1203).reshape(3, 401).astype(dtype)
    expected = reference.activation(name, z.astype(float))
    found = _core.activation(name, parameters(name), z)
    assert found.dtype == z.dtype
    # gelu's own formula cancels far below zero, so that the distance is what counts there.
    np.testing.assert_allclose(found, expected, rtol=DTYPES[dtype], atol=DTYPES[dtype])


@pytest.mark.parametrize("name", reference.ACTIVATIONS)
def test_activations_at_the_ends(name, isa):
    z = np.array([[-1e4, -1e30, 1e4, 1e30, 0.0]])
    if name == "softmax":
        expected = np.array([[0, 0, 0, 1, 0.0]])
    else:
        with np.errstate(over="ignore"):
            expected = reference.activation(name, z)
    np.testing.assert_allclose(_core.activation(name, parameters(name), z), expected, rtol=1e-12)
    assert np.isnan(_core.activation(name, parameters(name), np.array([[np.nan, 1.0]]))).any()


LOSSES = {
    "binary_crossentropy": [{}, {"from_logits": True}, {"label_smoothing": 0.2}],
    "categorical_crossentropy": [{}, {"from_logits": True}, {"from_logits": True, "label_smoothing": 0.2}],
    "sparse_categorical_crossentropy": [{}, {"from_logits": True}, {"label_smoothing": 0.3}],
    "mean_squared_error": [{}],
    "mean_absolute_error": [{}],
    "huber": [{}, {"delta": 0.3}],
    "poisson": [{}],
    "half_poisson_deviance": [{}],
    "quantile": [{}, {"quantiles": [0.1, 0.6]}],
    "binary_focal_crossentropy": [{}, {"from_logits": True}, {"gamma": 1.5, "apply_class_balancing": True}],
    "categorical_focal_crossentropy": [{}, {"from_logits": True, "label_smoothing": 0.2}, {"gamma": 0.5}],
    "hinge": [{}],
    "squared_hinge": [{}],
    "categorical_hinge": [{}],
    "kl_divergence": [{}],
    "log_cosh": [{}],
    "mean_absolute_percentage_error": [{}],
    "mean_squared_logarithmic_error": [{}],
    "cosine_similarity": [{}],
}


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", LOSSES)
def test_losses(name, dtype, isa):
    rng = np.random.default_rng(4)
    for options in LOSSES[name]:
        config = loss_config(name, **options)
        y = rng.dirichlet(np.ones(5), 37).astype(dtype)
        if name.startswith("sparse"):
            y = rng.integers(0, 5, (37, 1)).astype(dtype)
        outputs = rng.normal(size=(37, 5)) * 3
        if not config["from_logits"]:
            outputs = reference.softmax(outputs)
        outputs = outputs.astype(dtype)
        value, gradient = _core.loss(config, y, outputs)
        wide = y.astype(float), outputs.astype(float)
        np.testing.assert_allclose(value, reference.loss(config, *wide), rtol=10 * DTYPES[dtype])
        assert gradient.shape == outputs.shape
        for j in range(5):
            step = np.zeros((37, 5))
            step[:, j] = 1e-7 * np.maximum(abs(wide[1][:, j]), 1e-3)
            ahead, behind = (reference.loss(config, wide[0], wide[1] + s) for s in (step, -step))
            slope = (ahead - behind) / (2 * step[:, j])
            # Losses here are up to 20, known to 1e-15, over steps of 1e-10 and more.
            np.testing.assert_allclose(gradient[:, j], slope, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(
    "name", ["binary_crossentropy", "categorical_crossentropy", "sparse_categorical_crossentropy"]
)
def test_huge_logits(name, dtype, isa):
    """Right where exp would overflow: a confident mistake costs 20,000 (or 10,000), not infinity."""
    logits = np.array([[1e4, -1e4], [-1e4, 1e4]], dtype)
    y = np.array([[1, 0], [1, 0]], dtype)
    if name.startswith("sparse"):
        y = np.zeros((2, 1), dtype)
    value, gradient = _core.loss(loss_config(name, from_logits=True), y, logits)
    binary = name.startswith("binary")
    np.testing.assert_array_equal(value, [0, 1e4 if binary else 2e4])
    np.testing.assert_array_equal(gradient, np.array([[0, 0], [-1, 1]]) / (2 if binary else 1))


def test_probabilities_are_clipped_as_in_keras():
    config = loss_config("binary_crossentropy")
    value, gradient = _core.loss(config, np.array([[1.0], [1.0]]), np.array([[0.0], [1.0]]))
    np.testing.assert_allclose(value, -np.log([1e-7, 1 - 1e-7]), rtol=1e-12)
    np.testing.assert_array_equal(gradient, 0)


def test_random_numbers_have_the_asked_for_distribution():
    n = 200_000
    uniform = _core.random_uniform(1, (n,), -2.0, 3.0, "float64")
    assert -2 <= uniform.min() < -1.999
    assert 2.999 < uniform.max() <= 3
    normal = _core.random_normal(1, (n,), 1.0, 2.0, "float64")
    cut = _core.random_truncated_normal(1, (n,), 1.0, 2.0, "float64")
    assert abs(cut - 1).max() <= 4 < abs(normal - 1).max()
    moments = [(uniform, 0.5, 25 / 12), (normal, 1, 4), (cut, 1, 4 * 0.7737)]
    for sample, mean, variance in moments:
        assert abs(sample.mean() - mean) < 5 * np.sqrt(variance / n)
        assert abs(sample.var() / variance - 1) < 0.02
    assert not np.array_equal(normal, _core.random_normal(2, (n,), 1.0, 2.0, "float64"))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_one_number_that_is_not_finite_is_found_anywhere(dtype, bad):
    for size in (1, 15, 16, 17, 100, 600_001):  # the last is shared out among threads
        values = np.full(size, np.finfo(dtype).max, dtype)
        assert _core.all_finite(values)
        for at in {0, size // 2, size - 1}:
            values[at] = bad
            assert not _core.all_finite(values)
            values[at] = -1


X = np.array([[1.0, 3.0, 2.0], [5.0, 4.0, 6.0]])


@pytest.mark.parametrize(
    ("name", "arguments", "expected"),
    [
        ("top_k", (X, 2), ([[3, 2], [6, 5]], [[1, 2], [2, 0]])),
        ("logsumexp", (X, 1), np.log(np.exp(X).sum(axis=1))),
        ("logsumexp", (X, None, True), np.log(np.exp(X).sum(keepdims=True))),
        ("moments", (X, [0]), (X.mean(axis=0), X.var(axis=0))),
        ("rsqrt", (X,), X**-0.5),
        ("divide_no_nan", ([1.0, 2.0], [4.0, 0.0]), [0.25, 0]),
        ("unstack", (X, None, 1), X.T),
        ("take", (X, [2, 0], 1), X[:, [2, 0]]),
        ("einsum", ("ij,kj->ik", X, X), X @ X.T),
        ("inv", (X[:, :2],), np.linalg.inv(X[:, :2])),
        ("stop_gradient", (X,), X),
        ("is_tensor", (X,), True),
        ("is_tensor", ([1.0],), False),
        ("binary_crossentropy", ([[0.0, 1.0]], [[0.2, 0.7]]), [[-np.log(0.8), -np.log(0.7)]]),
        ("binary_crossentropy", ([1.0], [0.0], True), [np.log(2)]),
    ],
)
def test_functions_of_arrays(name, arguments, expected):
    got = getattr(dlcore.ops, name)(*arguments)
    for one, other in zip(got, expected, strict=True) if isinstance(got, tuple) else [(got, expected)]:
        np.testing.assert_allclose(one, other, rtol=1e-6)
