"""The rows of the table: values that are not what an argument wants, by name."""

import decimal
import fractions
import pathlib

import numpy as np
import scipy.sparse

from torture import arrays


class HostileError(Exception):
    """What the objects below raise: it comes from the caller, and may come back to him."""


OF_THE_CALLER = (HostileError, decimal.InvalidOperation, RecursionError)
"""The last two from comparing a signalling NaN, and from what has no bottom."""


class Raises:
    """Raises, whatever it is asked."""

    def _raise(self, *_args, **_options):
        raise HostileError

    __index__ = __float__ = __array__ = __len__ = __iter__ = __getitem__ = __bool__ = __eq__ = __fspath__ = (
        _raise
    )
    __hash__ = None


class Lies:
    """Claims to be a million long, and has nothing."""

    def __len__(self):
        return 10**6

    def __getitem__(self, index):
        raise IndexError(index)


def _one_nan():
    numbers = np.ones((250_000, 4), np.float32)
    numbers[123_456, 2] = np.nan
    return numbers


def _itself():
    loop = []
    loop.append(loop)
    return loop


def _sparse_with(indices):
    """Compressed rows whose indices nobody has checked."""
    rows = scipy.sparse.csr_matrix(np.eye(8, 4))
    rows.indices[: len(indices)] = indices
    return rows


def _frame():
    pandas = __import__("pandas")
    return pandas.DataFrame({"a": pandas.array([1, None] * 4, "Int64"), "b": [0.5] * 8})


NAMED = {
    "None": lambda: None,
    "True": lambda: True,
    "False": lambda: False,
    "0": lambda: 0,
    "-1": lambda: -1,
    "1": lambda: 1,
    "3": lambda: 3,
    "0.5": lambda: 0.5,
    "-0.0": lambda: -0.0,
    "1e-320": lambda: 1e-320,
    "1e308": lambda: 1e308,
    "NaN": lambda: float("nan"),
    "infinity": lambda: float("inf"),
    "minus infinity": lambda: float("-inf"),
    "2^31": lambda: 2**31,
    "2^40": lambda: 2**40,
    "2^62": lambda: 2**62,
    "2^63": lambda: 2**63,
    "-2^63": lambda: -(2**63),
    "2^64": lambda: 2**64,
    "10^400": lambda: 10**400,
    "complex": lambda: 1 + 1j,
    "decimal": lambda: decimal.Decimal("0.5"),
    "decimal NaN": lambda: decimal.Decimal("sNaN"),
    "fraction": lambda: fractions.Fraction(1, 3),
    "NumPy int": lambda: np.int64(2),
    "NumPy uint8": lambda: np.uint8(255),
    "NumPy float": lambda: np.float32(0.5),
    "NumPy bool": lambda: np.True_,
    "NumPy NaN": lambda: np.float64("nan"),
    "NumPy date": lambda: np.datetime64("2020"),
    "NumPy type": lambda: np.float16,
    "0-D": lambda: np.array(1.0),
    "empty string": lambda: "",
    "'1'": lambda: "1",
    "word": lambda: "no_such_name",
    "long word": lambda: "x" * 10_000,
    "NUL": lambda: "a\0b",
    "lone surrogate": lambda: "\ud800",
    "bytes": lambda: b"\xff1",
    "bytearray": lambda: bytearray(b"12345678"),
    "memoryview": lambda: memoryview(np.ones((8, 4), np.float32)),
    "path": lambda: pathlib.Path("no/such/folder/file"),
    "object": object,
    "class": lambda: int,
    "function": lambda: lambda *_args, **_options: None,
    "function that raises": lambda: Raises()._raise,
    "dict": dict,
    "dict of a word": lambda: {"a": 1},
    "dict of a class": lambda: {"class_name": "Dense", "config": {"units": -1}},
    "dict of no class": lambda: {"class_name": [], "config": None},
    "set": lambda: {1, 2},
    "()": lambda: (),
    "[]": list,
    "(0,)": lambda: (0,),
    "(-1,)": lambda: (-1,),
    "(None,)": lambda: (None,),
    "(2^40,)": lambda: (2**40,),
    "(2^31, 2^33)": lambda: (2**31, 2**33),
    "(0, 2^62, 2^62)": lambda: (0, 2**62, 2**62),
    "40 ones": lambda: (1,) * 40,
    "100 ones": lambda: (1,) * 100,
    "1e5 ones": lambda: (1,) * 10**5,
    "1e5 strings": lambda: ["a"] * 10**5,
    "ragged": lambda: [[1.0], [2.0, 3.0]],
    "deep": lambda: [[[[[[1.0]]]]]],
    "a list in itself": _itself,
    "range": lambda: range(8),
    "generator": lambda: iter(()),
    "generator of bad rows": lambda: iter([(np.full((2, 4), np.nan), np.zeros(2))]),
    "numbers of any size": lambda: np.array([[10**400, 1]] * 8, object),
    "dicts": lambda: np.array([{}] * 8, object),
    "Nones": lambda: np.array([[None] * 4] * 8, object),
    "words": lambda: np.array([["a"] * 4] * 8),
    "records": lambda: np.zeros((8, 4), "i4,f4"),
    "one NaN in a million": _one_nan,
    "(2^40, 0)": lambda: np.empty((2**40, 0), np.float32),
    "(0, 2^40)": lambda: np.empty((0, 2**40), np.float32),
    "2^30 times one number": lambda: np.broadcast_to(np.float32(1), (2**20, 2**10)),
    "CSR": lambda: scipy.sparse.csr_matrix(np.eye(8, 4)),
    "CSR with an index too large": lambda: _sparse_with([2**30]),
    "CSR with a negative index": lambda: _sparse_with([-1]),
    "CSR with starts that fall": lambda: _sparse_falling(),
    "CSC": lambda: scipy.sparse.csc_matrix(np.eye(8, 4)),
    "CSC array of whole numbers": lambda: scipy.sparse.csc_array(np.eye(8, 4, dtype=int)),
    "CSR of complex numbers": lambda: scipy.sparse.csr_array(np.eye(8, 4) * 1j),
    "BSR": lambda: scipy.sparse.bsr_matrix(np.eye(8, 4)),
    "DIA": lambda: scipy.sparse.dia_matrix(np.eye(8, 4)),
    "DOK": lambda: scipy.sparse.dok_matrix(np.eye(8, 4)),
    "LIL": lambda: scipy.sparse.lil_matrix(np.eye(8, 4)),
    "COO with doubles": lambda: scipy.sparse.coo_matrix(([1.0, np.nan], ([0, 0], [1, 1])), (8, 4)),
    "data frame with NA": _frame,
    "masked all": lambda: np.ma.masked_all((8, 4)),
    "raises": Raises,
    "lies": Lies,
}


def _sparse_falling():
    rows = scipy.sparse.csr_matrix(np.eye(8, 4))
    rows.indptr[2] = 2**30
    return rows


def build(spec, given, damage):
    """The value that a spec describes, in place of a good one; `damage` makes a path of a damaged file."""
    kind, *rest = spec
    if kind == "named":
        return NAMED[rest[0]]()
    if kind == "array":
        try:
            return arrays.make(given, *rest)
        except Exception:  # what NumPy itself does not make: dates of 1e308, say
            return np.zeros(0)
    if kind == "file":
        return damage(given, *rest)
    at, inner = rest  # one part of a list, tuple or dict
    if not isinstance(given, list | tuple | dict) or not given:
        return build(inner, given, damage)
    keys = list(given) if isinstance(given, dict) else list(range(len(given)))
    key = keys[at % len(keys)]
    changed = dict(given) if isinstance(given, dict) else list(given)
    changed[key] = build(inner, given[key], damage)
    return tuple(changed) if isinstance(given, tuple) else changed
