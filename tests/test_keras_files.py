"""Weights in Keras's HDF5 files, laid out as Keras 3.15.1 does."""

import builtins
import contextlib
import zipfile

import h5py
import numpy as np
import pytest

import dlcore
from dlcore import layers
from dlcore.models import keras_h5
from keras_layout import assert_weights, weights, write


@pytest.fixture
def path(tmp_path):
    return tmp_path / "model.weights.h5"


@pytest.fixture
def model():
    return dlcore.Sequential(
        [dlcore.Input((3,)), layers.Dense(4, name="first"), layers.Dense(2, name="last")]
    )


DENSE = {"layers/dense": weights((3, 4), (4,)), "layers/dense_1": weights((4, 2), (2,))}


def test_weights_by_class_and_number(model, path):
    keras_h5.load_into(model, write(path, {"optimizer": [np.int32(7)], **DENSE}))
    assert_weights(model, [*DENSE["layers/dense"], *DENSE["layers/dense_1"]])


def test_ten_layers_and_more_are_in_order(path):
    model = dlcore.Sequential([dlcore.Input((2,)), *[layers.Dense(2, use_bias=False) for _ in range(12)]])
    names = ["dense", *[f"dense_{i}" for i in range(1, 12)]]
    groups = {f"layers/{name}": [np.full((2, 2), i, np.float32)] for i, name in enumerate(names)}
    keras_h5.load_into(model, write(path, groups))
    assert [weight[0, 0] for weight in model.get_weights()] == list(range(12))
    assert [name for name, _ in keras_h5.weights_of(path)] == names


def test_all_kinds_of_layers(path):
    model = dlcore.Sequential(
        [
            dlcore.Input((3,)),
            layers.Normalization(),
            layers.BatchNormalization(),
            layers.PReLU(),
            layers.LeakyReLU(),
            layers.Dropout(0.5),
            layers.LayerNormalization(),
            layers.Dense(2),
        ]
    )
    groups = {
        "layers/normalization": [*weights((3,), (3,)), np.int32(0)],
        "layers/batch_normalization": weights((3,), (3,), (3,), (3,)),
        "layers/p_re_lu": weights((3,)),
        "layers/leaky_re_lu": [],
        "layers/dropout": [],
        "layers/dropout/seed_generator": [np.zeros(2, np.uint32)],
        "layers/layer_normalization": weights((3,), (3,)),
        "layers/dense": weights((3, 2), (2,)),
    }
    keras_h5.load_into(model, write(path, groups))
    expected = [array for name, arrays in groups.items() for array in arrays if "seed" not in name]
    assert_weights(model, expected)


def test_models_within_models(path):
    inner = dlcore.Sequential([dlcore.Input((3,)), layers.Dense(3), layers.Dense(4)])
    tensor = dlcore.Input((4,))
    functional = dlcore.Model(tensor, layers.Dense(4)(tensor))
    model = dlcore.Sequential([dlcore.Input((3,)), inner, functional, layers.Dense(1)])
    groups = {
        "layers/sequential/layers/dense": weights((3, 3), (3,)),
        "layers/sequential/layers/dense_1": weights((3, 4), (4,)),
        "layers/functional/layers/dense": weights((4, 4), (4,)),
        "layers/functional/layers/input_layer": [],
        "layers/dense": weights((4, 1), (1,)),
    }
    keras_h5.load_into(model, write(path, groups))
    assert_weights(model, [array for arrays in groups.values() for array in arrays])
    names = [name for name, _ in keras_h5.weights_of(path)]
    assert names == ["dense", "functional/dense", "sequential/dense", "sequential/dense_1"]


def test_what_is_written_has_the_same_layout(path):
    inner = dlcore.Sequential([dlcore.Input((3,)), layers.Dense(4)], name="inner")
    model = dlcore.Sequential(
        [dlcore.Input((3,)), layers.Normalization(), inner, layers.Dense(2, name="last")]
    )
    keras_h5.save(model, path)
    with h5py.File(path) as file:
        assert sorted(file["layers"]) == ["dense", "normalization", "sequential"]
        assert file["layers/dense/vars"].attrs["name"] == "last"
        assert file["layers/normalization/vars/2"].dtype == np.int32  # the count that Keras wants
        np.testing.assert_array_equal(file["layers/sequential/layers/dense/vars/0"], model.get_weights()[3])
    expected = model.get_weights()
    model.set_weights([weight + 1 for weight in expected])
    keras_h5.load_into(model, path)
    assert_weights(model, expected)
    assert [file.name for file in path.parent.iterdir()] == [path.name]


MISFITS = {
    "another shape": (
        {"layers/dense_1": weights((4, 3), (3,))},
        r"layer 'last' \(Dense\) needs variables of shapes \[\(4, 2\), \(2,\)\], the file has \[\(4, 3\)",
    ),
    "no bias": ({"layers/dense_1": weights((4, 2))}, r"the file has \[\(4, 2\)\] as 'dense_1'"),
    "a layer less": ({"layers/dense_1": []}, r"layer 'last' .* the file has \[\] as 'dense_1'"),
    "a layer more": ({"layers/dense_2": weights((2, 1))}, "weights of layers that the model lacks: dense_2"),
    "an activation that learns": (
        {"layers/dense/activation": weights((4,))},
        "layer dense has parts with variables of their own: activation",
    ),
    "texts": ({"layers/dense": [np.bytes_(b"a"), np.zeros(4)]}, "vars/0 must be numbers"),
}


@pytest.mark.parametrize("case", MISFITS)
def test_misfits_are_named_and_change_nothing(case, model, path):
    groups, message = MISFITS[case]
    before = model.get_weights()
    with pytest.raises(ValueError, match=message):
        keras_h5.load_into(model, write(path, DENSE | groups))
    assert_weights(model, before)


def test_numbers_that_are_not_finite(model, path):
    with pytest.raises(ValueError, match=r"last/bias\) must be finite"):
        keras_h5.load_into(
            model, write(path, DENSE | {"layers/dense_1": [np.ones((4, 2)), np.array([1, np.nan])]})
        )


def test_files_that_would_fill_the_memory(model, path):
    with h5py.File(write(path, DENSE), "a") as file:
        del file["layers/dense/vars/0"]
        file["layers/dense/vars"].create_dataset("0", (2**40,), "f4", chunks=(2**20,), compression="gzip")
    for read in (keras_h5.weights_of, lambda path: keras_h5.load_into(model, path)):
        with pytest.raises(ValueError, match=r"should have 4,398,046,511,104 bytes, but 0 are stored"):
            read(path)


@pytest.mark.parametrize("link", [h5py.SoftLink("/layers/dense_1"), h5py.ExternalLink("other.h5", "/layers")])
def test_links_are_not_followed(link, model, path):
    with h5py.File(write(path, DENSE), "a") as file:
        del file["layers/dense"]
        file["layers/dense"] = link
    with pytest.raises(ValueError, match="/layers/dense must be a group in the file itself"):
        keras_h5.load_into(model, path)


def test_numbers_of_other_files_are_not_read(model, path, tmp_path):
    secret = tmp_path / "secret"
    secret.write_bytes(bytes(48))
    with h5py.File(write(path, DENSE), "a") as file:
        del file["layers/dense/vars/0"]
        file["layers/dense/vars"].create_dataset("0", (3, 4), "f4", external=[(str(secret), 0, 48)])
    with pytest.raises(ValueError, match="vars/0 must be an array in the file itself"):
        keras_h5.load_into(model, path)


def test_a_group_within_itself(path):
    with h5py.File(write(path, DENSE), "a") as file:
        file["layers/again"] = file["/"]
    with pytest.raises(ValueError, match="models within models, more than 16"):
        keras_h5.weights_of(path)


def test_files_that_are_none(model, path):
    with pytest.raises(FileNotFoundError):
        keras_h5.load_into(model, path)
    path.write_bytes(b"nothing of the kind")
    with pytest.raises(ValueError, match="is not an HDF5 file, or damaged"):
        keras_h5.load_into(model, path)
    with h5py.File(path, "w") as file:
        file.attrs["layer_names"] = ["dense"]  # as Keras 2 did
    with pytest.raises(ValueError, match="has no layers as Keras 3 writes them"):
        keras_h5.load_into(model, path)
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("model.weights.npz", b"")
    with pytest.raises(ValueError, match=r"an archive without model\.weights\.h5"):
        keras_h5.load_into(model, path)


def test_damage_anywhere_is_a_value_error(model, path):
    whole = write(path, DENSE).read_bytes()
    for at in range(0, len(whole), 97):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])
        with contextlib.suppress(ValueError):  # whatever else comes is a defect
            keras_h5.load_into(model, path)


def test_without_h5py(model, path, monkeypatch):
    real = builtins.__import__

    def without(name, *rest):
        if name == "h5py":
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ImportError, match="pip install h5py"):
        keras_h5.load_into(model, path)
