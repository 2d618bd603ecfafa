"""What comes in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dlcore import _checks, _names
from dlcore.layers.tensor import Tensor


class InputLayer:
    """Stands for a model's inputs in the list of its layers.

    Parameters
    ----------
    shape : tuple of int
        Of one row.
    name : str, optional

    Examples
    --------
    >>> import dlcore
    >>> model = dlcore.Sequential([dlcore.layers.InputLayer((3,)), dlcore.layers.Dense(2)])
    >>> model.input_shape
    (None, 3)
    """

    def __init__(self, shape: Sequence[int], name: str | None = None) -> None:
        self.name = _names.choose(name, type(self))
        self.row_shape = _checks.shape("shape", shape)
        self.batch_shape = (None, *self.row_shape)
        self.output = Tensor(self.row_shape, self.name, None, None)

    built = trainable = True

    @property
    def weights(self) -> list[Any]:
        """None."""
        return []

    def get_weights(self) -> list[Any]:
        """None."""
        return []

    def set_weights(self, weights: Sequence[Any]) -> None:
        """Nothing is to be done."""
        if weights:
            raise ValueError(f"weights must be none of {self.name!r}, got {len(weights)}")

    def count_params(self) -> int:
        """None."""
        return 0

    def get_config(self) -> dict[str, Any]:
        """Shape and name."""
        return {"batch_shape": self.batch_shape, "name": self.name}

    def __repr__(self) -> str:
        return f"InputLayer(shape={self.row_shape})"


def Input(  # noqa: N802, Keras's name
    shape: Sequence[int] | None = None,
    batch_size: int | None = None,
    dtype: object = None,
    name: str | None = None,
    batch_shape: Sequence[int | None] | None = None,
) -> Tensor:
    """Say how many numbers a row has, so that the model can be built before it sees data.

    Parameters
    ----------
    shape : tuple of int
        Of one row: (features,), or more axes where the first layer flattens them.
    batch_size, dtype : optional
        Accepted for Keras's sake: a model takes batches of any size, and converts what comes in.
    name : str, optional
    batch_shape : tuple, optional
        In place of `shape`, with the number of rows, or None, before it.

    Returns
    -------
    Tensor

    Examples
    --------
    >>> import dlcore
    >>> model = dlcore.Sequential([dlcore.Input((4,)), dlcore.layers.Dense(2)])
    >>> model.count_params()
    10
    """
    if (shape is None) == (batch_shape is None):
        raise ValueError(f"either shape or batch_shape must be given, got {shape!r} and {batch_shape!r}")
    if batch_shape is not None:
        shape = batch_shape[1:]  # type: ignore[assignment]  # checked by InputLayer
    if isinstance(shape, int):
        shape = (shape,)
    return InputLayer(shape, name).output  # type: ignore[arg-type]
