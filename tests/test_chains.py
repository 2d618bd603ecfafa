"""Beyond a plain stack: models within models, frozen layers, streams of batches, losses of one's own."""

import numpy as np
import pytest

import dlcore
from dlcore import layers

RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 4))
Y = np.stack([X[:, 0] * X[:, 1], X.sum(axis=1)], axis=1)


def chain(*made, **options):
    model = dlcore.Sequential([layers.Input((4,)), *made])
    model.compile("adam", "mse", **options)
    return model


def test_a_layer_in_two_models_is_trained_in_both():
    shared = layers.Dense(6, activation="tanh")
    one, other = chain(shared, layers.Dense(2)), chain(shared, layers.Dense(2))
    for model, twin in ((one, other), (other, one), (one, other)):
        before = shared.get_weights()[0]
        model.fit(X, Y, epochs=2, verbose=0)
        assert not np.array_equal(shared.get_weights()[0], before)
        np.testing.assert_array_equal(model.get_weights()[0], twin.get_weights()[0])
        np.testing.assert_array_equal(twin.predict(X, verbose=0), twin.predict_on_batch(X))
    inner = np.tanh(X.astype("float32") @ one.get_weights()[0] + one.get_weights()[1])
    expected = inner @ other.get_weights()[2] + other.get_weights()[3]
    np.testing.assert_allclose(other.predict(X, verbose=0), expected, atol=1e-5)


def test_the_optimizer_goes_on_when_a_layer_comes_back():
    shared = layers.Dense(2)
    model = chain(shared)
    model.fit(X, Y, epochs=3, verbose=0)
    chain(shared).fit(X, Y, verbose=0)
    model.fit(X, Y, epochs=1, verbose=0)
    assert model.optimizer.iterations == 8


def test_a_frozen_layer_stays_from_the_next_compile_on():
    first, last = layers.Dense(6), layers.Dense(2)
    model = chain(first, last)
    model.fit(X, Y, verbose=0)
    first.trainable = False
    model.compile("adam", "mse")
    frozen, free = first.get_weights()[0], last.get_weights()[0]
    model.fit(X, Y, verbose=0)
    np.testing.assert_array_equal(first.get_weights()[0], frozen)
    assert not np.array_equal(last.get_weights()[0], free)
    assert [variable.path.split("/")[1:] for variable in model.trainable_weights] == [
        [last.name, "kernel"],
        [last.name, "bias"],
    ]


def test_a_model_within_a_model_is_one_of_its_layers():
    base = dlcore.Sequential([layers.Input((4,)), layers.Dense(6, activation="relu")], name="base")
    inputs = dlcore.Input((4,))
    model = dlcore.Model(inputs, layers.Dense(2)(base(inputs)))
    assert [type(layer).__name__ for layer in model.layers] == ["InputLayer", "Sequential", "Dense"]
    base.trainable = False
    model.compile("sgd", "mse")
    before = base.get_weights()
    model.fit(X, Y, verbose=0)
    for old, new in zip(before, base.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)
    features = dlcore.Model(base.input, base.layers[0].output)
    np.testing.assert_array_equal(features.predict(X, verbose=0), base.predict(X, verbose=0))


def test_what_dlcore_is_not_for_is_said_when_the_class_is_made():
    with pytest.raises(TypeError, match="Own defines call"):

        class Own(dlcore.Model):
            def call(self, x):
                return x

    with pytest.raises(ValueError, match="one input"):
        dlcore.Model([dlcore.Input((2,)), dlcore.Input((2,))], dlcore.Input((2,)))
    with pytest.raises(ImportError, match="LSTM is"):
        from dlcore.layers import LSTM  # noqa: F401


def batches(times=1):
    for _ in range(times):
        for at in range(0, 60, 20):
            yield X[at : at + 20], Y[at : at + 20]


def test_batches_from_a_generator_are_those_of_arrays():
    first = [RNG.normal(size=shape) for shape in ((4, 6), (6,), (6, 2), (2,))]
    histories = []
    for data in ({"x": X, "y": Y, "batch_size": 20}, {"x": batches(3), "steps_per_epoch": 3}):
        model = chain(
            layers.Dense(6, activation="tanh"), layers.Dense(2), metrics=["mae", "RootMeanSquaredError"]
        )
        model.set_weights(first)
        histories.append(model.fit(**data, epochs=3, shuffle=False, verbose=0).history)
    for name, values in histories[0].items():
        np.testing.assert_allclose(values, histories[1][name], rtol=1e-12)


def test_a_generator_that_ends_says_so():
    model = chain(layers.Dense(2))
    with pytest.warns(UserWarning, match="after 3 of 5 steps"):
        model.fit(batches(), steps_per_epoch=5, verbose=0)
    ended = batches()
    list(ended)
    with pytest.raises(ValueError, match="no batches"):
        model.fit(ended, verbose=0)


def squares(y_true, y_pred):
    error = y_pred - y_true
    return np.mean(error**2, axis=1), 2 * error / error.shape[1]


MIDDLES = {
    "plain": list,
    "dropout": lambda: [layers.Dropout(0.3, seed=3)],
    "batch statistics": lambda: [layers.BatchNormalization()],
}


@pytest.mark.parametrize("middle", MIDDLES)
def test_a_loss_of_ones_own_trains_like_the_cores(middle):
    def made(loss):
        between = {"plain": [], "dropout": [layers.Dropout(0.3, seed=3)]}.get(
            middle, [layers.BatchNormalization()]
        )
        model = dlcore.Sequential(
            [
                layers.Input((4,)),
                layers.Dense(6, activation="tanh", name="a"),
                *between,
                layers.Dense(2, name="b"),
            ],
            dtype="float64",
        )
        model.compile("adam", loss, metrics=["mae"])
        weights = model.get_weights()
        model.set_weights([np.cos(np.arange(w.size)).reshape(w.shape) if w.ndim > 1 else w for w in weights])
        return model, model.fit(X, Y, batch_size=16, epochs=3, shuffle=False, validation_split=0.2, verbose=0)

    (one, core), (other, own) = made("mse"), made(squares)
    for name, values in core.history.items():
        np.testing.assert_allclose(own.history[name], values, rtol=1e-10)
    for a, b in zip(one.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-10)


def test_hooks_of_batches_change_nothing():
    class Listens(dlcore.callbacks.Callback):
        def __init__(self):
            self.batches = []

        def on_train_batch_end(self, batch, logs=None):
            self.batches.append((batch, sorted(logs)))

    listener, weights = Listens(), []
    for callbacks in ([], [listener]):
        dlcore.utils.set_random_seed(5)
        model = chain(layers.Dense(6, activation="relu"), layers.Dropout(0.2), layers.Dense(2))
        model.fit(X, Y, batch_size=16, epochs=2, verbose=0, callbacks=callbacks)
        weights.append(model.get_weights())
    assert listener.batches == [(batch, ["loss"]) for _ in range(2) for batch in range(4)]
    for a, b in zip(*weights, strict=True):
        np.testing.assert_array_equal(a, b)


def test_running_means_take_the_weights_place_at_the_end_of_a_fit():
    model = dlcore.Sequential([layers.Input((4,)), layers.Dense(2)])
    model.compile(dlcore.optimizers.SGD(0.1, use_ema=True, ema_momentum=0.5), "mse")
    seen = []
    keep = dlcore.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: seen.append(model.get_weights()[0])
    )
    model.fit(X, Y, batch_size=60, epochs=3, verbose=0, callbacks=[keep])
    expected = 0.5 * (0.5 * seen[0] + 0.5 * seen[1]) + 0.5 * seen[2]
    np.testing.assert_allclose(model.get_weights()[0], expected, rtol=1e-6)


def test_outputs_as_in_training():
    model = chain(layers.Dropout(0.5), layers.Dense(2))
    assert not np.array_equal(model(X, training=True), model(X))
    np.testing.assert_array_equal(model(X), model.predict(X, verbose=0))
