"""Products, activations and softmax beside NumPy."""

import numpy as np
import pytest

import dlcore

SIZES = [(32, 20, 64), (64, 64, 64), (128, 784, 128), (512, 512, 512)]


@pytest.mark.parametrize("size", SIZES, ids=lambda s: "x".join(map(str, s)))
@pytest.mark.parametrize("who", ["dlcore", "numpy"])
def test_matmul(benchmark, who, size):
    m, k, n = size
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(m, k)).astype(np.float32), rng.normal(size=(k, n)).astype(np.float32)
    out = np.empty((m, n), np.float32)
    benchmark.group = f"matmul {m}x{k}x{n}"
    benchmark(dlcore.ops.matmul if who == "dlcore" else np.matmul, a, b, out=out)
    np.testing.assert_allclose(out, a.astype(float) @ b, rtol=0, atol=1e-3)
    if benchmark.stats:
        benchmark.extra_info["GFLOP/s"] = round(2 * m * k * n / benchmark.stats.stats.median / 1e9, 1)


def softmax(x):
    e = np.subtract(x, x.max(axis=1, keepdims=True))
    np.exp(e, out=e)
    e /= e.sum(axis=1, keepdims=True)
    return e


def sigmoid(x):
    e = np.negative(x)
    np.exp(e, out=e)
    e += 1
    return np.reciprocal(e, out=e)


def silu(x):
    e = sigmoid(x)
    e *= x
    return e


BY_HAND = {
    "relu": lambda x: np.maximum(x, 0),
    "tanh": np.tanh,
    "sigmoid": sigmoid,
    "silu": silu,
    "softmax": softmax,
}


@pytest.mark.parametrize("name", BY_HAND)
@pytest.mark.parametrize("who", ["dlcore", "numpy"])
def test_activation(benchmark, who, name):
    x = np.random.default_rng(0).normal(size=(1000, 100)).astype(np.float32)
    benchmark.group = f"{name} of 1000x100"
    found = benchmark(getattr(dlcore.ops, name) if who == "dlcore" else BY_HAND[name], x)
    np.testing.assert_allclose(found, BY_HAND[name](x.astype(float)), rtol=1e-5, atol=1e-6)
