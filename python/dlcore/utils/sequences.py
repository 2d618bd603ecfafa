"""Lists of different lengths as one array."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dlcore import _checks
from dlcore._registry import one_of


def pad_sequences(
    sequences: Sequence[Sequence[Any]],
    maxlen: int | None = None,
    dtype: str = "int32",
    padding: str = "pre",
    truncating: str = "pre",
    value: float = 0.0,
) -> NDArray[Any]:
    """Lists filled up, or cut, to one length.

    Parameters
    ----------
    sequences : list of lists of numbers
    maxlen : int, optional
        The length; by default that of the longest.
    dtype : str
        Default "int32".
    padding, truncating : {"pre", "post"}
        Whether what is missing is put, and what is too much is cut off, before or behind; default "pre".
    value : float
        What is put there; default 0.

    Returns
    -------
    array (sequences, maxlen)

    Examples
    --------
    >>> import dlcore
    >>> dlcore.utils.pad_sequences([[1], [2, 3]]).tolist()
    [[0, 1], [2, 3]]
    """
    for name, side in (("padding", padding), ("truncating", truncating)):
        one_of(name, side, ["pre", "post"])
    _checks.real("value", value)
    length = max(map(len, sequences), default=0) if maxlen is None else _checks.integer("maxlen", maxlen)
    try:
        padded = np.full((len(sequences), length), value, dtype)
        for row, sequence in zip(padded, sequences, strict=True):
            kept = sequence[:length] if truncating == "post" else sequence[max(len(sequence) - length, 0) :]
            at = 0 if padding == "post" else length - len(kept)
            row[at : at + len(kept)] = kept
    except OverflowError as error:
        raise ValueError(f"sequences and value must fit {dtype}, but {error}") from error
    return padded
