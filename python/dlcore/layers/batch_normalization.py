"""Batch normalization."""

from __future__ import annotations

from typing import Any, Unpack

from dlcore import _checks, initializers
from dlcore._registry import serialize
from dlcore.layers._scaled import Scaled
from dlcore.layers.layer import Common, Shape
from dlcore.layers.variable import Spec, Variable


class BatchNormalization(Scaled):
    """gamma * (x - mean) / sqrt(variance + epsilon) + beta, each feature by itself.

    In training, mean and variance are those of the batch, and running ones follow them:
    `moving = momentum * moving + (1 - momentum) * batch's`. Otherwise, and in a layer that is frozen, the
    running ones are used.

    Parameters
    ----------
    axis : int
        Only -1 (or 1), the features.
    momentum : float
        How slowly the running numbers follow, 0 to 1; default 0.99.
    epsilon : float
        Added to the variance; default 0.001.
    center, scale : bool
        Whether there are beta and gamma; default True.
    beta_initializer, gamma_initializer : str or Initializer
        First values; default "zeros" and "ones".
    moving_mean_initializer, moving_variance_initializer : str or Initializer
        The same of the running numbers; default "zeros" and "ones".
    beta_regularizer, gamma_regularizer : str, Regularizer or None
        What large values cost; default nothing.
    beta_constraint, gamma_constraint : str, Constraint or None
        What holds after each update; default nothing.
    renorm, renorm_clipping, renorm_momentum, synchronized : optional
        There is no renormalization and no other device: True is a ValueError.
    **common
        See `Layer`.

    Attributes
    ----------
    gamma, beta, moving_mean, moving_variance : Variable or None
        None before the layer is built, and where there is none.

    Notes
    -----
    Ioffe and Szegedy, arXiv:1502.03167, algorithm 1; the variance is that of the population.

    Examples
    --------
    >>> import dlcore
    >>> layer = dlcore.layers.BatchNormalization(epsilon=0.0)
    >>> layer([[1.0], [3.0]], training=True).tolist()
    [[-1.0], [1.0]]
    """

    def __init__(
        self,
        axis: int = -1,
        momentum: float = 0.99,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        beta_initializer: object = "zeros",
        gamma_initializer: object = "ones",
        moving_mean_initializer: object = "zeros",
        moving_variance_initializer: object = "ones",
        beta_regularizer: object = None,
        gamma_regularizer: object = None,
        beta_constraint: object = None,
        gamma_constraint: object = None,
        renorm: bool = False,
        renorm_clipping: object = None,
        renorm_momentum: float = 0.99,
        synchronized: bool = False,
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
        for name, value in (("renorm", renorm), ("synchronized", synchronized)):
            if _checks.boolean(name, value):
                raise ValueError(f"{name} must be False, dlcore has no such batch normalization, got True")
        self.momentum = _checks.real("momentum", momentum, low=0, high=1)
        self.moving_mean_initializer = initializers.get(moving_mean_initializer)
        self.moving_variance_initializer = initializers.get(moving_variance_initializer)
        self.renorm_clipping = renorm_clipping
        self.renorm_momentum = renorm_momentum

    @property
    def moving_mean(self) -> Variable | None:
        """The running mean (features,)."""
        return self.variable("moving_mean")

    @property
    def moving_variance(self) -> Variable | None:
        """The running variance (features,)."""
        return self.variable("moving_variance")

    def variables_for(self, shape: Shape) -> list[Spec]:
        """Gamma, beta, running mean and variance."""
        features = (self.features(shape),)
        return [
            *super().variables_for(shape),
            Spec("moving_mean", features, self.moving_mean_initializer, trainable=False),
            Spec("moving_variance", features, self.moving_variance_initializer, trainable=False),
        ]

    def core_config(self, shape: Shape) -> list[dict[str, Any]]:
        """Batch normalization."""
        self.features(shape)
        return [{"kind": "batch_normalization", "momentum": self.momentum} | self.wishes()]

    def get_config(self) -> dict[str, Any]:
        """All arguments."""
        return super().get_config() | {
            "momentum": self.momentum,
            "moving_mean_initializer": serialize(self.moving_mean_initializer),
            "moving_variance_initializer": serialize(self.moving_variance_initializer),
            "renorm": False,
            "renorm_clipping": self.renorm_clipping,
            "renorm_momentum": self.renorm_momentum,
            "synchronized": False,
        }
