"""Prices of houses in Boston."""

import numpy as np

from dlcore.datasets._files import Arrays, find, split

__all__ = ["load_data"]

_SHA256 = "f553886a1f8d56431e820c5b82552d9d95cfcb96d1e678153f8839538947dff5"


def load_data(
    path: str = "boston_housing.npz", test_split: float = 0.2, seed: int = 113
) -> tuple[Arrays, Arrays]:
    """506 rows of 13 numbers with a price each, in two parts.

    Parameters
    ----------
    path : str
        Of Keras's file, relative to `~/.keras/datasets`.
    test_split : float
        Which share is the second part; default 0.2.
    seed : int
        Of the order; default 113.

    Raises
    ------
    FileNotFoundError
        If the file is not there.

    Examples
    --------
    >>> import dlcore
    >>> (x, y), (x_test, y_test) = dlcore.datasets.boston_housing.load_data()  # doctest: +SKIP
    >>> x.shape, x_test.shape  # doctest: +SKIP
    ((404, 13), (102, 13))
    """
    with np.load(find(path, "boston_housing.npz", _SHA256), allow_pickle=False) as file:
        return split(file["x"], file["y"], test_split, seed)
