"""What several metrics do with arrays before they count or add."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dlcore import _data
from dlcore._typing import FloatArray

EPSILON = 1e-7
"""Keras's, which keeps logarithms and quotients finite."""

Numbers = NDArray[np.float64]


def floats(name: str, value: ArrayLike) -> FloatArray:
    """An array of floats: float64 stays, everything else becomes float32."""
    return _data.floats(name, value, contiguous=False)


def pair(y_true: ArrayLike, y_pred: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Both in the dtype of the predictions, with as many dimensions.

    Keras works in that dtype too, and what is cut to 1 - 1e-7 is another number in float32.
    """
    predicted = floats("y_pred", y_pred)
    if predicted.ndim == 0:
        raise ValueError("y_pred must have at least one axis, got a number")
    true = _data.floats("y_true", y_true, str(predicted.dtype), contiguous=False)
    true, predicted = same_rank(true, predicted)
    try:
        np.broadcast_shapes(true.shape, predicted.shape)
    except ValueError as error:
        raise ValueError(
            f"y_true must fit y_pred of shape {predicted.shape}, got shape {true.shape}"
        ) from error
    return true, predicted


def same_rank(first: FloatArray, second: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Both with as many dimensions, where one has a last one of length 1 that the other has not.

    The shorter one gets it if it is a vector, else the longer one loses it.
    """
    swapped = first.ndim > second.ndim
    short, long = (second, first) if swapped else (first, second)
    if long.ndim == short.ndim + 1 and long.shape[-1] == 1:
        if short.ndim == 1:
            short = short[:, np.newaxis]
        else:
            long = long[..., 0]
    return (long, short) if swapped else (short, long)


def labels(y_true: ArrayLike, rows: tuple[int, ...], classes: int) -> NDArray[np.int64]:
    """Class indices of that shape, which may come with one more dimension of length 1."""
    numbers = _data.array("y_true", y_true).astype(np.int64)
    if numbers.shape != rows and numbers.shape != (*rows, 1):
        raise ValueError(f"y_true must have one class index a row, shape {rows}, got shape {numbers.shape}")
    if numbers.size and not 0 <= numbers.min() <= numbers.max() < classes:
        raise ValueError(
            f"y_true must be class indices from 0 to {classes - 1}, got {numbers.min()} to {numbers.max()}"
        )
    return numbers.reshape(rows)


def row_weights(sample_weight: ArrayLike | None, rows: int) -> Numbers:
    """A column with the weight of each row, 1 by default."""
    if sample_weight is None:
        return np.ones((rows, 1))
    weights = _data.array("sample_weight", sample_weight).astype(np.float64)
    if weights.shape not in ((rows,), (rows, 1)):
        raise ValueError(
            f"sample_weight must have one weight a row, shape ({rows},), got shape {weights.shape}"
        )
    return weights.reshape(rows, 1)


def two_dimensions(kind: str, y_true: FloatArray, y_pred: FloatArray) -> None:
    """Raise a ValueError unless both are (rows, outputs)."""
    if y_pred.ndim != 2 or y_true.shape != y_pred.shape:
        raise ValueError(
            f"y_true and y_pred must have shape (rows, outputs) for {kind}, got {y_true.shape} and "
            f"{y_pred.shape}"
        )


def ratio(numerator: Numbers, denominator: Numbers) -> Numbers:
    """The quotient, and 0 where it would be one by 0."""
    zeros = np.zeros(np.broadcast_shapes(numerator.shape, denominator.shape))
    return np.divide(numerator, denominator, out=zeros, where=denominator != 0)


def plain(values: ArrayLike) -> float | Numbers:
    """A single number as Python's float, several as an array of their own."""
    numbers = np.array(values, dtype=np.float64)
    return numbers.item() if numbers.ndim == 0 else numbers
