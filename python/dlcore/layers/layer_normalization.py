"""Layer normalization."""

from typing import Any, Unpack

from dlcore import _checks
from dlcore.layers._scaled import Scaled
from dlcore.layers.layer import Common, Shape


class LayerNormalization(Scaled):
    """gamma * (x - mean) / sqrt(variance + epsilon) + beta, each row by itself, in training and otherwise.

    Parameters
    ----------
    axis : int
        Only -1 (or 1), the features; alone or in a list.
    epsilon : float
        Added to the variance; default 0.001.
    center, scale : bool
        Whether there are beta and gamma; default True.
    beta_initializer, gamma_initializer : str or Initializer
        First values; default "zeros" and "ones".
    beta_regularizer, gamma_regularizer : str, Regularizer or None
        What large values cost; default nothing.
    beta_constraint, gamma_constraint : str, Constraint or None
        What holds after each update; default nothing.
    rms_scaling : bool
        Only False: True is a ValueError.
    **common
        See `Layer`.

    Attributes
    ----------
    gamma, beta : Variable or None
        None before the layer is built, and where there is none.

    Notes
    -----
    Ba, Kiros and Hinton, arXiv:1607.06450; the variance is that of the population.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.layers.LayerNormalization(epsilon=0.0)([[1.0, 3.0]]).tolist()
    [[-1.0, 1.0]]
    """

    def __init__(
        self,
        axis: object = -1,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        beta_initializer: object = "zeros",
        gamma_initializer: object = "ones",
        beta_regularizer: object = None,
        gamma_regularizer: object = None,
        beta_constraint: object = None,
        gamma_constraint: object = None,
        *,
        rms_scaling: bool = False,
        **common: Unpack[Common],
    ) -> None:
        super().__init__(
            axis=axis,
            epsilon=epsilon,
            center=center,
            scale=scale,
            beta_initializer=beta_initializer,
            gamma_initializer=gamma_initializer,
            beta_regularizer=beta_regularizer,
            gamma_regularizer=gamma_regularizer,
            beta_constraint=beta_constraint,
            gamma_constraint=gamma_constraint,
            **common,
        )
        if _checks.boolean("rms_scaling", rms_scaling):
            raise ValueError("rms_scaling must be False, dlcore has no such layer normalization, got True")

    def core_config(self, shape: Shape) -> list[dict[str, Any]]:
        """Layer normalization."""
        self.features(shape)
        return [{"kind": "layer_normalization"} | self.wishes()]

    def get_config(self) -> dict[str, Any]:
        """All arguments."""
        return super().get_config() | {"rms_scaling": False}
