"""Dropout for networks of SELUs."""

from typing import Any, Unpack

from dlcore import _checks
from dlcore.layers.layer import Common, Layer, Shape


class AlphaDropout(Layer):
    """In training, sets a share of the values to where SELU saturates, then keeps mean and variance.

    With s = -1.7581, SELU's least value, it is a * x + b where kept and a * s + b where not, where
    a = ((1 - rate) * (1 + rate * s ** 2)) ** -0.5 and b = -a * s * rate. Outside of training it does nothing.

    Parameters
    ----------
    rate : float
        The share, 0 to 1.
    noise_shape : None
        Each value is drawn by itself; anything else is an error.
    seed : int, optional
        64 bits; by default it follows from `dlcore.utils.set_random_seed`.
    **common
        See `Layer`.

    Notes
    -----
    Klambauer and others, arXiv:1706.02515.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.layers.AlphaDropout(0.1)([[1.0, -2.0]]).tolist()
    [[1.0, -2.0]]
    """

    def __init__(
        self, rate: float, noise_shape: None = None, seed: int | None = None, **common: Unpack[Common]
    ) -> None:
        super().__init__(**common)
        self.rate = _checks.real("rate", rate, low=0, high=1)
        if noise_shape is not None:
            raise ValueError(f"noise_shape must be None, each value is drawn by itself, got {noise_shape!r}")
        self.seed = _checks.seed(seed)

    def core_config(self, shape: Shape) -> list[dict[str, Any]]:
        """Alpha dropout."""
        return [{"kind": "alpha_dropout", "rate": self.rate}]

    def get_config(self) -> dict[str, Any]:
        """All arguments."""
        return super().get_config() | {"rate": self.rate, "noise_shape": None, "seed": self.seed}
