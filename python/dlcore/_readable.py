"""What can be reckoned with as the numbers that it has now."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from dlcore import _checks


class Readable(NDArrayOperatorsMixin):
    """The base of variables, which say in `numpy` what their numbers are; formulas take them as arrays."""

    def numpy(self) -> Any:
        """The numbers of now."""
        raise NotImplementedError(f"{type(self).__name__} must define numpy()")

    @property
    def value(self) -> Any:
        """The same."""
        return self.numpy()

    @property
    def ndim(self) -> int:
        """How many axes there are."""
        return int(np.ndim(self.numpy()))

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray[Any, Any]:
        return np.asarray(self.numpy(), dtype)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        if options.get("out") == (self,):  # of `variable *= 2`, which gives a new array
            del options["out"]
        numbers = [value.numpy() if isinstance(value, Readable) else value for value in inputs]
        return getattr(ufunc, method)(*numbers, **options)

    __hash__ = object.__hash__

    def __getitem__(self, index: Any) -> Any:
        return np.asarray(self.numpy())[index]

    def __bool__(self) -> bool:
        return bool(self.numpy())

    def __int__(self) -> int:
        return int(self.numpy())

    def __float__(self) -> float:
        return float(self.numpy())

    def __round__(self, digits: int = 0) -> Any:
        return np.round(self.numpy(), digits)

    def __format__(self, form: str) -> str:
        return format(self.numpy(), form) if form else str(self)


class Number(Readable):
    """A number that is kept elsewhere.

    Parameters
    ----------
    name : str
    read : function
        Gives the number.
    write : function, optional
        Takes another one; without it there is no `assign`.
    """

    shape: tuple[int, ...] = ()
    trainable = False

    def __init__(
        self, name: str, read: Callable[[], float], write: Callable[[Any], None] | None = None
    ) -> None:
        self.name = name
        self._read = read
        self._write = write

    @property
    def dtype(self) -> str:
        """Of the number."""
        return str(self.numpy().dtype)

    def numpy(self) -> Any:
        """The number of now."""
        return np.asarray(self._read())[()]

    def assign(self, value: Any) -> Any:
        """Replace it; returns what it is then."""
        if self._write is None:
            raise TypeError(f"{self.name} cannot be set, got {value!r}")
        self._write(value)
        return self.numpy()

    def assign_add(self, value: Any) -> Any:
        """Add to it."""
        return self.assign(self.numpy() + _checks.real("value", value))

    def assign_sub(self, value: Any) -> Any:
        """Subtract from it."""
        return self.assign(self.numpy() - _checks.real("value", value))

    def __repr__(self) -> str:
        return f"<Variable path={self.name}, shape=(), dtype={self.dtype}, value={self.numpy()}>"
