"""NumPy's functions under the names that `keras.ops` gives them: for metrics and losses of one's own."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

abs = np.abs
absolute = np.absolute
add = np.add
all = np.all
any = np.any
arange = np.arange
argmax = np.argmax
argmin = np.argmin
argsort = np.argsort
ceil = np.ceil
clip = np.clip
convert_to_numpy = np.asarray
cos = np.cos
cumsum = np.cumsum
divide = np.divide
dot = np.dot
equal = np.equal
expand_dims = np.expand_dims
eye = np.eye
floor = np.floor
full = np.full
greater = np.greater
greater_equal = np.greater_equal
isfinite = np.isfinite
isnan = np.isnan
less = np.less
less_equal = np.less_equal
linspace = np.linspace
log10 = np.log10
logical_and = np.logical_and
logical_not = np.logical_not
logical_or = np.logical_or
max = np.max
maximum = np.maximum
mean = np.mean
median = np.median
min = np.min
minimum = np.minimum
mod = np.mod
multiply = np.multiply
negative = np.negative
not_equal = np.not_equal
ones = np.ones
ones_like = np.ones_like
power = np.power
prod = np.prod
ravel = np.ravel
reshape = np.reshape
round = np.round
shape = np.shape
sign = np.sign
sin = np.sin
size = np.size
sort = np.sort
sqrt = np.sqrt
square = np.square
squeeze = np.squeeze
std = np.std
subtract = np.subtract
sum = np.sum
tile = np.tile
transpose = np.transpose
var = np.var
where = np.where
zeros = np.zeros
zeros_like = np.zeros_like


def cast(x: ArrayLike, dtype: str) -> NDArray[Any]:
    """An array of another dtype.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.ops.cast([0.5, 1.5], "int32").tolist()
    [0, 1]
    """
    return np.asarray(x).astype(dtype)


def convert_to_tensor(x: ArrayLike, dtype: str | None = None) -> NDArray[Any]:
    """An array, which is what there is in place of tensors.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.ops.convert_to_tensor([1, 2]).shape
    (2,)
    """
    return np.asarray(x, dtype)


def concatenate(xs: list[ArrayLike], axis: int = -1) -> NDArray[Any]:
    """Arrays behind one another, along the last axis by default.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.ops.concatenate([[[1]], [[2]]]).tolist()
    [[1, 2]]
    """
    return np.concatenate(xs, axis=axis)


def stack(x: list[ArrayLike], axis: int = 0) -> NDArray[Any]:
    """Arrays along a new axis.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.ops.stack([[1, 2], [3, 4]]).shape
    (2, 2)
    """
    return np.stack(x, axis=axis)


def one_hot(x: ArrayLike, num_classes: int, axis: int = -1, dtype: str = "float32") -> NDArray[Any]:
    """A vector with a 1 at the place of each index; all zeros for an index that is not among the classes.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.ops.one_hot([2, 0], 3).tolist()
    [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]
    """
    vectors = (np.asarray(x)[..., None] == np.arange(num_classes)).astype(dtype)
    return np.moveaxis(vectors, -1, axis)


def norm(x: ArrayLike, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    """The length of a vector, or what else `numpy.linalg.norm` gives.

    Examples
    --------
    >>> import dlcore
    >>> float(dlcore.ops.norm([3.0, 4.0]))
    5.0
    """
    return np.linalg.norm(np.asarray(x), ord, axis, keepdims)


_HELPERS = {"Any", "ArrayLike", "NDArray", "np"}

NAMES = sorted(name for name in list(globals()) if not name.startswith("_") and name not in _HELPERS)
"""All that is here."""
