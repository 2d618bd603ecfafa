"""From what the caller has to what the core takes, checked.

The core takes C-contiguous arrays of the model's dtype. Such an array is used in place; every other
dtype and layout is converted once. Nothing here writes to the caller's arrays.
"""

from collections.abc import Mapping
from typing import Literal, NamedTuple, TypeGuard

import numpy as np
from numpy.typing import NDArray

from dlcore import _checks, _core
from dlcore._typing import FloatArray
from dlcore.losses import Loss

_FLOAT32, _FLOAT64 = np.dtype("float32"), np.dtype("float64")


class Rows(NamedTuple):
    """Checked rows: x (rows, inputs), y (rows, outputs or 1), weight (rows,) or None."""

    x: FloatArray
    y: FloatArray
    weight: FloatArray | None
    is_flat: bool = False
    """Whether y was given without its second axis."""

    def part(self, first: int, end: int) -> "Rows":
        """Some rows that follow each other."""
        weight = None if self.weight is None else self.weight[first:end]
        return Rows(self.x[first:end], self.y[first:end], weight, self.is_flat)

    def take(self, order: NDArray[np.uint32]) -> "Rows":
        """Some rows in any order, copied."""
        weight = None if self.weight is None else self.weight[order]
        return Rows(self.x[order], self.y[order], weight, self.is_flat)

    def labels(self) -> FloatArray:
        """Y as it was given: without its second axis, if it had none."""
        return self.y[:, 0] if self.is_flat else self.y


def array(name: str, value: object) -> NDArray[np.generic]:
    """An array of real numbers, of whatever dtype."""
    try:
        numbers = np.asarray(value)
    except ValueError as error:  # rows of different lengths
        raise ValueError(f"{name} must be an array of numbers, but {error}") from error
    if numbers.ndim > _checks.MAX_AXES:
        raise ValueError(f"{name} must have at most {_checks.MAX_AXES} axes, got {numbers.ndim}")
    if numbers.dtype.kind == "O":  # Python's numbers, of any size
        try:
            numbers = numbers.astype(np.float64)
        except (TypeError, ValueError, OverflowError) as error:
            raise TypeError(f"{name} must be an array of real numbers, but {error}") from error
    if numbers.dtype.kind not in "biuf":
        raise TypeError(f"{name} must be an array of real numbers, got dtype {numbers.dtype}")
    return numbers


def is_ready(value: object, dtype: str | None, contiguous: bool = True) -> TypeGuard[FloatArray]:
    """Whether the core can take it as it is.

    Asked first, since the checks of all other values take ten microseconds, and a small product one.
    """
    return (
        type(value) is np.ndarray
        and (value.dtype is _FLOAT32 or value.dtype is _FLOAT64)
        and (dtype is None or value.dtype is (_FLOAT32 if dtype == "float32" else _FLOAT64))
        and value.flags.aligned
        and value.ndim <= _checks.MAX_AXES
        and (not contiguous or value.flags.c_contiguous)
    )


def floats(name: str, value: object, dtype: str | None = None, contiguous: bool = True) -> FloatArray:
    """An array of floats; without a dtype, float64 stays and everything else becomes float32."""
    if is_ready(value, dtype, contiguous):
        return value
    numbers = array(name, value)
    if dtype is None:
        dtype = "float64" if numbers.dtype == np.float64 else "float32"
    layout: list[Literal["C", "A"]] = ["C", "A"] if contiguous else ["A"]
    with np.errstate(over="ignore"):
        converted: FloatArray = np.require(numbers, dtype, layout).reshape(numbers.shape)
    return converted


def doubles(name: str, value: object) -> NDArray[np.float64]:
    """An array of float64."""
    return floats(name, value, "float64")  # type: ignore[return-value]


def finite(name: str, values: FloatArray) -> FloatArray:
    """The array itself, which must not have NaN or infinity in it."""
    if not _core.all_finite(values):
        for index in np.argwhere(~np.isfinite(values)):
            at = tuple(map(int, index))
            raise ValueError(f"{name} must be finite in {values.dtype}, got {values[at]} at index {at}")
        raise ValueError(f"{name} must be finite in {values.dtype}, and is being written to")
    return values


def features(name: str, value: object, width: int | None, dtype: str) -> FloatArray:
    """Inputs (rows, width); a 1-D array is one column, where there is one input."""
    numbers = floats(name, value, dtype)
    if numbers.ndim == 1 and width in (1, None):
        numbers = numbers.reshape(-1, 1)
    if numbers.ndim != 2 or (width is not None and numbers.shape[1] != width):
        raise ValueError(f"{name} must have shape (rows, {width or 'inputs'}), got {numbers.shape}")
    if numbers.shape[0] == 0 or numbers.shape[1] == 0:
        raise ValueError(f"{name} must have at least one row and one column, got shape {numbers.shape}")
    return finite(name, numbers)


def targets(name: str, value: object, rows: int, outputs: int, loss: Loss, dtype: str) -> FloatArray:
    """Targets as the loss wants them: a vector of outputs or one class index a row."""
    numbers = array(name, value)
    if numbers.ndim == 0 or len(numbers) != rows:
        raise ValueError(f"{name} must have {rows} rows like its x, got shape {numbers.shape}")
    if loss.is_own:  # Whatever its function takes.
        shape = (rows, 1) if numbers.ndim == outputs == 1 else numbers.shape
        return finite(name, floats(name, numbers, dtype)).reshape(shape)
    one_column = numbers.shape in ((rows,), (rows, 1))
    if loss.TARGETS == "labels":
        if not one_column:
            raise ValueError(
                f"{name} must have one class index a row, shape ({rows},), for {loss.core_name}, got shape "
                f"{numbers.shape}; for one-hot vectors use loss='categorical_crossentropy'"
            )
        return _labels(name, numbers, outputs, dtype, loss.ignore_class)
    if numbers.shape != (rows, outputs) and not (one_column and outputs == 1):
        hint = "; for class indices use loss='sparse_categorical_crossentropy'"
        raise ValueError(
            f"{name} must have a value for each output, shape ({rows}, {outputs}), for {loss.core_name}, got "
            f"shape {numbers.shape}{hint if one_column and numbers.dtype.kind != 'f' else ''}"
        )
    vectors = finite(name, floats(name, numbers, dtype).reshape(rows, outputs))
    loss.check_targets(name, vectors)
    return vectors


def _labels(
    name: str, numbers: NDArray[np.generic], outputs: int, dtype: str, ignored: int | None
) -> FloatArray:
    """Class indices as a column of its own, so that what was checked is what is used."""
    labels: FloatArray = np.array(numbers, dtype=np.float64).reshape(-1, 1)
    finite(name, labels)
    counted = labels if ignored is None else np.append(labels[labels != ignored], 0)
    low, high = counted.min(), counted.max()
    if low < 0 or high >= outputs:
        raise ValueError(f"{name} must be class indices from 0 to {outputs - 1}, got {low:g} to {high:g}")
    if numbers.dtype.kind == "f" and (labels != np.floor(labels)).any():
        raise ValueError(f"{name} must be class indices, got {labels[labels != np.floor(labels)][0]:g}")
    return labels.astype(dtype)


def weights(name: str, value: object, rows: int, dtype: str) -> FloatArray:
    """A weight of at least 0 for each row."""
    numbers = floats(name, value, dtype)
    if numbers.shape not in ((rows,), (rows, 1)):
        raise ValueError(f"{name} must have one weight a row, shape ({rows},), got shape {numbers.shape}")
    if finite(name, numbers).min() < 0:
        raise ValueError(f"{name} must not be negative, got {numbers.min()}")
    return numbers.reshape(rows)


def class_weights(value: object, y: FloatArray, outputs: int, loss: Loss) -> FloatArray:
    """The weight of each row's class; 1 for a class that the dict does not have."""
    if not isinstance(value, Mapping):
        raise TypeError(f"class_weight must be a dict from class index to weight, got {value!r}")
    table = np.ones(max(outputs, 2), dtype=y.dtype)
    for key, weight in value.items():
        label = _checks.integer("a class in class_weight", key, high=len(table) - 1)
        table[label] = _checks.real(f"class_weight[{label}]", weight, low=0)
    classes = y.argmax(axis=1) if loss.TARGETS == "vectors" and outputs > 1 else y[:, 0]
    if (classes != np.floor(classes)).any() or classes.min() < 0 or classes.max() >= len(table):
        raise ValueError("class_weight needs class indices or one-hot vectors as y, got other numbers")
    weighted: FloatArray = table[classes.astype(np.int64)]
    return weighted
