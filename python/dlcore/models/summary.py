"""The table that `summary` prints."""

from __future__ import annotations

import re
import shutil
import textwrap
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from dlcore import _checks

if TYPE_CHECKING:
    from dlcore.models.model import Model

_WIDTH = 88
_SHARES = (0.45, 0.80, 1.0)


def summary(
    model: Model,
    line_length: int | None,
    positions: Sequence[float] | None,
    expand_nested: bool,
    show_trainable: bool,
    layer_range: Sequence[str] | None,
) -> str:
    """The layers of a model, their outputs, and how many numbers each has; see `Model.summary`."""
    show_trainable = bool(show_trainable)
    header = ["Layer (type)", "Output Shape", "Param #"] + ["Trainable"] * show_trainable
    rows = _rows(model, expand_nested, show_trainable, layer_range)
    shares = [_checks.real("positions", share, low=0, high=1) for share in positions or _SHARES]
    if show_trainable:
        shares = [share * 0.9 for share in shares] + [1.0]
    # Four characters of a terminal stay free.
    if line_length is not None:
        line_length = _checks.integer("line_length", line_length, high=10_000)
    length = line_length or min(_WIDTH + 12 * show_trainable, shutil.get_terminal_size().columns - 4)
    ends = [0, *(int(share * length) for share in shares)]
    # Each column has a border and a space on either side.
    widths = [max(4, end - start - 3) for start, end in pairwise(ends)]
    return "\n".join([f'Model: "{model.name}"', *_table(header, rows, widths), *_totals(model)])


def _rows(
    model: Model, expand_nested: bool, show_trainable: bool, layer_range: Sequence[str] | None
) -> list[list[str]]:
    rows: list[list[str]] = []
    shape = model._shape
    for layer in _within(model.layers, layer_range):
        shape = _row(rows, layer, shape, 0, expand_nested, show_trainable)
    return rows


def _row(
    rows: list[list[str]], layer: Any, shape: Any, level: int, expand_nested: bool, show_trainable: bool
) -> Any:
    """Adds a layer's row, and those of the layers within; returns the shape of its outputs."""
    from dlcore.models.model import Model

    before = shape
    is_input = hasattr(layer, "batch_shape")
    if is_input:
        shape = layer.batch_shape[1:]
    elif shape is not None:
        shape = layer.output_shape_of(shape) if isinstance(layer, Model) else layer.output_shape(shape)
    prefix = "   " * level + "└ " if level else ""
    text = "?" if shape is None else f"({', '.join(['None', *map(str, shape)])})"
    count = 0 if is_input else layer.count_params() if layer.built else None
    row = [f"{prefix}{layer.name} ({_type(layer)})", text, "0 (unbuilt)" if count is None else f"{count:,}"]
    if show_trainable:
        row.append("-" if is_input or not layer.weights else "Y" if layer.trainable else "N")
    rows.append(row)
    if expand_nested and isinstance(layer, Model):
        for inner in layer.layers:
            before = _row(rows, inner, before, level + 1, expand_nested, show_trainable)
    return shape


def _type(layer: Any) -> str:
    return "Functional" if type(layer).__name__ == "Model" else type(layer).__name__


def _within(layers: list[Any], layer_range: Sequence[str] | None) -> list[Any]:
    if layer_range is None:
        return layers
    if len(layer_range) != 2:
        raise ValueError(f"layer_range must be two names, got {layer_range!r}")
    ends = []
    for pattern in layer_range:
        found = [i for i, layer in enumerate(layers) if re.match(pattern, layer.name)]
        if not found:
            raise ValueError(f"layer_range must be names of layers, got {pattern!r}")
        ends.append(found)
    return layers[min(ends[0]) : max(ends[1]) + 1]


def _table(header: list[str], rows: list[list[str]], widths: list[int]) -> list[str]:
    lines = ["┏" + "┳".join("━" * (width + 2) for width in widths) + "┓"]
    lines += _cells(header, widths, "┃")
    lines.append("┡" + "╇".join("━" * (width + 2) for width in widths) + "┩")
    for i, row in enumerate(rows):
        lines += _cells(row, widths, "│")
        ends = "├┼┤" if i + 1 < len(rows) else "└┴┘"
        lines.append(ends[0] + ends[1].join("─" * (width + 2) for width in widths) + ends[2])
    return lines


def _cells(texts: list[str], widths: list[int], border: str) -> list[str]:
    """A row of the table; what is too long goes on in the next line."""
    folded = [textwrap.wrap(text, width) or [""] for text, width in zip(texts, widths, strict=True)]
    lines = []
    for i in range(max(map(len, folded))):
        cells = [parts[i] if i < len(parts) else "" for parts in folded]
        aligned = [
            cell.rjust(width) if column == 2 else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(cells, widths, strict=True))
        ]
        lines.append(border + border.join(f" {cell} " for cell in aligned) + border)
    return lines


def _totals(model: Model) -> list[str]:
    size = np.dtype(model.dtype).itemsize
    if model.built:
        learned = sum(int(np.prod(variable.shape)) for variable in model.trainable_weights)
        fixed = sum(int(np.prod(variable.shape)) for variable in model.non_trainable_weights)
    else:
        learned = fixed = 0
    state = model.optimizer_params()
    counts = {"Total": learned + fixed + (state or 0), "Trainable": learned, "Non-trainable": fixed}
    if state is not None:
        counts["Optimizer"] = state
    return [f" {name} params: {count:,} ({_memory(count * size)})" for name, count in counts.items()]


def _memory(size: float) -> str:
    """Bytes as people read them."""
    for unit in ("B", "KB", "MB", "GB"):
        if size < 1024 or unit == "GB":
            return f"{size:.2f} {unit}"
        size /= 1024
    raise AssertionError
