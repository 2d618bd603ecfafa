"""A net as it is drawn in books."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from dlcore import _checks
from dlcore.plots import _style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from dlcore.models import Model

Point = tuple[float, float]

_FEW = 24
"""So many weights are written down, too."""
_LABEL_AT = 0.22
"""Where a weight stands on its line: near its start, where the lines of a unit have parted."""


def network(
    model: Model,
    inputs: Sequence[str] | None = None,
    outputs: Sequence[str] | None = None,
    max_units: int = 12,
    ax: Axes | None = None,
) -> Axes:
    """Draw the dense layers of a model: a circle for each unit, a line for each weight.

    The line is wide where the weight is large, blue where it is negative and orange where it is positive.
    Small nets have the weights written on the lines, and the biases in the circles.

    Parameters
    ----------
    model : Model
        Must be built.
    inputs, outputs : sequence of str, optional
        What the inputs and the outputs are.
    max_units : int
        Of a layer with more units the first ones are drawn, and dots; default 12.
    ax : matplotlib Axes, optional
        Where to draw; by default a new figure.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    ValueError
        Without dense layers, or for too few or too many names.
    ImportError
        Without matplotlib.

    Examples
    --------
    >>> import dlcore
    >>> from dlcore.layers import Dense
    >>> model = dlcore.Sequential([dlcore.Input((2,)), Dense(3, activation="relu"), Dense(1)])
    >>> model.build()
    >>> ax = dlcore.plots.network(model, inputs=["lectures", "hours"])
    >>> len(ax.lines)
    9
    """
    max_units = _checks.integer("max_units", max_units, low=2)
    layers: list[Any] = [layer for layer in model.flat_layers if getattr(layer, "kernel", None) is not None]
    if not layers:
        raise ValueError("model must have Dense layers and be built: call build(), or fit")
    kernels = [layer.kernel.numpy() for layer in layers]
    widths = [len(kernels[0]), *(layer.units for layer in layers)]
    for what, names, width in (("inputs", inputs, widths[0]), ("outputs", outputs, widths[-1])):
        if names is not None and len(names) != width:
            raise ValueError(f"{what} must be {width} names, got {names!r}")
    columns = [_column(i, width, max_units) for i, width in enumerate(widths)]

    is_small = sum(kernel.size for kernel in kernels) <= _FEW
    row = 0.9 if is_small else 0.6
    ax = _style.axes(ax, 1.6 + 2 * len(layers), 0.9 + row * max(3, *map(len, columns)))
    for kernel, (left, right) in zip(kernels, pairwise(columns), strict=True):
        _draw_weights(ax, kernel, left, right, is_small)
    for i, column in enumerate(columns):
        biases = None
        if i > 0 and is_small and layers[i - 1].use_bias:
            biases = layers[i - 1].bias.numpy()
        _draw_units(ax, column, biases, is_input=i == 0)
        if len(column) < widths[i]:
            ax.text(i, column[-1][1] - 1, "⋮", ha="center", va="center", size=16)
    bottom = -max(len(column) + (len(column) < width) for column, width in zip(columns, widths, strict=True))
    titles = [
        _counted(widths[0], "input"),
        *(f"{_counted(layer.units, 'unit')}\n{layer.activation.name}" for layer in layers),
    ]
    for i, title in enumerate(titles):
        ax.text(i, bottom / 2 - 0.05, title, ha="center", va="top", size=9)
    for names, column, shift, side in (
        (inputs, columns[0], -0.16, "right"),
        (outputs, columns[-1], 0.16, "left"),
    ):
        for name, (x, y) in zip(names or [], column, strict=False):
            ax.text(x + shift, y, name, ha=side, va="center")
    ax.set(xlim=(-0.3, len(layers) + 0.3), ylim=(bottom / 2 - 0.7, -bottom / 2 + 0.1))
    ax.axis("off")
    return ax


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'s' if count > 1 else ''}"


def _column(x: int, width: int, most: int) -> list[Point]:
    """Where the circles of a layer are, from the top, its middle at 0."""
    count = min(width, most)
    rows = count + (width > most)
    return [(x, (rows - 1) / 2 - i) for i in range(count)]


def _draw_weights(
    ax: Axes, kernel: NDArray[Any], left: list[Point], right: list[Point], is_small: bool
) -> None:
    largest = np.abs(kernel).max() or 1.0
    for i, start in enumerate(left):
        for j, end in enumerate(right):
            weight = float(kernel[i, j])
            colour = _style.HIGH if weight > 0 else _style.LOW
            share = abs(weight) / largest
            x, y = zip(start, end, strict=True)
            ax.plot(x, y, color=colour, linewidth=0.3 + 3 * share, alpha=0.3 + 0.6 * share, zorder=1)
            if is_small:
                at = [a + _LABEL_AT * (b - a) for a, b in zip(start, end, strict=True)]
                box = {"boxstyle": "round,pad=0.1", "facecolor": "white", "edgecolor": "none", "alpha": 0.85}
                ax.text(
                    at[0], at[1], f"{weight:.2f}", ha="center", va="center", size=8, color=colour, bbox=box
                )


def _draw_units(ax: Axes, column: list[Point], biases: NDArray[Any] | None, is_input: bool) -> None:
    x, y = zip(*column, strict=True)
    size = 60 if is_input else 240 if biases is None else 620
    ax.scatter(x, y, s=size, facecolor="lightgrey" if is_input else "white", edgecolor="black", zorder=2)
    if biases is not None:
        for (x_unit, y_unit), bias in zip(column, biases, strict=False):
            ax.text(x_unit, y_unit, f"{bias:+.2f}", ha="center", va="center", size=7, zorder=3)
