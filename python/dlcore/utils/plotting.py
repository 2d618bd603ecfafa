"""A picture of a model."""

from __future__ import annotations

import os
import pathlib
import sys
from typing import TYPE_CHECKING, Any

from dlcore import _checks
from dlcore._registry import one_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from dlcore.models import Sequential

# In points.
_TITLE, _TEXT, _LINE = 11.0, 9.0, 16.0
_PADDING, _GAP, _MARGIN = 10.0, 26.0, 8.0
_DARK, _LIGHT, _ARROW = "#00507D", "#EEF4F8", "#555555"


def plot_model(
    model: Sequential,
    to_file: str | os.PathLike[str] = "model.png",
    show_shapes: bool = False,
    show_dtype: bool = False,
    show_layer_names: bool = False,
    rankdir: str = "TB",
    expand_nested: bool = False,
    dpi: int = 200,
    show_layer_activations: bool = False,
    show_trainable: bool = False,
    splines: str = "ortho",
) -> Any:
    """Draw the layers of a model, a box each, into a file. Needs matplotlib, and no graphviz.

    Parameters
    ----------
    model : Sequential
        Must be built.
    to_file : str or path
        The suffix says the format; default "model.png".
    show_shapes, show_dtype, show_layer_names, show_layer_activations, show_trainable : bool
        What is said of each layer besides its class; default False.
    rankdir : {"TB", "BT", "LR", "RL"}
        From top to bottom, bottom to top, left to right or right to left; default "TB".
    dpi : int
        Dots an inch; default 200.
    expand_nested, splines
        Accepted for Keras's sake; a chain has neither.

    Returns
    -------
    IPython.display.Image or None
        The picture, in a notebook.

    Raises
    ------
    ValueError
        If the model is not built.
    ImportError
        Without matplotlib.

    Examples
    --------
    >>> import dlcore
    >>> model = dlcore.Sequential([dlcore.layers.Input((4,)), dlcore.layers.Dense(2)])
    >>> model.build()
    >>> dlcore.utils.plot_model(model, "model.png", show_shapes=True)
    """
    from dlcore.models.model import a_model

    one_of("rankdir", rankdir, ["TB", "BT", "LR", "RL"])
    if not a_model(model).built:
        raise ValueError("model must be built: call build(), or give it an Input layer and compile it")
    shown = {
        "shapes": show_shapes,
        "dtype": show_dtype,
        "names": show_layer_names,
        "activations": show_layer_activations,
        "trainable": show_trainable,
    }
    path = pathlib.Path(to_file)
    if not path.suffix:
        path = path.with_suffix(".png")
    figure = _figure(_boxes(model, shown), rankdir)
    figure.savefig(path, dpi=_checks.integer("dpi", dpi, low=1))
    if "IPython" not in sys.modules or path.suffix == ".pdf":
        return None
    from IPython.display import Image

    return Image(filename=str(path))


def _boxes(model: Sequential, shown: dict[str, bool]) -> list[tuple[str, list[str]]]:
    """Title and lines of each box."""
    boxes = []
    before = model.input_shape
    for layer in model.flat_layers:
        kind, after = type(layer).__name__, layer.compute_output_shape(before)
        lines = []
        if shown["activations"] and hasattr(layer, "activation"):
            lines.append(f"activation: {layer.activation.name}")
        if shown["shapes"]:
            lines += [f"input: {before}", f"output: {after}"]
        if shown["dtype"]:
            lines.append(model.dtype)
        if shown["trainable"] and layer.weights:
            lines.append("trainable" if getattr(layer, "trainable", True) else "not trainable")
        boxes.append((f"{layer.name} ({kind})" if shown["names"] else kind, lines))
        before = after
    return boxes


def _size(boxes: list[tuple[str, list[str]]]) -> tuple[float, float]:
    """Width and height that every box can have, in points."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import TextPath

    bold = FontProperties(weight="bold")
    widths = [72.0]
    for title, lines in boxes:
        widths.append(TextPath((0, 0), title, size=_TITLE, prop=bold).get_extents().width)
        widths += [TextPath((0, 0), line, size=_TEXT).get_extents().width for line in lines]
    most = max(len(lines) for _, lines in boxes)
    return max(widths) + 2 * _PADDING, _LINE * (1.5 + most) + (_PADDING if most else 0)


def _figure(boxes: list[tuple[str, list[str]]], rankdir: str) -> Figure:
    """The boxes in a chain."""
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise ImportError("plot_model needs matplotlib: pip install matplotlib") from error

    width, height = _size(boxes)
    is_column = rankdir in ("TB", "BT")
    pitch = (height if is_column else width) + _GAP
    length = len(boxes) * pitch - _GAP
    right, top = (width, length) if is_column else (length, height)
    figure = Figure(figsize=((right + 2 * _MARGIN) / 72, (top + 2 * _MARGIN) / 72))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(-_MARGIN, right + _MARGIN), ylim=(-_MARGIN, top + _MARGIN))
    axes.axis("off")
    for i, (title, lines) in enumerate(boxes):
        start = pitch * (i if rankdir in ("BT", "LR") else len(boxes) - 1 - i)
        x, y = (0.0, start) if is_column else (start, 0.0)
        _draw(axes, title, lines, (x, y), (width, height))
        if i > 0:
            _connect(axes, (x, y), (width, height), rankdir)
    return figure


def _draw(
    axes: Axes, title: str, lines: list[str], corner: tuple[float, float], size: tuple[float, float]
) -> None:
    """A box: the title white on dark, the lines below."""
    from matplotlib.patches import FancyBboxPatch, Rectangle

    (x, y), (width, height) = corner, size
    band = 1.5 * _LINE
    style = "round,pad=0,rounding_size=5"
    box = FancyBboxPatch(corner, width, height, boxstyle=style, facecolor=_LIGHT, edgecolor=_DARK)
    head = Rectangle((x, y + height - band), width, band, facecolor=_DARK)
    axes.add_patch(box)
    axes.add_patch(head)
    head.set_clip_path(box)
    middle = x + width / 2
    label: dict[str, Any] = {"ha": "center", "va": "center_baseline"}
    axes.text(middle, y + height - band / 2, title, size=_TITLE, color="white", weight="bold", **label)
    first = y + (height - band + (len(lines) - 1) * _LINE) / 2
    for i, line in enumerate(lines):
        axes.text(middle, first - i * _LINE, line, size=_TEXT, color="#111111", **label)


def _connect(axes: Axes, corner: tuple[float, float], size: tuple[float, float], rankdir: str) -> None:
    """An arrow across the gap to the box, from the one before."""
    from matplotlib.patches import FancyArrowPatch

    (x, y), (width, height) = corner, size
    tip = {
        "TB": (x + width / 2, y + height),
        "BT": (x + width / 2, y),
        "LR": (x, y + height / 2),
        "RL": (x + width, y + height / 2),
    }[rankdir]
    back = {"TB": (0, _GAP), "BT": (0, -_GAP), "LR": (-_GAP, 0), "RL": (_GAP, 0)}[rankdir]
    tail = (tip[0] + back[0], tip[1] + back[1])
    style = "-|>,head_length=6,head_width=3"
    axes.add_patch(
        FancyArrowPatch(tail, tip, arrowstyle=style, shrinkA=2, shrinkB=1, color=_ARROW, linewidth=1.5)
    )
