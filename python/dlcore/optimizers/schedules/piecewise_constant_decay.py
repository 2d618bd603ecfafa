"""Constant rates, one after the other."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dlcore import _checks
from dlcore.optimizers.schedules.formula import Formula, whole


class PiecewiseConstantDecay(Formula):
    """values[0] up to and with step boundaries[0], then values[1], and so on.

    Parameters
    ----------
    boundaries : sequence of int
        The last step of each value but the last; strictly increasing.
    values : sequence of float
        One more than there are boundaries.
    name : str

    Raises
    ------
    ValueError
        If the numbers of both do not fit or the boundaries do not increase.

    Examples
    --------
    >>> import dlcore
    >>> schedule = dlcore.optimizers.schedules.PiecewiseConstantDecay([100, 200], [0.1, 0.01, 0.001])
    >>> schedule([0, 100, 101, 201]).tolist()
    [0.1, 0.1, 0.01, 0.001]
    """

    def __init__(
        self, boundaries: Sequence[float], values: Sequence[float], name: str = "PiecewiseConstant"
    ) -> None:
        if len(values) != len(boundaries) + 1:
            raise ValueError(
                f"values must be one more than boundaries, got {len(values)} values and "
                f"{len(boundaries)} boundaries"
            )
        self.boundaries = [whole(b, _checks.real("boundaries", b)) for b in boundaries]
        if any(after <= before for before, after in zip(self.boundaries, self.boundaries[1:], strict=False)):
            raise ValueError(f"boundaries must increase strictly, got {self.boundaries}")
        self.values = [_checks.real("values", value, low=0) for value in values]
        self.name = name

    def formula(self, step: NDArray[np.float64]) -> NDArray[np.float64]:
        """The rates of an array of steps."""
        pieces = np.searchsorted(self.boundaries, step, side="left")
        return np.asarray(np.array(self.values)[pieces])

    def get_config(self) -> dict[str, Any]:
        """All arguments."""
        return {"boundaries": self.boundaries, "values": self.values, "name": self.name}
