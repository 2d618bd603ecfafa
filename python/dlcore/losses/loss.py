"""The base of all losses."""

from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dlcore import _checks, _core, _names
from dlcore._registry import Configurable
from dlcore._typing import FloatArray
from dlcore.losses import _own
from dlcore.losses._reduction import TRAINABLE, check, reduce


class Loss(Configurable):
    """How wrong predictions are: a number for each row, and what they make together.

    Calling a loss with `y_true` and `y_pred` (..., outputs) gives the mean, or what `reduction` says;
    `y_true` has the same shape, or (...,) with class indices for the sparse loss. A third argument,
    `sample_weight` (...,), multiplies the losses of the rows.

    A loss of one's own is a subclass that defines `call`.

    Parameters
    ----------
    name : str, optional
    reduction : {"sum_over_batch_size", "mean", "mean_with_sample_weight", "sum", "none"} or None
        The first two, which are the same and the default, divide the sum of the losses by the rows, the third
        by the sum of the weights; "none" and None leave the losses of the rows, and no model can be trained
        with them.
    dtype : {"float32", "float64"}, optional
        What a loss that is called computes in; by default in that of `y_pred`. A model has its own.

    Examples
    --------
    >>> import dlcore
    >>> import numpy as np
    >>> class Quartic(dlcore.losses.Loss):
    ...     def call(self, y_true, y_pred):
    ...         error = y_pred - y_true
    ...         return np.mean(error**4, axis=1), 4 * error**3 / error.shape[1]
    >>> Quartic()([[0.0, 1.0]], [[1.0, 3.0]])
    8.5
    """

    core_name: ClassVar[str] = "given"
    """The core's name for it."""
    TARGETS: ClassVar[str] = "vectors"
    """What y is: "vectors" with a number for each output, or "labels"."""
    PROBABILITIES: ClassVar[bool] = False
    """Whether the numbers in y are probabilities."""
    ignore_class: int | None = None
    from_logits: bool = False
    label_smoothing: float = 0.0
    delta: float = 1.0
    alpha: float = 0.0
    gamma: float = 0.0
    apply_class_balancing: bool = False

    def __init__(
        self,
        name: str | None = None,
        reduction: str | None = "sum_over_batch_size",
        dtype: str | None = None,
    ) -> None:
        self.name = _names.choose(name, type(self))
        self.reduction = check(reduction)
        self.dtype = None if dtype is None else _checks.dtype(dtype)

    @property
    def needs_batches(self) -> bool:
        """Whether Python has to see each batch: a user's loss does, and what depends on all its rows."""
        return self.is_own or self.reduction == "sum" or self.ignore_class is not None

    def mask(self, labels: NDArray[Any]) -> NDArray[np.float64]:
        """What rows count for where there is an `ignore_class`."""
        raise NotImplementedError(f"{type(self).__name__} has no ignore_class")

    @property
    def is_own(self) -> bool:
        """Whether the loss is computed by a user's `call`, and not by the core."""
        return type(self).call is not Loss.call

    def call(self, y_true: FloatArray, y_pred: FloatArray) -> Any:
        """The losses of the rows.

        A subclass's returns two arrays, since dlcore does not differentiate: the losses (rows,), and the
        derivative of each by the outputs of its row, of `y_pred`'s shape (rows, outputs).
        """
        if self.core_name == Loss.core_name:
            raise NotImplementedError(f"{type(self).__name__} must define call(y_true, y_pred)")
        return self.rows(y_true, y_pred)

    def evaluate(self, y_true: FloatArray, y_pred: FloatArray) -> FloatArray:
        """What `call` returns, checked, as the core's targets: (rows, 1 + outputs), losses first."""
        return _own.pair(f"{type(self).__name__}.call", self.call(y_true, y_pred), y_pred)

    def core_config(self) -> dict[str, Any]:
        """What the core shall minimise, as its contract says it."""
        if self.core_name == Loss.core_name and not self.is_own:
            raise NotImplementedError(f"{type(self).__name__} must define call(y_true, y_pred)")
        if self.reduction not in TRAINABLE:
            raise ValueError(
                f"reduction must be one of {', '.join(map(repr, TRAINABLE))} to train with, got "
                f"{self.reduction!r}"
            )
        return self._kernel_config() | {"by_weight": self.reduction == "mean_with_sample_weight"}

    def _kernel_config(self) -> dict[str, Any]:
        return {
            "name": Loss.core_name if self.is_own else self.core_name,
            "from_logits": self.from_logits,
            "label_smoothing": self.label_smoothing,
            "delta": self.delta,
            "floor": 0.0,
            "quantiles": [0.5],
            "alpha": self.alpha,
            "gamma": self.gamma,
            "apply_class_balancing": self.apply_class_balancing,
            "by_weight": False,
            "penalty_by_weight": False,
            "loss_scale": 1.0,
            "gradient_scale": 1.0,
        }

    def get_config(self) -> dict[str, Any]:
        """All arguments but the dtype."""
        return {"name": self.name, "reduction": self.reduction}

    def check_outputs(self, outputs: int) -> None:
        """Raise a ValueError if the loss does not fit that many outputs."""

    def check_targets(self, name: str, targets: FloatArray) -> None:
        """Raise a ValueError if the loss does not take such numbers for the outputs."""
        if self.PROBABILITIES and (targets.min() < 0 or targets.max() > 1):
            raise ValueError(
                f"{name} must be probabilities from 0 to 1 for {self.core_name}, got values from "
                f"{targets.min()} to {targets.max()}"
            )

    def rows(self, y_true: ArrayLike, y_pred: ArrayLike) -> FloatArray:
        """The loss of each row, of shape `y_pred.shape[:-1]`."""
        from dlcore import _data  # which knows losses

        predicted = _data.floats("y_pred", y_pred, self.dtype)
        true = _data.array("y_true", y_true)
        if predicted.ndim == 0 or predicted.size == 0:
            raise ValueError(f"y_pred must have shape (..., outputs), got {predicted.shape}")
        *shape, outputs = predicted.shape
        self.check_outputs(outputs)
        flat = predicted.reshape(-1, outputs)
        wanted = predicted.size // (outputs if self.TARGETS == "labels" else 1)
        if true.size % len(flat) if self.is_own else true.size != wanted:
            raise ValueError(f"y_true must fit y_pred of shape {predicted.shape}, got shape {true.shape}")
        columns = true.shape[len(shape) :] if self.is_own else (-1,)
        targets = _data.targets(
            "y_true", true.reshape(len(flat), *columns), len(flat), outputs, self, str(predicted.dtype)
        )
        if self.is_own:
            return self.evaluate(targets, flat)[:, 0].reshape(shape)
        losses, _ = _core.loss(self._kernel_config(), targets, flat)
        return losses.reshape(shape)

    def __call__(
        self, y_true: ArrayLike, y_pred: ArrayLike, sample_weight: ArrayLike | None = None
    ) -> float | FloatArray:
        """The losses of the rows, weighted and reduced."""
        return reduce(self.rows(y_true, y_pred), sample_weight, self.reduction)


class PlainLoss(Loss):
    """A loss that has no arguments but those of all."""

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = None,
        dtype: str | None = None,
    ) -> None:
        super().__init__(self.core_name if name is None else name, reduction, dtype)


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


def last_axis(axis: object) -> int:
    """The only axis there can be: rows have their outputs along the last one."""
    if isinstance(axis, bool) or axis != -1:
        raise ValueError(f"axis must be -1, that of the outputs, got {axis!r}")
    return -1
