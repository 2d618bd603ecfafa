"""The weights of a layer as pictures."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from dlcore import _checks
from dlcore.plots import _style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from dlcore.layers import Dense


def weights(
    layer: Dense, shape: tuple[int, int] | None = None, columns: int | None = None, ax: Axes | None = None
) -> Axes:
    """Draw the weights of a dense layer: a small picture for each unit, where the inputs are pictures.

    Blue is negative, white zero, orange positive. A figure of its own gets a colour bar, too.

    Parameters
    ----------
    layer : Dense
        With weights: its model must be built.
    shape : (int, int), optional
        Height and width of an input. By default a square if the inputs are 16, 25, 36, ...; otherwise the
        kernel is drawn as it is, a row for each input and a column for each unit.
    columns : int, optional
        How many small pictures stand side by side; by default about as many as below each other.
    ax : matplotlib Axes, optional
        Where to draw; by default a new figure.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    ValueError, TypeError
        For a layer without a kernel, and a shape that its inputs do not have.
    ImportError
        Without matplotlib.

    Examples
    --------
    >>> import dlcore
    >>> model = dlcore.Sequential([dlcore.Input((64,)), dlcore.layers.Dense(6, activation="relu")])
    >>> model.build()
    >>> ax = dlcore.plots.weights(model.layers[0])
    >>> ax.images[0].get_array().shape  # two rows of three 8x8 pictures, and a line around each
    (19, 28)
    """
    kernel = getattr(layer, "kernel", None)
    if kernel is None:
        raise ValueError(f"layer must be a Dense layer of a model that is built, got {layer!r}")
    numbers = kernel.numpy()
    inputs, units = numbers.shape
    if shape is None:
        side = math.isqrt(inputs)
        shape = (side, side) if side >= 4 and side * side == inputs else None
    elif len(_checks.shape("shape", shape)) != 2 or math.prod(shape) != inputs:
        raise ValueError(f"shape must be height and width of {inputs} inputs, got {shape}")
    if columns is None:
        columns = math.ceil(math.sqrt(units))
    columns = min(_checks.integer("columns", columns, low=1), units)
    picture = numbers if shape is None else _mosaic(numbers, shape, columns)

    is_own, ax = ax is None, _style.axes(ax, 5.6, 4.6)
    limit = float(np.abs(numbers).max()) or 1.0
    aspect: Any = "auto" if shape is None else "equal"
    image = ax.imshow(picture, cmap=_style.diverging(), vmin=-limit, vmax=limit, aspect=aspect)
    if shape is None:
        ax.set(xlabel="unit", ylabel="input")
        for axis in (ax.xaxis, ax.yaxis):
            _style.whole_numbers(axis)
    else:
        ax.set(xticks=[], yticks=[], xlabel=f"{units} units, {shape[0]} x {shape[1]} weights each")
        ax.set_facecolor("lightgrey")
        ax.spines[:].set_visible(False)
    if is_own:
        ax.figure.colorbar(image, label="weight")
    return ax


def _mosaic(kernel: NDArray[Any], shape: tuple[int, int], columns: int) -> NDArray[Any]:
    """The pictures of all units, with NaN around each, which is drawn as background."""
    height, width = shape
    rows = -(-kernel.shape[1] // columns)
    mosaic = np.full((rows * (height + 1) + 1, columns * (width + 1) + 1), np.nan)
    for unit in range(kernel.shape[1]):
        top, left = 1 + unit // columns * (height + 1), 1 + unit % columns * (width + 1)
        mosaic[top : top + height, left : left + width] = kernel[:, unit].reshape(shape)
    return mosaic
