"""Adagrad."""

from typing import Unpack

from dlcore import _checks
from dlcore.optimizers.optimizer import Optimizer, Shared


class Adagrad(Optimizer):
    """Steps that shrink for a weight with all gradients it has had: v += g ** 2.

    w -= lr * g / sqrt(v + epsilon).

    Parameters
    ----------
    learning_rate : float
        Default 0.001.
    initial_accumulator_value : float
        What v is at first; at least 0, default 0.1.
    epsilon : float
        Default 1e-7.
    **shared
        See `Optimizer`.

    Notes
    -----
    Duchi, Hazan and Singer, Journal of Machine Learning Research 12 (2011).

    Examples
    --------
    >>> import dlcore
    >>> dlcore.optimizers.Adagrad(0.01).initial_accumulator_value
    0.1
    """

    core_name = "adagrad"

    def __init__(
        self,
        learning_rate: float = 0.001,
        initial_accumulator_value: float = 0.1,
        epsilon: float = 1e-7,
        **shared: Unpack[Shared],
    ) -> None:
        super().__init__(learning_rate, **shared)
        self.initial_accumulator_value = _checks.real(
            "initial_accumulator_value", initial_accumulator_value, low=0
        )
        self.epsilon = _checks.real("epsilon", epsilon, low=0)

    def parameters(self) -> dict[str, float | bool]:
        """The initial value and epsilon."""
        return {"initial_accumulator_value": self.initial_accumulator_value, "epsilon": self.epsilon}
