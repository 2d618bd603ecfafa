"""Exponential decay."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dlcore import _checks
from dlcore.optimizers.schedules.formula import Formula, positive


class ExponentialDecay(Formula):
    """initial_learning_rate * decay_rate ** (step / decay_steps).

    Parameters
    ----------
    initial_learning_rate : float
        The rate of step 0.
    decay_steps : int
        After how many steps the rate has been multiplied by `decay_rate`.
    decay_rate : float
        At least 0.
    staircase : bool
        Whether the exponent is rounded down, so that the rate changes every `decay_steps` steps only; default
        False.
    name : str

    Examples
    --------
    >>> import dlcore
    >>> schedule = dlcore.optimizers.schedules.ExponentialDecay(0.1, decay_steps=100, decay_rate=0.5)
    >>> schedule(200)
    0.025
    """

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: float,
        decay_rate: float,
        staircase: bool = False,
        name: str = "ExponentialDecay",
    ) -> None:
        self.initial_learning_rate = _checks.real("initial_learning_rate", initial_learning_rate, low=0)
        self.decay_steps = positive("decay_steps", decay_steps)
        self.decay_rate = _checks.real("decay_rate", decay_rate, low=0)
        self.staircase = _checks.boolean("staircase", staircase)
        self.name = name

    def formula(self, step: NDArray[np.float64]) -> NDArray[np.float64]:
        """The rates of an array of steps."""
        exponent = step / self.decay_steps
        if self.staircase:
            exponent = np.floor(exponent)
        return np.asarray(self.initial_learning_rate * self.decay_rate**exponent)

    def get_config(self) -> dict[str, Any]:
        """All arguments."""
        return {
            "initial_learning_rate": self.initial_learning_rate,
            "decay_steps": self.decay_steps,
            "decay_rate": self.decay_rate,
            "staircase": self.staircase,
            "name": self.name,
        }
