"""Inputs and targets by formula, in float64: the same on every machine and for every library."""

import numpy as np

ROWS = 160
FEATURES = 5
CLASSES = 3


def waves(rows, columns, speed):
    """Numbers in [-1, 1] without a pattern that a small net would see."""
    i = np.arange(1, rows + 1)[:, None]
    j = np.arange(1, columns + 1)
    return np.sin(speed * i * np.sqrt(j + 1) + 0.7 * j)


X = 1.5 * waves(ROWS, FEATURES, 1.3)
IMAGES = waves(ROWS, 12, 2.1).reshape(ROWS, 4, 3)
NUMBERS = np.stack([np.sin(X[:, 0] + X[:, 1]), 0.5 * X[:, 2] * X[:, 3]], axis=1) + 0.1 * waves(ROWS, 2, 3.7)
SCORES = waves(FEATURES, CLASSES, 1.1)
LABELS = np.argmax(X @ SCORES + 0.8 * waves(ROWS, CLASSES, 2.9), axis=1)
ONE_HOT = np.eye(CLASSES)[LABELS]
BINARY = (X[:, 0] + X[:, 1] * X[:, 2] + 0.5 * X[:, 3] > 0.2).astype(float)[:, None]
SHARES = np.exp(NUMBERS[:, :1] * [1.0, -0.5, 0.25])
SHARES /= SHARES.sum(axis=1, keepdims=True)

DATA = {
    "numbers": (X, NUMBERS),
    "number": (X, NUMBERS[:, 0]),
    "large": (X * [1.0, 10.0, 100.0, 1.0, 1.0] + [0.0, 5.0, -300.0, 0.0, 1.0], NUMBERS),
    "positive": (X, np.round(np.exp(1 + NUMBERS))),
    "binary": (X, BINARY),
    "labels_pm1": (X, 2 * BINARY - 1),
    "multilabel": (X, (NUMBERS > 0).astype(float)),
    "classes": (X, LABELS),
    "one_hot": (X, ONE_HOT),
    "shares": (X, SHARES),
    "six": (IMAGES.reshape(ROWS, 12)[:, :6], NUMBERS),
    "images": (IMAGES, NUMBERS),
}

WEIGHTS = 1 + 0.8 * waves(ROWS, 1, 0.9)[:, 0]
CLASS_WEIGHT = {0: 0.5, 1: 2.0, 2: 1.25}
