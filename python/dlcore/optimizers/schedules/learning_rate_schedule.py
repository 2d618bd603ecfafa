"""The base of all schedules."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dlcore._registry import Configurable


class LearningRateSchedule(Configurable):
    """A learning rate that follows from the number of the step.

    A subclass defines `__call__(step)`, which gets a whole number and gives one number, and `get_config`
    if its models shall be saved.

    Examples
    --------
    >>> import dlcore
    >>> class Halved(dlcore.optimizers.schedules.LearningRateSchedule):
    ...     def __call__(self, step):
    ...         return 0.1 * 0.5**step
    >>> Halved().rates(0, 3).tolist()
    [0.1, 0.05, 0.025]
    """

    def __call__(self, step: Any) -> Any:
        """The rate of a step; steps are counted from 0."""
        raise NotImplementedError(f"{type(self).__name__} must define __call__(step)")

    def rates(self, first: int, count: int) -> NDArray[np.float64]:
        """The rates of `count` steps from `first` on."""
        steps = range(first, first + count)
        try:
            return np.array([float(self(step)) for step in steps], dtype=np.float64)
        except OverflowError as error:
            name = type(self).__name__
            raise ValueError(f"learning_rate must be a number that float64 holds, {name}'s is not") from error

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor; a subclass must say them to be saved."""
        raise NotImplementedError(f"{type(self).__name__} must define get_config to be saved")
