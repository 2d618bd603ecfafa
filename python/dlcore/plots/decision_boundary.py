"""What a model says of every point of a plane."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dlcore import _checks, _data
from dlcore.plots import _style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_POINTS = 200
"""Of the grid, along each side."""
_MARGIN = 0.08
"""Around the rows, as a share of their range."""
_ROUNDING = 1e-6
"""Outputs that differ by less are the same everywhere, and have no boundary."""
_MARKERS = "os^Dvp*X"


def decision_boundary(
    model: Any, x: ArrayLike, y: ArrayLike | None = None, threshold: float = 0.5, ax: Axes | None = None
) -> Axes:
    """Draw what a model with two inputs says, and where it changes its mind.

    With one output its value is the colour, and a line is where it crosses the threshold; with several, the
    colour is that of the largest. A figure of its own gets a colour bar and a legend, too.

    Parameters
    ----------
    model : Model, function or estimator
        Gives (rows,) or (rows, outputs) for rows (rows, 2) when it is called; of an estimator,
        `predict_proba` is called.
    x : array (rows, 2)
        They say which part of the plane is drawn, and are drawn as points if there is y.
    y : array (rows,), optional
        The class of each row, from 0; of an estimator, as its `classes_` say.
    threshold : float
        Where the boundary of a single output is; default 0.5, of logits it is 0.
    ax : matplotlib Axes, optional
        Where to draw; by default a new figure.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    ValueError, TypeError
        For rows of another width, or labels that do not fit.
    ImportError
        Without matplotlib.

    Examples
    --------
    >>> import dlcore, numpy as np
    >>> x = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
    >>> model = dlcore.Sequential([dlcore.Input((2,)), dlcore.layers.Dense(1, activation="sigmoid")])
    >>> ax = dlcore.plots.decision_boundary(model, x, [0, 0, 0, 1])
    >>> ax.images[0].get_array().shape
    (200, 200)
    """
    rows = _data.features("x", x, 2, "float64")
    threshold = _checks.real("threshold", threshold)
    low, high = rows.min(axis=0), rows.max(axis=0)
    margin = _MARGIN * np.where(high > low, high - low, 1)
    low, high = low - margin, high + margin
    across, up = (np.linspace(low[i], high[i], _POINTS) for i in (0, 1))
    grid = np.stack(np.meshgrid(across, up), axis=-1).reshape(-1, 2)
    outputs = _outputs(model, grid)
    count = max(2, outputs.shape[1])
    classes = np.asarray(getattr(model, "classes_", range(count)))
    labels = None if y is None else _labels(y, len(rows), classes)

    is_own, ax = ax is None, _style.axes(ax, 5.6, 4.2)
    options: Any = {"extent": (low[0], high[0], low[1], high[1]), "origin": "lower", "aspect": "auto"}
    if outputs.shape[1] == 1:
        values = outputs.reshape(_POINTS, _POINTS)
        is_share = values.min() >= 0 and values.max() <= 1 and threshold == 0.5
        reach = 0.5 if is_share else np.abs(values - threshold).max() or 1.0
        limits: Any = {"vmin": threshold - reach, "vmax": threshold + reach}
        image = ax.imshow(values, cmap=_style.diverging(), alpha=0.6, **limits, **options)
        if np.ptp(values) > _ROUNDING and values.min() < threshold < values.max():
            ax.contour(across, up, values, levels=[threshold], colors="black", linewidths=1.5)
        if is_own:
            ax.figure.colorbar(image, label="output")
    else:
        best = outputs.argmax(axis=1).reshape(_POINTS, _POINTS)
        from matplotlib.colors import to_rgb

        table = np.array([to_rgb(colour) for colour in _style.colours(count)])
        ax.imshow(table[best], alpha=0.35, **options)
    if labels is not None:
        _draw_points(ax, rows, labels, classes)
        if is_own:
            ax.legend()
    ax.set(xlabel="input 0", ylabel="input 1")
    return ax


def _labels(y: ArrayLike, rows: int, classes: NDArray[Any]) -> NDArray[Any]:
    labels = np.asarray(y)
    if labels.shape not in ((rows,), (rows, 1)):
        raise ValueError(f"y must have one label a row, shape ({rows},) like its x, got shape {labels.shape}")
    labels = labels.reshape(rows)
    strange = labels[~np.isin(labels, classes)].tolist()
    if strange:
        raise ValueError(f"y must be classes of the model, {classes.tolist()}, got {strange[0]!r}")
    return labels


def _outputs(model: Any, grid: NDArray[np.float64]) -> NDArray[Any]:
    """Two classes of an estimator are one output, as of a net."""
    predict = getattr(model, "predict_proba", model)
    if not callable(predict):
        raise TypeError(f"model must be a Model, a function or an estimator, got {model!r}")
    outputs = np.asarray(predict(grid))
    outputs = outputs.reshape(-1, 1) if outputs.ndim == 1 else outputs
    if outputs.ndim != 2 or len(outputs) != len(grid):
        raise ValueError(f"model must give (rows, outputs) for ({len(grid)}, 2), got {outputs.shape}")
    return outputs[:, 1:] if predict is not model and outputs.shape[1] == 2 else outputs


def _draw_points(ax: Axes, rows: NDArray[Any], labels: NDArray[Any], classes: NDArray[Any]) -> None:
    for i, (label, colour) in enumerate(zip(classes, _style.colours(len(classes)), strict=True)):
        chosen = rows[labels == label]
        marker = _MARKERS[i % len(_MARKERS)]
        style: Any = {"color": colour, "marker": marker, "edgecolors": "white", "linewidths": 0.6}
        ax.scatter(chosen[:, 0], chosen[:, 1], s=28, label=f"class {label}", **style)
