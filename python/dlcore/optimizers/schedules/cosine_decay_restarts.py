"""Decay along half a cosine, again and again."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dlcore import _checks
from dlcore.optimizers.schedules.formula import Formula, positive

_SLACK = 1e-9
"""A logarithm that should be whole may lie this far below: log(243) / log(3) does."""


class CosineDecayRestarts(Formula):
    """Like `CosineDecay`, which starts anew at the end: `t_mul` times as long, `m_mul` times as high.

    initial_learning_rate * ((1 - alpha) * m_mul ** i * (1 + cos(pi * done)) / 2 + alpha), where i counts the
    restarts and `done` is the share of this period that lies behind.

    Parameters
    ----------
    initial_learning_rate : float
        The rate of step 0.
    first_decay_steps : int
        How many steps the first period has.
    t_mul : float
        Above 0; default 2.
    m_mul : float
        At least 0; default 1.
    alpha : float
        The share of the initial rate that is left at the end of a period; default 0.
    name : str

    Notes
    -----
    Loshchilov and Hutter, SGDR, arXiv:1608.03983.

    Examples
    --------
    >>> import dlcore
    >>> schedule = dlcore.optimizers.schedules.CosineDecayRestarts(0.5, 100)
    >>> schedule([0, 100, 300, 700]).tolist()
    [0.5, 0.5, 0.5, 0.5]
    """

    def __init__(
        self,
        initial_learning_rate: float,
        first_decay_steps: float,
        t_mul: float = 2.0,
        m_mul: float = 1.0,
        alpha: float = 0.0,
        name: str = "SGDRDecay",
    ) -> None:
        self.initial_learning_rate = _checks.real("initial_learning_rate", initial_learning_rate, low=0)
        self.first_decay_steps = positive("first_decay_steps", first_decay_steps)
        self.t_mul = float(positive("t_mul", t_mul))
        self.m_mul = _checks.real("m_mul", m_mul, low=0)
        self.alpha = _checks.real("alpha", alpha, low=0)
        self.name = name

    def formula(self, step: NDArray[np.float64]) -> NDArray[np.float64]:
        """The rates of an array of steps."""
        time = step / self.first_decay_steps
        if self.t_mul == 1:
            restarts = np.floor(time)
            done = time - restarts
        else:
            # Period i begins at (t ** i - 1) / (t - 1) and is t ** i long, in units of the first. With t
            # below 1 all of them end before 1 / (1 - t); later steps have no rate, which is NaN.
            with np.errstate(invalid="ignore", divide="ignore"):
                restarts = np.floor(np.log(1 + time * (self.t_mul - 1)) / np.log(self.t_mul) + _SLACK)
                length = self.t_mul**restarts
                done = (time - (length - 1) / (self.t_mul - 1)) / length
        cosine = self.m_mul**restarts * (1 + np.cos(np.pi * done)) / 2
        return np.asarray(self.initial_learning_rate * ((1 - self.alpha) * cosine + self.alpha))

    def get_config(self) -> dict[str, Any]:
        """All arguments."""
        return {
            "initial_learning_rate": self.initial_learning_rate,
            "first_decay_steps": self.first_decay_steps,
            "t_mul": self.t_mul,
            "m_mul": self.m_mul,
            "alpha": self.alpha,
            "name": self.name,
        }
