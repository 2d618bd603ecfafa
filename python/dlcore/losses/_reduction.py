"""From the losses of rows to the number that a call returns."""

import numpy as np
from numpy.typing import ArrayLike

from dlcore._typing import FloatArray

TRAINABLE = ("sum_over_batch_size", "mean", "mean_with_sample_weight", "sum")
"""What a model can be trained with."""
NONE = ("none", None)
REDUCTIONS = (*TRAINABLE, *NONE)


def check(reduction: str | None) -> str | None:
    """A reduction that is known."""
    if reduction not in REDUCTIONS:
        raise ValueError(f"reduction must be one of {', '.join(map(repr, REDUCTIONS))}, got {reduction!r}")
    return reduction


def reduce(losses: FloatArray, sample_weight: ArrayLike | None, reduction: str | None) -> float | FloatArray:
    """The losses times their weights, reduced; a mean over weights that sum to zero is zero."""
    divisor = float(losses.size)
    if sample_weight is not None:
        weights = _weights(sample_weight, losses)
        losses = losses * weights
        if reduction == "mean_with_sample_weight":
            divisor = float(np.sum(weights, dtype=np.float64))
    if reduction in NONE:
        return losses
    total = float(np.sum(losses, dtype=np.float64))
    if reduction == "sum":
        return total
    return total / divisor if divisor else 0.0


def _weights(sample_weight: ArrayLike, losses: FloatArray) -> FloatArray:
    from dlcore import _data  # which knows losses

    weights = _data.floats("sample_weight", sample_weight, str(losses.dtype))
    if weights.ndim == losses.ndim + 1 and weights.shape[-1] == 1:
        weights = weights[..., 0]
    if losses.ndim == weights.ndim + 1 and losses.shape[-1] == 1:
        weights = weights[..., None]
    try:
        np.broadcast_to(weights, losses.shape)
    except ValueError:
        raise ValueError(
            f"sample_weight must have one weight a row, shape {losses.shape}, got shape {weights.shape}"
        ) from None
    return weights
