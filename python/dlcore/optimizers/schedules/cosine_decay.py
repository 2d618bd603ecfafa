"""Decay along half a cosine, after a warm-up if one is asked for."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dlcore import _checks
from dlcore.optimizers.schedules.formula import Formula, positive


class CosineDecay(Formula):
    """peak * ((1 - alpha) * (1 + cos(pi * step / decay_steps)) / 2 + alpha), then peak * alpha.

    Without a warm-up, the peak is `initial_learning_rate`. With one, the rate first goes straight from there
    to `warmup_target`, which is the peak, and the decay begins at step `warmup_steps`.

    Parameters
    ----------
    initial_learning_rate : float
        The rate of step 0.
    decay_steps : int
        How many steps the decay takes, those of the warm-up not counted.
    alpha : float
        The share of the peak that is left in the end; default 0.
    name : str
    warmup_target : float, optional
        Where the warm-up leads; default None, no warm-up.
    warmup_steps : int
        How many steps it takes; default 0.

    Notes
    -----
    Loshchilov and Hutter, arXiv:1608.03983, without restarts; the warm-up is that of Goyal and others,
    arXiv:1706.02677.

    Examples
    --------
    >>> import dlcore
    >>> schedule = dlcore.optimizers.schedules.CosineDecay(0.0, 100, warmup_target=0.5, warmup_steps=10)
    >>> schedule([0, 5, 10, 110]).tolist()
    [0.0, 0.25, 0.5, 0.0]
    """

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: float,
        alpha: float = 0.0,
        name: str = "CosineDecay",
        warmup_target: float | None = None,
        warmup_steps: int = 0,
    ) -> None:
        self.initial_learning_rate = _checks.real("initial_learning_rate", initial_learning_rate, low=0)
        self.decay_steps = positive("decay_steps", decay_steps)
        self.alpha = _checks.real("alpha", alpha, low=0)
        self.name = name
        self.warmup_target = (
            None if warmup_target is None else _checks.real("warmup_target", warmup_target, low=0)
        )
        self.warmup_steps = _checks.integer("warmup_steps", warmup_steps)

    def formula(self, step: NDArray[np.float64]) -> NDArray[np.float64]:
        """The rates of an array of steps."""
        if self.warmup_target is None:
            return self._decay(self.initial_learning_rate, step)
        decayed = self._decay(self.warmup_target, step - self.warmup_steps)
        if self.warmup_steps == 0:
            return decayed
        rise = (self.warmup_target - self.initial_learning_rate) * step / self.warmup_steps
        return np.where(step < self.warmup_steps, self.initial_learning_rate + rise, decayed)

    def _decay(self, peak: float, step: NDArray[np.float64]) -> NDArray[np.float64]:
        cosine = (1 + np.cos(np.pi * np.minimum(1, step / self.decay_steps))) / 2
        return np.asarray(peak * ((1 - self.alpha) * cosine + self.alpha))

    def get_config(self) -> dict[str, Any]:
        """All arguments."""
        return {
            "initial_learning_rate": self.initial_learning_rate,
            "decay_steps": self.decay_steps,
            "alpha": self.alpha,
            "name": self.name,
            "warmup_target": self.warmup_target,
            "warmup_steps": self.warmup_steps,
        }
