"""The exponential linear unit."""

from typing import Any, Unpack

from dlcore import _checks, activations
from dlcore.layers.activation import ActivationLayer
from dlcore.layers.layer import Common


class ELU(ActivationLayer):
    """X where it is positive, else alpha * (exp(x) - 1).

    Parameters
    ----------
    alpha : float
        At least 0; default 1.
    **common
        See `Layer`.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.layers.ELU()([[-1000.0, 2.0]]).tolist()
    [[-1.0, 2.0]]
    """

    def __init__(self, alpha: float = 1.0, **common: Unpack[Common]) -> None:
        self.alpha = _checks.real("alpha", alpha, low=0)
        super().__init__(activations.Activation("elu", alpha=self.alpha), **common)

    def get_config(self) -> dict[str, Any]:
        """All arguments."""
        return super().get_config() | {"alpha": self.alpha}
