"""Adamax."""

from typing import Unpack

from dlcore import _checks
from dlcore.optimizers.optimizer import Optimizer, Shared, share


class Adamax(Optimizer):
    """Steps that follow the mean gradient, divided by its largest size of late.

    m += (g - m) * (1 - beta_1); u = max(beta_2 * u, abs(g));
    w -= lr / (1 - beta_1 ** t) * m / (u + epsilon).

    Parameters
    ----------
    learning_rate : float
        Default 0.001.
    beta_1, beta_2 : float
        How slowly mean and largest size forget, 0 to below 1; default 0.9 and 0.999.
    epsilon : float
        Default 1e-7.
    **shared
        See `Optimizer`.

    Notes
    -----
    Kingma and Ba, arXiv:1412.6980, section 7.1.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.optimizers.Adamax().beta_2
    0.999
    """

    core_name = "adamax"

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
