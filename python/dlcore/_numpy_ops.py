"""NumPy's functions under the names that `keras.ops` gives them: for metrics and losses of one's own."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

abs = np.abs
absolute = np.absolute
add = np.add
all = np.all
allclose = np.allclose
amax = np.amax
amin = np.amin
any = np.any
append = np.append
arange = np.arange
arccos = np.arccos
arccosh = np.arccosh
arcsin = np.arcsin
arcsinh = np.arcsinh
arctan = np.arctan
arctan2 = np.arctan2
arctanh = np.arctanh
argmax = np.argmax
argmin = np.argmin
argsort = np.argsort
array = np.array
array_split = np.array_split
average = np.average
bincount = np.bincount
bitwise_and = np.bitwise_and
bitwise_or = np.bitwise_or
broadcast_to = np.broadcast_to
cbrt = np.cbrt
ceil = np.ceil
cholesky = np.linalg.cholesky
clip = np.clip
convert_to_numpy = np.asarray
copy = np.copy
corrcoef = np.corrcoef
cos = np.cos
cosh = np.cosh
count_nonzero = np.count_nonzero
cross = np.cross
cumprod = np.cumprod
cumsum = np.cumsum
deg2rad = np.deg2rad
det = np.linalg.det
diag = np.diag
diagonal = np.diagonal
diff = np.diff
digitize = np.digitize
divide = np.divide
dot = np.dot
eig = np.linalg.eig
eigh = np.linalg.eigh
einsum = np.einsum
empty = np.empty
empty_like = np.empty_like
equal = np.equal
exp2 = np.exp2
expand_dims = np.expand_dims
eye = np.eye
flip = np.flip
floor = np.floor
floor_divide = np.floor_divide
full = np.full
full_like = np.full_like
greater = np.greater
greater_equal = np.greater_equal
histogram = np.histogram
hstack = np.hstack
hypot = np.hypot
identity = np.identity
inner = np.inner
inv = np.linalg.inv
isclose = np.isclose
isfinite = np.isfinite
isin = np.isin
isinf = np.isinf
isnan = np.isnan
kron = np.kron
less = np.less
less_equal = np.less_equal
linspace = np.linspace
log10 = np.log10
log2 = np.log2
logaddexp = np.logaddexp
logical_and = np.logical_and
logical_not = np.logical_not
logical_or = np.logical_or
logical_xor = np.logical_xor
logspace = np.logspace
max = np.max
maximum = np.maximum
mean = np.mean
median = np.median
meshgrid = np.meshgrid
min = np.min
minimum = np.minimum
mod = np.mod
moveaxis = np.moveaxis
multiply = np.multiply
nan_to_num = np.nan_to_num
nanmax = np.nanmax
nanmean = np.nanmean
nanmedian = np.nanmedian
nanmin = np.nanmin
nanquantile = np.nanquantile
nanstd = np.nanstd
nansum = np.nansum
nanvar = np.nanvar
ndim = np.ndim
negative = np.negative
nonzero = np.nonzero
not_equal = np.not_equal
ones = np.ones
ones_like = np.ones_like
outer = np.outer
pad = np.pad
percentile = np.percentile
pinv = np.linalg.pinv
power = np.power
prod = np.prod
ptp = np.ptp
qr = np.linalg.qr
quantile = np.quantile
rad2deg = np.rad2deg
ravel = np.ravel
reciprocal = np.reciprocal
repeat = np.repeat
reshape = np.reshape
roll = np.roll
rot90 = np.rot90
round = np.round
searchsorted = np.searchsorted
select = np.select
shape = np.shape
sign = np.sign
sin = np.sin
sinh = np.sinh
size = np.size
solve = np.linalg.solve
sort = np.sort
split = np.split
sqrt = np.sqrt
square = np.square
squeeze = np.squeeze
std = np.std
subtract = np.subtract
sum = np.sum
svd = np.linalg.svd
swapaxes = np.swapaxes
take = np.take
take_along_axis = np.take_along_axis
tan = np.tan
tensordot = np.tensordot
tile = np.tile
trace = np.trace
transpose = np.transpose
tri = np.tri
tril = np.tril
triu = np.triu
true_divide = np.true_divide
trunc = np.trunc
unravel_index = np.unravel_index
var = np.var
vdot = np.vdot
vstack = np.vstack
where = np.where
zeros = np.zeros
zeros_like = np.zeros_like


def _dtype(dtype: object) -> np.dtype[Any]:
    """NumPy looks into what is none."""
    if not isinstance(dtype, str | type | np.dtype):
        raise TypeError(f"dtype must be a name, got {type(dtype).__name__}")
    return np.dtype(dtype)


def cast(x: ArrayLike, dtype: str) -> NDArray[Any]:
    """An array of another dtype.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.ops.cast([0.5, 1.5], "int32").tolist()
    [0, 1]
    """
    return np.asarray(x).astype(_dtype(dtype))


def convert_to_tensor(x: ArrayLike, dtype: str | None = None) -> NDArray[Any]:
    """An array, which is what there is in place of tensors.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.ops.convert_to_tensor([1, 2]).shape
    (2,)
    """
    return np.asarray(x, None if dtype is None else _dtype(dtype))


def concatenate(xs: list[ArrayLike], axis: int = -1) -> NDArray[Any]:
    """Arrays behind one another, along the last axis by default.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.ops.concatenate([[[1]], [[2]]]).tolist()
    [[1, 2]]
    """
    return np.concatenate(list(xs), axis=axis)


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


def divide_no_nan(x1: ArrayLike, x2: ArrayLike) -> Any:
    """The quotient, and 0 where x2 is 0.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.ops.divide_no_nan([1.0, 1.0], [2.0, 0.0]).tolist()
    [0.5, 0.0]
    """
    divisor = np.asarray(x2)
    return np.where(divisor == 0, 0, np.divide(x1, np.where(divisor == 0, 1, divisor)))


def is_tensor(x: Any) -> bool:
    """Whether x is an array.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.ops.is_tensor(dlcore.ops.zeros(2)), dlcore.ops.is_tensor([0.0])
    (True, False)
    """
    return isinstance(x, np.ndarray | np.generic)


def logsumexp(x: ArrayLike, axis: Any = None, keepdims: bool = False) -> Any:
    """The logarithm of the sum of exponentials, which do not overflow on the way.

    Examples
    --------
    >>> import dlcore
    >>> float(dlcore.ops.logsumexp([1000.0, -1000.0]))
    1000.0
    """
    numbers = np.asarray(x)
    largest = np.max(numbers, axis=axis, keepdims=True)
    total = largest + np.log(np.sum(np.exp(numbers - largest), axis=axis, keepdims=True))
    return total if keepdims else np.squeeze(total, axis=axis)


def moments(x: ArrayLike, axes: Any, keepdims: bool = False) -> tuple[Any, Any]:
    """Mean and variance.

    Examples
    --------
    >>> import dlcore
    >>> mean, variance = dlcore.ops.moments([1.0, 3.0], axes=0)
    >>> float(mean), float(variance)
    (2.0, 1.0)
    """
    axis = tuple(axes) if isinstance(axes, list) else axes
    numbers = np.asarray(x)
    return numbers.mean(axis=axis, keepdims=keepdims), numbers.var(axis=axis, keepdims=keepdims)


def rsqrt(x: ArrayLike) -> Any:
    """One divided by the square root.

    Examples
    --------
    >>> import dlcore
    >>> float(dlcore.ops.rsqrt(4.0))
    0.5
    """
    return 1 / np.sqrt(x)


def stop_gradient(variable: Any) -> Any:
    """What it is given: nothing is differentiated here.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.ops.stop_gradient([1.0])
    [1.0]
    """
    return variable


def top_k(x: ArrayLike, k: int, sorted: bool = True) -> tuple[NDArray[Any], NDArray[Any]]:
    """The k largest along the last axis, the largest first, and where they are.

    Examples
    --------
    >>> import dlcore
    >>> values, indices = dlcore.ops.top_k([1.0, 3.0, 2.0], 2)
    >>> values.tolist(), indices.tolist()
    ([3.0, 2.0], [1, 2])
    """
    numbers = np.asarray(x)
    indices = np.argsort(-numbers, axis=-1, kind="stable")[..., :k]
    return np.take_along_axis(numbers, indices, axis=-1), indices


def unstack(x: ArrayLike, num: int | None = None, axis: int = 0) -> list[NDArray[Any]]:
    """The arrays along an axis as a list.

    Examples
    --------
    >>> import dlcore
    >>> [row.tolist() for row in dlcore.ops.unstack([[1, 2], [3, 4]])]
    [[1, 2], [3, 4]]
    """
    return list(np.moveaxis(np.asarray(x), axis, 0))


_HELPERS = {"Any", "ArrayLike", "NDArray", "np"}

NAMES = sorted(name for name in list(globals()) if not name.startswith("_") and name not in _HELPERS)
"""All that is here."""
