"""Arrays made ready for a model."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dlcore import _checks, _data


def to_categorical(x: ArrayLike, num_classes: int | None = None) -> NDArray[np.float32]:
    """One-hot vectors from class indices.

    Parameters
    ----------
    x : array of whole numbers
        Class indices from 0.
    num_classes : int, optional
        Length of the vectors; by default as many as the largest index needs.

    Returns
    -------
    array of float32
        The shape of x (without a last axis of length 1) and one more axis.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.utils.to_categorical([0, 2]).tolist()
    [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]
    """
    labels = np.asarray(x)
    if labels.dtype.kind == "f" and (labels == np.floor(labels)).all():  # as files of numbers have them
        labels = labels.astype(np.int64)
    if labels.dtype.kind not in "biu":
        raise TypeError(f"x must be whole numbers, got others of dtype {labels.dtype}")
    if labels.ndim > 1 and labels.shape[-1] == 1:
        labels = labels[..., 0]
    largest = int(labels.max(initial=0))
    classes = largest + 1 if num_classes is None else _checks.integer("num_classes", num_classes, low=1)
    if largest >= classes or labels.min(initial=0) < 0:
        raise ValueError(f"x must be from 0 to {classes - 1}, got {labels.min()} to {labels.max()}")
    vectors = np.zeros((labels.size, classes), dtype=np.float32)
    vectors[np.arange(labels.size), labels.ravel().astype(np.int64)] = 1
    return vectors.reshape(*labels.shape, classes)


def normalize(x: ArrayLike, axis: int | None = -1, order: float = 2) -> NDArray[np.floating]:
    """Vectors divided by their norm; zeros stay zeros.

    Parameters
    ----------
    x : array
    axis : int, optional
        Along which the vectors lie; default -1. None takes the whole of x as one vector, or matrix.
    order : float
        Of the norm; default 2. Any that `numpy.linalg.norm` knows.

    Returns
    -------
    array
        The shape of x.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.utils.normalize([[3.0, 4.0], [0.0, 0.0]]).tolist()
    [[0.6, 0.8], [0.0, 0.0]]
    """
    numbers = _data.array("x", x)
    if axis is not None:
        axis = _checks.axis(axis, numbers.ndim)
    norm = np.linalg.norm(numbers, order, axis, keepdims=True)
    quotient: NDArray[np.floating] = numbers / np.where(norm == 0, 1, norm)
    return quotient
