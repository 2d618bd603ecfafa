"""What the layers give."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from dlcore.plots import _style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from dlcore.models import Model

_BINS = 60


def activations(model: Model, x: ArrayLike, ax: Axes | None = None) -> Axes:
    """Draw how the outputs of each layer are distributed, the first layer on top.

    Exact zeros, of ReLU, say, are counted and not drawn. Layers that leave everything as it is when a model
    predicts, dropout for one, are left out.

    Parameters
    ----------
    model : Model
    x : array (rows, ...)
        What the model takes.
    ax : matplotlib Axes, optional
        Where to draw; by default a new figure.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    ValueError, TypeError
        For rows that do not fit.
    ImportError
        Without matplotlib.

    Examples
    --------
    >>> import dlcore, numpy as np
    >>> from dlcore.layers import Dense
    >>> model = dlcore.Sequential([Dense(8, activation="relu", name="hidden"), Dense(1, name="out")])
    >>> ax = dlcore.plots.activations(model, np.eye(3))
    >>> [label.get_text().split(",")[0] for label in ax.get_yticklabels()]
    ['hidden', 'out']
    """
    model(x)  # It is built by then, and the rows are checked.
    rows = np.asarray(x)
    outputs = {}
    for layer in model.flat_layers:
        before, rows = rows, layer(rows)
        if not np.array_equal(before.reshape(len(rows), -1), rows.reshape(len(rows), -1)):
            outputs[layer.name] = rows.ravel()

    ax = _style.axes(ax, 6.4, 1.2 + 0.8 * max(len(outputs), 2))
    low = min((float(values.min()) for values in outputs.values()), default=0.0)
    high = max((float(values.max()) for values in outputs.values()), default=1.0)
    labels = []
    for i, (name, values) in enumerate(outputs.items()):
        zeros = np.mean(values == 0)
        labels.append(f"{name}, {zeros:.0%} zeros" if zeros else name)
        counts, edges = np.histogram(values[values != 0], bins=_BINS, range=(low, high))
        heights = 0.9 * counts / max(1, counts.max())
        ax.stairs(i - heights, edges, baseline=i, fill=True, color=_style.COLOURS[0], alpha=0.8)
        ax.axhline(i, color="black", linewidth=0.8)
    ax.set(yticks=range(len(outputs)), yticklabels=labels, ylim=(len(outputs) - 0.9, -1))
    ax.set(xlabel="output of a unit", ylabel="layer, share of outputs")
    return ax
