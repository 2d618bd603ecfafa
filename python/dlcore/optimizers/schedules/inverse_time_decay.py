"""Decay with one over time."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dlcore import _checks
from dlcore.optimizers.schedules.formula import Formula, positive


class InverseTimeDecay(Formula):
    """initial_learning_rate / (1 + decay_rate * step / decay_steps).

    Parameters
    ----------
    initial_learning_rate : float
        The rate of step 0.
    decay_steps : float
        The unit in which time is counted.
    decay_rate : float
        At least 0.
    staircase : bool
        Whether `step / decay_steps` is rounded down; default False.
    name : str

    Examples
    --------
    >>> import dlcore
    >>> schedule = dlcore.optimizers.schedules.InverseTimeDecay(0.1, decay_steps=100, decay_rate=1.0)
    >>> schedule([0, 100]).tolist()
    [0.1, 0.05]
    """

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: float,
        decay_rate: float,
        staircase: bool = False,
        name: str = "InverseTimeDecay",
    ) -> None:
        self.initial_learning_rate = _checks.real("initial_learning_rate", initial_learning_rate, low=0)
        self.decay_steps = positive("decay_steps", decay_steps)
        self.decay_rate = _checks.real("decay_rate", decay_rate, low=0)
        self.staircase = _checks.boolean("staircase", staircase)
        self.name = name

    def formula(self, step: NDArray[np.float64]) -> NDArray[np.float64]:
        """The rates of an array of steps."""
        time = step / self.decay_steps
        if self.staircase:
            time = np.floor(time)
        return np.asarray(self.initial_learning_rate / (1 + self.decay_rate * time))

    def get_config(self) -> dict[str, Any]:
        """All arguments."""
        return {
            "initial_learning_rate": self.initial_learning_rate,
            "decay_steps": self.decay_steps,
            "decay_rate": self.decay_rate,
            "staircase": self.staircase,
            "name": self.name,
        }
