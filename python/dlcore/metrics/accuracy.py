"""The share of rows, or of outputs, that are right, in several forms."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from dlcore import _checks, _data
from dlcore._typing import FloatArray
from dlcore.losses import Loss
from dlcore.metrics._arrays import floats, labels, pair
from dlcore.metrics.metric import Metric
from dlcore.metrics.reduction import MeanOverRows


def accuracy(y_true: ArrayLike, y_pred: ArrayLike) -> FloatArray:
    """1 for each output that equals its target, 0 for the others."""
    return _hits(np.equal(*pair(y_true, y_pred)))


def binary_accuracy(y_true: ArrayLike, y_pred: ArrayLike, threshold: float = 0.5) -> FloatArray:
    """1 for each output on the right side of the threshold, 0 for the others.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.metrics.binary_accuracy([[0.0], [1.0]], [[0.3], [0.4]]).tolist()
    [[1.0], [0.0]]
    """
    true, predicted = pair(y_true, y_pred)
    threshold = _checks.real("threshold", threshold)
    return _hits(true == (predicted > predicted.dtype.type(threshold)))


def categorical_accuracy(y_true: ArrayLike, y_pred: ArrayLike) -> FloatArray:
    """1 for each row where the largest output is the largest of the one-hot vector, 0 for the others.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.metrics.categorical_accuracy([[0.0, 1.0]], [[0.2, 0.8]]).tolist()
    [1.0]
    """
    true, predicted = pair(y_true, y_pred)
    return _hits(true.argmax(axis=-1) == predicted.argmax(axis=-1))


def sparse_categorical_accuracy(y_true: ArrayLike, y_pred: ArrayLike) -> FloatArray:
    """1 for each row where the largest output is the class index's, 0 for the others.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.metrics.sparse_categorical_accuracy([1], [[0.2, 0.8]]).tolist()
    [1.0]
    """
    found = floats("y_pred", y_pred).argmax(axis=-1)
    true = _data.array("y_true", y_true)
    if true.shape not in (found.shape, (*found.shape, 1)):
        raise ValueError(
            f"y_true must have one class index a row, shape {found.shape}, got shape {true.shape}"
        )
    return _hits(true.reshape(found.shape) == found)


def top_k_categorical_accuracy(y_true: ArrayLike, y_pred: ArrayLike, k: int = 5) -> FloatArray:
    """1 for each row where the true class has one of the k largest outputs, 0 for the others; y one-hot.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.metrics.top_k_categorical_accuracy([[0.0, 0.0, 1.0]], [[0.5, 0.2, 0.3]], k=2).tolist()
    [1.0]
    """
    true, predicted = pair(y_true, y_pred)
    return sparse_top_k_categorical_accuracy(true.argmax(axis=-1), predicted, k)


def sparse_top_k_categorical_accuracy(
    y_true: ArrayLike, y_pred: ArrayLike, k: int = 5, from_sorted_ids: bool = False
) -> FloatArray:
    """1 for each row where the class index has one of the k largest outputs, 0 for the others.

    Equal outputs share the best place. With `from_sorted_ids`, y_pred has class indices, the best first.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.metrics.sparse_top_k_categorical_accuracy([2], [[0.5, 0.2, 0.3]], k=2).tolist()
    [1.0]
    """
    predicted = floats("y_pred", y_pred)
    *rows, classes = predicted.shape
    if from_sorted_ids:
        ids = np.asarray(y_true).reshape(*rows, 1)
        return _hits((predicted[..., :k] == ids).any(axis=-1))
    places = labels(y_true, tuple(rows), classes)[..., np.newaxis]
    better = predicted > np.take_along_axis(predicted, places, axis=-1)
    return _hits(better.sum(axis=-1) < k)


def _hits(found: Any) -> FloatArray:
    hits: FloatArray = np.asarray(found, dtype=np.float32)
    return hits


class Accuracy(MeanOverRows):
    """The share of outputs that equal their targets.

    Parameters
    ----------
    name : str
        Default "accuracy".
    dtype : {"float32", "float64"}, optional

    Examples
    --------
    >>> import dlcore
    >>> dlcore.metrics.Accuracy()([[1], [2], [3], [4]], [[0], [2], [3], [4]])
    0.75
    """

    TARGETS = "vectors"
    GOAL = "max"

    def __init__(self, name: str | None = "accuracy", dtype: object = None) -> None:
        super().__init__(accuracy, name, dtype)


class BinaryAccuracy(MeanOverRows):
    """The share of outputs on the right side of the threshold.

    Parameters
    ----------
    name : str
        Default "binary_accuracy".
    dtype : {"float32", "float64"}, optional
    threshold : float
        An output above it means 1; default 0.5.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.metrics.BinaryAccuracy()([[1], [1], [0], [0]], [[0.98], [1.0], [0.0], [0.6]])
    0.75
    """

    core_name = "binary_accuracy"
    TARGETS = "vectors"
    GOAL = "max"

    def __init__(
        self, name: str | None = "binary_accuracy", dtype: object = None, threshold: float = 0.5
    ) -> None:
        self.threshold = _checks.real("threshold", threshold)
        super().__init__(binary_accuracy, name, dtype, threshold=self.threshold)

    def core_config(self) -> dict[str, Any]:
        """Name and threshold."""
        return {"name": self.core_name, "threshold": self.threshold}


class CategoricalAccuracy(MeanOverRows):
    """The share of rows where the largest output is the largest of the one-hot vector.

    Parameters
    ----------
    name : str
        Default "categorical_accuracy".
    dtype : {"float32", "float64"}, optional

    Examples
    --------
    >>> import dlcore
    >>> dlcore.metrics.CategoricalAccuracy()([[0, 0, 1], [0, 1, 0]], [[0.1, 0.9, 0.8], [0.05, 0.95, 0.0]])
    0.5
    """

    core_name = "categorical_accuracy"
    TARGETS = "vectors"
    GOAL = "max"

    def __init__(self, name: str | None = "categorical_accuracy", dtype: object = None) -> None:
        super().__init__(categorical_accuracy, name, dtype)


class SparseCategoricalAccuracy(MeanOverRows):
    """The share of rows where the largest output is the class index's.

    Parameters
    ----------
    name : str
        Default "sparse_categorical_accuracy".
    dtype : {"float32", "float64"}, optional

    Examples
    --------
    >>> import dlcore
    >>> dlcore.metrics.SparseCategoricalAccuracy()([2, 1], [[0.1, 0.9, 0.8], [0.05, 0.95, 0.0]])
    0.5
    """

    core_name = "sparse_categorical_accuracy"
    TARGETS = "labels"
    GOAL = "max"

    def __init__(self, name: str | None = "sparse_categorical_accuracy", dtype: object = None) -> None:
        super().__init__(sparse_categorical_accuracy, name, dtype)


class TopKCategoricalAccuracy(MeanOverRows):
    """The share of rows where the class of the one-hot vector has one of the k largest outputs.

    Parameters
    ----------
    k : int
        At least 1; default 5.
    name : str
        Default "top_k_categorical_accuracy".
    dtype : {"float32", "float64"}, optional

    Examples
    --------
    >>> import dlcore
    >>> dlcore.metrics.TopKCategoricalAccuracy(2)([[0, 0, 1], [1, 0, 0]], [[0.1, 0.9, 0.8], [0.0, 0.9, 0.1]])
    0.5
    """

    TARGETS = "vectors"
    GOAL = "max"

    def __init__(
        self, k: int = 5, name: str | None = "top_k_categorical_accuracy", dtype: object = None
    ) -> None:
        self.k = _checks.integer("k", k, low=1)
        super().__init__(top_k_categorical_accuracy, name, dtype, k=self.k)


class SparseTopKCategoricalAccuracy(MeanOverRows):
    """The share of rows where the class of the index has one of the k largest outputs.

    Parameters
    ----------
    k : int
        At least 1; default 5.
    name : str
        Default "sparse_top_k_categorical_accuracy".
    dtype : {"float32", "float64"}, optional
    from_sorted_ids : bool
        Whether y_pred has class indices, the best first; default False.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.metrics.SparseTopKCategoricalAccuracy(2)([2, 0], [[0.1, 0.9, 0.8], [0.0, 0.9, 0.1]])
    0.5
    """

    TARGETS = "labels"
    GOAL = "max"

    def __init__(
        self,
        k: int = 5,
        name: str | None = "sparse_top_k_categorical_accuracy",
        dtype: object = None,
        from_sorted_ids: bool = False,
    ) -> None:
        self.k = _checks.integer("k", k, low=1)
        self.from_sorted_ids = _checks.boolean("from_sorted_ids", from_sorted_ids)
        super().__init__(
            sparse_top_k_categorical_accuracy, name, dtype, k=self.k, from_sorted_ids=self.from_sorted_ids
        )


class AccuracyThatFits(Accuracy):
    """What the name "accuracy" means: binary for one output, else as the loss's targets are."""

    def resolve(self, loss: Loss, outputs: int) -> Metric:
        """One of the three."""
        if outputs == 1:
            return BinaryAccuracy(self.name)
        if loss.TARGETS == "labels":
            return SparseCategoricalAccuracy(self.name)
        return CategoricalAccuracy(self.name)
