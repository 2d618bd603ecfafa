"""How likely the targets are, if the outputs are probabilities or rates."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from dlcore import _checks
from dlcore.losses import Loss
from dlcore.metrics import _formulas
from dlcore.metrics.metric import Metric
from dlcore.metrics.reduction import MeanOverRows


class KLDivergence(MeanOverRows):
    """sum(y * log(y / y')), the divergence of distributions, both cut to 1e-7..1.

    Parameters
    ----------
    name : str
        Default "kl_divergence".
    dtype : {"float32", "float64"}, optional

    Examples
    --------
    >>> import dlcore
    >>> round(dlcore.metrics.KLDivergence()([[0.5, 0.5]], [[0.25, 0.75]]), 4)
    0.1438
    """

    TARGETS = "vectors"
    GOAL = "min"

    def __init__(self, name: str | None = "kl_divergence", dtype: object = None) -> None:
        super().__init__(_formulas.kl_divergence, name, dtype)


class Poisson(MeanOverRows):
    """mean(y' - y * log(y' + 1e-7)), for counts y and rates y'.

    Parameters
    ----------
    name : str
        Default "poisson".
    dtype : {"float32", "float64"}, optional

    Examples
    --------
    >>> import dlcore
    >>> round(dlcore.metrics.Poisson()([[3.0]], [[2.0]]), 4)
    -0.0794
    """

    TARGETS = "vectors"
    GOAL = "min"

    def __init__(self, name: str | None = "poisson", dtype: object = None) -> None:
        super().__init__(_formulas.poisson, name, dtype)


class BinaryCrossentropy(MeanOverRows):
    """The mean of -y * log(p) - (1 - y) * log(1 - p), p cut to 1e-7..1-1e-7.

    Parameters
    ----------
    name : str
        Default "binary_crossentropy".
    dtype : {"float32", "float64"}, optional
    from_logits : bool
        Whether a sigmoid is still to be applied to the outputs; default False.
    label_smoothing : float
        How far to move the targets towards 0.5, 0 to 1; default 0.

    Examples
    --------
    >>> import dlcore
    >>> round(dlcore.metrics.BinaryCrossentropy()([[0], [1]], [[0.25], [0.75]]), 4)
    0.2877
    """

    TARGETS = "vectors"
    GOAL = "min"

    def __init__(
        self,
        name: str | None = "binary_crossentropy",
        dtype: object = None,
        from_logits: bool = False,
        label_smoothing: float = 0,
    ) -> None:
        self.from_logits = _checks.boolean("from_logits", from_logits)
        self.label_smoothing = _checks.real("label_smoothing", label_smoothing, low=0, high=1)
        super().__init__(
            _formulas.binary_crossentropy,
            name,
            dtype,
            from_logits=self.from_logits,
            label_smoothing=self.label_smoothing,
        )


class CategoricalCrossentropy(MeanOverRows):
    """The mean of -sum(y * log(p)), p scaled to a sum of 1 and cut to 1e-7..1-1e-7.

    Parameters
    ----------
    name : str
        Default "categorical_crossentropy".
    dtype : {"float32", "float64"}, optional
    from_logits : bool
        Whether softmax is still to be applied to the outputs; default False.
    label_smoothing : float
        How far to move the targets towards 1 / classes, 0 to 1; default 0.
    axis : int
        Along which the classes lie; default -1.

    Examples
    --------
    >>> import dlcore
    >>> round(dlcore.metrics.CategoricalCrossentropy()([[0, 1]], [[0.25, 0.75]]), 4)
    0.2877
    """

    TARGETS = "vectors"
    GOAL = "min"

    def __init__(
        self,
        name: str | None = "categorical_crossentropy",
        dtype: object = None,
        from_logits: bool = False,
        label_smoothing: float = 0,
        axis: int = -1,
    ) -> None:
        self.from_logits = _checks.boolean("from_logits", from_logits)
        self.label_smoothing = _checks.real("label_smoothing", label_smoothing, low=0, high=1)
        super().__init__(
            _formulas.categorical_crossentropy,
            name,
            dtype,
            from_logits=self.from_logits,
            label_smoothing=self.label_smoothing,
            axis=axis,
        )


class SparseCategoricalCrossentropy(MeanOverRows):
    """The mean of -log(p of the true class), p as for `CategoricalCrossentropy`.

    Parameters
    ----------
    name : str
        Default "sparse_categorical_crossentropy".
    dtype : {"float32", "float64"}, optional
    from_logits : bool
        Whether softmax is still to be applied to the outputs; default False.
    ignore_class : int, optional
        A class whose rows count as 0; where there are weights, they are left out of the mean.
    axis : int
        Along which the classes lie; default -1.

    Examples
    --------
    >>> import dlcore
    >>> round(dlcore.metrics.SparseCategoricalCrossentropy()([1], [[0.25, 0.75]]), 4)
    0.2877
    """

    TARGETS = "labels"
    GOAL = "min"

    def __init__(
        self,
        name: str | None = "sparse_categorical_crossentropy",
        dtype: object = None,
        from_logits: bool = False,
        ignore_class: int | None = None,
        axis: int = -1,
    ) -> None:
        self.from_logits = _checks.boolean("from_logits", from_logits)
        self.ignore_class = (
            None if ignore_class is None else _checks.integer("ignore_class", ignore_class, low=-(2**31))
        )
        super().__init__(
            _formulas.sparse_categorical_crossentropy,
            name,
            dtype,
            from_logits=self.from_logits,
            ignore_class=self.ignore_class,
            axis=axis,
        )

    def update_state(
        self, y_true: ArrayLike, y_pred: ArrayLike, sample_weight: ArrayLike | None = None
    ) -> None:
        """Add a batch: y_true (rows,) or (rows, 1), y_pred (rows, classes)."""
        if sample_weight is not None and self.ignore_class is not None:
            weights = np.asarray(sample_weight)
            sample_weight = weights * (np.asarray(y_true).reshape(weights.shape) != self.ignore_class)
        super().update_state(y_true, y_pred, sample_weight)


class CrossentropyThatFits(Metric):
    """What the name "crossentropy" means: binary for one output, else as the loss's targets are."""

    GOAL = "min"

    def resolve(self, loss: Loss, outputs: int) -> Metric:
        """One of the three."""
        if outputs == 1:
            return BinaryCrossentropy(self.name)
        if loss.TARGETS == "labels":
            return SparseCategoricalCrossentropy(self.name)
        return CategoricalCrossentropy(self.name)
