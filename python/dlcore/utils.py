"""Small helpers under Keras's names."""

import random

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dlcore import _checks, _random

__all__ = [
    "set_random_seed",
    "to_categorical",
]


def set_random_seed(seed: int) -> None:
    """Start all random numbers anew: those of dlcore, and of Python's `random` and NumPy, as Keras does.

    Parameters
    ----------
    seed : int
        0 to 2**64 - 1.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.utils.set_random_seed(0)
    """
    seed = _checks.integer("seed", seed, high=2**64 - 1)
    _random.start(seed)
    random.seed(seed)
    np.random.seed(seed % 2**32)  # noqa: NPY002, the global generator is the one that is meant


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
    if labels.dtype.kind not in "biu":
        raise TypeError(f"x must be whole numbers, got dtype {labels.dtype}")
    if labels.ndim > 1 and labels.shape[-1] == 1:
        labels = labels[..., 0]
    largest = int(labels.max(initial=0))
    classes = largest + 1 if num_classes is None else _checks.integer("num_classes", num_classes, low=1)
    if largest >= classes or labels.min(initial=0) < 0:
        raise ValueError(f"x must be from 0 to {classes - 1}, got {labels.min()} to {labels.max()}")
    vectors = np.zeros((labels.size, classes), dtype=np.float32)
    vectors[np.arange(labels.size), labels.ravel().astype(np.int64)] = 1
    return vectors.reshape(*labels.shape, classes)
