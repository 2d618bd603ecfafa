"""Where Keras keeps its data sets, and what is done with all of them."""

import hashlib
import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dlcore import _checks

_ORIGIN = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"

Arrays = tuple[NDArray[np.generic], NDArray[np.generic]]


def find(path: str, name: str, sha256: str | None = None) -> Path:
    """A file in Keras's folder, or wherever `path` says.

    Parameters
    ----------
    path : str
        Relative to `datasets` in `~/.keras`, or in what the environment variable `KERAS_HOME` says.
    name : str
        By which Keras's server knows it.
    sha256 : str, optional
        What it must have.

    Raises
    ------
    FileNotFoundError
        If it is not there; says where it may be had.
    ValueError
        If it is another one.
    """
    file = Path(os.environ.get("KERAS_HOME", Path.home() / ".keras"), "datasets", path)
    if not file.exists():
        raise FileNotFoundError(f"dlcore downloads nothing: put {_ORIGIN}{name} to {file}")
    if sha256 is not None and hashlib.sha256(file.read_bytes()).hexdigest() != sha256:
        raise ValueError(f"{file} is not Keras's {name}, or damaged: its SHA-256 is another")
    return file


def cut(count: int, share: float) -> int:
    """The first row of the last share."""
    number = _checks.real("test_split", share, low=0, high=1)
    if number == 1:
        raise ValueError(f"test_split must be below 1, got {share!r}")
    return int(count * (1 - number))


def split(x: NDArray[np.generic], y: NDArray[np.generic], share: float, seed: int) -> tuple[Arrays, Arrays]:
    """Rows in Keras's order, the last share of them to test with."""
    order = np.arange(len(x))
    np.random.RandomState(seed).shuffle(order)
    at = cut(len(x), share)
    first, last = order[:at], order[at:]
    return (x[first], y[first]), (x[last], y[last])
