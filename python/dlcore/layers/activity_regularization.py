"""A penalty on what passes."""

from typing import Any, Unpack

from dlcore import regularizers
from dlcore.layers.layer import Common, Layer, Shape


class ActivityRegularization(Layer):
    """Changes nothing, but large values cost: l1 * sum(abs(x)) + l2 * sum(x ** 2), divided by the rows.

    Parameters
    ----------
    l1, l2 : float
        At least 0; default 0.
    **common
        See `Layer`; `activity_regularizer` is what this layer makes itself.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.layers.ActivityRegularization(l2=0.01)([[1.0, -2.0]]).tolist()
    [[1.0, -2.0]]
    """

    def __init__(self, l1: float = 0.0, l2: float = 0.0, **common: Unpack[Common]) -> None:
        if "activity_regularizer" in common:
            raise TypeError("ActivityRegularization takes l1 and l2 in place of activity_regularizer")
        super().__init__(**common)
        self.activity_regularizer = penalty = regularizers.L1L2(l1, l2)
        self.l1, self.l2 = penalty.l1, penalty.l2

    def core_config(self, shape: Shape) -> list[dict[str, Any]]:
        """Nothing besides the penalty, which every layer may have."""
        return []

    def get_config(self) -> dict[str, Any]:
        """All arguments."""
        config = super().get_config()
        del config["activity_regularizer"]
        return config | {"l1": self.l1, "l2": self.l2}
