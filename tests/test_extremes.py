"""Extremes: what comes out is finite and right, or an error says what was too much."""

import numpy as np
import pytest

import dlcore
import reference
from dlcore import _core, losses, optimizers
from dlcore.layers import BatchNormalization, Dense, Input, LayerNormalization, Normalization, UnitNormalization
from test_optimizers import RULES

DTYPES = ["float32", "float64"]
HUGE = {"float32": 1e30, "float64": 1e300}
"""Finite, and its square is not."""

LOSSES = [name for name in _core.LOSSES if name != "given"]
OPTIONS = {
    "binary_crossentropy": [{}, {"label_smoothing": 0.1}],
    "categorical_crossentropy": [{}, {"label_smoothing": 0.1}],
    "sparse_categorical_crossentropy": [{}, {"label_smoothing": 0.1}],
    "binary_focal_crossentropy": [{"gamma": gamma} for gamma in (0.0, 0.5, 1.0, 1.5, 2.0)],
    "categorical_focal_crossentropy": [{"gamma": gamma} for gamma in (0.0, 0.5, 1.0, 1.5, 2.0)],
}
LOSS_CASES = [
    (name, {**options, "from_logits": from_logits})
    for name in LOSSES
    for options in OPTIONS.get(name, [{}])
    for from_logits in ([False, True] if name in OPTIONS else [False])
]
CLASSES = np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1]])
PROBABILITIES = np.array([[1, 0, 0], [1, 0, 0], [0, 1, 0]])
LOGITS = 1e4 * np.array([[1, -1, 0], [-1, -1, 1], [1, 1, -1]])
COUNTS = np.array([[1e4, 1, 0], [1e4, 0, 0], [0, 1, 1e4]])
NEED_PROBABILITIES = {name for name in OPTIONS if name.endswith("entropy")}
NEED_POSITIVE = {"poisson", "half_poisson_deviance"}


def extremes(name, from_logits):
    if name == "half_poisson_deviance":
        return [COUNTS + 1e-7]  # The estimators' outputs are exponentials, and held above 0.
    if name in NEED_POSITIVE:
        return [COUNTS, PROBABILITIES]
    if name in NEED_PROBABILITIES and not from_logits:
        return [PROBABILITIES]
    return [PROBABILITIES, LOGITS]


def rows_of(config, y, p):
    return reference.loss(config, y, p)


def slopes(config, y, p):
    """From the left and from the right, by each output; finite differences."""
    step = np.longdouble(3e-8)
    found = np.empty((2, *p.shape), np.longdouble)
    for j in range(p.shape[1]):
        for side, sign in enumerate((-1, 1)):
            moved = p.copy()
            moved[:, j] += sign * step
            found[side, :, j] = (rows_of(config, y, moved) - rows_of(config, y, p)) / (sign * step)
    low, high = np.sort(found, axis=0)  # Not a number comes last: there is no formula on that side.
    return low, np.where(np.isnan(high), np.inf, high)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("name", "options"), LOSS_CASES, ids=str)
def test_a_loss_at_the_end_of_its_domain(name, options, dtype, monkeypatch):
    """Like the formula in long double, the derivative between the slopes on both sides."""
    # The bounds of probabilities are those that the dtype can hold.
    monkeypatch.setattr(reference, "EPSILON", np.dtype(dtype).type(1e-7).astype(np.longdouble))
    monkeypatch.setattr(reference, "MOST", np.dtype(dtype).type(1 - 1e-7).astype(np.longdouble))
    config = reference.loss_config(name, **options)
    tolerance = {"float32": 3e-6, "float64": 1e-12}[dtype]
    labels = name.startswith("sparse")
    for outputs in extremes(name, options["from_logits"]):
        y = (CLASSES.argmax(axis=1)[:, None] if labels else CLASSES).astype(dtype)
        p = outputs.astype(dtype)
        found, gradient = _core.loss(config, y, p)
        assert np.isfinite(found).all()
        assert np.isfinite(gradient).all()
        exact = y if labels else y.astype(np.longdouble)
        p = p.astype(np.longdouble)
        np.testing.assert_allclose(found, rows_of(config, exact, p), rtol=tolerance, atol=tolerance)
        with np.errstate(all="ignore"):
            low, high = slopes(config, exact, p)
        room = 1e-4 * (1 + abs(gradient))
        assert ((low - room <= gradient) & (gradient <= high + room)).all(), (low, gradient, high)
