"""The formulas of errors and losses that metrics are means of: a number for each row, in plain NumPy.

`y_true` and `y_pred` are (rows, outputs), or (rows,) for one output; results have the shape without the last
dimension and the dtype of the predictions.
"""

import numpy as np
from numpy.typing import ArrayLike

from dlcore import _checks, _data
from dlcore._typing import FloatArray
from dlcore.metrics._arrays import EPSILON, floats, labels, pair


def mean_squared_error(y_true: ArrayLike, y_pred: ArrayLike) -> FloatArray:
    """mean((y - y') ** 2) of each row.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.metrics.mean_squared_error([[0.0, 1.0]], [[1.0, 3.0]]).tolist()
    [2.5]
    """
    true, predicted = pair(y_true, y_pred)
    return _mean((true - predicted) ** 2)


def mean_absolute_error(y_true: ArrayLike, y_pred: ArrayLike) -> FloatArray:
    """mean(abs(y - y')) of each row.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.metrics.mean_absolute_error([[0.0, 1.0]], [[1.0, 3.0]]).tolist()
    [1.5]
    """
    true, predicted = pair(y_true, y_pred)
    return _mean(abs(true - predicted))


def mean_absolute_percentage_error(y_true: ArrayLike, y_pred: ArrayLike) -> FloatArray:
    """100 mean(abs(y - y') / max(abs(y), 1e-7)) of each row.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.metrics.mean_absolute_percentage_error([[2.0, 4.0]], [[1.0, 5.0]]).tolist()
    [37.5]
    """
    true, predicted = pair(y_true, y_pred)
    return 100 * _mean(abs(true - predicted) / np.maximum(abs(true), EPSILON))


def mean_squared_logarithmic_error(y_true: ArrayLike, y_pred: ArrayLike) -> FloatArray:
    """mean((log(1 + y) - log(1 + y')) ** 2) of each row, what is below 1e-7 taken for that.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.metrics.mean_squared_logarithmic_error([[0.0, 1.0]], [[1.0, 3.0]]).round(4).tolist()
    [0.4805]
    """
    true, predicted = (np.log1p(np.maximum(values, EPSILON)) for values in pair(y_true, y_pred))
    return _mean((true - predicted) ** 2)


def huber(y_true: ArrayLike, y_pred: ArrayLike, delta: float = 1.0) -> FloatArray:
    """The mean of e ** 2 / 2 for errors up to delta, else delta * (abs(e) - delta / 2).

    Examples
    --------
    >>> import dlcore
    >>> dlcore.metrics.huber([[0.0, 1.0]], [[1.0, 3.0]]).round(4).tolist()
    [1.0]
    """
    true, predicted = pair(y_true, y_pred)
    delta = _checks.real("delta", delta)
    error = abs(true - predicted)
    return _mean(np.where(error <= delta, error**2 / 2, delta * (error - delta / 2)))


def log_cosh(y_true: ArrayLike, y_pred: ArrayLike) -> FloatArray:
    """mean(log(cosh(y' - y))) of each row, also where cosh overflows.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.metrics.log_cosh([[0.0, 1.0]], [[1.0, 3.0]]).round(4).tolist()
    [0.8794]
    """
    true, predicted = pair(y_true, y_pred)
    error = abs(predicted - true)
    return _mean(error + np.log1p(np.exp(-2 * error)) - np.log(error.dtype.type(2)))


def cosine_similarity(y_true: ArrayLike, y_pred: ArrayLike, axis: int = -1) -> FloatArray:
    """The cosine of the angle between y and y', 1 where they point the same way."""
    true, predicted = pair(y_true, y_pred)
    axis = _checks.axis(axis, predicted.ndim)
    true, predicted = (
        values / np.maximum(np.sqrt((values**2).sum(axis=axis, keepdims=True)), EPSILON)
        for values in (true, predicted)
    )
    return _sum(true * predicted, axis)


def poisson(y_true: ArrayLike, y_pred: ArrayLike) -> FloatArray:
    """mean(y' - y * log(y' + 1e-7)) of each row.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.metrics.poisson([[0.0, 1.0]], [[1.0, 3.0]]).round(4).tolist()
    [1.4507]
    """
    true, predicted = pair(y_true, y_pred)
    with np.errstate(divide="ignore", invalid="ignore"):  # negative predictions give NaN
        return _mean(predicted - true * np.log(predicted + EPSILON))


def kl_divergence(y_true: ArrayLike, y_pred: ArrayLike) -> FloatArray:
    """sum(y * log(y / y')) of each row, both cut to 1e-7..1.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.metrics.kl_divergence([[0.0, 1.0]], [[0.2, 0.8]]).round(4).tolist()
    [0.2231]
    """
    true, predicted = (_clip(values, 1) for values in pair(y_true, y_pred))
    return _sum(true * np.log(true / predicted))


def hinge(y_true: ArrayLike, y_pred: ArrayLike) -> FloatArray:
    """mean(max(1 - y * y', 0)) of each row, y being -1 or 1; if all are 0 or 1, 0 means -1.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.metrics.hinge([[-1.0, 1.0]], [[0.5, 0.5]]).tolist()
    [1.0]
    """
    return _mean(_margins(y_true, y_pred))


def squared_hinge(y_true: ArrayLike, y_pred: ArrayLike) -> FloatArray:
    """mean(max(1 - y * y', 0) ** 2) of each row, y as for `hinge`.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.metrics.squared_hinge([[-1.0, 1.0]], [[0.5, 0.5]]).tolist()
    [1.25]
    """
    return _mean(_margins(y_true, y_pred) ** 2)


def _margins(y_true: ArrayLike, y_pred: ArrayLike) -> FloatArray:
    true, predicted = pair(y_true, y_pred)
    if ((true == 0) | (true == 1)).all():
        true = 2 * true - 1
    return np.maximum(1 - true * predicted, 0)


def categorical_hinge(y_true: ArrayLike, y_pred: ArrayLike) -> FloatArray:
    """max(largest other output - the true class's output + 1, 0) of each row, y one-hot.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.metrics.categorical_hinge([[0.0, 1.0]], [[0.2, 0.8]]).round(4).tolist()
    [0.4]
    """
    true, predicted = pair(y_true, y_pred)
    other: FloatArray = ((1 - true) * predicted).max(axis=-1)
    return np.maximum(other - _sum(true * predicted) + 1, 0)


def binary_crossentropy(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> FloatArray:
    """The mean of -y * log(p) - (1 - y) * log(1 - p) of each row, p cut to 1e-7..1-1e-7.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.metrics.binary_crossentropy([[0.0, 1.0]], [[0.2, 0.8]]).round(4).tolist()
    [0.2231]
    """
    true, predicted = pair(y_true, y_pred)
    true = _smooth(true, label_smoothing, 2)
    return _mean(_bits(true, predicted, from_logits), axis)


def _bits(true: FloatArray, predicted: FloatArray, from_logits: bool) -> FloatArray:
    """The cross-entropy of each output."""
    if from_logits:
        return np.logaddexp(0, predicted) - predicted * true
    inside = _clip(predicted)
    return -(true * np.log(inside) + (1 - true) * np.log(1 - inside))


def categorical_crossentropy(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> FloatArray:
    """-sum(y * log(p)) of each row, p scaled to a sum of 1 and cut to 1e-7..1-1e-7.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.metrics.categorical_crossentropy([[0.0, 1.0]], [[0.2, 0.8]]).round(4).tolist()
    [0.2231]
    """
    true, predicted = pair(y_true, y_pred)
    true = _smooth(true, label_smoothing, predicted.shape[-1])
    return -_sum(true * _log_probabilities(predicted, from_logits, axis), axis)


def sparse_categorical_crossentropy(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    from_logits: bool = False,
    ignore_class: int | None = None,
    axis: int = -1,
) -> FloatArray:
    """-log(p) of the true class of each row, p as for `categorical_crossentropy`; 0 for an ignored class.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.metrics.sparse_categorical_crossentropy([1], [[0.2, 0.8]]).round(4).tolist()
    [0.2231]
    """
    predicted = floats("y_pred", y_pred)
    predicted = np.moveaxis(predicted, _checks.axis(axis, predicted.ndim), -1)
    *rows, classes = predicted.shape
    given = np.asarray(y_true)
    counted = np.full(given.shape, True)
    if ignore_class is not None:
        counted = given != _checks.integer("ignore_class", ignore_class, low=-_checks.MAX_SIZE)
    places = labels(np.where(counted, given, 0), tuple(rows), classes)[..., np.newaxis]
    logs = np.take_along_axis(_log_probabilities(predicted, from_logits, -1), places, axis=-1)
    losses: FloatArray = np.where(counted.reshape(rows), -1 * logs[..., 0], 0)
    return losses


def _log_probabilities(predicted: FloatArray, from_logits: bool, axis: int) -> FloatArray:
    axis = _checks.axis(axis, predicted.ndim)
    if from_logits:
        shifted = predicted - predicted.max(axis=axis, keepdims=True)
        logs: FloatArray = shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))
        return logs
    with np.errstate(divide="ignore", invalid="ignore"):  # a sum of 0 gives NaN
        return np.log(_clip(predicted / predicted.sum(axis=axis, keepdims=True)))


def binary_focal_crossentropy(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    apply_class_balancing: bool = False,
    alpha: float = 0.25,
    gamma: float = 2.0,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> FloatArray:
    """The binary cross-entropy times (1 - p of the truth) ** gamma; balanced, also times alpha or 1 - alpha.

    Lin et al., "Focal loss for dense object detection", 2017.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.metrics.binary_focal_crossentropy([[0.0, 1.0]], [[0.2, 0.8]]).round(4).tolist()
    [0.0089]
    """
    true, predicted = pair(y_true, y_pred)
    true = _smooth(true, label_smoothing, 2)
    alpha, gamma = _checks.real("alpha", alpha), _checks.real("gamma", gamma)
    entropy = _bits(true, predicted, from_logits)
    p = np.exp(-np.logaddexp(0, -predicted)) if from_logits else predicted
    entropy = entropy * (1 - (true * p + (1 - true) * (1 - p))) ** gamma
    if apply_class_balancing:
        entropy = entropy * (true * alpha + (1 - true) * (1 - alpha))
    return _mean(entropy, axis)


def categorical_focal_crossentropy(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    alpha: float = 0.25,
    gamma: float = 2.0,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> FloatArray:
    """-sum(alpha * (1 - p) ** gamma * y * log(p)) of each row, p as for `categorical_crossentropy`.

    Lin et al., "Focal loss for dense object detection", 2017.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.metrics.categorical_focal_crossentropy([[0.0, 1.0]], [[0.2, 0.8]]).round(4).tolist()
    [0.0022]
    """
    true, predicted = pair(y_true, y_pred)
    true = _smooth(true, label_smoothing, predicted.shape[-1])
    shares, gamma = _data.floats("alpha", alpha, str(predicted.dtype)), _checks.real("gamma", gamma)
    logs = _log_probabilities(predicted, from_logits, axis)
    return -_sum(shares * (1 - np.exp(logs)) ** gamma * true * logs, axis)


def _smooth(true: FloatArray, label_smoothing: float, classes: int) -> FloatArray:
    label_smoothing = _checks.real("label_smoothing", label_smoothing, low=0, high=1)
    return true * (1 - label_smoothing) + label_smoothing / max(classes, 1)


def _clip(probabilities: FloatArray, high: float = 1 - EPSILON) -> FloatArray:
    return probabilities.clip(EPSILON, high)


def _mean(values: FloatArray, axis: int = -1) -> FloatArray:
    means: FloatArray = values.mean(axis=_checks.axis(axis, values.ndim))
    return means


def _sum(values: FloatArray, axis: int = -1) -> FloatArray:
    sums: FloatArray = values.sum(axis=_checks.axis(axis, values.ndim))
    return sums
