"""How all pictures look, and where they are drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.colors import Colormap

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#F0E442")
"""Okabe and Ito's eight, which colour-blind people can tell apart: https://jfly.uni-koeln.de/color/."""

LOW, HIGH = COLOURS[:2]
"""Below and above the middle: negative and positive, class 0 and class 1."""

STYLE: dict[str, Any] = {
    "axes.prop_cycle": f"cycler('color', {[colour[1:] for colour in COLOURS]})",
    "axes.spines.right": False,
    "axes.spines.top": False,
    "figure.constrained_layout.use": True,
    "image.cmap": "cividis",
    "legend.frameon": False,
}
"""For `matplotlib.pyplot.rcParams.update`: other pictures then look like these."""


def axes(ax: object, width: float = 6.4, height: float = 4.0) -> Axes:
    """What was given, or the only Axes of a new figure, so many inches large."""
    try:
        from matplotlib import axes, pyplot
    except ImportError as error:
        raise ImportError("dlcore.plots needs matplotlib: pip install 'dlcore[plots]'") from error
    if isinstance(ax, axes.Axes):
        return ax
    if ax is not None:
        raise TypeError(f"ax must be matplotlib Axes, got {ax!r}")
    with pyplot.rc_context(STYLE):  # type: ignore[arg-type]  # all names that matplotlib has, to be exact
        return pyplot.figure(figsize=(width, height)).add_subplot()


def whole_numbers(axis: Axis) -> None:
    """Write nothing between them at an axis."""
    from matplotlib.ticker import MaxNLocator

    axis.set_major_locator(MaxNLocator("auto", integer=True))


def diverging() -> Colormap:
    """From LOW over white to HIGH."""
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("diverging", [LOW, "white", HIGH])


def colours(count: int) -> list[Any]:
    """So many, one a class."""
    from matplotlib import colormaps

    if count <= len(COLOURS):
        return list(COLOURS[:count])
    return [colormaps["viridis"](i / (count - 1)) for i in range(count)]
