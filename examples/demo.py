"""Handwritten digits: 1,797 pictures of 8x8 pixels, a quarter of them held out.

Trains 64-128-10 with dropout, Adam and early stopping, does the same with scikit-learn's MLPClassifier, and
draws three pictures into demo/: the curves, the confusion matrix, the digits that were misread.
"""

import pathlib
import time

import matplotlib
import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier

import dlcore
from dlcore.layers import Dense, Dropout, Input

matplotlib.use("Agg")
from matplotlib import pyplot as plt

FOLDER = pathlib.Path("demo")


def data():
    """Pixels from 0 to 1 and digits, to train on and held out."""
    x, y = load_digits(return_X_y=True)
    return train_test_split((x / 16).astype(np.float32), y, test_size=0.25, stratify=y, random_state=0)


def train(x, y):
    """The model and what happened."""
    dlcore.utils.set_random_seed(0)
    model = dlcore.Sequential(
        [Input((64,)), Dense(128, activation="relu"), Dropout(0.2), Dense(10, activation="softmax")]
    )
    model.compile(dlcore.optimizers.Adam(2e-3), "sparse_categorical_crossentropy", metrics=["accuracy"])
    stop = dlcore.callbacks.EarlyStopping(patience=10, restore_best_weights=True)
    history = model.fit(x, y, epochs=200, validation_split=0.1, callbacks=[stop], verbose=2)
    print(f"stopped after epoch {len(history.epoch)}; the weights are those of epoch {stop.best_epoch + 1}")
    return model, history


def curves(history):
    """Loss and accuracy over the epochs."""
    figure, axes = plt.subplots(1, 2, figsize=(10, 4), layout="constrained")
    history.plot("loss", ax=axes[0]).set(title="Loss", ylabel="cross-entropy (nats)", yscale="log")
    history.plot("accuracy", ax=axes[1]).set(title="Accuracy", ylabel="share of digits read right")
    figure.savefig(FOLDER / "curves.png", dpi=120)


def confusion(y, read):
    """Which digit was taken for which."""
    figure, ax = plt.subplots(figsize=(6, 5.4), layout="constrained")
    dlcore.plots.confusion_matrix(y, read, ax=ax)
    ax.set(xlabel="read as", ylabel="digit", title="Digits held out")
    figure.savefig(FOLDER / "confusion.png", dpi=120)


def misread(x, y, read, probabilities):
    """The digits that were misread, with what the model took them for."""
    wrong = np.flatnonzero(y != read)
    columns = 6
    rows = -(-len(wrong) // columns)
    figure, axes = plt.subplots(
        rows, columns, figsize=(9, 1.9 * rows + 0.6), layout="constrained", squeeze=False
    )
    for ax in axes.flat:
        ax.axis("off")
    for ax, i in zip(axes.flat, wrong, strict=False):
        ax.imshow(x[i].reshape(8, 8), cmap="gray_r")
        ax.set_title(f"{y[i]} read as {read[i]} ({probabilities[i, read[i]]:.0%})", fontsize=9)
    figure.suptitle(f"{len(wrong)} of {len(y)} digits were misread")
    figure.savefig(FOLDER / "misread.png", dpi=120)


def main():
    """All of it."""
    FOLDER.mkdir(exist_ok=True)
    x, x_test, y, y_test = data()

    start = time.perf_counter()
    model, history = train(x, y)
    seconds = time.perf_counter() - start
    probabilities = model.predict(x_test)
    read = probabilities.argmax(axis=1)
    accuracy = (read == y_test).mean()

    start = time.perf_counter()
    theirs = MLPClassifier(
        (128,), early_stopping=True, batch_size=32, max_iter=200, learning_rate_init=2e-3, random_state=0
    )
    theirs.fit(x, y)
    their_seconds = time.perf_counter() - start

    curves(history)
    confusion(y_test, read)
    misread(x_test, y_test, read, probabilities)
    epochs, their_epochs = len(history.epoch), theirs.n_iter_
    print(f"test accuracy {accuracy:.3f}")
    print(f"  dlcore         {seconds:6.2f} s for {epochs:3} epochs, test accuracy {accuracy:.3f}")
    score = theirs.score(x_test, y_test)
    print(f"  scikit-learn   {their_seconds:6.2f} s for {their_epochs:3} epochs, test accuracy {score:.3f}")
    print(f"pictures are in {FOLDER}/: curves.png, confusion.png, misread.png")


if __name__ == "__main__":
    main()
