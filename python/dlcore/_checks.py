"""Checks of single numbers; each returns the value and names the argument where it does not fit."""

import math
import operator
from typing import SupportsFloat, SupportsIndex, cast

MAX_SIZE = 2**31 - 1
"""The largest number of units, rows of a batch or epochs."""

MAX_AXES = 32
"""Of an array: more than any use has; NumPy's own functions differ in how many they take."""


def integer(name: str, value: object, low: int = 0, high: int = MAX_SIZE) -> int:
    """A whole number in low..=high (NumPy's are fine, True is not)."""
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise TypeError(f"{name} must be a whole number, got {value!r}")
    try:
        number = operator.index(cast(SupportsIndex, value))
    except TypeError as error:  # an array
        raise TypeError(f"{name} must be one whole number, got {value!r}") from error
    if not low <= number <= high:
        raise ValueError(f"{name} must be from {low} to {high}, got {number}")
    return number


def real(name: str, value: object, low: float = -math.inf, high: float = math.inf) -> float:
    """A finite number in low..=high."""
    if isinstance(value, bool | str | bytes) or not hasattr(value, "__float__"):
        raise TypeError(f"{name} must be a number, got {value!r}")
    try:
        number = float(cast(SupportsFloat, value))
    except (TypeError, OverflowError) as error:
        raise ValueError(f"{name} must be one finite number, got {value!r}") from error
    if not math.isfinite(number) or not low <= number <= high:
        bounds = f" from {low:g} to {high:g}" if math.isfinite(high) else f" of at least {low:g}"
        raise ValueError(f"{name} must be a finite number{bounds if low > -math.inf else ''}, got {value!r}")
    return number


def boolean(name: str, value: object) -> bool:
    """True or False."""
    if isinstance(value, bool):
        return value
    raise TypeError(f"{name} must be True or False, got {value!r}")


def seed(value: object) -> int | None:
    """None or a whole number of 64 bits."""
    return None if value is None else integer("seed", value, high=2**64 - 1)


def dtype(value: object) -> str:
    """`"float32"` or `"float64"`, also given as NumPy's types."""
    name = value if isinstance(value, str) else getattr(value, "__name__", getattr(value, "name", None))
    if not isinstance(name, str) or name not in ("float32", "float64"):
        raise ValueError(f"dtype must be 'float32' or 'float64', got {value!r}")
    return name


def shape(name: str, value: object) -> tuple[int, ...]:
    """At least one axis, each of at least 1."""
    if not isinstance(value, tuple | list):
        raise TypeError(f"{name} must be a tuple of whole numbers, got {value!r}")
    if not value:
        raise ValueError(f"{name} must have at least one axis, got {value!r}")
    return tuple(integer(f"{name}[{i}]", axis, low=1) for i, axis in enumerate(value))


def shape_of_rows(name: str, value: object) -> tuple[int, ...]:
    """The shape of a row, from (rows, ...), where the number of rows may be None."""
    if not isinstance(value, tuple | list):
        raise TypeError(f"{name} must be a tuple (rows, ...), got {value!r:.99}")
    return shape(name, value[1:])


def sizes(name: str, value: object) -> tuple[int, ...]:
    """The shape of an array: any number of axes that an array can have, none of them negative."""
    if not isinstance(value, tuple | list) or len(value) > MAX_AXES:
        raise TypeError(f"{name} must be a tuple of at most {MAX_AXES} whole numbers, got {value!r:.99}")
    return tuple(integer(f"{name}[{i}]", axis) for i, axis in enumerate(value))


def axis(value: object, ndim: int) -> int:
    """An axis of an array that has so many."""
    return integer("axis", value, low=-ndim, high=ndim - 1)


_floatx = "float32"
_interactive = True


def floatx() -> str:
    """The dtype of what is given none."""
    return _floatx


def set_floatx(value: object) -> None:
    """Set it."""
    global _floatx
    _floatx = dtype(value)


def is_interactive() -> bool:
    """Whether `verbose="auto"` means a bar."""
    return _interactive


def set_interactive(value: bool) -> None:
    """Set it."""
    global _interactive
    _interactive = value
