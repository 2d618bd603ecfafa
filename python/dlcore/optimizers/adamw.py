"""Adam with weight decay."""

from typing import Unpack

from dlcore.optimizers.adam import Adam
from dlcore.optimizers.optimizer import LearningRate, SharedButDecay


class AdamW(Adam):
    """`Adam` whose weight decay, apart from the gradient, is 0.004 by default.

    Notes
    -----
    Loshchilov and Hutter, arXiv:1711.05101.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.optimizers.AdamW().weight_decay
    0.004
    """

    def __init__(
        self,
        learning_rate: LearningRate = 0.001,
        weight_decay: float | None = 0.004,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        amsgrad: bool = False,
        **shared: Unpack[SharedButDecay],
    ) -> None:
        super().__init__(learning_rate, beta_1, beta_2, epsilon, amsgrad, weight_decay=weight_decay, **shared)
