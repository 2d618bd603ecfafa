"""The core's network behind an estimator: what its parameters mean there, and weights there and back.

The truth is in `coefs_` and `intercepts_`, which users may change; the network is loaded from them before
it is used, and they are taken from it after a fit.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dlcore import _core
from dlcore._wish import wish
from dlcore.activations import Activation
from dlcore.sklearn._rows import Rows

ACTIVATIONS = {"identity": "linear", "logistic": "sigmoid", "exp": "exponential"}
"""scikit-learn's names that the core calls otherwise."""


def activation_names() -> set[str]:
    """All names that `activation` takes."""
    others = {"exp", "softmax", "log_softmax", "relu_general", "threshold"}
    return {*ACTIVATIONS, *_core.ACTIVATIONS, "swish"} - others


class Network:
    """A network of the core with the weights of an estimator.

    Parameters
    ----------
    widths : sequence of int
        Inputs, hidden layers, outputs.
    activations : sequence of str
        Of each layer but the inputs.
    dtype : str
    penalty : float
        Times the sum of the squares of all kernels.
    dropout : sequence of float
        Of each hidden layer.
    seed : int
        Dropout's.
    """

    def __init__(
        self,
        widths: Sequence[int],
        activations: Sequence[str],
        dtype: str,
        penalty: float = 0.0,
        dropout: Sequence[float] = (),
        seed: int = 0,
    ) -> None:
        self.dtype = np.dtype(dtype)
        self.widths = list(widths)
        self.out_activation = activations[-1]
        self.activation: Any = None
        """The estimator's parameter that the activations are from, `listed`."""
        layers: list[dict[str, Any]] = []
        for i, (units, name) in enumerate(zip(widths[1:], activations, strict=True)):
            wishes = {"kernel": wish(l2=penalty), "bias": wish()}
            layers.append({"kind": "dense", "units": units, "use_bias": True, "trainable": True} | wishes)
            activation = Activation(ACTIVATIONS.get(name, name))
            layers += activation.core_config()
            if i < len(dropout) and dropout[i]:
                layers.append({"kind": "dropout", "rate": float(dropout[i])})
        self.core = _core.Network(widths[0], layers, dtype, seed)

    def is_of(self, activation: Any, out_activation: str, coefs: Sequence[Any]) -> bool:
        """Whether the network is what an estimator with these attributes has."""
        return (
            self.activation == listed(activation)
            and self.out_activation == out_activation
            and self.dtype is coefs[0].dtype
            and [len(kernel) for kernel in coefs] == self.widths[:-1]
        )

    def load(self, coefs: Sequence[Any], intercepts: Sequence[Any]) -> Network:
        """Take an estimator's weights."""
        weights = [array for pair in zip(coefs, intercepts, strict=True) for array in pair]
        try:
            self.core.set_weights(weights)
        except (TypeError, ValueError):  # of another dtype or layout: somebody put them there
            self.core.set_weights([np.require(array, self.dtype, ["C", "A"]) for array in weights])
        return self

    def weights(self) -> tuple[list[NDArray[Any]], list[NDArray[Any]]]:
        """Copies of kernels and biases."""
        weights = self.core.get_weights()
        return weights[::2], weights[1::2]

    def epoch(
        self, rows: Rows, order: NDArray[np.uint32] | None, batch_size: int, learning_rate: float
    ) -> float | None:
        """One epoch; the loss, or None if a number was no longer finite."""
        result = self.core.train_epoch(*rows, order, batch_size, learning_rate, False)
        return None if result["fault"] else result["loss"]

    def loss(self, rows: Rows) -> float | None:
        """The loss of rows as one batch, without dropout; None if it is not finite."""
        result = self.core.evaluate(*rows, False)
        return None if result["fault"] else result["loss"]

    def loss_and_gradient(self, rows: Rows) -> tuple[float, list[NDArray[Any]], list[NDArray[Any]]]:
        """The loss of rows as one batch, and its derivatives by kernels and biases."""
        result, gradients = self.core.differentiate(*rows)
        return np.inf if result["fault"] else result["loss"], gradients[::2], gradients[1::2]


def listed(activation: Any) -> str | list[str]:
    """The parameter of this name in a form that can be compared: a name, or a list of its own."""
    return activation if isinstance(activation, str) else list(activation)


def optimizer_config(estimator: Any) -> dict[str, Any]:
    """What the core shall do with gradients."""
    clips = {name: getattr(estimator, name) for name in ("clipnorm", "clipvalue", "global_clipnorm")}
    if sum(clip is not None for clip in clips.values()) > 1:
        raise ValueError(f"at most one of clipnorm, clipvalue and global_clipnorm may be given, got {clips}")
    return {
        "name": "adam" if estimator.solver == "adam" else "sgd",
        "momentum": float(estimator.momentum),
        "nesterov": bool(estimator.nesterovs_momentum),
        "beta_1": float(estimator.beta_1),
        "beta_2": float(estimator.beta_2),
        "rho": 0.9,
        "centered": False,
        "amsgrad": False,
        "epsilon": float(estimator.epsilon),
        "initial_accumulator_value": 0.0,
        "weight_decay": float(estimator.weight_decay),
        "ema_momentum": None,
        "ema_overwrite_frequency": None,
        "gradient_accumulation_steps": None,
    } | clips


def loss_config(name: str, dtype: str, **options: Any) -> dict[str, Any]:
    """A loss of the core's, averaged and kept finite as in scikit-learn."""
    return {
        "name": name,
        "from_logits": False,
        "label_smoothing": 0.0,
        "delta": 1.0,
        "floor": float(np.finfo(dtype).eps),
        "quantiles": [0.5],
        "alpha": 0.0,
        "gamma": 0.0,
        "apply_class_balancing": False,
        "by_weight": True,
        "loss_scale": 1.0,
        "gradient_scale": 1.0,
    } | options
