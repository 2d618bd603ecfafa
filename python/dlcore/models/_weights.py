"""Checks of weights that come from outside."""

import contextlib
import os
from collections.abc import Iterator, Sequence

from dlcore import _data
from dlcore._typing import FloatArray


def checked(weights: object, names: Sequence[str], existing: Sequence[FloatArray]) -> list[FloatArray]:
    """The weights as arrays like the existing ones; a ValueError names the one that does not fit."""
    if not isinstance(weights, list | tuple) or len(weights) != len(existing):
        got = len(weights) if isinstance(weights, list | tuple) else repr(weights)
        raise ValueError(f"weights must be a list of {len(existing)} arrays, got {got}")
    arrays = []
    for name, value, old in zip(names, weights, existing, strict=True):
        new = _data.floats(f"weights ({name})", value, str(old.dtype))
        if new.shape != old.shape:
            raise ValueError(f"weights ({name}) must have shape {old.shape}, got {new.shape}")
        arrays.append(_data.finite(f"weights ({name})", new))
    return arrays


@contextlib.contextmanager
def naming(path: str | os.PathLike[str]) -> Iterator[None]:
    """A ValueError from within names the file."""
    try:
        yield
    except ValueError as error:
        raise ValueError(f"{os.fspath(path)}: {error}") from error
