"""The base of all losses."""

from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike

from dlcore import _core
from dlcore._registry import Configurable
from dlcore._typing import FloatArray


class Loss(Configurable):
    """How wrong predictions are: a number for each row, and the mean of them.

    Calling a loss with `y_true` and `y_pred` (..., outputs) gives the mean; `y_true` has the same shape, or
    (...,) with class indices for the sparse loss.
    """

    core_name: ClassVar[str]
    """The core's name for it."""
    TARGETS: ClassVar[str] = "vectors"
    """What y is: "vectors" with a number for each output, or "labels"."""
    PROBABILITIES: ClassVar[bool] = False
    """Whether the numbers in y are probabilities."""
    from_logits: bool = False
    label_smoothing: float = 0.0
    delta: float = 1.0

    def core_config(self) -> dict[str, Any]:
        """What the core shall compute, as its contract says it."""
        return {
            "name": self.core_name,
            "from_logits": self.from_logits,
            "label_smoothing": self.label_smoothing,
            "delta": self.delta,
            "floor": 0.0,
            "quantiles": [0.5],
            "by_weight": False,
            "penalty_by_weight": False,
            "loss_scale": 1.0,
            "gradient_scale": 1.0,
        }

    def check_outputs(self, outputs: int) -> None:
        """Raise a ValueError if the loss does not fit that many outputs."""

    def rows(self, y_true: ArrayLike, y_pred: ArrayLike) -> FloatArray:
        """The loss of each row, of shape `y_pred.shape[:-1]`."""
        from dlcore import _data  # which knows losses

        predicted = _data.floats("y_pred", y_pred)
        true = _data.array("y_true", y_true)
        if predicted.ndim == 0 or predicted.size == 0:
            raise ValueError(f"y_pred must have shape (..., outputs), got {predicted.shape}")
        *shape, outputs = predicted.shape
        self.check_outputs(outputs)
        flat = predicted.reshape(-1, outputs)
        if true.size * (outputs if self.TARGETS == "labels" else 1) != predicted.size:
            raise ValueError(f"y_true must fit y_pred of shape {predicted.shape}, got shape {true.shape}")
        targets = _data.targets(
            "y_true", true.reshape(len(flat), -1), len(flat), outputs, self, str(predicted.dtype)
        )
        losses, _ = _core.loss(self.core_config(), targets, flat)
        return losses.reshape(shape)

    def __call__(self, y_true: ArrayLike, y_pred: ArrayLike) -> float:
        """The mean of the losses of the rows."""
        return float(np.mean(self.rows(y_true, y_pred), dtype=np.float64))


class ClassLoss(Loss):
    """A loss over classes, of which a row has one."""

    PROBABILITIES = True

    def check_outputs(self, outputs: int) -> None:
        """One output cannot tell classes apart."""
        if outputs == 1:
            raise ValueError(
                f"loss {self.core_name!r} needs an output for each class, got one output; "
                "use loss='binary_crossentropy' for two classes"
            )
