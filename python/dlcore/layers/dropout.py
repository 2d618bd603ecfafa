"""Dropout."""

from typing import Any, Unpack

from dlcore import _checks
from dlcore.layers.layer import Common, Layer, Shape


class Dropout(Layer):
    """In training, sets a share of the values to zero and multiplies the rest by 1 / (1 - rate).

    Outside of training it does nothing. Which values is drawn anew in each step.

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
    Srivastava and others, JMLR 15 (2014), in its inverted form.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.layers.Dropout(0.2, name="some").rate
    0.2
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
        """Dropout."""
        return [{"kind": "dropout", "rate": self.rate}]

    def get_config(self) -> dict[str, Any]:
        """All arguments."""
        return super().get_config() | {"rate": self.rate, "noise_shape": None, "seed": self.seed}
