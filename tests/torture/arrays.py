"""Arrays of every dtype, byte order, layout and content."""

import tempfile

import numpy as np

DTYPES = [
    "bool",
    "int8",
    "uint8",
    "int16",
    "uint16",
    "int32",
    "uint32",
    "int64",
    "uint64",
    "float16",
    "float32",
    "float64",
    "longdouble",
    "complex64",
    "complex128",
    "datetime64[s]",
    "timedelta64[s]",
    "S3",
    "U3",
    "object",
]

FILLS = {
    "as given": lambda given, rng: given,
    "zeros": lambda given, rng: np.zeros(given.shape),
    "small": lambda given, rng: rng.normal(size=given.shape),
    "labels": lambda given, rng: rng.integers(0, 3, given.shape),
    "labels of more classes": lambda given, rng: rng.integers(0, 9, given.shape),
    "negative": lambda given, rng: -1.0 - rng.integers(0, 3, given.shape),
    "halves": lambda given, rng: np.full(given.shape, 0.5),
    "2^62": lambda given, rng: np.full(given.shape, 2**62),
    "NaN at first": lambda given, rng: _with(given, np.nan, 0),
    "NaN at last": lambda given, rng: _with(given, np.nan, -1),
    "NaN": lambda given, rng: np.full(given.shape, np.nan),
    "infinity": lambda given, rng: _with(given, np.inf, 0),
    "minus infinity": lambda given, rng: _with(given, -np.inf, -1),
    "1e308": lambda given, rng: np.full(given.shape, 1e308),
    "1e38": lambda given, rng: np.full(given.shape, -1e38),
    "subnormal": lambda given, rng: np.full(given.shape, 5e-324),
}

LAYOUTS = {
    "C": lambda a: a,
    "F": np.asfortranarray,
    "backwards": lambda a: np.flip(np.flip(a).copy()),
    "every other": lambda a: np.repeat(a, 2, axis=-1)[..., ::2] if a.ndim else a,
    "stride 0": lambda a: np.broadcast_to(a[:1], a.shape) if a.ndim and len(a) else a,
    "unaligned": lambda a: _unaligned(a),
    "field of a record": lambda a: _field(a),
    "read-only": lambda a: _read_only(a),
    "memory map": lambda a: _memory_map(a),
    "matrix": lambda a: a.view(np.matrix) if a.ndim == 2 else a,
    "masked": lambda a: np.ma.array(a, mask=np.zeros(a.shape, bool)),
    "subclass": lambda a: a.view(type("Own", (np.ndarray,), {})),
    "transposed": lambda a: a.T.copy().T,
    "in a list": lambda a: a.tolist(),
}

SHAPES = {
    "as given": lambda shape: shape,
    "()": lambda shape: (),
    "flat": lambda shape: (int(np.prod(shape)),),
    "no rows": lambda shape: (0, *shape[1:]),
    "no columns": lambda shape: (*shape[:-1], 0),
    "nothing": lambda shape: (0,),
    "one row": lambda shape: (1, *shape[1:]),
    "a row less": lambda shape: (max(0, shape[0] - 1), *shape[1:]) if shape else (2,),
    "a column more": lambda shape: (*shape[:-1], shape[-1] + 1) if shape else (1,),
    "one axis more": lambda shape: (*shape, 1),
    "rows only": lambda shape: shape[:1],
    "40 axes": lambda shape: (1,) * 40,
    "turned": lambda shape: shape[::-1],
    "square": lambda shape: (5, 5),
    "long": lambda shape: (1000, *shape[1:]),
}


def make(given, dtype, order, shape, layout, fill, seed):
    """An array like the given one, but for all that."""
    given = np.asarray(given)
    if given.dtype.kind not in "biuf":
        given = np.zeros((8, 4))
    if shape != "as given":
        given = np.resize(given, SHAPES[shape](given.shape))
    values = np.asarray(FILLS[fill](given, np.random.default_rng(seed)))
    if dtype != "as given":
        values = values.astype(dtype)
    elif fill == "as given":
        values = values.astype(given.dtype)
    if order == ">" and values.dtype.kind not in "OSbV":
        values = values.astype(values.dtype.newbyteorder(">"))
    return LAYOUTS[layout](np.array(values))


def _with(given, value, at):
    changed = np.array(given, dtype=np.float64)
    if changed.size:
        changed.flat[at] = value
    return changed


def _unaligned(a):
    if a.dtype.hasobject:
        return a
    memory = np.zeros(a.nbytes + 1, np.uint8)
    view = np.ndarray(a.shape, a.dtype, memory.data, offset=1)
    view[...] = a
    return view


def _field(a):
    record = np.zeros(a.shape, [("before", "i1"), ("a", a.dtype), ("after", "i1")])
    record["a"] = a
    return record["a"]


def _read_only(a):
    a.flags.writeable = False
    return a


def _memory_map(a):
    with tempfile.TemporaryFile() as file:
        mapped = np.memmap(file, a.dtype, "w+", shape=a.shape)
    mapped[...] = a
    return mapped
