"""What threads and callbacks do to data and model in the midst of a fit."""

import contextlib
import gc
import threading
import weakref

import numpy as np
import pytest

import dlcore
from dlcore import _core, _data
from dlcore.callbacks import Callback, LambdaCallback
from dlcore.layers import Dense, Input

ROWS, WIDTH, CLASSES = 3000, 40, 5


@pytest.fixture
def data():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(ROWS, WIDTH)).astype(np.float32)
    return {"x": x, "y": x[:, :CLASSES].copy(), "sample_weight": np.ones(ROWS, np.float32)}


def model_for(loss="mse"):
    dlcore.utils.set_random_seed(1)
    model = dlcore.Sequential([Input((WIDTH,)), Dense(64, "relu"), Dense(CLASSES)])
    model.compile("adam", loss)
    return model


@contextlib.contextmanager
def meanwhile(act):
    """Another thread does that over and over."""
    is_over, does = threading.Event(), threading.Event()

    def meddle():
        while not is_over.is_set():
            act()
            does.set()

    thread = threading.Thread(target=meddle)
    thread.start()
    does.wait()
    try:
        yield
    finally:
        is_over.set()
        thread.join()


def assert_same(model, undisturbed):
    for weight, expected in zip(model.get_weights(), undisturbed.get_weights(), strict=True):
        np.testing.assert_array_equal(weight, expected)


def assert_sound(model, data):
    assert all(np.isfinite(weight).all() for weight in model.get_weights())
    model.fit(data["x"][:50] * 0, data["y"][:50] * 0, verbose=0)


def written(array, value):
    """Writes all of it, and writes it back."""
    before = array.copy()

    def write():
        array[...] = value
        array[...] = before

    return write


@pytest.mark.parametrize("value", [np.nan, np.inf, 3e38])
@pytest.mark.parametrize("what", ["x", "y", "sample_weight"])
def test_a_thread_writes_to_arrays(what, value, data):
    model = model_for()
    with meanwhile(written(data[what], value)), contextlib.suppress(FloatingPointError, ValueError):
        model.fit(**data, epochs=5, batch_size=64, verbose=0)
    assert_sound(model, data)


@pytest.mark.parametrize("hook", ["on_train_begin", "on_epoch_end"])
def test_labels_are_copied_before_they_are_checked(hook, data):
    """So what is written to them afterwards is no class of any row."""
    labels = (np.arange(ROWS) % CLASSES).astype(np.float32).reshape(-1, 1)  # as the core takes them
    loss = dlcore.losses.SparseCategoricalCrossentropy(from_logits=True)
    undisturbed = model_for(loss)
    undisturbed.fit(data["x"], labels, epochs=3, verbose=0)
    model = model_for(loss)
    write = LambdaCallback(**{hook: lambda *_args, **_logs: labels.fill(1e9)})
    model.fit(data["x"], labels, epochs=3, verbose=0, callbacks=[write])
    assert_same(model, undisturbed)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("part", ["data", "indices", "indptr"])
def test_a_thread_writes_to_sparse_rows(part):
    scipy_sparse = pytest.importorskip("scipy.sparse")
    estimators = pytest.importorskip("dlcore.sklearn")
    rng = np.random.default_rng(0)
    rows = scipy_sparse.random(ROWS, WIDTH, 0.2, "csr", np.float32, random_state=rng)
    unharmed, y = rows.copy(), rng.normal(size=ROWS)
    model = estimators.MLPRegressor(hidden_layer_sizes=(20,), max_iter=20)
    value = np.nan if part == "data" else np.iinfo(np.int32).max
    with meanwhile(written(getattr(rows, part), value)), contextlib.suppress(ValueError, RuntimeError):
        model.fit(rows, y)
    assert np.isfinite(model.fit(unharmed, y).predict(unharmed)).all()


@pytest.mark.parametrize("hook", ["on_epoch_begin", "on_train_batch_end", "on_epoch_end"])
@pytest.mark.parametrize("what", ["x", "y", "sample_weight"])
def test_a_callback_writes_to_arrays(what, hook, data):
    model = model_for()
    write = LambdaCallback(**{hook: lambda *_args, **_logs: data[what].fill(np.nan)})
    with pytest.raises(FloatingPointError, match="epoch"):
        model.fit(**data, epochs=3, verbose=0, callbacks=[write])
    data[what].fill(0)
    assert_sound(model, data)


def test_arrays_cannot_be_resized_meanwhile(data):
    undisturbed = model_for()
    undisturbed.fit(**data, epochs=3, verbose=0)

    def resize(*_args, **_logs):
        for array in data.values():
            with pytest.raises(ValueError, match="resize"):
                array.resize((1, 1))

    model = model_for()
    with meanwhile(resize):
        model.fit(**data, epochs=3, verbose=0, callbacks=[LambdaCallback(on_epoch_end=resize)])
    assert_same(model, undisturbed)


def test_arrays_that_are_deleted_live_until_the_end(data):
    undisturbed = model_for()
    undisturbed.fit(**data, epochs=3, verbose=0)
    references = [weakref.ref(array) for array in data.values()]

    def delete(epoch, logs):
        data.clear()
        gc.collect()

    model = model_for()
    model.fit(**data, epochs=3, verbose=0, callbacks=[LambdaCallback(on_epoch_end=delete)])
    assert_same(model, undisturbed)
    assert all(reference() is None for reference in references)


def test_a_generator_may_use_its_arrays_again(data):
    x, y = data["x"].reshape(-1, 30, WIDTH), data["y"].reshape(-1, 30, CLASSES)

    def in_place():
        batch_x, batch_y = np.empty_like(x[0]), np.empty_like(y[0])
        for rows, targets in zip(x, y, strict=True):
            batch_x[...], batch_y[...] = rows, targets
            yield batch_x, batch_y
            batch_x.fill(np.nan)

    model, undisturbed = model_for(), model_for()
    model.fit(in_place(), verbose=0)
    undisturbed.fit(iter(zip(x, y, strict=True)), verbose=0)
    assert_same(model, undisturbed)


def test_a_callback_drops_the_model(data):
    class Drop(Callback):
        def on_epoch_end(self, epoch, logs=None):
            self.model = None
            gc.collect()

    models = [model_for()]
    reference = weakref.ref(models[0])
    history = models.pop().fit(**data, epochs=2, verbose=0, callbacks=[Drop()])
    assert history.epoch == [0, 1]
    del history
    gc.collect()
    assert reference() is None


@pytest.mark.parametrize("hook", ["on_train_batch_end", "on_epoch_end"])
def test_a_callback_uses_the_model(hook, data, tmp_path):
    def use(*_args, **_logs):
        weights = model.get_weights()
        before = model.predict(data["x"], verbose=0)
        model.train_on_batch(data["x"][:10], data["y"][:10])
        model.evaluate(data["x"], data["y"], verbose=0)
        model.save(tmp_path / "model")
        model.set_weights(weights)
        np.testing.assert_array_equal(model.predict(data["x"], verbose=0), before)

    model = model_for()
    callbacks = [LambdaCallback(**{hook: use})]
    model.fit(**data, batch_size=1000, epochs=2, verbose=0, callbacks=callbacks)
    assert_sound(model, data)


def test_a_number_that_is_mended_before_it_is_named(monkeypatch):
    """Another thread may write between two looks."""
    monkeypatch.setattr(_core, "all_finite", lambda values: False)
    with pytest.raises(ValueError, match=r"^x must be finite in float32, and is being written to$"):
        _data.finite("x", np.ones(3, np.float32))
