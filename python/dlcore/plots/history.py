"""The curves of a fit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dlcore._registry import unknown
from dlcore.callbacks.history import History
from dlcore.plots import _style

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def history(history: History, name: str = "loss", ax: Axes | None = None) -> Axes:
    """Draw a value over the epochs, in training and, if there was any, in validation.

    The epoch with the lowest validation loss is marked.

    Parameters
    ----------
    history : History
        What `fit` gave.
    name : str
        Which value; default "loss".
    ax : matplotlib Axes, optional
        Where to draw; by default a new figure.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    ValueError, TypeError
        For a name that is not in the history, and what is no History.
    ImportError
        Without matplotlib.

    Examples
    --------
    >>> import dlcore, numpy as np
    >>> x = np.linspace(0, 1, 8)
    >>> model = dlcore.Sequential([dlcore.layers.Dense(1)])
    >>> model.compile("sgd", "mse")
    >>> ax = dlcore.plots.history(model.fit(x, 2 * x, epochs=3, validation_split=0.25, verbose=0))
    >>> ax.get_xlabel(), ax.get_ylabel()
    ('epoch', 'loss')
    """
    if not isinstance(history, History):
        raise TypeError(f"history must be a History, got {history!r}")
    if name not in history.history:
        raise unknown("name in the history", name, history.history)
    ax = _style.axes(ax)
    epochs = [epoch + 1 for epoch in history.epoch]
    ax.plot(epochs, history.history[name], color=_style.COLOURS[0], label="training")
    validation = history.history.get(f"val_{name}")
    if validation is not None and len(validation) == len(epochs):
        ax.plot(epochs, validation, color=_style.COLOURS[1], label="validation")
    watched = history.history.get("val_loss", [])
    if watched and len(watched) == len(epochs):
        best = min(range(len(watched)), key=watched.__getitem__)
        ax.axvline(epochs[best], color="grey", linestyle=":", label=f"best epoch: {epochs[best]}")
    ax.set(xlabel="epoch", ylabel=name.replace("_", " "))
    _style.whole_numbers(ax.xaxis)
    ax.legend()
    return ax
