"""Gradient descent."""

from typing import Unpack

from dlcore import _checks
from dlcore.optimizers.optimizer import LearningRate, Optimizer, Shared


class SGD(Optimizer):
    """w -= lr * g; with momentum: v = momentum * v - lr * g, w += v (Nesterov: w += momentum * v - lr * g).

    Parameters
    ----------
    learning_rate : float, LearningRateSchedule, or function without arguments
        Default 0.01.
    momentum : float
        0 to 1, default 0.
    nesterov : bool
        Default False.
    **shared
        See `Optimizer`.

    Notes
    -----
    Sutskever and others, ICML 2013.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.optimizers.SGD(0.1, momentum=0.9).momentum
    0.9
    """

    core_name = "sgd"

    def __init__(
        self,
        learning_rate: LearningRate = 0.01,
        momentum: float = 0.0,
        nesterov: bool = False,
        **shared: Unpack[Shared],
    ) -> None:
        super().__init__(learning_rate, **shared)
        self.momentum = _checks.real("momentum", momentum, low=0, high=1)
        self.nesterov = _checks.boolean("nesterov", nesterov)

    def parameters(self) -> dict[str, float | bool]:
        """Momentum and its kind."""
        return {"momentum": self.momentum, "nesterov": self.nesterov}
