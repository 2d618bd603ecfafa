"""Noise."""

from typing import Any, Unpack

from dlcore import _checks
from dlcore.layers.layer import Common, Layer, Shape


class GaussianNoise(Layer):
    """In training, adds normal noise with mean 0, drawn anew in each step; otherwise does nothing.

    Parameters
    ----------
    stddev : float
        The noise's standard deviation, 0 to 1.
    seed : int, optional
        64 bits; by default it follows from `dlcore.utils.set_random_seed`.
    **common
        See `Layer`.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.layers.GaussianNoise(0.1)([[1.0, -2.0]]).tolist()
    [[1.0, -2.0]]
    """

    def __init__(self, stddev: float, seed: int | None = None, **common: Unpack[Common]) -> None:
        super().__init__(**common)
        self.stddev = _checks.real("stddev", stddev, low=0, high=1)
        self.seed = _checks.seed(seed)

    def core_config(self, shape: Shape) -> list[dict[str, Any]]:
        """Noise."""
        return [{"kind": "gaussian_noise", "stddev": self.stddev}]

    def get_config(self) -> dict[str, Any]:
        """All arguments."""
        return super().get_config() | {"stddev": self.stddev, "seed": self.seed}
