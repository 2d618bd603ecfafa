"""What a user's own loss returns."""

from typing import Any

import numpy as np

from dlcore._typing import FloatArray


def pair(who: str, returned: Any, y_pred: FloatArray) -> FloatArray:
    """Losses and derivatives of rows as one array (rows, 1 + outputs), losses first, of y_pred's dtype.

    Parameters
    ----------
    who : str
        Whose they are, for messages.
    returned : pair of arrays (rows,) and (rows, outputs)
    y_pred : array (rows, outputs)

    Raises
    ------
    ValueError
        If it is no such pair, or not finite.
    """
    from dlcore import _data  # which knows losses

    rows, outputs = y_pred.shape
    if not isinstance(returned, tuple) or len(returned) != 2:
        raise ValueError(
            f"{who} must return two arrays, the losses of the rows ({rows},) and their derivatives by y_pred "
            f"({rows}, {outputs}), since dlcore does not differentiate functions; got "
            f"{_described(returned)}"
        )
    dtype = str(y_pred.dtype)
    result: FloatArray = np.empty((rows, 1 + outputs), dtype)
    parts = [
        ("the losses", (rows,), result[:, 0]),
        ("the derivatives by y_pred", (rows, outputs), result[:, 1:]),
    ]
    for (what, shape, part), values in zip(parts, returned, strict=True):
        numbers = _data.floats(f"{what} that {who} returns", values, dtype)
        if numbers.shape != shape:
            raise ValueError(f"{what} that {who} returns must have shape {shape}, got {numbers.shape}")
        part[...] = _data.finite(f"{what} that {who} returns", numbers)
    return result


def _described(returned: Any) -> str:
    if isinstance(returned, tuple):
        return f"{len(returned)} of them"
    shape = getattr(returned, "shape", None)
    return f"one of shape {tuple(shape)}" if shape is not None else f"{returned!r}"
