"""Adadelta."""

from typing import Unpack

from dlcore import _checks
from dlcore.optimizers.optimizer import Optimizer, Shared, share


class Adadelta(Optimizer):
    """Steps as large as the last ones were, in proportion to the gradient's usual size.

    v = rho * v + (1 - rho) * g ** 2; step = g * sqrt(d + epsilon) / sqrt(v + epsilon);
    d = rho * d + (1 - rho) * step ** 2; w -= lr * step.

    Parameters
    ----------
    learning_rate : float
        Default 0.001; the paper's rule is that of 1.
    rho : float
        How slowly both means forget, 0 to below 1; default 0.95.
    epsilon : float
        Default 1e-7.
    **shared
        See `Optimizer`.

    Notes
    -----
    Zeiler, arXiv:1212.5701.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.optimizers.Adadelta(1.0).rho
    0.95
    """

    core_name = "adadelta"

    def __init__(
        self,
        learning_rate: float = 0.001,
        rho: float = 0.95,
        epsilon: float = 1e-7,
        **shared: Unpack[Shared],
    ) -> None:
        super().__init__(learning_rate, **shared)
        self.rho = share("rho", rho)
        self.epsilon = _checks.real("epsilon", epsilon, low=0)

    def parameters(self) -> dict[str, float | bool]:
        """Decay and epsilon."""
        return {"rho": self.rho, "epsilon": self.epsilon}
