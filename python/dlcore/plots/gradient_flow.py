"""How much of the loss's slope reaches each layer."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from dlcore.plots import _style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from dlcore.models import Model


def gradient_flow(
    model: Model, x: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None, ax: Axes | None = None
) -> Axes:
    """Draw how large the gradients of the weights of each layer are, the first layer on top.

    Where they shrink from layer to layer towards the first, that one learns last, or never.

    Parameters
    ----------
    model : Model
        Must be compiled.
    x, y, sample_weight : array (rows, ...)
        As for `fit`; the gradients are those of one batch of all rows.
    ax : matplotlib Axes, optional
        Where to draw; by default a new figure.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    ValueError, TypeError
        For rows that do not fit, and a model that is not compiled.
    ImportError
        Without matplotlib.

    Examples
    --------
    >>> import dlcore, numpy as np
    >>> from dlcore.layers import Dense
    >>> model = dlcore.Sequential([Dense(8, activation="tanh", name="hidden"), Dense(1, name="out")])
    >>> model.compile("sgd", "mse")
    >>> ax = dlcore.plots.gradient_flow(model, np.eye(3), np.ones(3))
    >>> [label.get_text() for label in ax.get_yticklabels()]
    ['hidden', 'out']
    """
    gradients = model.gradients(x, y, sample_weight)
    owners = [layer for layer in model.flat_layers for _ in layer.trainable_weights]
    sizes: dict[str, float] = {}
    for layer in dict.fromkeys(owners):
        slopes = [g.ravel() for owner, g in zip(owners, gradients, strict=True) if owner is layer]
        sizes[layer.name] = float(np.sqrt(np.mean(np.square(np.concatenate(slopes)))))

    ax = _style.axes(ax, 6.4, 1.2 + 0.45 * max(len(sizes), 3))
    ax.barh(range(len(sizes)), list(sizes.values()), color=_style.COLOURS[0], height=0.6)
    ax.set(yticks=range(len(sizes)), yticklabels=list(sizes), ylim=(len(sizes) - 0.5, -0.5), ylabel="layer")
    flowing = [size for size in sizes.values() if size > 0]
    if flowing:  # Whole powers of ten, so that bars begin at one.
        ends = math.floor(math.log10(min(flowing)) - 0.1), math.ceil(math.log10(max(flowing)) + 0.01)
        ax.set(xscale="log", xlim=(10.0 ** ends[0], 10.0 ** ends[1]))
    ax.set_xlabel("gradient, root mean square over weights (loss per unit of weight)")
    return ax
