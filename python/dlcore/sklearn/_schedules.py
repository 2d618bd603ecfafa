"""The learning rate of each epoch: scikit-learn's three schedules for SGD, and three more for any solver."""

import math
from typing import Any

EVERY_SOLVER = ("cosine", "exponential", "one_cycle")
"""Those that scikit-learn does not have."""

_SMALLEST = 1e-6
"""Where "adaptive" gives up."""


class Schedule:
    """What scikit-learn calls the optimizer, as far as it is not arithmetic on weights.

    Parameters
    ----------
    estimator : estimator
        Whose `learning_rate`, `learning_rate_init`, `power_t`, `decay`, `warmup_epochs` and `max_iter` hold.

    Attributes
    ----------
    learning_rate : float
        Of the next epoch.
    """

    def __init__(self, estimator: Any) -> None:
        self.solver = estimator.solver
        self.learning_rate_init = estimator.learning_rate_init
        self.kind = estimator.learning_rate
        if estimator.solver != "sgd" and self.kind not in EVERY_SOLVER:
            self.kind = "constant"
        self.power_t = estimator.power_t
        self.decay = estimator.decay
        self.warmup_epochs = estimator.warmup_epochs
        self.epochs = estimator.max_iter
        self.epoch = 0
        self.learning_rate = float(self.learning_rate_init)
        self._follow()

    def _follow(self) -> None:
        """The rate of the epoch that comes, where it depends on its number alone."""
        if self.epoch < self.warmup_epochs:
            self.learning_rate = self.learning_rate_init * (self.epoch + 1) / (self.warmup_epochs + 1)
            return
        at = self.epoch - self.warmup_epochs
        share = at / max(self.epochs - self.warmup_epochs, 1)
        if self.kind == "cosine":
            factor = (1 + math.cos(math.pi * min(share, 1))) / 2
        elif self.kind == "exponential":
            factor = self.decay**at
        elif self.kind == "one_cycle":
            factor = _one_cycle(min(share, 1))
        elif self.warmup_epochs and at == 0:
            factor = 1
        else:
            return
        self.learning_rate = self.learning_rate_init * factor

    def iteration_ends(self, samples: int) -> None:
        """After an epoch; `samples` were seen since the first fit."""
        self.epoch += 1
        if self.kind == "invscaling":
            self.learning_rate = float(self.learning_rate_init) / (samples + 1) ** self.power_t
        self._follow()

    def trigger_stopping(self, message: str, verbose: Any) -> bool:
        """Whether training ends, now that nothing improves any more."""
        if self.kind != "adaptive":
            stop, outcome = True, "Stopping."
        elif self.learning_rate <= _SMALLEST:
            stop, outcome = True, "Learning rate too small. Stopping."
        else:
            self.learning_rate /= 5.0
            stop, outcome = False, f"Setting learning rate to {self.learning_rate:f}"
        if verbose:
            print(f"{message} {outcome}")
        return stop


def _one_cycle(share: float) -> float:
    """Up from 1/25 during the first 30 %, then down to 1/10,000 (Smith and Topin, arXiv:1708.07120)."""
    low, end, top = 1 / 25, 1e-4, 0.3
    if share < top:
        return low + (1 - low) * (1 - math.cos(math.pi * share / top)) / 2
    return end + (1 - end) * (1 + math.cos(math.pi * (share - top) / (1 - top))) / 2
