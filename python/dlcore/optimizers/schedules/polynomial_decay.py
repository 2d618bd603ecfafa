"""Decay along a power of the steps that are left."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dlcore import _checks
from dlcore.optimizers.schedules.formula import Formula, positive


class PolynomialDecay(Formula):
    """end + (initial - end) * (1 - min(step, decay_steps) / decay_steps) ** power.

    Parameters
    ----------
    initial_learning_rate : float
        The rate of step 0.
    decay_steps : int
        How many steps it takes.
    end_learning_rate : float
        The rate in the end; default 0.0001.
    power : float
        At least 0; default 1, a straight line.
    cycle : bool
        Whether, instead of staying at the end, `decay_steps` becomes its first multiple that is not below the
        step; default False.
    name : str

    Examples
    --------
    >>> import dlcore
    >>> schedule = dlcore.optimizers.schedules.PolynomialDecay(0.5, 100, end_learning_rate=0.25)
    >>> schedule([0, 50, 100, 150]).tolist()
    [0.5, 0.375, 0.25, 0.25]
    """

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: float,
        end_learning_rate: float = 0.0001,
        power: float = 1.0,
        cycle: bool = False,
        name: str = "PolynomialDecay",
    ) -> None:
        self.initial_learning_rate = _checks.real("initial_learning_rate", initial_learning_rate, low=0)
        self.decay_steps = positive("decay_steps", decay_steps)
        self.end_learning_rate = _checks.real("end_learning_rate", end_learning_rate, low=0)
        self.power = _checks.real("power", power, low=0)
        self.cycle = _checks.boolean("cycle", cycle)
        self.name = name

    def formula(self, step: NDArray[np.float64]) -> NDArray[np.float64]:
        """The rates of an array of steps."""
        cycles = np.maximum(1, np.ceil(step / self.decay_steps)) if self.cycle else 1
        done = np.minimum(1, step / (self.decay_steps * cycles))
        span = self.initial_learning_rate - self.end_learning_rate
        return np.asarray(span * (1 - done) ** self.power + self.end_learning_rate)

    def get_config(self) -> dict[str, Any]:
        """All arguments."""
        return {
            "initial_learning_rate": self.initial_learning_rate,
            "decay_steps": self.decay_steps,
            "end_learning_rate": self.end_learning_rate,
            "power": self.power,
            "cycle": self.cycle,
            "name": self.name,
        }
