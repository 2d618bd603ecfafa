"""The leaky rectified linear unit."""

from __future__ import annotations

import warnings
from typing import Any, Unpack

from dlcore import _checks, activations
from dlcore.layers.activation import ActivationLayer
from dlcore.layers.layer import Common


class LeakyReLU(ActivationLayer):
    """X where it is positive, else negative_slope * x.

    Parameters
    ----------
    negative_slope : float
        At least 0; default 0.3 (that of `dlcore.activations.leaky_relu` is 0.2).
    alpha : float, optional
        Its old name, which warns.
    **common
        See `Layer`.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.layers.LeakyReLU(0.5)([[-2.0, 2.0]]).tolist()
    [[-1.0, 2.0]]
    """

    def __init__(
        self, negative_slope: float = 0.3, *, alpha: float | None = None, **common: Unpack[Common]
    ) -> None:
        if alpha is not None:
            warnings.warn("alpha is the old name of negative_slope", stacklevel=2)
            negative_slope = alpha
        self.negative_slope = _checks.real("negative_slope", negative_slope, low=0)
        leaky_relu = activations.Activation("leaky_relu", negative_slope=self.negative_slope)
        super().__init__(leaky_relu, **common)

    def get_config(self) -> dict[str, Any]:
        """All arguments."""
        return super().get_config() | {"negative_slope": self.negative_slope}
