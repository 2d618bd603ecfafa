"""Random arrays under `keras.random`'s names.

The numbers are others than Keras's. The same whole number as seed gives the same array; without one an array
follows from the generator that `dlcore.utils.set_random_seed` starts.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dlcore import _checks, _core, _data, _random

__all__ = ["SeedGenerator", "categorical", "normal", "randint", "shuffle", "truncated_normal", "uniform"]


class SeedGenerator:
    """A seed that is another one each time it is used.

    Parameters
    ----------
    seed : int, optional
        Where it starts.

    Examples
    --------
    >>> import dlcore
    >>> seeds = dlcore.random.SeedGenerator(1)
    >>> bool((dlcore.random.normal((3,), seed=seeds) == dlcore.random.normal((3,), seed=seeds)).any())
    False
    """

    def __init__(self, seed: int | None = None) -> None:
        self._start = _random.next_seed() if seed is None else _checks.integer("seed", seed, high=2**64 - 1)
        self._used = 0

    def next(self) -> int:
        """The next seed."""
        self._used += 1
        return _random.derive(self._start, self._used)


Seed = int | SeedGenerator | None


def _number(seed: Seed) -> int:
    if isinstance(seed, SeedGenerator):
        return seed.next()
    return _random.next_seed() if seed is None else _checks.integer("seed", seed, high=2**64 - 1)


def _floats(draw: Any, shape: Sequence[int], dtype: Any, seed: Seed, **bounds: float) -> NDArray[Any]:
    """What one of the core's generators gives, between or around these two numbers."""
    kind = _checks.floatx() if dtype is None else _checks.dtype(dtype)
    first, second = (_checks.real(name, value) for name, value in bounds.items())
    drawn: NDArray[Any] = draw(_number(seed), _checks.sizes("shape", shape), first, second, kind)
    return drawn


def normal(
    shape: Sequence[int], mean: float = 0.0, stddev: float = 1.0, dtype: str | None = None, seed: Seed = None
) -> NDArray[Any]:
    """Numbers from a normal distribution.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.random.normal((2, 3)).shape
    (2, 3)
    """
    return _floats(_core.random_normal, shape, dtype, seed, mean=mean, stddev=stddev)


def truncated_normal(
    shape: Sequence[int], mean: float = 0.0, stddev: float = 1.0, dtype: str | None = None, seed: Seed = None
) -> NDArray[Any]:
    """The same without those farther than two standard deviations from the mean, which are drawn anew.

    Examples
    --------
    >>> import dlcore
    >>> bool(abs(dlcore.random.truncated_normal((1000,), seed=0)).max() <= 2)
    True
    """
    return _floats(_core.random_truncated_normal, shape, dtype, seed, mean=mean, stddev=stddev)


def uniform(
    shape: Sequence[int],
    minval: float = 0.0,
    maxval: float = 1.0,
    dtype: str | None = None,
    seed: Seed = None,
) -> NDArray[Any]:
    """Numbers from `minval` to below `maxval`, all alike likely.

    Examples
    --------
    >>> import dlcore
    >>> drawn = dlcore.random.uniform((1000,), 2.0, 3.0, seed=0)
    >>> bool((drawn >= 2).all() and (drawn < 3).all())
    True
    """
    return _floats(_core.random_uniform, shape, dtype, seed, minval=minval, maxval=maxval)


def randint(
    shape: Sequence[int], minval: int, maxval: int, dtype: str = "int32", seed: Seed = None
) -> NDArray[Any]:
    """Whole numbers from `minval` to below `maxval`, all alike likely.

    Examples
    --------
    >>> import dlcore
    >>> drawn = dlcore.random.randint((1000,), 1, 7, seed=0)
    >>> int(drawn.min()), int(drawn.max())
    (1, 6)
    """
    low, high = (
        _checks.integer(name, value, low=-(2**63), high=2**63)
        for name, value in (("minval", minval), ("maxval", maxval))
    )
    sizes = _checks.sizes("shape", shape)
    return np.random.default_rng(_number(seed)).integers(low, high, sizes).astype(dtype)


def shuffle(x: ArrayLike, axis: int = 0, seed: Seed = None) -> NDArray[Any]:
    """A copy in another order along an axis.

    Examples
    --------
    >>> import dlcore
    >>> sorted(dlcore.random.shuffle([1, 2, 3], seed=0).tolist())
    [1, 2, 3]
    """
    array = np.asarray(x)
    along = _checks.axis(axis, array.ndim)
    shuffled: NDArray[Any] = np.random.default_rng(_number(seed)).permutation(array, axis=along)
    return shuffled


def categorical(logits: ArrayLike, num_samples: int, dtype: str = "int32", seed: Seed = None) -> NDArray[Any]:
    """Classes (rows, num_samples), each as likely as softmax of its logit in (rows, classes) says.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.random.categorical([[0.0, -100.0]], num_samples=3, seed=0).tolist()
    [[0, 0, 0]]
    """
    rows = _data.doubles("logits", logits)
    if rows.ndim != 2 or rows.shape[1] == 0:
        raise ValueError(f"logits must have shape (rows, classes), got {rows.shape}")
    size = len(rows), _checks.integer("num_samples", num_samples), rows.shape[1]
    noise = np.random.default_rng(_number(seed)).gumbel(size=size)
    drawn: NDArray[Any] = (rows[:, None] + noise).argmax(axis=-1).astype(dtype)
    return drawn
