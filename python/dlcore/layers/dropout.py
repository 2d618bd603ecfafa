"""Dropout."""

from typing import Any

from dlcore import _checks
from dlcore.layers.layer import Layer


class Dropout(Layer):
    """In training, sets a share of the values to zero and multiplies the rest by 1 / (1 - rate).

    Outside of training it does nothing. Which values is drawn anew in each step.

    Parameters
    ----------
    rate : float
        The share, 0 to 1.
    seed : int, optional
        64 bits; by default it follows from `dlcore.utils.set_random_seed`.
    name : str, optional

    Notes
    -----
    Srivastava and others, JMLR 15 (2014), in its inverted form.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.layers.Dropout(0.2, name="some").rate
    0.2
    """

    def __init__(self, rate: float, seed: int | None = None, name: str | None = None) -> None:
        self.rate = _checks.real("rate", rate, low=0, high=1)
        self.seed = _checks.seed(seed)
        super().__init__(name)

    def core_config(self) -> list[dict[str, Any]]:
        """Dropout."""
        return [{"kind": "dropout", "rate": self.rate}]

    def get_config(self) -> dict[str, Any]:
        """All arguments."""
        return {"rate": self.rate, "seed": self.seed} | super().get_config()
