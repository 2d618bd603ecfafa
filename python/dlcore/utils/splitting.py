"""Data in two parts."""

import random
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dlcore import _checks


def split_dataset(
    dataset: Any,
    left_size: float | None = None,
    right_size: float | None = None,
    shuffle: bool = False,
    seed: int | None = None,
) -> tuple[Any, Any]:
    """The first rows and the last rows.

    Parameters
    ----------
    dataset : array, or tuple, list or dict of arrays
        With as many rows each; tuples, lists and dicts may also hold each other.
    left_size, right_size : int or float, optional
        How many rows, or which share of them, above 0 and below 1, which is rounded to a number of rows.
        One that is not given is all the rest.
    shuffle : bool
        Whether to take the rows in a random order; default False.
    seed : int, optional
        Of that order. The same seed gives the parts that Keras gives.

    Returns
    -------
    left, right
        Each like `dataset`. These are arrays, which `fit` takes, where Keras gives a `tf.data.Dataset`.

    Raises
    ------
    ValueError, TypeError
        For sizes that do not fit, or arrays of different lengths.

    Examples
    --------
    >>> import dlcore, numpy as np
    >>> x, y = np.zeros((10, 3)), np.arange(10)
    >>> (x_train, y_train), (x_test, y_test) = dlcore.utils.split_dataset((x, y), left_size=0.8)
    >>> y_test.tolist()
    [8, 9]
    """
    lengths = [len(array) for array in _arrays(dataset)]
    if len(set(lengths)) != 1:
        raise ValueError(f"dataset must have arrays with as many rows each, got {lengths}")
    rows = lengths[0]
    left, right = _sizes(left_size, right_size, rows)
    if not _checks.boolean("shuffle", shuffle):
        return _map(dataset, lambda array: array[:left]), _map(dataset, lambda array: array[rows - right :])
    order = list(range(rows))
    random.Random(random.randint(0, 1_000_000) if seed is None else seed).shuffle(order)
    first, last = order[:left], order[rows - right :]
    return _map(dataset, lambda array: array[first]), _map(dataset, lambda array: array[last])


def _sizes(left_size: float | None, right_size: float | None, rows: int) -> tuple[int, int]:
    left, right = _size("left_size", left_size, rows), _size("right_size", right_size, rows)
    if left is None and right is None:
        raise ValueError("left_size or right_size must be given, got neither")
    left = rows - (right or 0) if left is None else left
    right = rows - left if right is None else right
    if left + right > rows:
        raise ValueError(
            f"left_size and right_size must fit into {rows} rows, got {left_size} and {right_size}"
        )
    if left == 0 or right == 0:
        raise ValueError(f"left_size and right_size must leave rows in both parts, got {left} and {right}")
    return left, right


def _size(name: str, size: float | None, rows: int) -> int | None:
    """A number of rows, from that or a share."""
    if size is None:
        return None
    if hasattr(size, "__index__"):
        return _checks.integer(name, size, low=1, high=rows - 1)
    share = _checks.real(name, size, low=0, high=1)
    if share in (0, 1):
        raise ValueError(f"{name} must be a share above 0 and below 1 or a number of rows, got {size}")
    return round(share * rows)


def _arrays(dataset: Any) -> Iterator[NDArray[Any]]:
    if isinstance(dataset, tuple | list | dict):
        for part in dataset.values() if isinstance(dataset, dict) else dataset:
            yield from _arrays(part)
    elif hasattr(dataset, "__array__") and np.ndim(dataset) > 0:
        yield np.asarray(dataset)
    else:
        raise TypeError(f"dataset must be an array, or a tuple, list or dict of arrays, got {dataset!r}")


def _map(dataset: Any, part: Callable[[NDArray[Any]], NDArray[Any]]) -> Any:
    """The same structure with a part of each array."""
    if isinstance(dataset, dict):
        return {key: _map(value, part) for key, value in dataset.items()}
    if isinstance(dataset, tuple | list):
        return type(dataset)(_map(value, part) for value in dataset)
    return part(np.asarray(dataset))
