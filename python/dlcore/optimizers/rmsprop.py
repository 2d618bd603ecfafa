"""RMSprop."""

from typing import Unpack

from dlcore import _checks
from dlcore.optimizers.optimizer import LearningRate, Optimizer, Shared, share


class RMSprop(Optimizer):
    """Steps divided by the gradient's usual size: v = rho * v + (1 - rho) * g ** 2.

    w -= lr * g / sqrt(v + epsilon); centered: the variance stands in place of v.

    Parameters
    ----------
    learning_rate : float, LearningRateSchedule, or function without arguments
        Default 0.001.
    rho : float
        How slowly the mean forgets, 0 to below 1; default 0.9.
    momentum : float
        0 to 1, default 0.
    epsilon : float
        Default 1e-7.
    centered : bool
        Default False.
    **shared
        See `Optimizer`.

    Notes
    -----
    Hinton, Neural Networks for Machine Learning (2012), lecture 6e.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.optimizers.RMSprop(0.01, rho=0.95).rho
    0.95
    """

    core_name = "rmsprop"

    def __init__(
        self,
        learning_rate: LearningRate = 0.001,
        rho: float = 0.9,
        momentum: float = 0.0,
        epsilon: float = 1e-7,
        centered: bool = False,
        **shared: Unpack[Shared],
    ) -> None:
        super().__init__(learning_rate, **shared)
        self.rho = share("rho", rho)
        self.momentum = _checks.real("momentum", momentum, low=0, high=1)
        self.epsilon = _checks.real("epsilon", epsilon, low=0)
        self.centered = _checks.boolean("centered", centered)

    def parameters(self) -> dict[str, float | bool]:
        """Decay, momentum, epsilon and centring."""
        return {
            "rho": self.rho,
            "momentum": self.momentum,
            "epsilon": self.epsilon,
            "centered": self.centered,
        }
