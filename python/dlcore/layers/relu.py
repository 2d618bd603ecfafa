"""The rectified linear unit."""

from typing import Any, Unpack

from dlcore import activations
from dlcore.layers.activation import ActivationLayer
from dlcore.layers.layer import Common


class ReLU(ActivationLayer):
    """min(x, max_value) above the threshold, else negative_slope * (x - threshold).

    Parameters
    ----------
    max_value : float or None
        The largest output, at least 0; default none.
    negative_slope : float
        At least 0, the default.
    threshold : float
        At least 0, the default.
    **common
        See `Layer`.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.layers.ReLU(max_value=5.0, negative_slope=0.5)([[-2.0, 2.0, 9.0]]).tolist()
    [[-1.0, 2.0, 5.0]]
    """

    def __init__(
        self,
        max_value: float | None = None,
        negative_slope: float = 0.0,
        threshold: float = 0.0,
        **common: Unpack[Common],
    ) -> None:
        super().__init__(activations.rectifier(negative_slope, max_value, threshold), **common)
        self.max_value = None if max_value is None else float(max_value)
        self.negative_slope = float(negative_slope)
        self.threshold = float(threshold)

    def get_config(self) -> dict[str, Any]:
        """All arguments."""
        return super().get_config() | {
            "max_value": self.max_value,
            "negative_slope": self.negative_slope,
            "threshold": self.threshold,
        }
