"""What scripts know as `keras.backend`, or K: settings, values of variables, and functions of arrays."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dlcore import _checks, ops
from dlcore._readable import Readable
from dlcore.config import (
    backend,
    epsilon,
    floatx,
    image_data_format,
    set_epsilon,
    set_floatx,
    set_image_data_format,
)
from dlcore.layers.tensor import Tensor
from dlcore.utils.random_seed import clear_session

_IN_OPS = """
    abs all any arange binary_crossentropy cast categorical_crossentropy clip concatenate cos cumprod cumsum
    dot elu equal exp expand_dims eye greater greater_equal hard_sigmoid less less_equal log logsumexp max
    maximum mean min minimum ndim not_equal one_hot ones ones_like prod relu repeat reshape round shape
    sigmoid sign sin softmax softplus softsign sparse_categorical_crossentropy sqrt square squeeze stack std
    stop_gradient sum tanh tile transpose var zeros zeros_like"""
_OTHERS = {"constant": "convert_to_tensor", "eval": "convert_to_numpy", "flatten": "ravel", "pow": "power"}
FUNCTIONS = {name: name for name in _IN_OPS.split()} | _OTHERS
"""Those that older scripts find here, and their names in `ops`."""

__all__ = [
    "argmax",
    "argmin",
    "backend",
    "batch_get_value",
    "batch_set_value",
    "cast_to_floatx",
    "clear_session",
    "count_params",
    "epsilon",
    "floatx",
    "get_value",
    "image_data_format",
    "int_shape",
    "is_keras_tensor",
    "set_epsilon",
    "set_floatx",
    "set_image_data_format",
    "set_value",
]


def get_value(x: Any) -> Any:
    """The numbers of a variable; an array is what it is.

    Examples
    --------
    >>> import dlcore
    >>> float(dlcore.backend.get_value(dlcore.optimizers.Adam(0.5).learning_rate))
    0.5
    """
    return x.numpy() if isinstance(x, Readable) else x


def set_value(x: Any, value: ArrayLike) -> None:
    """Replace the numbers of a variable.

    Examples
    --------
    >>> import dlcore
    >>> dense = dlcore.layers.Dense(1)
    >>> dense.build((None, 2))
    >>> dlcore.backend.set_value(dense.bias, [0.5])
    >>> dense.bias.numpy().tolist()
    [0.5]
    """
    if not hasattr(x, "assign"):
        raise TypeError(f"x must be a variable, got {x!r}")
    x.assign(value)


def batch_get_value(tensors: list[Any]) -> list[Any]:
    """The numbers of several variables.

    Examples
    --------
    >>> import dlcore
    >>> dense = dlcore.layers.Dense(1)
    >>> dense.build((None, 2))
    >>> [value.shape for value in dlcore.backend.batch_get_value(dense.weights)]
    [(2, 1), (1,)]
    """
    if not isinstance(tensors, list | tuple):
        raise TypeError(f"tensors must be a list of variables, got {type(tensors).__name__}")
    return [get_value(tensor) for tensor in tensors]


def batch_set_value(tuples: list[tuple[Any, ArrayLike]]) -> None:
    """Replace the numbers of several variables, given as (variable, value).

    Examples
    --------
    >>> import dlcore
    >>> dense = dlcore.layers.Dense(1)
    >>> dense.build((None, 2))
    >>> dlcore.backend.batch_set_value([(dense.bias, [0.5])])
    >>> dense.bias.numpy().tolist()
    [0.5]
    """
    for variable, value in tuples:
        set_value(variable, value)


def cast_to_floatx(x: ArrayLike) -> NDArray[Any]:
    """An array of the dtype that models have by default.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.backend.cast_to_floatx([1, 2]).dtype
    dtype('float32')
    """
    return np.asarray(x, floatx())


def count_params(x: Any) -> int:
    """How many numbers an array or variable has.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.backend.count_params(dlcore.ops.zeros((2, 3)))
    6
    """
    return int(np.prod(int_shape(x)))


def int_shape(x: Any) -> tuple[Any, ...]:
    """Of an array, variable or symbolic tensor.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.backend.int_shape(dlcore.Input((3,)))
    (None, 3)
    """
    return tuple(np.shape(x))


def is_keras_tensor(x: Any) -> bool:
    """Whether x stands for what a layer gives, and is no array.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.backend.is_keras_tensor(dlcore.Input((3,))), dlcore.backend.is_keras_tensor([1.0])
    (True, False)
    """
    return isinstance(x, Tensor)


def argmax(x: ArrayLike, axis: int | None = -1) -> Any:
    """Where the largest is, along the last axis by default, unlike `ops.argmax`.

    Examples
    --------
    >>> import dlcore
    >>> int(dlcore.backend.argmax([1.0, 3.0, 2.0]))
    1
    """
    return np.argmax(x, _axis(axis))


def argmin(x: ArrayLike, axis: int | None = -1) -> Any:
    """Where the smallest is, along the last axis by default, unlike `ops.argmin`.

    Examples
    --------
    >>> import dlcore
    >>> int(dlcore.backend.argmin([1.0, 3.0, 2.0]))
    0
    """
    return np.argmin(x, _axis(axis))


def _axis(axis: int | None) -> int | None:
    return None if axis is None else _checks.integer("axis", axis, -_checks.MAX_AXES, _checks.MAX_AXES - 1)


def __getattr__(name: str) -> Any:
    """A function of `ops`, as scripts for older Keras call it."""
    if name in FUNCTIONS:
        return getattr(ops, FUNCTIONS[name])
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name)


def __dir__() -> list[str]:
    return sorted([*__all__, *FUNCTIONS])
