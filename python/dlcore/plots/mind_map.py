"""A subject and its parts as one picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from dlcore.plots import _style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# In points.
_TEXT, _LINE, _GAP = 9.0, 15.0, 12.0
_PADDING, _REACH = 6.0, 44.0


def mind_map(root: str, branches: Mapping[str, Sequence[str]], ax: Axes | None = None) -> Axes:
    """Draw a subject in the middle, its parts around it, and what belongs to each part.

    The first half of the parts stands on the left, the second on the right, each from top to bottom.

    Parameters
    ----------
    root : str
        The subject; may have several lines.
    branches : dict of str to list of str
        The parts, and a line of text for each thing that belongs to it.
    ax : matplotlib Axes, optional
        Where to draw; by default a new figure that is as large as the text needs.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    ValueError
        Without parts.
    ImportError
        Without matplotlib.

    Examples
    --------
    >>> import dlcore
    >>> ax = dlcore.plots.mind_map("a neuron", {"takes": ["inputs", "a bias"], "gives": ["an output"]})
    >>> len(ax.texts)  # the subject, two parts, three things
    6
    """
    if not branches:
        raise ValueError(f"branches must have at least one part, got {branches!r}")
    if ax is not None:
        _style.axes(ax)  # Fails before anything is measured.
    titles = list(branches)
    half = (len(titles) + 1) // 2
    sides = [titles[:half], titles[half:]]
    heights = [sum(_height(branches[title]) for title in side) + _GAP * (len(side) - 1) for side in sides]
    height = max(*heights, _LINE * (root.count("\n") + 3))
    middle = max(map(_width, root.split("\n"))) / 2 + 2 * _PADDING
    box = max(map(_width, titles)) + 2 * _PADDING
    text = max((_width(leaf) for leaves in branches.values() for leaf in leaves), default=0)
    reach = middle + _REACH + box + _REACH / 2 + text + _GAP

    ax = _style.axes(ax, 2 * reach / 72, (height + 2 * _GAP) / 72)
    for side, total, sign in zip(sides, heights, (-1, 1), strict=True):
        top = total / 2
        for title in side:
            leaves, tall = branches[title], _height(branches[title])
            colour = _style.COLOURS[titles.index(title) % 6]  # The last two are black, and too light.
            at = (sign * (middle + _REACH), top - tall / 2)
            _join(ax, (sign * (middle - _PADDING), 0), at, colour, 2.5)
            _draw_branch(ax, title, leaves, at, sign, box, colour)
            top -= tall + _GAP
    style = {"boxstyle": "round,pad=0.8", "facecolor": "black", "edgecolor": "none"}
    ax.text(0, 0, root, size=_TEXT + 2, color="white", weight="bold", ha="center", va="center", bbox=style)
    ax.set(xlim=(-reach, reach), ylim=(-height / 2 - _GAP, height / 2 + _GAP))
    ax.axis("off")
    return ax


def _height(leaves: Sequence[str]) -> float:
    return _LINE * max(1.5, len(leaves))


def _width(text: str) -> float:
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import TextPath

    return float(TextPath((0, 0), text, size=_TEXT, prop=FontProperties(weight="bold")).get_extents().width)


def _draw_branch(
    ax: Axes, title: str, leaves: Sequence[str], at: tuple[float, float], sign: int, box: float, colour: str
) -> None:
    """A part in its box, and its things in lines beyond it."""
    from matplotlib.patches import FancyBboxPatch

    x, y = at
    tall = 1.5 * _LINE
    corner = (x if sign > 0 else x - box, y - tall / 2)
    ax.add_patch(
        FancyBboxPatch(
            corner,
            box,
            tall,
            boxstyle="round,pad=0,rounding_size=6",
            facecolor="white",
            edgecolor=colour,
            linewidth=2,
        )
    )
    ax.text(x + sign * box / 2, y, title, size=_TEXT, weight="bold", ha="center", va="center")
    for i, leaf in enumerate(leaves):
        end = (x + sign * (box + _REACH / 2), y + ((len(leaves) - 1) / 2 - i) * _LINE)
        _join(ax, (x + sign * box, y), end, colour, 1.0)
        ax.text(end[0] + sign * 3, end[1], leaf, size=_TEXT, ha="left" if sign > 0 else "right", va="center")


def _join(ax: Axes, start: tuple[float, float], end: tuple[float, float], colour: str, width: float) -> None:
    """A curve that leaves and arrives level."""
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    bend = (start[0] + end[0]) / 2
    curve = Path([start, (bend, start[1]), (bend, end[1]), end], [Path.MOVETO, *3 * [Path.CURVE4]])
    ax.add_patch(PathPatch(curve, facecolor="none", edgecolor=colour, linewidth=width, zorder=0))
