"""What stands for a layer's outputs before there are any: layers are called on it to make a model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dlcore import _checks
from dlcore.layers._absent import missing

if TYPE_CHECKING:
    from dlcore.layers.layer import Layer, Shape


class Tensor:
    """The outputs of a layer, or the inputs of a model, without numbers.

    Attributes
    ----------
    shape : tuple
        The first number, of rows, is None.
    name : str
        Of the layer.
    dtype : str
        What models have by default.

    Examples
    --------
    >>> import dlcore
    >>> inputs = dlcore.Input((4,))
    >>> dlcore.layers.Dense(2)(inputs).shape
    (None, 2)
    """

    def __init__(self, shape: Shape, name: str, layer: Layer | None, source: Tensor | None) -> None:
        self.row_shape = shape
        self.shape = (None, *shape)
        self.name = name
        self.dtype = _checks.floatx()
        self.layer = layer
        """None for a model's inputs."""
        self.source = source
        """What the layer was called on."""

    def __add__(self, other: object) -> Tensor:
        raise missing("dlcore.layers", "Add")

    def __repr__(self) -> str:
        return f"<Tensor shape={self.shape}, name={self.name}>"


def joined(layer: Layer, source: Tensor) -> Tensor:
    """The outputs of a layer that is called on a tensor."""
    layer.build(source.shape)
    tensor = Tensor(layer.output_shape(source.row_shape), layer.name, layer, source)
    layer.calls.append((source, tensor))
    return tensor
