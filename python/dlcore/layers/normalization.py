"""Normalization of inputs by what is known of them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any, Unpack

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dlcore import _checks, _data
from dlcore._typing import FloatArray
from dlcore.initializers import Initializer, Ones, Zeros
from dlcore.layers.layer import Common, Layer, Shape
from dlcore.layers.variable import Spec


class Normalization(Layer):
    """(x - mean) / max(sqrt(variance), 1e-7), with numbers that are given, or found in data by `adapt`.

    Parameters
    ----------
    axis : int, tuple of int or None
        Which axes of the inputs, the rows' being 0, have a mean and a variance for each index; None: one for
        all. Default -1, the features.
    mean, variance : float or array, optional
        Both or none; of the shape of these axes, or with fewer axes, the last ones.
    invert : bool
        Only False: True is a ValueError.
    **common
        See `Layer`.

    Attributes
    ----------
    mean, variance : array (1, ...) or None
        Of each number of a row, in the shape of rows; None before the layer is built.

    Notes
    -----
    Numbers that `adapt` finds are weights, [mean, variance], each with as many numbers as a row; they are 0
    and 1 before, and do not learn. Those that were given are not listed. Keras lists a third one, `count`,
    for the sake of its older files; it is always 0 there and does not exist here.

    Examples
    --------
    >>> import dlcore
    >>> layer = dlcore.layers.Normalization()
    >>> layer.adapt([[1.0, 10.0], [3.0, 30.0]])
    >>> layer([[1.0, 40.0]]).tolist()
    [[-1.0, 2.0]]
    """

    def __init__(
        self,
        axis: int | Sequence[int] | None = -1,
        mean: ArrayLike | None = None,
        variance: ArrayLike | None = None,
        invert: bool = False,
        **common: Unpack[Common],
    ) -> None:
        super().__init__(**common)
        axes = () if axis is None else axis if isinstance(axis, list | tuple) else (axis,)
        size = _checks.MAX_SIZE
        self.axis = tuple(_checks.integer("axis", number, low=-size) for number in axes)
        if _checks.boolean("invert", invert):
            raise ValueError("invert must be False, dlcore has no layer that denormalizes, got True")
        if (mean is None) != (variance is None):
            raise ValueError(f"mean and variance must both be given, or none, got {mean!r} and {variance!r}")
        self.input_mean = None if mean is None else _given("mean", mean)
        self.input_variance = None if variance is None else _given("variance", variance)
        if self.input_mean is not None and self.input_variance is not None:
            if self.input_mean.shape != self.input_variance.shape or self.input_mean.ndim > len(self.axis):
                raise ValueError(
                    f"mean and variance must have one shape, of at most {len(self.axis)} axes, got "
                    f"{self.input_mean.shape} and {self.input_variance.shape}"
                )
            if (self.input_variance < 0).any():
                raise ValueError(f"variance must not be negative, got {variance!r}")
        self._shape: Shape = ()

    @property
    def mean(self) -> FloatArray | None:
        """What is subtracted."""
        return self.all_weights()[0].reshape(1, *self._shape) if self.built else None

    @property
    def variance(self) -> FloatArray | None:
        """The square of what is divided by."""
        return self.all_weights()[1].reshape(1, *self._shape) if self.built else None

    def adapt(self, data: Any) -> None:
        """Find mean and variance (of the population).

        Parameters
        ----------
        data : array, or iterable of arrays
            Rows, all at once or in batches; of a tuple (x, y), x. A 1-D array is rows of one number.

        Raises
        ------
        ValueError
            If mean and variance were given, and for rows of another shape than the layer was built for.

        Examples
        --------
        >>> import dlcore
        >>> layer = dlcore.layers.Normalization(axis=None)
        >>> layer.adapt([5.0, 7.0])
        >>> layer.mean.tolist(), layer.variance.tolist()
        ([[6.0]], [[1.0]])
        """
        if self.input_mean is not None:
            raise ValueError(f"layer {self.name!r} was given its mean and variance: there is nothing to find")
        count, mean, squares = 0, np.zeros(()), np.zeros(())
        shape: Shape | None = None
        for rows in _batches(data):
            shape = shape or rows.shape[1:]
            if rows.shape[1:] != shape:
                raise ValueError(f"data must have rows of one shape, got {shape} and {rows.shape[1:]}")
            kept = self._axes_of(rows.ndim)
            reduced = tuple(i for i in range(rows.ndim) if i not in kept)
            added, before = math.prod(rows.shape[i] for i in reduced), count
            count += added
            # Chan, Golub and LeVeque, "Updating formulae and a pairwise algorithm" (1979).
            moved = rows.mean(axis=reduced) - mean
            squares = squares + rows.var(axis=reduced) * added + moved**2 * (before * added / count)
            mean = mean + moved * (added / count)
        if shape is None:
            raise ValueError("data must have at least one batch, got none")
        self.build((None, *shape))
        if self._shape != shape:
            raise ValueError(f"data must have rows of shape {self._shape}, as the layer, got {shape}")
        self.set_all_weights([self._spread("mean", mean), self._spread("variance", squares / count), 0.0])

    def variables_for(self, shape: Shape) -> list[Spec]:
        """Mean and variance, for each number of a row."""
        self._axes_of(1 + len(shape))
        self._shape = shape
        first: tuple[Initializer, Initializer] = (Zeros(), Ones())
        if self.input_mean is not None and self.input_variance is not None:
            mean, variance = (
                self._spread("mean", self.input_mean),
                self._spread("variance", self.input_variance),
            )
            first = (_Given(mean), _Given(variance))
        listed = self.input_mean is None
        shapes: list[tuple[str, Shape, Initializer]] = [
            ("mean", (math.prod(shape),), first[0]),
            ("variance", (math.prod(shape),), first[1]),
            ("count", (), Zeros()),  # Keras has it, and its `get_weights` gives it.
        ]
        return [Spec(*spec, trainable=False, listed=listed) for spec in shapes]

    def core_config(self, shape: Shape) -> list[dict[str, Any]]:
        """Normalization."""
        return [{"kind": "normalization"}]

    def get_config(self) -> dict[str, Any]:
        """All arguments."""
        return super().get_config() | {
            "axis": self.axis,
            "mean": None if self.input_mean is None else self.input_mean.tolist(),
            "variance": None if self.input_variance is None else self.input_variance.tolist(),
            "invert": False,
        }

    def _axes_of(self, ndim: int) -> list[int]:
        """The axes with numbers of their own, in order."""
        kept = sorted({axis + ndim if axis < 0 else axis for axis in self.axis})
        if not all(0 < axis < ndim for axis in kept):
            raise ValueError(f"axis must be among those of rows, 1 to {ndim - 1}, got {self.axis}")
        return kept

    def _spread(self, name: str, numbers: NDArray[np.float64]) -> NDArray[np.float64]:
        """Numbers of the kept axes, or of the last of them, for each number of a row."""
        kept = self._axes_of(1 + len(self._shape))
        shape = [1] * len(self._shape)
        for axis, length in zip(reversed(kept), reversed(numbers.shape), strict=False):
            shape[axis - 1] = length
        try:
            return np.broadcast_to(numbers.reshape(shape), self._shape).ravel()
        except ValueError as error:
            raise ValueError(
                f"{name} must fit axis {self.axis} of rows of shape {self._shape}, got shape {numbers.shape}"
            ) from error


class _Given(Initializer):
    """Numbers that are known."""

    def __init__(self, numbers: NDArray[np.float64]) -> None:
        self.numbers = numbers

    def __call__(self, shape: tuple[int, ...], dtype: str = "float32") -> FloatArray:
        """The numbers."""
        return self.numbers.astype(dtype)


def _given(name: str, value: ArrayLike) -> NDArray[np.float64]:
    return _data.finite(name, _data.floats(name, value, "float64"))  # type: ignore[return-value]  # as asked


def _batches(data: Any) -> Iterator[NDArray[np.float64]]:
    """The arrays of rows."""
    alone = hasattr(data, "__array__")
    if isinstance(data, list | tuple) and data:  # of arrays, or an array itself
        alone = not hasattr(_first(data[0]), "__array__")
    if not alone and not hasattr(data, "__iter__"):
        raise TypeError(f"data must be an array or an iterable of arrays, got {data!r}")
    for batch in [data] if alone else data:
        rows = _given("data", _first(batch))
        if rows.ndim == 0 or rows.size == 0:
            raise ValueError(f"data must have rows, shape (rows, ...), got shape {rows.shape}")
        yield rows.reshape(-1, 1) if rows.ndim == 1 else rows


def _first(batch: Any) -> Any:
    """Of (x, y), x."""
    return batch[0] if isinstance(batch, tuple) and batch else batch
