"""Counting, at several thresholds at once, the outputs that are above, right or wrong."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dlcore import _checks, _data
from dlcore._typing import FloatArray
from dlcore.metrics._arrays import EPSILON, Numbers, pair

MOST = 1_000_000
"""Thresholds that a metric may have."""

NEVER = -1e10
"""Below every output: the threshold, and the output, that top_k works with."""


class Counts(NamedTuple):
    """Weights of outputs, an array (thresholds,) or (thresholds, labels) each."""

    true_positives: Numbers
    false_positives: Numbers
    true_negatives: Numbers
    false_negatives: Numbers


class Thresholds:
    """Numbers that outputs must be above to count as positive.

    Keras compares in float32 and, where the thresholds are evenly spread over 0..1, cuts outputs to 0..1 and
    computes how many of them an output is above; so does this.
    """

    def __init__(self, values: Sequence[float]) -> None:
        self.values = np.array(values, dtype=np.float32)
        even = np.linspace(0, 1, len(values))
        inside = np.clip(values, 0, 1)
        self.even = len(values) > 2 and np.allclose(inside, even, rtol=1e-5, atol=EPSILON)
        # Those a little below 0 and above 1, so that all outputs are above the first and none above the last.
        self.fewest = int(self.values[0] < 0 or self.values[-1] > 1)
        self.sorted = np.sort(self.values)
        self.place = np.searchsorted(self.sorted, self.values)

    def __len__(self) -> int:
        return len(self.values)

    def passed(self, predicted: FloatArray) -> NDArray[np.int64]:
        """How many thresholds each output is above."""
        if self.even:
            steps = np.float32(len(self) - 1)
            return np.maximum(np.ceil(predicted.clip(0, 1) * steps).astype(np.int64), self.fewest)
        passed = np.searchsorted(self.sorted, predicted, side="left")
        return passed.astype(np.int64)

    def count(self, positive: NDArray[np.bool_], predicted: FloatArray, weights: Numbers) -> Counts:
        """Of arrays (n, labels) all; the result is (thresholds, labels)."""
        true = self._passing(predicted, weights * positive)
        false = self._passing(predicted, weights * ~positive)
        found, mistaken = true[1:][self.place], false[1:][self.place]
        return Counts(found, mistaken, false[0] - mistaken, true[0] - found)

    def _passing(self, predicted: FloatArray, weights: Numbers) -> Numbers:
        """The weights of what is above at least 0, 1, ... thresholds, (thresholds + 1, labels)."""
        labels = predicted.shape[1]
        passed = self.passed(predicted) + (len(self) + 1) * np.arange(labels)
        sums = np.bincount(passed.ravel(), weights.ravel(), minlength=labels * (len(self) + 1))
        by_passed = sums.reshape(labels, len(self) + 1).T
        return by_passed[::-1].cumsum(axis=0)[::-1]


def parse(thresholds: object, default: float) -> list[float]:
    """The thresholds as a list: one number, several or the default."""
    if thresholds is None:
        return [default]
    given = thresholds if isinstance(thresholds, list | tuple | np.ndarray) else [thresholds]
    if len(given) == 0:
        raise ValueError("thresholds must have at least one number, got none")
    return [_checks.real("thresholds", value, low=0, high=1) for value in given]


def spread(num_thresholds: int) -> list[float]:
    """That many numbers from 0 to 1, at even distances; 0.5 if it is one."""
    if num_thresholds == 1:
        return [0.5]
    return [i / (num_thresholds - 1) for i in range(num_thresholds)]


def counted(
    thresholds: Thresholds,
    y_true: ArrayLike,
    y_pred: ArrayLike,
    sample_weight: ArrayLike | None = None,
    top_k: int | None = None,
    class_id: int | None = None,
    label_weights: ArrayLike | None = None,
    by_label: bool = False,
) -> Counts:
    """The counts of a batch.

    Parameters
    ----------
    y_true, y_pred : arrays (rows,) or (rows, outputs)
        What is not 0 is true.
    sample_weight : array (rows,), (rows, 1) or (rows, outputs), optional
    top_k : int, optional
        Only the k largest outputs of a row count as they are, the others as below every threshold.
    class_id : int, optional
        The only output that counts.
    label_weights : array (outputs,), optional
    by_label : bool
        Whether to count each output by itself.
    """
    true, predicted = pair(y_true, _data.floats("y_pred", y_pred, "float32"))
    if true.shape != predicted.shape:
        raise ValueError(f"y_true must have the shape of y_pred, {predicted.shape}, got shape {true.shape}")
    weights = _weights(sample_weight, true)
    if top_k is not None:
        predicted = _largest(predicted, top_k)
    if class_id is not None:
        if predicted.ndim != 2 or class_id >= predicted.shape[1]:
            raise ValueError(
                f"y_pred must have shape (rows, outputs) with an output {class_id} for class_id, got shape "
                f"{predicted.shape}"
            )
        true, predicted, weights = true[:, [class_id]], predicted[:, [class_id]], weights[:, [class_id]]
    if label_weights is not None:
        weights = weights * _data.doubles("label_weights", label_weights)
    shape = predicted.shape if by_label else (-1, 1)
    counts = thresholds.count(
        true.reshape(shape) != 0,
        predicted.reshape(shape),
        weights.reshape(shape),
    )
    return counts if by_label else Counts(*(values[:, 0] for values in counts))


def _weights(sample_weight: ArrayLike | None, true: FloatArray) -> Numbers:
    """A weight for each output."""
    if sample_weight is None:
        return np.ones(true.shape)
    given: Numbers = _data.doubles("sample_weight", sample_weight)
    fitting = given
    if given.ndim < true.ndim:
        fitting = given[..., np.newaxis]
    elif given.ndim > true.ndim and given.shape[-1] == 1:
        fitting = given[..., 0]
    try:
        return np.broadcast_to(fitting, true.shape)
    except ValueError as error:
        raise ValueError(
            f"sample_weight must have a weight for each row of y_true, shape {true.shape[:1]}, got shape "
            f"{given.shape}"
        ) from error


def _largest(predicted: FloatArray, k: int) -> FloatArray:
    """The k largest of each row as they are, the first of equal ones; the others below every threshold."""
    if k > predicted.shape[-1]:
        raise ValueError(f"top_k must be at most the number of outputs, {predicted.shape[-1]}, got {k}")
    best = np.argsort(-predicted, axis=-1, kind="stable")[..., :k]
    kept = np.full_like(predicted, NEVER)
    np.put_along_axis(kept, best, np.take_along_axis(predicted, best, axis=-1), axis=-1)
    return kept
