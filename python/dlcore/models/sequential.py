"""The model that is a list of layers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dlcore.layers import InputLayer, Layer, Tensor
from dlcore.models.model import Model


class Sequential(Model):
    """A stack of layers, each of which takes what the one before gives.

    Parameters
    ----------
    layers : sequence of Layer, optional
        May begin with an `Input`; without one the model is built when it sees its first data.
    trainable : bool
        False freezes all layers; default True.
    name : str, optional
    dtype : {"float32", "float64"}, optional
        Of weights and arithmetic, by default `dlcore.config.floatx()`. C-contiguous arrays of this dtype are
        used in place, all others are converted once.

    Examples
    --------
    >>> import dlcore
    >>> model = dlcore.Sequential([
    ...     dlcore.layers.Input((784,)),
    ...     dlcore.layers.Dense(128, activation="relu"),
    ...     dlcore.layers.Dropout(0.2),
    ...     dlcore.layers.Dense(10, activation="softmax"),
    ... ])
    >>> model.compile("adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    >>> model.count_params()
    101770
    """

    def __init__(
        self,
        layers: Sequence[Any] | None = None,
        trainable: bool = True,
        name: str | None = None,
        dtype: object = None,
    ) -> None:
        self._begin(name, dtype)
        self._input = None
        self._tensors: list[Tensor] = []  # the input and what each layer makes of it, as far as known
        self._names: set[str] = set()
        for layer in layers or []:
            self.add(layer)
        if not trainable:
            self.trainable = False

    @property
    def layers(self) -> list[Any]:
        """What the model is made of; a model within is one of them."""
        return list(self._chain)

    def add(self, layer: Any, rebuild: bool = True) -> None:
        """Put a layer, or a model, on top; an `Input` only as the first.

        Examples
        --------
        >>> import dlcore
        >>> model = dlcore.Sequential([dlcore.Input((2,))])
        >>> model.add(dlcore.layers.Dense(3, activation="relu"))
        >>> model.output_shape
        (None, 3)
        """
        if isinstance(layer, Tensor) and layer.layer is None:
            layer = InputLayer(layer.row_shape, layer.name)
        if isinstance(layer, InputLayer):
            if self._chain or self._shape is not None:
                raise ValueError("layers must have Input as the first, and only one")
            self._input, self._shape = layer, layer.row_shape
            return
        if not isinstance(layer, Layer | Model):
            raise TypeError(f"layers must be layers, got {layer!r}")
        if layer.name in self._names:
            raise ValueError(f"layers must have different names, got {layer.name!r} twice")
        self._unbuild()
        if not self._chain and self._shape is None:
            self._shape = layer._shape if isinstance(layer, Model) else layer.input_shape
        if self._shape is not None:
            source = self._symbolic()[1]
            if isinstance(layer, Layer):
                layer.prepare(source.row_shape, self.dtype, within=self.name)
            self._tensors.append(layer(source))
        self._chain.append(layer)
        self._names.add(layer.name)

    def pop(self, rebuild: bool = True) -> Any:
        """Take the last layer off and return it.

        Examples
        --------
        >>> import dlcore
        >>> model = dlcore.Sequential([dlcore.Input((2,)), dlcore.layers.Dense(3), dlcore.layers.Dense(1)])
        >>> _ = model.pop()
        >>> model.output_shape
        (None, 3)
        """
        if not self._chain:
            raise ValueError("the model has no layers to pop")
        self._unbuild()
        layer = self._chain.pop()
        self._names.discard(layer.name)
        del self._tensors[1 + len(self._chain) :]
        return layer

    def _symbolic(self) -> tuple[Tensor, Tensor]:
        """The layers called one on another, each once."""
        if self._input is None:
            self._input = InputLayer(self._known_shape())
        self._tensors = self._tensors or [self._input.output]
        for layer in self._chain[len(self._tensors) - 1 :]:
            self._tensors.append(layer(self._tensors[-1]))
        return self._tensors[0], self._tensors[-1]

    @classmethod
    def _of(cls, first: InputLayer | None, layers: list[Any], name: str, dtype: str) -> Sequential:
        return cls([*([] if first is None else [first]), *layers], name=name, dtype=dtype)
