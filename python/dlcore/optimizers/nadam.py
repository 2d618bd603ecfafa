"""Nadam."""

from typing import Unpack

from dlcore import _checks
from dlcore.optimizers.optimizer import Optimizer, Shared, share


class Nadam(Optimizer):
    """`Adam` that looks ahead, as Nesterov's momentum does.

    m and v as Adam's; with u(t) = beta_1 * (1 - 0.96 ** t / 2) and U(t) = u(1) * ... * u(t),
    m' = u(t + 1) * m / (1 - U(t + 1)) + (1 - u(t)) * g / (1 - U(t)) and v' = v / (1 - beta_2 ** t):
    w -= lr * m' / (sqrt(v') + epsilon).

    Parameters
    ----------
    learning_rate : float
        Default 0.001.
    beta_1, beta_2 : float
        How slowly both means forget, 0 to below 1; default 0.9 and 0.999.
    epsilon : float
        Default 1e-7.
    **shared
        See `Optimizer`.

    Notes
    -----
    Dozat, ICLR 2016 workshop.

    Examples
    --------
    >>> import dlcore
    >>> float(dlcore.optimizers.Nadam(0.002).learning_rate)
    0.002
    """

    core_name = "nadam"

    def __init__(
        self,
        learning_rate: float = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        **shared: Unpack[Shared],
    ) -> None:
        super().__init__(learning_rate, **shared)
        self.beta_1 = share("beta_1", beta_1)
        self.beta_2 = share("beta_2", beta_2)
        self.epsilon = _checks.real("epsilon", epsilon, low=0)

    def parameters(self) -> dict[str, float | bool]:
        """Decays and epsilon."""
        return {"beta_1": self.beta_1, "beta_2": self.beta_2, "epsilon": self.epsilon}
