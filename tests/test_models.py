"""The stack of layers: grown, shrunk, and left alone while it is fitted."""

import threading

import numpy as np
import pytest

import dlcore
from dlcore.callbacks import Callback
from dlcore.layers import Dense, Input

X = np.random.default_rng(0).normal(size=(30, 4)).astype(np.float32)


def test_layers_keep_their_weights_when_others_come_and_go():
    model = dlcore.Sequential([Input((4,)), Dense(5), Dense(2)])
    kernel = model.get_weights()[0]
    model.pop()
    model.add(Dense(3))
    np.testing.assert_array_equal(model.get_weights()[0], kernel)
    assert model.predict(X).shape == (30, 3)


@pytest.mark.parametrize("what", ["pop", "compile", "fit"])
def test_a_model_in_a_fit_is_left_alone(what):
    class Meddler(Callback):
        def on_epoch_end(self, epoch, logs=None):
            arguments = {"pop": (), "compile": ("sgd", "mse"), "fit": (X, X)}[what]
            getattr(self.model, what)(*arguments)

    model = dlcore.Sequential([Input((4,)), Dense(4)])
    model.compile("adam", "mse")
    with pytest.raises(RuntimeError, match="being fitted"):
        model.fit(X, X, callbacks=[Meddler()], verbose=0)
    model.fit(X, X, verbose=0)


def test_predictions_and_fits_in_many_threads():
    """Fits of different models end like their lone twins; one model predicts in all threads."""

    def fitted():
        model = dlcore.Sequential([Input((4,)), Dense(300, activation="tanh"), Dense(300), Dense(4)])
        model.compile("adam", "mse")
        return model

    models, twins = [], []
    for kind in (models, twins):
        for seed in range(4):
            dlcore.utils.set_random_seed(seed)
            kind.append(fitted())
            kind[-1].get_weights()

    def fit(model):
        model.fit(X, X, epochs=20, shuffle=False, verbose=0)
        for _ in range(20):
            twins[0].predict(X)

    threads = [threading.Thread(target=fit, args=(model,)) for model in models]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for model, twin in zip(models, twins, strict=True):
        twin.fit(X, X, epochs=20, shuffle=False, verbose=0)
        for a, b in zip(model.get_weights(), twin.get_weights(), strict=True):
            np.testing.assert_array_equal(a, b)
