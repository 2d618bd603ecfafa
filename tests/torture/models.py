"""Small models to be maltreated, and what must not change in them."""

import numpy as np

import dlcore
from dlcore.layers import Dense, Input
from torture.judge import bits

ROWS, WIDTH, CLASSES = 8, 4, 3
X = np.random.default_rng(0).normal(size=(ROWS, WIDTH)).astype(np.float32)
Y = np.arange(ROWS) % CLASSES
ONE_HOT = np.eye(CLASSES, dtype=np.float32)[Y]
PROBABILITIES = (ONE_HOT + 1) / (CLASSES + 3)


def classifier(kind="sequential"):
    """A compiled model that has learned a little."""
    layers = [Dense(5, activation="relu"), Dense(CLASSES, activation="softmax")]
    if kind == "functional":
        inputs = outputs = Input((WIDTH,))
        for layer in layers:
            outputs = layer(outputs)
        model = dlcore.Model(inputs, outputs)
    else:
        model = dlcore.Sequential([Input((WIDTH,)), *layers])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.train_on_batch(X, Y)
    return model


def look(model):
    """Weights, optimizer state, what it is made of and what it is trained with, and that it still works."""
    model.predict_on_batch(X)
    network = model._built()
    numbers = [*model.get_weights(), *network.get_slots(), network.iterations]
    parts = [type(model.optimizer), model.optimizer.get_config(), model.loss, model.metrics_names, model.name]
    return bits(numbers), [layer.name for layer in model.layers], bits(parts)
