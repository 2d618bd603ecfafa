"""The model that is made by calling layers on tensors."""

from __future__ import annotations

from typing import Any

from dlcore import _names
from dlcore.layers import InputLayer, Tensor
from dlcore.models.model import Model


class Functional(Model):
    """What `Model(inputs, outputs)` makes: the layers that lead from one to the other; see `Model`.

    Examples
    --------
    >>> import dlcore
    >>> inputs = dlcore.Input((2,))
    >>> model = dlcore.Model(inputs, dlcore.layers.Dense(1)(inputs))
    >>> type(model).__name__
    'Functional'
    """

    def __init__(
        self,
        inputs: Tensor | list[Tensor] | None = None,
        outputs: Tensor | list[Tensor] | None = None,
        name: str | None = None,
    ) -> None:
        if inputs is None or outputs is None:
            raise TypeError(
                "inputs and outputs must be tensors, as Input and layers give them; or use Sequential"
            )
        first, last = _one("inputs", inputs), _one("outputs", outputs)
        self._begin(name or _names.numbered("functional"), None)
        self._chain = path(first, last)
        # A model may begin in the midst of another.
        self._input = InputLayer(first.row_shape, first.name if first.layer is None else None)
        self._shape = first.row_shape
        self._tensors = first, last

    @property
    def layers(self) -> list[Any]:
        """What the model is made of, its input first; a model within is one of them."""
        return [self._input, *self._chain]

    def _symbolic(self) -> tuple[Tensor, Tensor]:
        return self._tensors

    @classmethod
    def _of(cls, first: InputLayer | None, layers: list[Any], name: str, dtype: str) -> Functional:
        if first is None:
            raise ValueError("a model that is no Sequential has an input, got none")
        tensor = first.output
        for layer in layers:
            tensor = layer(tensor)
        model = cls(first.output, tensor, name)
        model.dtype = dtype
        return model


def path(inputs: Tensor, outputs: Tensor) -> list[Any]:
    """The layers from inputs to outputs."""
    chain: list[Any] = []
    tensor = outputs
    while tensor is not inputs:
        if tensor.layer is None or tensor.source is None:
            raise ValueError(f"outputs must come from inputs by layers, but {outputs} comes from {tensor}")
        chain.append(tensor.layer)
        tensor = tensor.source
    return chain[::-1]


def _one(name: str, tensors: Any) -> Tensor:
    """The only tensor of a list, or a tensor."""
    if isinstance(tensors, list | tuple) and len(tensors) == 1:
        tensors = tensors[0]
    if isinstance(tensors, list | tuple | dict):
        raise ValueError(
            f"{name} must be one tensor, got {len(tensors)}: dlcore trains chains of layers, with one input "
            "and one output"
        )
    if not isinstance(tensors, Tensor):
        raise TypeError(f"{name} must be a tensor, as Input and layers give them, got {tensors!r}")
    return tensors
