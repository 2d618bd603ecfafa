"""Pieces of clothing."""

import gzip

import numpy as np
from numpy.typing import NDArray

from dlcore.datasets._files import Arrays, find

__all__ = ["load_data"]


def load_data() -> tuple[Arrays, Arrays]:
    """60,000 pictures (28, 28) of bytes with their kinds from 0 to 9, and 10,000 to test with.

    Raises
    ------
    FileNotFoundError
        If Keras's files are not in `~/.keras/datasets/fashion-mnist`.

    Examples
    --------
    >>> import dlcore
    >>> (x, y), (x_test, y_test) = dlcore.datasets.fashion_mnist.load_data()  # doctest: +SKIP
    >>> x.shape, x_test.shape  # doctest: +SKIP
    ((60000, 28, 28), (10000, 28, 28))
    """
    return _part("train"), _part("t10k")


def _part(name: str) -> Arrays:
    labels = _bytes(f"{name}-labels-idx1-ubyte.gz", 8)
    return _bytes(f"{name}-images-idx3-ubyte.gz", 16).reshape(len(labels), 28, 28), labels


def _bytes(name: str, header: int) -> NDArray[np.uint8]:
    with gzip.open(find(f"fashion-mnist/{name}", name)) as file:
        return np.frombuffer(file.read(), np.uint8, offset=header)
