"""Prices of houses in California."""

import numpy as np

from dlcore._registry import one_of
from dlcore.datasets._files import Arrays, find, split

__all__ = ["load_data"]

_SHA256 = "1a2e3a52e0398de6463aebe6f4a8da34fb21fbb6b934cf88c3425e766f2a1a6f"


def load_data(
    version: str = "large", path: str = "california_housing.npz", test_split: float = 0.2, seed: int = 113
) -> tuple[Arrays, Arrays]:
    """20,640 rows of 8 numbers with a price each, in two parts.

    Parameters
    ----------
    version : {"large", "small"}
        The small one is the first 600 rows.
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
    >>> (x, y), (x_test, y_test) = dlcore.datasets.california_housing.load_data()  # doctest: +SKIP
    >>> x.shape, x_test.shape  # doctest: +SKIP
    ((16512, 8), (4128, 8))
    """
    one_of("version", version, ["large", "small"])
    rows = 600 if version == "small" else None
    with np.load(find(path, "california_housing.npz", _SHA256), allow_pickle=False) as file:
        return split(file["x"][:rows], file["y"][:rows], test_split, seed)
