"""Rows as the core takes them: a contiguous array, or compressed rows."""

from typing import Any, NamedTuple

import numpy as np
import scipy.sparse

from dlcore import _core
from dlcore._typing import FloatArray, SparseRows


class Rows(NamedTuple):
    """What a fit or an evaluation goes over."""

    x: FloatArray | SparseRows
    y: FloatArray
    weight: FloatArray | None

    def __len__(self) -> int:
        """How many rows there are."""
        return len(self.y)


def is_plain(x: Any, width: int, dtype: np.dtype[Any]) -> bool:
    """Whether a matrix needs no further check and no conversion.

    Asked before scikit-learn's `validate_data`, which costs more than a prediction.
    """
    if type(x) is not np.ndarray or x.dtype is not dtype or x.ndim != 2 or x.shape[1] != width:
        return False
    flags = x.flags
    return flags.c_contiguous and flags.aligned and len(x) > 0 and _core.all_finite(x)


def sound(matrix: Any) -> Any:
    """The matrix itself; an error if it has compressed rows, and indices that lead out of it."""
    if hasattr(matrix, "check_format"):  # Anybody can change them, and SciPy does not look again.
        matrix.check_format()
    return matrix


def inputs(x: Any, dtype: str) -> FloatArray | SparseRows:
    """A checked matrix, dense or sparse, without a copy where it lies as the core wants it."""
    if not scipy.sparse.issparse(x):
        return _cast(x, dtype)
    rows = x.tocsr()
    return (
        _cast(rows.data, dtype),
        np.require(rows.indices, np.int32, ["C", "A"]).view(np.uint32),
        rows.indptr.astype(np.uint64),
        rows.shape[1],
    )


def _cast(x: Any, dtype: str) -> FloatArray:
    """The numbers in this dtype, which they must fit in."""
    with np.errstate(over="ignore"):
        numbers: FloatArray = np.require(x, dtype, ["C", "A"])
    if dtype == "float32" and x.dtype != dtype and not _core.all_finite(numbers) and np.isfinite(x).all():
        raise ValueError(f"X has numbers that are too large for {dtype}: the largest is {abs(x).max():g}")
    return numbers
