"""Handwritten digits."""

import numpy as np

from dlcore.datasets._files import Arrays, find

__all__ = ["load_data"]

_SHA256 = "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1"


def load_data(path: str = "mnist.npz") -> tuple[Arrays, Arrays]:
    """60,000 pictures (28, 28) of bytes with their digits, and 10,000 to test with.

    Parameters
    ----------
    path : str
        Of Keras's file, relative to `~/.keras/datasets`.

    Raises
    ------
    FileNotFoundError
        If it is not there.

    Examples
    --------
    >>> import dlcore
    >>> (x, y), (x_test, y_test) = dlcore.datasets.mnist.load_data()  # doctest: +SKIP
    >>> x.shape, x_test.shape  # doctest: +SKIP
    ((60000, 28, 28), (10000, 28, 28))
    """
    with np.load(find(path, "mnist.npz", _SHA256), allow_pickle=False) as file:
        return (file["x_train"], file["y_train"]), (file["x_test"], file["y_test"])
