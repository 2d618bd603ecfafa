"""States, which are dicts with arrays in them, as JSON and tensors; and back."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from dlcore._typing import FloatArray

_TENSOR, _FLOATS, _NUMBER = "tensor", "floats", "number"
"""The only key of what stands for an array, a long list of floats, and a number that is not finite."""

_LONG = 64
"""Items of a list that is a tensor in the file: a history of a million epochs."""


def pack(value: Any, name: str, tensors: dict[str, FloatArray]) -> Any:
    """What JSON can hold of a value; arrays of floats go into the tensors, by names from `name` on."""
    if isinstance(value, dict):
        return {str(key): pack(inner, f"{name}/{key}", tensors) for key, inner in value.items()}
    if isinstance(value, list) and len(value) >= _LONG and all(type(item) is float for item in value):
        tensors[name] = np.array(value)
        return {_FLOATS: name}
    if isinstance(value, list | tuple):
        return [pack(inner, f"{name}/{i}", tensors) for i, inner in enumerate(value)]
    if isinstance(value, np.ndarray) and value.dtype in (np.float32, np.float64):
        tensors[name] = np.array(value, order="C")
        return {_TENSOR: name}
    if isinstance(value, np.ndarray | np.generic):
        return pack(value.tolist(), name, tensors)
    if isinstance(value, float) and not math.isfinite(value):
        return {_NUMBER: str(float(value))}
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return repr(value)  # What a user's callback put into the logs: no reason not to save the model.


def unpack(value: Any, tensors: dict[str, FloatArray]) -> Any:
    """The way back."""
    if isinstance(value, list):
        return [unpack(inner, tensors) for inner in value]
    if isinstance(value, dict):
        if value.keys() == {_TENSOR}:
            return tensors[value[_TENSOR]]
        if value.keys() == {_FLOATS}:
            return tensors[value[_FLOATS]].tolist()
        if value.keys() == {_NUMBER}:
            return float(value[_NUMBER])
        return {key: unpack(inner, tensors) for key, inner in value.items()}
    return value
