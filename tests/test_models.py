"""The stack of layers: grown, shrunk, and left alone while it is fitted."""

import copy
import pickle
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


def test_predictions_batch_by_batch_are_those_of_all_rows():
    """A callback that listens makes batches; each is a part of the rows, not of the batch before."""
    sizes = []
    listener = dlcore.callbacks.Callback()
    listener.on_predict_batch_end = lambda batch, logs: sizes.append(len(logs["outputs"]))
    model = dlcore.Sequential([Input((4,)), Dense(2)])
    outputs = model.predict(X, batch_size=8, callbacks=[listener], verbose=0)
    assert sizes == [8, 8, 8, 6]
    np.testing.assert_array_equal(outputs, model.predict(X, verbose=0))
    np.testing.assert_array_equal(model.predict(X, batch_size=8, steps=2, verbose=0), outputs[:16])


def test_rows_of_numbers_can_become_pictures():
    model = dlcore.Sequential([Input((4,)), Dense(6), dlcore.layers.Reshape((2, 3))])
    assert model.predict(X).shape == model(X).shape == (30, 2, 3)
    model.compile("sgd", "mse")
    model.fit(X, np.ones((30, 2, 3)), verbose=0)
    np.testing.assert_array_equal(model.predict(X), model.predict(X.astype("float64")))


def test_what_regularized_weights_cost():
    layers = [Input((4,)), Dense(3, kernel_regularizer="l2", bias_regularizer="l1"), Dense(1)]
    model = dlcore.Sequential([*layers, Dense(2, kernel_regularizer=dlcore.regularizers.L1(0.5))])
    kernel, bias, last = (model.get_weights()[i] for i in (0, 1, 4))
    expected = [0.01 * np.square(kernel).sum(), 0.01 * abs(bias).sum(), 0.5 * abs(last).sum()]
    np.testing.assert_allclose(model.losses, expected, rtol=1e-6)
    assert model.layers[1].losses == []
    model.layers[0].trainable = False
    assert len(model.losses) == 1


def test_layers_of_a_stack_know_what_they_give():
    model = dlcore.Sequential([Input((4,)), Dense(3), Dense(2)])
    assert [layer.output.shape for layer in model.layers] == [(None, 3), (None, 2)]
    hidden = dlcore.Model(model.inputs, model.layers[0].output)
    np.testing.assert_array_equal(hidden.predict(X), model.layers[0](X))
    later = dlcore.Sequential([Dense(3, input_shape=(4,))])
    assert later.layers[0].input.shape == (None, 4)


@pytest.mark.parametrize("travel", [copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))])
def test_a_copy_goes_on_as_the_model_would(travel):
    model = dlcore.Sequential([Input((4,)), Dense(3, "relu"), dlcore.layers.BatchNormalization(), Dense(4)])
    model.compile("adam", "mse", metrics=["mae"])
    model.fit(X, X, epochs=2, verbose=0)
    other = travel(model)
    assert other.optimizer is not model.optimizer
    for each in (model, other):
        each.fit(X, X, epochs=2, shuffle=False, verbose=0)
    for a, b in zip(model.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    assert other.evaluate(X, X, verbose=0) == model.evaluate(X, X, verbose=0)


@pytest.mark.parametrize(("x", "y"), [({"inputs": X}, {"outputs": X}), ([X], [X]), ((X,), X)])
def test_the_only_input_in_a_list_or_dict(x, y):
    model = dlcore.Sequential([Input((4,), name="inputs"), Dense(4, name="outputs")])
    model.compile("sgd", "mse")
    model.fit(x, y, validation_data=(x, y), verbose=0)
    assert model.evaluate(x, y, verbose=0) == model.evaluate(X, X, verbose=0)
    np.testing.assert_array_equal(model.predict(x, verbose=0), model.predict(X, verbose=0))


def test_several_inputs_are_refused():
    model = dlcore.Sequential([Input((4,)), Dense(4)])
    model.compile("sgd", "mse")
    with pytest.raises(ValueError, match=r"x must be one array.*got 2"):
        model.fit({"a": X, "b": X}, X)


def test_a_long_name_in_the_summary_goes_on_at_its_type(capsys):
    dlcore.Sequential([Input((4,)), dlcore.layers.BatchNormalization(name="batch_normalization")]).summary()
    text = capsys.readouterr().out
    assert "│ batch_normalization " in text
    assert "│ (BatchNormalization) " in text


def test_layers_without_variables_are_built_when_their_shape_is_known(capsys):
    inputs = Input((4,))
    model = dlcore.Model(inputs, dlcore.layers.Dropout(0.5)(dlcore.layers.Rescaling(2.0)(inputs)))
    model.summary()
    assert "unbuilt" not in capsys.readouterr().out
    assert repr(model.layers[1]).startswith("<Rescaling name=rescaling")
    assert not dlcore.layers.Dropout(0.5).built
