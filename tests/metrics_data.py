"""A dozen rows for each kind of metric, made by formulas so that they are the same everywhere."""

import numpy as np

ROWS = 12


def spread(columns, step):
    """Numbers between 0 and 1, (rows, columns), each of them once."""
    k = np.arange(ROWS * columns).reshape(ROWS, columns)
    return ((k * step % 101 + 0.5) / 101).astype(np.float32)


def classes():
    scores = spread(4, 37)
    return np.eye(4, dtype=np.float32)[labels()[0]], scores / scores.sum(axis=1, keepdims=True)


def labels():
    scores = spread(4, 37)
    return np.arange(ROWS) * 5 % 7 % 4, scores / scores.sum(axis=1, keepdims=True)


def binary():
    outputs = spread(1, 29)
    outputs[::4] = outputs[::4] > 0.5  # sure of itself, and in places equal to the target
    return (np.arange(ROWS).reshape(-1, 1) % 3 < 2).astype(np.float32), outputs


def several():
    return (spread(3, 53) > 0.45).astype(np.float32), spread(3, 37)


def signs():
    return np.where(spread(2, 53) > 0.45, 1, -1).astype(np.float32), 4 * spread(2, 37) - 2


def logits():
    true, outputs = signs()
    return (true > 0).astype(np.float32), outputs


def amounts():
    true = 3 * spread(2, 53) + np.float32(0.1)
    return true, (true + spread(2, 37)) * np.float32(0.7)


def ranking():
    ids = np.stack([np.roll(np.arange(4), i * i) for i in range(ROWS)])
    return np.arange(ROWS) * 5 % 7 % 4, ids.astype(np.float32)


DATA = {make.__name__: make() for make in (classes, labels, binary, several, logits, signs, amounts, ranking)}
WEIGHTS = (np.arange(ROWS) * 3 % 5 / 2).astype(np.float32)  # from 0 to 2
