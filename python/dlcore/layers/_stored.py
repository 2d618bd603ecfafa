"""The weights of a file, for layers that are made while it is read: they have these from the start."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from contextvars import ContextVar

from dlcore import _data
from dlcore._typing import FloatArray
from dlcore.layers.variable import Spec

_file: ContextVar[Mapping[str, FloatArray] | None] = ContextVar("file", default=None)


@contextlib.contextmanager
def weights_of(tensors: Mapping[str, FloatArray]) -> Iterator[None]:
    """Layers that are made within take these. No memory is made for what is not in the file."""
    token = _file.set(tensors)
    try:
        yield
    finally:
        _file.reset(token)


def first_weights(layer: str, specs: Sequence[Spec], dtype: str) -> list[FloatArray]:
    """A layer's first weights: those of the file that is read, or initial ones.

    Raises
    ------
    ValueError
        If the file has not what the layer needs.
    """
    tensors = _file.get()
    if tensors is None:
        return [spec.initializer(spec.shape, dtype) for spec in specs]
    weights = []
    for spec in specs:
        name = f"{layer}/{spec.name}"
        if name not in tensors or tensors[name].shape != spec.shape:
            got = tensors[name].shape if name in tensors else "none"
            raise ValueError(f"{name} must have shape {spec.shape}, got {got}")
        weights.append(_data.finite(name, tensors[name]).astype(dtype, copy=False))
    return weights
