"""Models as files, read by others, damaged, and unwritable."""

import json
import pickle

import numpy as np
import pytest
import safetensors.numpy

import dlcore
from dlcore import _core
from dlcore.layers import Activation, Dense, Dropout, Input


@pytest.fixture
def model():
    model = dlcore.Sequential(
        [
            Input((5,)),
            Dense(7, activation="elu", kernel_regularizer=dlcore.regularizers.L2(0.01)),
            Dropout(0.25),
            Dense(4, use_bias=False),
            Activation("tanh"),
            Dense(3, activation="softmax"),
        ]
    )
    model.compile(dlcore.optimizers.AdamW(0.002), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


@pytest.fixture
def data():
    rng = np.random.default_rng(0)
    return rng.normal(size=(50, 5)).astype(np.float32), rng.integers(0, 3, 50)


def test_round_trip(model, data, tmp_path):
    model.fit(*data, epochs=3, verbose=0)
    path = tmp_path / "model.safetensors"
    model.save(path)
    loaded = dlcore.models.load_model(path)
    np.testing.assert_array_equal(loaded.predict(data[0], verbose=0), model.predict(data[0], verbose=0))
    assert loaded.get_config() == model.get_config()
    assert loaded.evaluate(*data, verbose=0) == model.evaluate(*data, verbose=0)
    loaded.fit(*data, verbose=0)
    assert [p.name for p in tmp_path.iterdir()] == ["model.safetensors"]


def test_the_file_depends_on_nothing_but_the_model(model, tmp_path):
    model.save(tmp_path / "a.safetensors")
    dlcore.models.load_model(tmp_path / "a.safetensors").save(tmp_path / "b.safetensors")
    assert (tmp_path / "a.safetensors").read_bytes() == (tmp_path / "b.safetensors").read_bytes()


def test_others_can_read_it(model, tmp_path):
    path = tmp_path / "model.safetensors"
    model.save(path)
    arrays = list(safetensors.numpy.load_file(path).values())
    for weight in model.get_weights():
        assert any(a.shape == weight.shape and np.array_equal(a, weight) for a in arrays)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_tensors_both_ways(dtype, tmp_path):
    rng = np.random.default_rng(0)
    tensors = {
        f"t{i}": rng.normal(size=shape).astype(dtype) for i, shape in enumerate([(3, 4), (5,), (0, 2)])
    }
    ours, theirs = tmp_path / "ours.safetensors", tmp_path / "theirs.safetensors"
    _core.save_file(str(ours), tensors, {"a": "b", "c": "d"})
    safetensors.numpy.save_file(tensors, theirs, {"a": "b"})
    for found in (safetensors.numpy.load_file(ours), _core.load_file(str(theirs))[0]):
        assert found.keys() == tensors.keys()
        for name, tensor in tensors.items():
            np.testing.assert_array_equal(found[name], tensor)
    assert _core.load_file(str(ours))[1] == {"a": "b", "c": "d"}


def header_and_body(data):
    length = int.from_bytes(data[:8], "little")
    return json.loads(data[8 : 8 + length]), data[8 + length :]


def with_header(data, change):
    header, body = header_and_body(data)
    change(header)
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + body


def first_tensor(header):
    return next(v for k, v in header.items() if k != "__metadata__")


DAMAGES = {
    "empty": lambda d: b"",
    "a few bytes": lambda d: d[:5],
    "cut in the header": lambda d: d[:60],
    "cut at the end": lambda d: d[:-1],
    "longer": lambda d: d + b"\0",
    "huge header": lambda d: (2**62).to_bytes(8, "little") + d[8:],
    "no JSON": lambda d: d[:8] + b"x" * (len(d) - 8),
    "text": lambda d: b"a model, but in words",
    "huge shape": lambda d: with_header(d, lambda h: first_tensor(h).update(shape=[2**40, 2**40])),
    "other shape": lambda d: with_header(d, lambda h: first_tensor(h).update(shape=[1, 1])),
    "outside": lambda d: with_header(d, lambda h: first_tensor(h).update(data_offsets=[0, 2**40])),
    "backwards": lambda d: with_header(d, lambda h: first_tensor(h).update(data_offsets=[8, 0])),
    "unknown dtype": lambda d: with_header(d, lambda h: first_tensor(h).update(dtype="F7")),
    "no metadata": lambda d: with_header(d, lambda h: h.pop("__metadata__", None)),
    "other metadata": lambda d: with_header(d, lambda h: h.update(__metadata__={"dlcore": "[1, 2"})),
    "not a number": lambda d: d[:-4] + np.float32(np.nan).tobytes(),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_an_error_that_names_it(damage, model, tmp_path):
    path = tmp_path / "model.safetensors"
    model.save(path)
    path.write_bytes(DAMAGES[damage](path.read_bytes()))
    with pytest.raises(ValueError, match=r"model\.safetensors"):
        dlcore.models.load_model(path)


def test_flipped_bits_are_an_error_or_another_model(model, tmp_path):
    """Never a crash, and no exception but ValueError."""
    path = tmp_path / "model.safetensors"
    model.save(path)
    data = path.read_bytes()
    header = 8 + int.from_bytes(data[:8], "little")
    rng = np.random.default_rng(0)
    refused = 0
    for bit in rng.integers(0, 8 * header, 400):
        broken = bytearray(data)
        broken[bit // 8] ^= 1 << (bit % 8)
        path.write_bytes(broken)
        try:
            dlcore.models.load_model(path)
        except ValueError:
            refused += 1
    assert refused > 100


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(FileNotFoundError, match="nothing"):
        dlcore.models.load_model(tmp_path / "nothing.safetensors")


def test_a_failed_write_leaves_the_old_file(model, tmp_path):
    """A folder cannot be replaced by a file; what was begun is cleaned up."""
    (tmp_path / "folder.safetensors").mkdir()
    with pytest.raises(OSError, match="folder"):
        model.save(tmp_path / "folder.safetensors")
    with pytest.raises(OSError, match="absent"):
        model.save(tmp_path / "absent" / "model.safetensors")
    assert [p.name for p in tmp_path.iterdir()] == ["folder.safetensors"]


def test_functions_of_ones_own_are_given_in_custom_objects(tmp_path):
    def squares(y_true, y_pred):
        error = y_pred - y_true
        return (error**2).mean(axis=1), 2 * error / error.shape[1]

    def largest(y_true, y_pred):
        return abs(y_true - y_pred).max(axis=-1)

    x = np.ones((4, 2))
    model = dlcore.Sequential([dlcore.Input((2,)), dlcore.layers.Dense(2)])
    model.compile("sgd", squares, metrics=[largest])
    model.fit(x, x, verbose=0)
    model.save(tmp_path / "m.keras")
    with pytest.raises(ValueError, match="custom_objects"):
        dlcore.models.load_model(tmp_path / "m.keras")
    loaded = dlcore.models.load_model(tmp_path / "m.keras", {"squares": squares, "largest": largest})
    assert loaded.evaluate(x, x, verbose=0) == model.evaluate(x, x, verbose=0)


def test_layers_of_one_name_cannot_be_told_apart_in_a_file(tmp_path):
    def part():
        return dlcore.Sequential([Input((3,)), Dense(3, name="same")])

    model = dlcore.Sequential([Input((3,)), part(), part()])
    with pytest.raises(ValueError, match="same"):
        model.save(tmp_path / "m.safetensors")


def test_a_loss_that_waits_for_data_to_fit(tmp_path):
    path = tmp_path / "model.safetensors"
    model = dlcore.Sequential([Input((2,)), Dense(3, activation="softmax")])
    model.compile("adam", "crossentropy")
    model.save(path)
    loaded = dlcore.load_model(path)
    for either in (model, loaded):
        either.fit(np.eye(2), [0, 2], shuffle=False, verbose=0)
    np.testing.assert_array_equal(loaded.get_weights()[0], model.get_weights()[0])


def test_what_is_too_large_for_a_file_is_not_saved(tmp_path):
    path = tmp_path / "model.safetensors"
    many = dlcore.Sequential(
        [Input((1,)), *(layer for _ in range(1001) for layer in (Dense(1), Dropout(0.1)))]
    )
    with pytest.raises(ValueError, match="2,000 layers at most, got 2,002"):
        many.save(path)
    assert len(pickle.loads(pickle.dumps(many)).layers) == 2002
    model = dlcore.Sequential([Input((1,)), Dense(1)])
    errors = [dlcore.metrics.MeanAbsoluteError(name=f"{i}") for i in range(257)]
    model.compile("sgd", "mse", metrics=errors)
    with pytest.raises(ValueError, match="metrics must be 256 at most, got 257"):
        model.save(path)
    assert not path.exists()


def test_a_long_history_is_an_array_in_the_file(data, tmp_path):
    """As text it would be read into many times its length."""
    path = tmp_path / "m.safetensors"
    model = dlcore.Sequential([Input((5,)), Dense(3)])
    model.compile("sgd", "sparse_categorical_crossentropy")
    history = model.fit(*data, epochs=100, verbose=0).history
    model.save(path)
    arrays = safetensors.numpy.load_file(path)
    assert sum(array.size == 100 for array in arrays.values()) == 1
    loaded = dlcore.load_model(path)
    fitted = loaded.fit(*data, epochs=100, resume_from=path, verbose=0)
    assert fitted.history == history
    assert type(fitted.history["loss"]) is list


def test_many_layers_take_no_longer_each(tmp_path, monkeypatch):
    """Reading and writing looks at each layer's variables a few times, however many layers there are."""
    looked = []
    shape = Dense.output_shape
    monkeypatch.setattr(Dense, "output_shape", lambda self, row: looked.append(1) or shape(self, row))
    counts = []
    for layers in (50, 100):
        looked.clear()
        model = dlcore.Sequential([Input((2,)), *(Dense(2) for _ in range(layers))])
        model.save(tmp_path / "m.safetensors")
        dlcore.load_model(tmp_path / "m.safetensors")
        counts.append(len(looked))
    assert counts[1] <= 2 * counts[0]
