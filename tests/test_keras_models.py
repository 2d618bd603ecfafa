"""Whole models in Keras's archives, as Keras 3.15.1 writes them."""

import contextlib
import io
import json
import zipfile

import numpy as np
import pytest

import dlcore
from dlcore import layers
from dlcore.models import keras_archive
from keras_layout import FUNCTIONAL, NESTED, SEQUENTIAL, assert_weights, described, weights, write


def archive(path, config, groups):
    """A ".keras" archive."""
    content = io.BytesIO()
    write(content, groups)
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("metadata.json", json.dumps({"keras_version": "3.15.1"}))
        file.writestr("config.json", json.dumps(config))
        file.writestr("model.weights.h5", content.getvalue())
    return path


LAYER = SEQUENTIAL["config"]["layers"][3]


def changed(**arguments):
    layer = LAYER | {"config": LAYER["config"] | arguments}
    return described("keras", "Sequential", name="s", layers=[layer], build_input_shape=[None, 8])


def test_sequential(tmp_path):
    groups = {
        "layers/normalization": [np.zeros(8, np.float32), np.ones(8, np.float32), np.int32(0)],
        "layers/dense": weights((8, 5), (5,)),
        "layers/batch_normalization": weights((5,), (5,), (5,), (5,)),
        "layers/dense_1": weights((5, 3), (3,)),
        "layers/dense_1/activation": [],
    }
    model = keras_archive.model_from(archive(tmp_path / "m.keras", SEQUENTIAL, groups))
    assert isinstance(model, dlcore.Sequential)
    assert (model.name, model.dtype, model.input_shape) == ("seq", "float32", (None, 4, 2))
    kinds = [(type(layer).__name__, layer.name) for layer in model.layers]
    assert kinds == [
        ("Flatten", "flatten"),
        ("Normalization", "normalization"),
        ("Dense", "first"),
        ("BatchNormalization", "batch_normalization"),
        ("Dropout", "dropout"),
        ("Dense", "dense"),
        ("Activation", "activation"),
    ]
    _, _, first, normalized, dropped, last, _ = model.layers
    assert (first.activation.name, first.kernel_regularizer.l2) == ("relu", 0.01)
    assert (first.kernel_initializer.seed, first.kernel_constraint.max_value) == (1, 2.0)
    assert (normalized.epsilon, dropped.rate, dropped.seed) == (0.002, 0.2, 3)
    assert last.activation.get_config() == {"name": "leaky_relu", "negative_slope": 0.1}
    expected = [array for arrays in groups.values() for array in arrays]
    assert_weights(model, expected)
    assert model.optimizer.get_config()["learning_rate"]["config"]["decay_steps"] == 10
    assert (model.optimizer.beta_1, model.loss.from_logits) == (0.8, True)
    names = {"loss", "accuracy", "sparse_top_k_categorical_accuracy"}
    x, y = np.ones((6, 4, 2)), np.array([0, 1, 2, 0, 1, 2])
    assert set(model.evaluate(x, y, verbose=0, return_dict=True)) == names


def test_a_chain_of_calls(tmp_path):
    groups = {
        "layers/dense": weights((4, 5), (5,)),
        "layers/batch_normalization": weights((5,), (5,), (5,)),
        "layers/dense_1": weights((5, 2)),
    }
    model = keras_archive.model_from(archive(tmp_path / "m.keras", FUNCTIONAL, groups))
    assert isinstance(model, dlcore.Model)
    assert (model.name, model.dtype) == ("functional_1", "float64")
    assert [layer.name for layer in model.flat_layers] == ["dense_2", "batch_normalization_1", "dense_3"]
    assert_weights(model, [array for arrays in groups.values() for array in arrays])
    assert type(model.optimizer).__name__ == "SGD"
    assert keras_archive.model_from(tmp_path / "m.keras", compile=False).optimizer is None


def test_what_it_was_compiled_with_may_be_left_out(tmp_path):
    unknown = {"compile_config": FUNCTIONAL["compile_config"] | {"loss": "mine"}}
    groups = {"layers/dense": weights((4, 5), (5,)), "layers/dense_1": weights((5, 2))}
    groups["layers/batch_normalization"] = weights((5,), (5,), (5,))
    path = archive(tmp_path / "m.keras", FUNCTIONAL | unknown, groups)
    with pytest.raises(ValueError, match=r"unknown loss 'mine'.*; give compile=False to go without it"):
        keras_archive.model_from(path)
    assert keras_archive.model_from(path, compile=False).loss is None


def test_a_model_within_a_model(tmp_path):
    groups = {"layers/sequential/layers/dense": weights((4, 3), (3,)), "layers/dense": weights((3, 1), (1,))}
    model = keras_archive.model_from(archive(tmp_path / "m.keras", NESTED, groups))
    assert [layer.name for layer in model.layers] == ["inner", "dense_6"]
    assert_weights(model, [array for arrays in groups.values() for array in arrays])


def test_a_model_that_was_never_built(tmp_path):
    config = described("keras", "Sequential", name="s", layers=[described("keras.layers", "Dense", units=2)])
    model = keras_archive.model_from(archive(tmp_path / "m.keras", config, {"layers": []}))
    assert not model.built


def test_a_function_is_known_by_its_name(tmp_path):
    function = {
        "module": "builtins",
        "class_name": "function",
        "config": "tanh",
        "registered_name": "function",
    }
    path = archive(
        tmp_path / "m.keras", changed(activation=function), {"layers/dense": weights((8, 5), (5,))}
    )
    assert keras_archive.model_from(path).layers[0].activation.name == "tanh"


def test_classes_of_ones_own(tmp_path):
    class Mine(layers.Dense):
        pass

    layer = described("mine.module", "Mine", units=2) | {"registered_name": "mine>Mine"}
    config = described("keras", "Sequential", name="s", layers=[layer], build_input_shape=[None, 3])
    path = archive(tmp_path / "m.keras", config, {"layers/mine": weights((3, 2), (2,))})
    with pytest.raises(ValueError, match=r"layer 'Mine': Mine of mine\.module is not known"):
        keras_archive.model_from(path)
    model = keras_archive.model_from(path, custom_objects={"Mine": Mine})
    assert type(model.layers[0]) is Mine


BRANCH = FUNCTIONAL["config"]["layers"][:2]
REFUSED = {
    "another layer": (
        described("keras", "Sequential", name="s", layers=[described("keras.layers", "Conv2D", name="c")]),
        r"layer 'c': Conv2D of keras\.layers is not known: dlcore trains dense networks",
    ),
    "code": (
        described("keras", "Sequential", name="s", layers=[described("keras.layers", "Lambda", name="code")]),
        r"layer 'code': Lambda of keras\.layers is not known",
    ),
    "a function of the module": (
        described("keras", "Sequential", name="s", layers=[described("keras.layers", "deserialize")]),
        "deserialize of keras.layers is not a class that a file may name",
    ),
    "a class of another kind": (
        described(
            "keras",
            "Sequential",
            name="s",
            layers=[
                described(
                    "keras.layers",
                    "Dense",
                    units=1,
                    kernel_initializer=described("keras.layers", "InputLayer"),
                )
            ],
        ),
        "InputLayer of keras.layers is not a class that a file may name",
    ),
    "another module": (
        described("keras", "Sequential", name="s", layers=[described("os", "system", command="true")]),
        "system of os is not known",
    ),
    "a class of the user's": (
        described("mine", "Mine", name="m"),
        "a Mine cannot be made from its configuration",
    ),
    "an argument": (
        changed(lora_rank=4),
        r"layer 'first': Dense has no argument 'lora_rank' here, but it is 4",
    ),
    "a dtype": (changed(dtype="bfloat16"), "weights of dtype 'bfloat16' are not known"),
    "an activation that learns": (
        changed(activation=described("keras.layers", "PReLU", name="p")),
        "layer 'first': PReLU cannot be an activation here",
    ),
    "more units than weights": (changed(units=2**30), r"its layers need [\d,]+ weights, but 45 are there"),
    "fewer units": (
        changed(units=4),
        r"layer 'first' \(Dense\) needs variables of shapes \[\(8, 4\), \(4,\)\]",
    ),
    "two inputs": (
        FUNCTIONAL | {"config": FUNCTIONAL["config"] | {"input_layers": [["a", 0, 0], ["b", 0, 0]]}},
        "the model has 2 inputs and 1 outputs",
    ),
    "a branch": (
        FUNCTIONAL | {"config": FUNCTIONAL["config"] | {"layers": [*BRANCH, BRANCH[1] | {"name": "other"}]}},
        "layers 'dense_2' and 'other' both take what 'input_layer' gives",
    ),
    "no configuration": ([], "does not hold a model for dlcore"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_dlcore_has_not_is_named(case, tmp_path):
    config, message = REFUSED[case]
    path = archive(tmp_path / "m.keras", config, {"layers/dense": weights((8, 5), (5,))})
    with pytest.raises(ValueError, match=message):
        keras_archive.model_from(path)


def test_damage_anywhere_is_a_value_error(tmp_path):
    groups = {"layers/sequential/layers/dense": weights((4, 3), (3,)), "layers/dense": weights((3, 1), (1,))}
    path = archive(tmp_path / "m.keras", NESTED, groups)
    whole = path.read_bytes()
    for at in range(0, len(whole), 97):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])
        with contextlib.suppress(ValueError):  # whatever else comes is a defect
            keras_archive.model_from(path)


def test_archives_that_are_none(tmp_path):
    path = tmp_path / "m.keras"
    with pytest.raises(FileNotFoundError):
        keras_archive.model_from(path)
    path.write_bytes(b"PK nothing of the kind")
    with pytest.raises(ValueError, match="does not hold a model for dlcore"):
        keras_archive.model_from(path)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("config.json", b" " * (keras_archive.MOST_TEXT + 1))
    with pytest.raises(ValueError, match=r"config\.json has .* more than"):
        keras_archive.model_from(path)
