"""The variables of layers, as users hold them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from dlcore import _data
from dlcore._readable import Readable
from dlcore._typing import FloatArray
from dlcore.initializers import Initializer

if TYPE_CHECKING:
    from dlcore.layers.layer import Layer


class Spec(NamedTuple):
    """A variable before it has numbers: what a layer will hold."""

    name: str
    shape: tuple[int, ...]
    initializer: Initializer
    trainable: bool = True
    """Whether gradients change it, unless the layer is frozen."""
    listed: bool = True
    """Whether users see it; what they gave as an argument they do not."""


class Variable(Readable):
    """A weight array of a layer: reads and writes the numbers where the core has them.

    Attributes
    ----------
    name, path : str
        "kernel", and with the layer's and perhaps the model's name "sequential/dense/kernel".
    shape : tuple of int
    dtype : str
    trainable : bool

    Examples
    --------
    >>> import dlcore
    >>> model = dlcore.Sequential([dlcore.layers.Input((2,)), dlcore.layers.Dense(3)])
    >>> model.weights[0].shape
    (2, 3)
    """

    def __init__(self, layer: Layer, index: int) -> None:
        self._layer = layer
        self._index = index
        spec = layer.specs[index]
        self.name = spec.name
        self.path = f"{layer.path}/{spec.name}"
        self.shape = spec.shape
        self.trainable = spec.trainable and layer.trainable

    @property
    def dtype(self) -> str:
        """The model's."""
        return str(self.numpy().dtype)

    def numpy(self) -> FloatArray:
        """A copy of the numbers."""
        return self._layer.all_weights()[self._index]

    def assign(self, value: ArrayLike) -> FloatArray:
        """Replace the numbers; returns them.

        Parameters
        ----------
        value : array
            Of the same shape.
        """
        weights = self._layer.all_weights()
        weights[self._index] = np.asarray(value)  # checked by set_all_weights
        self._layer.set_all_weights(weights)
        return self.numpy()

    def assign_add(self, value: ArrayLike) -> FloatArray:
        """Add to the numbers."""
        return self.assign(self.numpy() + _data.floats("value", value, self.dtype))

    def assign_sub(self, value: ArrayLike) -> FloatArray:
        """Subtract from the numbers."""
        return self.assign(self.numpy() - _data.floats("value", value, self.dtype))

    def __repr__(self) -> str:
        return f"<Variable path={self.path}, shape={self.shape}, dtype={self.dtype}>"
