"""The core's kernels by themselves, on NumPy arrays; and NumPy's functions under `keras.ops`'s names.

Inputs: float64 stays, everything else becomes float32; arrays that are combined take the wider of the two.
Results are new arrays.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from dlcore import _core, _numpy_ops, losses
from dlcore._data import floats
from dlcore._typing import FloatArray
from dlcore.activations import (
    celu,
    elu,
    exponential,
    gelu,
    hard_shrink,
    hard_sigmoid,
    hard_silu,
    hard_swish,
    hard_tanh,
    leaky_relu,
    log_sigmoid,
    log_softmax,
    mish,
    relu,
    relu6,
    selu,
    sigmoid,
    silu,
    soft_shrink,
    softmax,
    softplus,
    softsign,
    sparse_plus,
    sparse_sigmoid,
    squareplus,
    swish,
    tanh,
    tanh_shrink,
    threshold,
)
from dlcore.losses import (
    binary_focal_crossentropy,
    categorical_crossentropy,
    categorical_focal_crossentropy,
    categorical_hinge,
    cosine_similarity,
    hinge,
    huber,
    kl_divergence,
    log_cosh,
    mean_absolute_error,
    mean_absolute_percentage_error,
    mean_squared_error,
    mean_squared_logarithmic_error,
    poisson,
    sparse_categorical_crossentropy,
    squared_hinge,
)

__all__ = [
    "binary_crossentropy",
    "binary_focal_crossentropy",
    "categorical_crossentropy",
    "categorical_focal_crossentropy",
    "categorical_hinge",
    "celu",
    "cosine_similarity",
    "elu",
    "erf",
    "exp",
    "expm1",
    "exponential",
    "gelu",
    "hard_shrink",
    "hard_sigmoid",
    "hard_silu",
    "hard_swish",
    "hard_tanh",
    "hinge",
    "huber",
    "kl_divergence",
    "leaky_relu",
    "linear",
    "log",
    "log1p",
    "log_cosh",
    "log_sigmoid",
    "log_softmax",
    "matmul",
    "mean_absolute_error",
    "mean_absolute_percentage_error",
    "mean_squared_error",
    "mean_squared_logarithmic_error",
    "mish",
    "poisson",
    "relu",
    "relu6",
    "selu",
    "sigmoid",
    "silu",
    "soft_shrink",
    "softmax",
    "softplus",
    "softsign",
    "sparse_categorical_crossentropy",
    "sparse_plus",
    "sparse_sigmoid",
    "squared_hinge",
    "squareplus",
    "swish",
    "tanh",
    "tanh_shrink",
    "threshold",
]


def matmul(a: ArrayLike, b: ArrayLike, out: FloatArray | None = None) -> FloatArray:
    """The product of two matrices.

    Parameters
    ----------
    a : array (m, k)
    b : array (k, n)
    out : array (m, n), optional
        Written to and returned: of the result's dtype, C-contiguous, apart from a and b in memory.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.ops.matmul([[1.0, 2.0]], [[3.0], [4.0]]).tolist()
    [[11.0]]
    """
    try:  # What needs no conversion needs no checks but the core's: they take longer than a small product.
        return _core.matmul(a, b, out)
    except (TypeError, ValueError):
        left, right = _common(a=a, b=b)
    if left.ndim != 2 or right.ndim != 2 or left.shape[1] != right.shape[0]:
        raise ValueError(f"a and b must have shapes (m, k) and (k, n), got {left.shape} and {right.shape}")
    if out is not None:
        _check_out(out, left, right)
    return _core.matmul(left, right, out)


def _check_out(out: FloatArray, left: FloatArray, right: FloatArray) -> None:
    shape = (left.shape[0], right.shape[1])
    if not isinstance(out, np.ndarray):
        raise TypeError(f"out must be an array, got {out!r}")
    if out.shape != shape or out.dtype != left.dtype:
        raise ValueError(f"out must be {left.dtype} of shape {shape}, got {out.dtype} of shape {out.shape}")
    if not (out.flags.c_contiguous and out.flags.writeable and out.flags.aligned):
        raise ValueError("out must be C-contiguous and writeable, got an array that is not")
    if np.may_share_memory(out, left) or np.may_share_memory(out, right):
        raise ValueError("out must not share memory with a or b, got one that does")


def linear(x: ArrayLike, kernel: ArrayLike, bias: ArrayLike | None = None) -> FloatArray:
    """What a dense layer computes before its activation: x @ kernel + bias.

    Parameters
    ----------
    x : array (rows, inputs)
    kernel : array (inputs, units)
    bias : array (units,), optional

    Examples
    --------
    >>> import dlcore
    >>> dlcore.ops.linear([[1.0, 2.0]], [[3.0], [4.0]], [0.5]).tolist()
    [[11.5]]
    """
    offsets: FloatArray | None = None
    if bias is None:
        rows, matrix = _common(x=x, kernel=kernel)
    else:
        rows, matrix, offsets = _common(x=x, kernel=kernel, bias=bias)
    if rows.ndim != 2 or matrix.ndim != 2 or rows.shape[1] != matrix.shape[0]:
        raise ValueError(
            f"x and kernel must have shapes (rows, inputs) and (inputs, units), got {rows.shape} and "
            f"{matrix.shape}"
        )
    if offsets is not None and offsets.shape != matrix.shape[1:]:
        raise ValueError(f"bias must have shape {matrix.shape[1:]}, got {offsets.shape}")
    return _core.linear(rows, matrix, offsets)


def exp(x: ArrayLike) -> FloatArray:
    """E to the power of each element.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.ops.exp([0.0, 1.0]).round(4).tolist()
    [1.0, 2.7183]
    """
    return _core.elementary("exp", floats("x", x))


def expm1(x: ArrayLike) -> FloatArray:
    """exp(x) - 1, precise near 0.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.ops.expm1(dlcore.ops.array([0.0, 1e-10])).tolist()
    [0.0, 1.00000000005e-10]
    """
    return _core.elementary("exp_m1", floats("x", x))


def log(x: ArrayLike) -> FloatArray:
    """The natural logarithm.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.ops.log([1.0, 2.0]).round(4).tolist()
    [0.0, 0.6931]
    """
    return _core.elementary("log", floats("x", x))


def log1p(x: ArrayLike) -> FloatArray:
    """log(1 + x), precise near 0.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.ops.log1p(dlcore.ops.array([0.0, 1e-10])).tolist()
    [0.0, 9.999999999500001e-11]
    """
    return _core.elementary("log1p", floats("x", x))


def erf(x: ArrayLike) -> FloatArray:
    """The error function.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.ops.erf([0.0, 1.0]).round(4).tolist()
    [0.0, 0.8427]
    """
    return _core.elementary("erf", floats("x", x))


def binary_crossentropy(target: ArrayLike, output: ArrayLike, from_logits: bool = False) -> FloatArray:
    """The loss of each element, as `keras.ops` has it; `losses.binary_crossentropy` gives the mean of a row.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.ops.binary_crossentropy([[0.0, 1.0]], [[0.5, 0.5]]).round(4).tolist()
    [[0.6931, 0.6931]]
    """
    columns = np.asarray(target)[..., None], np.asarray(output)[..., None]
    return losses.binary_crossentropy(*columns, from_logits)


def _common(**arrays: ArrayLike) -> list[FloatArray]:
    """The arrays as floats of one dtype, whatever their strides."""
    converted = [floats(name, value, contiguous=False) for name, value in arrays.items()]
    if all(value.dtype is converted[0].dtype for value in converted):
        return converted
    dtype = "float64" if any(value.dtype == np.float64 for value in converted) else "float32"
    return [
        floats(name, value, dtype, contiguous=False) for name, value in zip(arrays, converted, strict=True)
    ]


def __getattr__(name: str) -> Any:
    """One of NumPy's: they are not names of this module itself, which would hide Python's own from it."""
    if name in _numpy_ops.NAMES:
        return getattr(_numpy_ops, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name)


def __dir__() -> list[str]:
    return sorted([*__all__, *_numpy_ops.NAMES])
