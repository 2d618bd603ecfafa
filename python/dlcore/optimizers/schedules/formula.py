"""What the schedules share that are a formula of the step."""

import operator
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dlcore import _checks, _data
from dlcore.optimizers.schedules.learning_rate_schedule import LearningRateSchedule


class Formula(LearningRateSchedule):
    """A schedule that takes one step or an array of them, and computes in float64."""

    def formula(self, step: NDArray[np.float64]) -> NDArray[np.float64]:
        """The rates of an array of steps."""
        raise NotImplementedError(f"{type(self).__name__} must define formula")

    def __call__(self, step: ArrayLike) -> Any:
        """The rate of a step as a float, or an array of the rates of an array of steps."""
        steps = _data.doubles("step", step)
        rates = self.formula(steps)
        return rates if steps.ndim else float(rates)

    def rates(self, first: int, count: int) -> NDArray[np.float64]:
        """The rates of `count` steps from `first` on, all at once."""
        if type(self).__call__ is not Formula.__call__:  # a user's subclass, which may take numbers only
            return super().rates(first, count)
        return self.formula(np.arange(first, first + count, dtype=np.float64))


def positive(name: str, value: object) -> int | float:
    """A number above 0, as an int where it is one."""
    number = _checks.real(name, value, low=0)
    if number == 0:
        raise ValueError(f"{name} must be above 0, got {value!r}")
    return whole(value, number)


def whole(value: object, number: float) -> int | float:
    """The number as an int, if it was given as one: configurations say what their user said."""
    return operator.index(value) if hasattr(value, "__index__") else number
