"""Initializers that draw from a given distribution."""

from typing import Any

from dlcore import _checks, _core
from dlcore._typing import FloatArray
from dlcore.initializers.initializer import RandomInitializer


class RandomUniform(RandomInitializer):
    """Uniform in minval..maxval.

    Parameters
    ----------
    minval, maxval : float
        Default -0.05 and 0.05.
    seed : int, optional
        See `RandomInitializer`.

    Examples
    --------
    >>> import dlcore
    >>> drawn = dlcore.initializers.RandomUniform(0.0, 1.0, seed=0)((1000,))
    >>> round(float(drawn.mean()), 1)
    0.5
    """

    def __init__(self, minval: float = -0.05, maxval: float = 0.05, seed: int | None = None) -> None:
        super().__init__(seed)
        self.minval = _checks.real("minval", minval)
        self.maxval = _checks.real("maxval", maxval, low=self.minval)

    def __call__(self, shape: tuple[int, ...], dtype: str = "float32") -> FloatArray:
        """An array of the shape and dtype."""
        shape = _checks.sizes("shape", shape)
        return _core.random_uniform(self.draw_seed(), shape, self.minval, self.maxval, _checks.dtype(dtype))

    def get_config(self) -> dict[str, Any]:
        """Bounds and seed."""
        return {"minval": self.minval, "maxval": self.maxval} | super().get_config()


class RandomNormal(RandomInitializer):
    """Normal.

    Parameters
    ----------
    mean, stddev : float
        Default 0 and 0.05.
    seed : int, optional
        See `RandomInitializer`.

    Examples
    --------
    >>> import dlcore
    >>> drawn = dlcore.initializers.RandomNormal(stddev=0.1, seed=0)((1000,))
    >>> round(float(drawn.std()), 2)
    0.1
    """

    def __init__(self, mean: float = 0.0, stddev: float = 0.05, seed: int | None = None) -> None:
        super().__init__(seed)
        self.mean = _checks.real("mean", mean)
        self.stddev = _checks.real("stddev", stddev, low=0)

    def __call__(self, shape: tuple[int, ...], dtype: str = "float32") -> FloatArray:
        """An array of the shape and dtype."""
        shape = _checks.sizes("shape", shape)
        return _core.random_normal(self.draw_seed(), shape, self.mean, self.stddev, _checks.dtype(dtype))

    def get_config(self) -> dict[str, Any]:
        """Mean, standard deviation and seed."""
        return {"mean": self.mean, "stddev": self.stddev} | super().get_config()


class TruncatedNormal(RandomNormal):
    """Normal, drawn again where farther than two standard deviations from the mean.

    Examples
    --------
    >>> import dlcore
    >>> drawn = dlcore.initializers.TruncatedNormal(stddev=0.1, seed=0)((1000,))
    >>> bool(abs(drawn).max() <= 0.2)
    True
    """

    def __call__(self, shape: tuple[int, ...], dtype: str = "float32") -> FloatArray:
        """An array of the shape and dtype."""
        shape = _checks.sizes("shape", shape)
        return _core.random_truncated_normal(
            self.draw_seed(), shape, self.mean, self.stddev, _checks.dtype(dtype)
        )
