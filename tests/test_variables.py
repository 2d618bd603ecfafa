"""Variables in formulas: weights, learning rates, counts; and `keras.backend`, by which scripts read them."""

import numpy as np
import pytest

import dlcore
from dlcore import backend
from dlcore.layers import Dense, Input


@pytest.fixture
def model():
    model = dlcore.Sequential([Input((3,)), Dense(2)])
    model.compile(dlcore.optimizers.Adam(0.5), "mse")
    return model


def test_a_learning_rate_is_what_it_is_now(model):
    rate = model.optimizer.learning_rate
    assert float(rate) == rate.numpy() == rate.value == rate == 0.5
    assert rate.assign(0.25) == 0.25
    assert float(rate) == float(model.optimizer.learning_rate) == 0.25
    model.optimizer.learning_rate = 0.125
    assert [float(rate), rate.assign_add(0.5), rate.assign_sub(0.25)] == [0.125, 0.625, 0.375]


def test_a_learning_rate_in_formulas(model):
    rate = model.optimizer.learning_rate
    assert [rate * 2, 1 / rate, -rate, 0.75 - rate, rate**2] == [1.0, 2.0, -0.5, 0.25, 0.25]
    assert rate < 1 < rate + 1
    assert np.asarray(rate).shape == rate.shape == ()
    assert [f"{rate:.3f}", f"{rate:.1e}", "%.2f" % rate, round(rate, 0)] == ["0.500", "5.0e-01", "0.50", 0]  # noqa: UP031
    assert "learning_rate" in f"{rate}"
    model.optimizer.learning_rate *= 0.5
    model.optimizer.learning_rate = model.optimizer.learning_rate / 2
    assert float(model.optimizer.learning_rate) == 0.125


def test_updates_are_counted(model):
    count = model.optimizer.iterations
    model.fit(np.ones((8, 3)), np.ones((8, 2)), batch_size=2, verbose=0)
    assert int(count) == count.numpy() == count == 4
    with pytest.raises(TypeError, match="iteration cannot be set, got 0"):
        count.assign(0)


def test_a_schedule_stays(model):
    schedule = dlcore.optimizers.schedules.ExponentialDecay(0.5, 1, 0.5)
    rate = dlcore.optimizers.SGD(schedule).learning_rate
    assert rate == 0.5
    with pytest.raises(TypeError, match="schedule"):
        rate.assign(0.1)


def test_weights_in_formulas(model):
    kernel, array = model.layers[0].kernel, model.get_weights()[0]
    for got, expected in [
        (kernel * 2, array * 2),
        (np.ones((1, 3)) @ kernel, np.ones((1, 3)) @ array),
        (kernel[0], array[0]),
        (np.abs(kernel), np.abs(array)),
        (dlcore.ops.sum(kernel, axis=0), array.sum(axis=0)),
        (kernel == kernel, np.ones((3, 2), bool)),
    ]:
        np.testing.assert_array_equal(got, expected)
    assert kernel.ndim == 2
    np.testing.assert_array_equal(kernel.assign_add(np.ones((3, 2))), array + 1)
    np.testing.assert_array_equal(model.get_weights()[0], array + 1)
    np.testing.assert_allclose(kernel.assign_sub(np.ones((3, 2))), array, atol=1e-6)
    assert len({kernel, model.layers[0].bias}) == 2


def test_values_by_the_backend(model):
    rate, kernel = model.optimizer.learning_rate, model.layers[0].kernel
    backend.set_value(rate, 0.25)
    assert backend.get_value(rate) == 0.25
    backend.batch_set_value([(kernel, np.ones((3, 2))), (rate, 0.1)])
    values = backend.batch_get_value([kernel, rate])
    np.testing.assert_array_equal(values[0], np.ones((3, 2)))
    assert values[1] == 0.1
    assert backend.count_params(kernel) == 6
    assert backend.int_shape(model.inputs[0]) == (None, 3)
    assert backend.is_keras_tensor(model.outputs[0])
    assert not backend.is_keras_tensor(np.ones(3))
    assert backend.get_value(3.0) == 3.0
    with pytest.raises(TypeError, match="x must be a variable, got 3"):
        backend.set_value(3, 4)


def test_functions_of_the_backend():
    x = np.array([[1.0, 3.0], [2.0, 0.0]])
    assert backend.argmax(x).tolist() == [1, 0]
    assert backend.argmin(x).tolist() == [0, 1]
    assert backend.flatten(x).tolist() == [1, 3, 2, 0]
    assert backend.sum(backend.round(backend.clip(x, 0, 1))) == 3
    assert backend.cast_to_floatx([1]).dtype == "float32"
    assert all(callable(getattr(backend, name)) for name in dir(backend))
    with pytest.raises(AttributeError, match="rnn"):
        backend.rnn  # noqa: B018


def test_settings_that_are_built_in():
    dlcore.config.set_epsilon(1e-7)
    dlcore.config.set_image_data_format("channels_last")
    dlcore.config.disable_traceback_filtering()
    dlcore.config.enable_traceback_filtering()
    with pytest.raises(ValueError, match=r"value must be 1e-07.*got 0.001"):
        dlcore.config.set_epsilon(0.001)
    with pytest.raises(ValueError, match="data_format must be 'channels_last', got 'channels_first'"):
        dlcore.config.set_image_data_format("channels_first")
    dlcore.config.set_dtype_policy("float64")
    assert dlcore.config.dtype_policy() == backend.floatx() == "float64"
    dlcore.config.set_dtype_policy("float32")
    with pytest.raises(ValueError, match="mixed_float16"):
        dlcore.config.set_dtype_policy("mixed_float16")


def test_decay_is_ignored_aloud():
    with pytest.warns(UserWarning, match="decay is ignored"):
        dlcore.optimizers.SGD(0.1, decay=1e-6)
