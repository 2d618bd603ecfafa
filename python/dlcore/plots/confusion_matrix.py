"""Which class was taken for which."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dlcore.plots import _style

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def confusion_matrix(
    y_true: ArrayLike, y_pred: ArrayLike, names: Sequence[str] | None = None, ax: Axes | None = None
) -> Axes:
    """Draw how many rows of each class were taken for each class.

    Parameters
    ----------
    y_true, y_pred : array (rows,)
        The class of each row, and the one that it was taken for.
    names : sequence of str, optional
        Of the classes in sorted order; by default the classes themselves.
    ax : matplotlib Axes, optional
        Where to draw; by default a new figure.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    ValueError
        For shapes that do not fit each other, or too few or too many names.
    ImportError
        Without matplotlib.

    Examples
    --------
    >>> import dlcore
    >>> ax = dlcore.plots.confusion_matrix([0, 0, 1, 1], [0, 1, 1, 1], names=["benign", "malignant"])
    >>> ax.images[0].get_array().tolist()
    [[1, 1], [0, 2]]
    """
    true, taken = _column("y_true", y_true), _column("y_pred", y_pred)
    if len(true) != len(taken) or len(true) == 0:
        raise ValueError(f"y_true and y_pred must have the same rows, got {len(true)} and {len(taken)}")
    classes, indices = np.unique(np.concatenate([true, taken]), return_inverse=True)
    count = len(classes)
    names = [str(label) for label in classes] if names is None else list(names)
    if len(names) != count:
        raise ValueError(
            f"names must be {count}, one for each of the classes {classes.tolist()}, got {names}"
        )
    counts = np.zeros((count, count), dtype=int)
    np.add.at(counts, tuple(indices.reshape(2, -1)), 1)

    side = 2.2 + 0.35 * max(count, 5)
    ax = _style.axes(ax, side + 0.4, side)
    ax.imshow(counts, cmap="cividis")
    for (row, column), number in np.ndenumerate(counts):
        colour = "black" if 2 * number > counts.min() + counts.max() else "white"
        size = min(10.0, 110 / count)
        ax.text(column, row, str(number), ha="center", va="center", color=colour, size=size)
    ticks: Any = range(count)
    ax.set(xticks=ticks, yticks=ticks, xticklabels=names, yticklabels=names)
    ax.set(xlabel="taken for", ylabel="class")
    if max(map(len, names)) * count > 40:
        ax.tick_params("x", rotation=90)
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    return ax


def _column(name: str, labels: ArrayLike) -> NDArray[Any]:
    array = np.asarray(labels)
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    if array.ndim != 1:
        hint = ": take argmax(axis=1) of probabilities" if array.ndim == 2 else ""
        raise ValueError(f"{name} must have one label a row, shape (rows,), got shape {array.shape}{hint}")
    return array
