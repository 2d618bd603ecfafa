"""Initializers whose spread follows from the shape, so that signals keep their size through the layers."""

import math
from typing import Any

from dlcore import _checks, _core
from dlcore._registry import one_of
from dlcore._typing import FloatArray
from dlcore.initializers.initializer import RandomInitializer

_MODES = ["fan_in", "fan_out", "fan_avg"]
_DISTRIBUTIONS = ["truncated_normal", "untruncated_normal", "uniform"]
_TRUNCATED_STDDEV = 0.87962566103423978
"""The standard deviation of a standard normal distribution that is cut off at -2 and 2."""


class VarianceScaling(RandomInitializer):
    """Variance scale / n, where n is the number of inputs, of outputs, or their mean.

    Parameters
    ----------
    scale : float
        Above 0; default 1.
    mode : {"fan_in", "fan_out", "fan_avg"}
        What n is; default "fan_in".
    distribution : {"truncated_normal", "untruncated_normal", "uniform"}
        Default "truncated_normal" (the normal one is widened so that it has the variance after the cut).
    seed : int, optional
        See `RandomInitializer`.

    Notes
    -----
    Glorot and Bengio, AISTATS 2010; He and others, arXiv:1502.01852; LeCun and others, Efficient BackProp.

    Examples
    --------
    >>> import dlcore
    >>> scaled = dlcore.initializers.VarianceScaling(3.0, mode="fan_out", seed=0)
    >>> round(float(scaled((300, 100)).std()), 3)
    0.174
    """

    def __init__(
        self,
        scale: float = 1.0,
        mode: str = "fan_in",
        distribution: str = "truncated_normal",
        seed: int | None = None,
    ) -> None:
        super().__init__(seed)
        self.scale = _checks.real("scale", scale, low=0)
        if self.scale == 0:
            raise ValueError(f"scale must be above 0, got {scale!r}")
        self.mode = one_of("mode", mode, _MODES)
        self.distribution = one_of("distribution", distribution, _DISTRIBUTIONS)

    def __call__(self, shape: tuple[int, ...], dtype: str = "float32") -> FloatArray:
        """An array of the shape and dtype."""
        shape = _checks.sizes("shape", shape)
        fan_in, fan_out = _fans(shape)
        n = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[self.mode]
        variance = self.scale / max(n, 1)
        seed, dtype = self.draw_seed(), _checks.dtype(dtype)
        if self.distribution == "uniform":
            limit = math.sqrt(3 * variance)
            return _core.random_uniform(seed, shape, -limit, limit, dtype)
        stddev = math.sqrt(variance)
        if self.distribution == "untruncated_normal":
            return _core.random_normal(seed, shape, 0.0, stddev, dtype)
        return _core.random_truncated_normal(seed, shape, 0.0, stddev / _TRUNCATED_STDDEV, dtype)

    def get_config(self) -> dict[str, Any]:
        """Scale, mode, distribution and seed."""
        spread = {"scale": self.scale, "mode": self.mode, "distribution": self.distribution}
        return spread | super().get_config()


class _Named(VarianceScaling):
    """One with a name of its own, whose only argument is the seed."""

    SCALE = 1.0
    MODE = "fan_in"
    DISTRIBUTION = "truncated_normal"

    def __init__(self, seed: int | None = None) -> None:
        super().__init__(self.SCALE, self.MODE, self.DISTRIBUTION, seed)

    def get_config(self) -> dict[str, Any]:
        """The seed."""
        return {"seed": self.seed}


class GlorotUniform(_Named):
    """Uniform with variance 2 / (inputs + outputs): a kernel's default.

    Examples
    --------
    >>> import dlcore
    >>> kernel = dlcore.initializers.GlorotUniform(seed=0)((300, 100))
    >>> round(float(kernel.std()), 3)
    0.071
    """

    MODE = "fan_avg"
    DISTRIBUTION = "uniform"


class GlorotNormal(_Named):
    """Truncated normal with variance 2 / (inputs + outputs).

    Examples
    --------
    >>> import dlcore
    >>> kernel = dlcore.initializers.GlorotNormal(seed=0)((300, 100))
    >>> round(float(kernel.std()), 3)
    0.071
    """

    MODE = "fan_avg"


class HeUniform(_Named):
    """Uniform with variance 2 / inputs, for relu.

    Examples
    --------
    >>> import dlcore
    >>> kernel = dlcore.initializers.HeUniform(seed=0)((300, 100))
    >>> round(float(kernel.std()), 3)
    0.082
    """

    SCALE = 2.0
    DISTRIBUTION = "uniform"


class HeNormal(_Named):
    """Truncated normal with variance 2 / inputs, for relu.

    Examples
    --------
    >>> import dlcore
    >>> kernel = dlcore.initializers.HeNormal(seed=0)((300, 100))
    >>> round(float(kernel.std()), 3)
    0.082
    """

    SCALE = 2.0


class LecunUniform(_Named):
    """Uniform with variance 1 / inputs.

    Examples
    --------
    >>> import dlcore
    >>> kernel = dlcore.initializers.LecunUniform(seed=0)((300, 100))
    >>> round(float(kernel.std()), 3)
    0.058
    """

    DISTRIBUTION = "uniform"


class LecunNormal(_Named):
    """Truncated normal with variance 1 / inputs, for selu.

    Examples
    --------
    >>> import dlcore
    >>> kernel = dlcore.initializers.LecunNormal(seed=0)((300, 100))
    >>> round(float(kernel.std()), 3)
    0.058
    """


def _fans(shape: tuple[int, ...]) -> tuple[int, int]:
    """How many inputs an output has, and how many outputs an input."""
    if len(shape) < 2:
        return math.prod(shape), math.prod(shape)
    field = math.prod(shape[:-2])
    return field * shape[-2], field * shape[-1]
