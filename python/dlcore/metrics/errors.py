"""Errors of regression as metrics."""

from dlcore.metrics.metric import Metric


class MeanSquaredError(Metric):
    """mean((y - y') ** 2)."""

    core_name = "mean_squared_error"


class MeanAbsoluteError(Metric):
    """mean(abs(y - y'))."""

    core_name = "mean_absolute_error"
