"""Which hooks there are, who hears them, and the callbacks that only pass them on."""

import math

import pytest

import dlcore
from dlcore.callbacks import (
    BackupAndRestore,
    Callback,
    CallbackList,
    EarlyStopping,
    History,
    LambdaCallback,
    LearningRateScheduler,
    ModelCheckpoint,
    ProgbarLogger,
    TensorBoard,
    TerminateOnNaN,
)
from dlcore.callbacks.callback import HOOKS, hears
from dlcore.layers import Dense, Input

BY_BATCH = [hook for hook in HOOKS if "batch" in hook]


@pytest.fixture
def model():
    model = dlcore.Sequential([Input((3,)), Dense(1)])
    model.compile(dlcore.optimizers.SGD(0.5), "mse")
    return model


def test_there_are_kerass_hooks():
    kinds = ["train", "test", "predict"]
    expected = {f"on_{kind}_{when}" for kind in [*kinds, "epoch", "batch"] for when in ("begin", "end")}
    expected |= {f"on_{kind}_batch_{when}" for kind in kinds for when in ("begin", "end")}
    assert set(HOOKS) == expected


def test_the_old_names_are_called_by_the_new_ones():
    class Old(Callback):
        calls = ()

        def on_batch_begin(self, batch, logs=None):
            self.calls += (("begin", batch, logs),)

        def on_batch_end(self, batch, logs=None):
            self.calls += (("end", batch, logs),)

    old = Old()
    old.on_train_batch_begin(3)
    old.on_train_batch_end(3, {"loss": 1.0})
    assert old.calls == (("begin", 3, None), ("end", 3, {"loss": 1.0}))
    assert [hook for hook in BY_BATCH if hears(old, hook)] == [
        "on_train_batch_begin",
        "on_train_batch_end",
        "on_batch_begin",
        "on_batch_end",
    ]


@pytest.mark.parametrize(
    ("make", "heard"),
    [
        (Callback, []),
        (History, []),
        (EarlyStopping, []),
        (TerminateOnNaN, []),
        (lambda: ModelCheckpoint("x"), []),
        (lambda: ModelCheckpoint("x", save_freq=5), ["on_train_batch_end"]),
        (lambda: BackupAndRestore("x"), []),
        (lambda: BackupAndRestore("x", save_freq=5), ["on_train_batch_end"]),
        (TensorBoard, []),
        (lambda: TensorBoard(write_steps_per_second=True), []),
        (lambda: TensorBoard(update_freq="batch"), ["on_train_batch_end"]),
        (
            lambda: TensorBoard(update_freq=2, write_steps_per_second=True),
            ["on_train_batch_begin", "on_train_batch_end"],
        ),
        (lambda: LambdaCallback(on_test_batch_end=print), ["on_test_batch_end"]),
        (lambda: CallbackList([History(), TerminateOnNaN()]), []),
        (lambda: CallbackList([LambdaCallback(on_test_batch_end=print)]), ["on_test_batch_end"]),
    ],
)
def test_who_hears_the_hooks_of_batches(make, heard):
    callback = make()
    assert [hook for hook in BY_BATCH if hears(callback, hook)] == heard


def test_a_users_subclass_is_heard_where_its_base_is_not():
    class Mine(ModelCheckpoint):
        def on_train_batch_end(self, batch, logs=None):
            pass

    assert hears(Mine("x"), "on_train_batch_end")
    assert hears(Mine("x"), "on_epoch_end")
    assert not hears(Mine("x"), "on_test_end")


def test_a_function_put_on_an_object_is_heard():
    callback = Callback()
    callback.on_predict_end = lambda logs=None: None
    assert hears(callback, "on_predict_end")


def test_lambda_callback():
    calls = []
    callback = LambdaCallback(
        on_epoch_end=lambda epoch, logs: calls.append((epoch, logs)),
        on_train_batch_begin=lambda batch, logs: calls.append((batch, logs)),
        on_predict_end=lambda logs: calls.append(logs),
    )
    callback.on_epoch_end(1, {"loss": 2.0})
    callback.on_train_batch_begin(4, logs=None)
    callback.on_predict_end({})
    callback.on_epoch_begin(1)
    assert calls == [(1, {"loss": 2.0}), (4, None), {}]
    with pytest.raises(ValueError, match="on_epoch_end"):
        LambdaCallback(on_epoch_ends=print)


def test_callback_list_calls_each_in_order(model):
    calls = []
    callbacks = [
        LambdaCallback(
            **{hook: lambda *args, hook=hook, i=i, **logs: calls.append((i, hook)) for hook in HOOKS}
        )
        for i in range(2)
    ]
    every = CallbackList(callbacks, add_history=True, add_progbar=True, model=model, epochs=3, verbose=0)
    for hook in HOOKS:
        if hook not in ("on_epoch_begin", "on_epoch_end"):
            getattr(every, hook)(*([0] if "batch" in hook else []), logs={})
            assert calls == [(0, hook), (1, hook)]
            calls.clear()
    assert [type(callback) for callback in every.callbacks[2:]] == [History, ProgbarLogger]
    assert model.history is every.callbacks[2]
    assert all(callback.model is model for callback in every.callbacks)
    assert all(callback.params == {"epochs": 3, "verbose": 0} for callback in every.callbacks)
    assert len(CallbackList([History()], add_history=True).callbacks) == 1


@pytest.mark.parametrize("loss", [math.nan, math.inf])
def test_terminate_on_nan(loss, model, capsys):
    callback = TerminateOnNaN()
    callback.set_model(model)
    callback.on_train_batch_end(2, {"loss": 1e300})
    callback.on_train_batch_end(2, {"mae": loss})
    assert not model.stop_training
    callback.on_train_batch_end(3, {"loss": loss})
    assert model.stop_training
    assert capsys.readouterr().out == "Batch 3: Invalid loss, terminating training\n"
    with pytest.raises(RuntimeError, match="batch 4"):
        TerminateOnNaN(raise_error=True).on_train_batch_end(4, {"loss": loss})


def test_learning_rate_scheduler_sets_says_and_notes_the_rate(model, capsys):
    x = [[1.0, 2.0, 3.0]] * 4
    callback = LearningRateScheduler(lambda epoch, rate: rate / 2 if epoch else rate, verbose=1)
    history = model.fit(x, [0.0] * 4, epochs=3, callbacks=[callback], verbose=0)
    assert history.history["learning_rate"] == [0.5, 0.25, 0.125]
    # Keras 3.15.1's lines.
    assert capsys.readouterr().out.splitlines() == [
        "",
        "Epoch 1: LearningRateScheduler setting learning rate to 0.5.",
        "",
        "Epoch 2: LearningRateScheduler setting learning rate to 0.25.",
        "",
        "Epoch 3: LearningRateScheduler setting learning rate to 0.125.",
    ]


def test_learning_rate_scheduler_takes_functions_of_the_epoch_alone_and_only_rates(model):
    callback = LearningRateScheduler(lambda epoch: 0.25 + epoch)
    callback.set_model(model)
    callback.on_epoch_begin(1)
    assert model.optimizer.learning_rate == 1.25
    callback.schedule = lambda epoch, rate: None
    with pytest.raises(TypeError, match="what schedule returns"):
        callback.on_epoch_begin(1)
    with pytest.raises(TypeError, match="schedule"):
        LearningRateScheduler(0.5)
    model.optimizer.learning_rate = dlcore.optimizers.schedules.ExponentialDecay(0.5, 1, 0.5)
    callback.schedule = lambda epoch, rate: rate
    with pytest.raises(TypeError, match="learning_rate"):
        callback.on_epoch_begin(1)


def test_every_hook_gets_logs(model):
    """A callback may ask for them without a default."""

    class Keys(Callback):
        def __init__(self):
            self.seen = {}
            for hook in HOOKS:
                setattr(self, hook, lambda *given, hook=hook: self.seen.setdefault(hook, []).append(given))

    keys = Keys()
    x, y = [[1.0, 2.0, 3.0]] * 4, [1.0] * 4
    model.fit(x, y, batch_size=2, validation_data=(x, y), callbacks=[keys], verbose=0)
    model.predict(x, batch_size=2, callbacks=[keys], verbose=0)
    assert set(keys.seen) == {hook for hook in HOOKS if hook not in ("on_batch_begin", "on_batch_end")}
    for hook, calls in keys.seen.items():
        for *number, logs in calls:
            assert isinstance(logs, dict), hook
            assert len(number) == ("epoch" in hook or "batch" in hook), hook


def test_a_fit_of_one_epoch_does_not_number_it(model, capsys):
    model.fit([[1.0, 2.0, 3.0]], [1.0])
    assert "Epoch" not in capsys.readouterr().out
    model.fit([[1.0, 2.0, 3.0]], [1.0], epochs=2)
    assert "Epoch 1/2" in capsys.readouterr().out


def test_what_auto_means_can_be_set(model, capsys):
    def report():
        model.fit([[1.0, 2.0, 3.0]], [1.0])
        return capsys.readouterr().out

    assert "━" in report()
    dlcore.utils.disable_interactive_logging()
    try:
        assert not dlcore.config.is_interactive_logging_enabled()
        assert "━" not in report()
    finally:
        dlcore.utils.enable_interactive_logging()
    assert "━" in report()
