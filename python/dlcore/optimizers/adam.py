"""Adam."""

from typing import Unpack

from dlcore import _checks
from dlcore.optimizers.optimizer import LearningRate, Optimizer, Shared, share


class Adam(Optimizer):
    """Steps that follow the mean gradient, divided by its usual size.

    m += (g - m) * (1 - beta_1); v += (g ** 2 - v) * (1 - beta_2);
    w -= lr * sqrt(1 - beta_2 ** t) / (1 - beta_1 ** t) * m / (sqrt(v) + epsilon).

    Parameters
    ----------
    learning_rate : float, LearningRateSchedule, or function without arguments
        Default 0.001.
    beta_1, beta_2 : float
        How slowly both means forget, 0 to below 1; default 0.9 and 0.999.
    epsilon : float
        Default 1e-7.
    amsgrad : bool
        Use the largest v so far; default False.
    **shared
        See `Optimizer`.

    Notes
    -----
    Kingma and Ba, arXiv:1412.6980, with epsilon as in the remark before its section 2.1.

    Examples
    --------
    >>> import dlcore
    >>> optimizer = dlcore.optimizers.Adam()
    >>> optimizer.learning_rate = 5e-4
    """

    core_name = "adam"

    def __init__(
        self,
        learning_rate: LearningRate = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        amsgrad: bool = False,
        **shared: Unpack[Shared],
    ) -> None:
        super().__init__(learning_rate, **shared)
        self.beta_1 = share("beta_1", beta_1)
        self.beta_2 = share("beta_2", beta_2)
        self.epsilon = _checks.real("epsilon", epsilon, low=0)
        self.amsgrad = _checks.boolean("amsgrad", amsgrad)

    def parameters(self) -> dict[str, float | bool]:
        """Decays, epsilon and amsgrad."""
        return {
            "beta_1": self.beta_1,
            "beta_2": self.beta_2,
            "epsilon": self.epsilon,
            "amsgrad": self.amsgrad,
        }
