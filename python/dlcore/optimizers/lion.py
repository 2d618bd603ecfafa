"""Lion."""

from typing import Unpack

from dlcore import _checks
from dlcore.optimizers.optimizer import Optimizer, Shared, share


class Lion(Optimizer):
    """Steps of one size, of which only the sign follows the gradients.

    w -= lr * sign(beta_1 * m + (1 - beta_1) * g); then m = beta_2 * m + (1 - beta_2) * g.

    Parameters
    ----------
    learning_rate : float
        Default 0.001; a third to a tenth of what suits Adam.
    beta_1 : float
        What the old momentum counts for in a step, above 0 to 1; default 0.9.
    beta_2 : float
        How slowly the momentum forgets, 0 to below 1; default 0.99.
    **shared
        See `Optimizer`.

    Notes
    -----
    Chen and others, arXiv:2302.06675.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.optimizers.Lion(1e-4, weight_decay=0.01).beta_2
    0.99
    """

    core_name = "lion"

    def __init__(
        self,
        learning_rate: float = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.99,
        **shared: Unpack[Shared],
    ) -> None:
        super().__init__(learning_rate, **shared)
        self.beta_1 = _checks.real("beta_1", beta_1, low=0, high=1)
        if self.beta_1 == 0:
            raise ValueError(f"beta_1 must be above 0, or there is no momentum, got {beta_1!r}")
        self.beta_2 = share("beta_2", beta_2)

    def parameters(self) -> dict[str, float | bool]:
        """Both decays."""
        return {"beta_1": self.beta_1, "beta_2": self.beta_2}
