"""What a model takes and gives, as rows that fit it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from dlcore import _data
from dlcore._typing import FloatArray
from dlcore.losses import Loss
from dlcore.losses.crossentropy_that_fits import CrossentropyThatFits
from dlcore.optimizers import Optimizer

if TYPE_CHECKING:
    from dlcore.layers import Layer


class Inputs(ABC):
    """The part of a model that checks and converts what comes in."""

    dtype: str
    loss: Loss | None
    optimizer: Optimizer | None
    _shape: tuple[int, ...] | None
    _output_axes: tuple[int, ...] | None
    """Of an output row, if they are several; found when the network is made."""

    @property
    @abstractmethod
    def flat_layers(self) -> list[Layer]:
        """All layers."""

    @abstractmethod
    def _settle(self, loss: Loss) -> None:
        """Take the loss that fits the data, where `compile` left it open."""

    @abstractmethod
    def output_shape_of(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """The shape of an output row, for an input row of that shape."""

    def _shaped(self, outputs: FloatArray) -> FloatArray:
        """Outputs with more than one axis a row, if the last layer gives such."""
        return outputs if self._output_axes is None else outputs.reshape(len(outputs), *self._output_axes)

    def _compiled_or_buildable(self) -> None:
        """Raise a ValueError if there is no loss or no layer, before data is looked at."""
        if self.loss is None or self.optimizer is None:
            raise ValueError("the model must be compiled with a loss first: call compile()")
        if not self.flat_layers:
            raise ValueError("the model has no layers: add at least one Dense")

    def _features(self, name: str, x: ArrayLike) -> FloatArray:
        """Inputs as the core takes them; the model learns their shape from the first."""
        shape = self._shape
        if shape is not None and len(shape) == 1:
            return _data.features(name, x, shape[0], self.dtype)
        numbers = _data.floats(name, x, self.dtype)
        if shape is None:
            shape = numbers.shape[1:] if numbers.ndim > 1 else (1,)
        rows = len(numbers) if numbers.ndim else 0
        if rows == 0 or numbers.size == 0 or (numbers.shape[1:] or (1,)) != shape:
            expected = ", ".join(map(str, ("rows", *shape)))
            raise ValueError(
                f"{name} must have shape ({expected}) with at least one row, got {numbers.shape}"
            )
        features = _data.features(name, numbers.reshape(rows, -1), None, self.dtype)
        self.output_shape_of(shape)
        self._shape = shape
        return features

    def _rows(
        self,
        prefix: str,
        x: Any,
        y: Any,
        sample_weight: Any = None,
        class_weight: dict[int, float] | None = None,
    ) -> _data.Rows:
        """The rows, checked against the model; messages name arguments with the prefix before them."""
        if self.loss is None:
            raise ValueError("the model must be compiled with a loss first: call compile()")
        if y is None:
            raise ValueError(f"{prefix}y must be given with {prefix}x, got None")
        before = self._shape
        features = self._features(f"{prefix}x", x)
        try:
            return self._targets(prefix, features, y, sample_weight, class_weight)
        except (TypeError, ValueError):
            self._shape = before
            raise

    def _targets(
        self, prefix: str, features: FloatArray, y: Any, sample_weight: Any, class_weight: Any
    ) -> _data.Rows:
        assert self.loss is not None
        rows, outputs = len(features), self.output_width
        given = _data.array(f"{prefix}y", y)
        if isinstance(self.loss, CrossentropyThatFits):
            self._settle(self.loss.fitting(given.shape, outputs))
        self.loss.check_outputs(outputs)
        if given.ndim > 2 and given.size == rows * outputs:
            given = given.reshape(rows, outputs)
        targets = _data.targets(f"{prefix}y", given, rows, outputs, self.loss, self.dtype)
        weights = None
        if sample_weight is not None:
            weights = _data.weights(f"{prefix}sample_weight", sample_weight, rows, self.dtype)
        checked = _data.Rows(features, targets, weights, given.ndim == 1)
        return checked if class_weight is None else self.weighted(checked, class_weight)

    def weighted(self, rows: _data.Rows, class_weight: dict[int, float]) -> _data.Rows:
        """The rows, each with the weight of its class."""
        assert self.loss is not None
        by_class = _data.class_weights(class_weight, rows.y, self.output_width, self.loss)
        return rows._replace(weight=by_class if rows.weight is None else rows.weight * by_class)

    @property
    def output_width(self) -> int:
        """How many outputs a row has."""
        assert self._shape is not None
        return int(np.prod(self.output_shape_of(self._shape)))
