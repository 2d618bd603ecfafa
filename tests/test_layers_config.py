"""Layers to configurations and back, their arguments as Keras has them, and what is refused."""

import inspect
import json
import subprocess
import sys

import numpy as np
import pytest

import dlcore
from dlcore import layers
from dlcore.layers import _absent

# What differs from the defaults, for each class in the registry.
ARGUMENTS = {
    "Activation": {"activation": "relu6"},
    "ActivityRegularization": {"l1": 0.1},
    "AlphaDropout": {"rate": 0.25, "seed": 3},
    "BatchNormalization": {"momentum": 0.5, "scale": False, "beta_constraint": "non_neg"},
    "Dense": {"units": 2, "activation": layers.LeakyReLU(0.1), "kernel_initializer": "orthogonal"},
    "Dropout": {"rate": 0.25},
    "ELU": {"alpha": 0.5},
    "Flatten": {"data_format": "channels_last"},
    "GaussianNoise": {"stddev": 0.5, "seed": 3},
    "Identity": {"trainable": False},
    "LayerNormalization": {"axis": [-1], "gamma_regularizer": "l2"},
    "LeakyReLU": {"negative_slope": 0.5},
    "Normalization": {"mean": [1.0, 2.0, 3.0], "variance": [4.0, 5.0, 6.0]},
    "PReLU": {"alpha_constraint": "unit_norm"},
    "ReLU": {"max_value": 6.0},
    "Rescaling": {"scale": 0.5, "activity_regularizer": "l1"},
    "Reshape": {"target_shape": (3, -1)},
    "Softmax": {"axis": 1},
    "UnitNormalization": {"axis": (-1,)},
}

# Keras 3.15.1: the positional arguments in order, with defaults; below, what else is in a configuration.
KERAS = {
    "Activation": "activation",
    "ActivityRegularization": "l1=0.0 l2=0.0",
    "AlphaDropout": "rate noise_shape=None seed=None",
    "BatchNormalization": "axis=-1 momentum=0.99 epsilon=0.001 center=True scale=True "
    "beta_initializer='zeros' gamma_initializer='ones' "
    "moving_mean_initializer='zeros' moving_variance_initializer='ones' "
    "beta_regularizer=None gamma_regularizer=None beta_constraint=None gamma_constraint=None renorm=False "
    "renorm_clipping=None renorm_momentum=0.99 synchronized=False",
    "Dense": "units activation=None use_bias=True kernel_initializer='glorot_uniform' "
    "bias_initializer='zeros' "
    "kernel_regularizer=None bias_regularizer=None activity_regularizer=None kernel_constraint=None "
    "bias_constraint=None",
    "Dropout": "rate noise_shape=None seed=None",
    "ELU": "alpha=1.0",
    "Flatten": "data_format=None",
    "GaussianNoise": "stddev seed=None",
    "Identity": "",
    "LayerNormalization": "axis=-1 epsilon=0.001 center=True scale=True beta_initializer='zeros' "
    "gamma_initializer='ones' beta_regularizer=None gamma_regularizer=None beta_constraint=None "
    "gamma_constraint=None",
    "LeakyReLU": "negative_slope=0.3",
    "Normalization": "axis=-1 mean=None variance=None invert=False",
    "PReLU": "alpha_initializer='zeros' alpha_regularizer=None alpha_constraint=None shared_axes=None",
    "ReLU": "max_value=None negative_slope=0.0 threshold=0.0",
    "Rescaling": "scale offset=0.0",
    "Reshape": "target_shape",
    "Softmax": "axis=-1",
    "UnitNormalization": "axis=-1",
}
BESIDES = {"LayerNormalization": {"rms_scaling"}}
NAMES = {"ReLU": "re_lu", "PReLU": "p_re_lu", "LeakyReLU": "leaky_re_lu", "ELU": "elu", "Reshape": "reshape"}


def test_every_layer_is_here():
    assert layers._REGISTRY.names.keys() == ARGUMENTS.keys() == KERAS.keys()


@pytest.mark.parametrize("name", ARGUMENTS)
def test_to_a_configuration_and_back(name):
    layer = getattr(layers, name)(**ARGUMENTS[name], name="here", dtype="float64")
    written = json.loads(json.dumps(layers.serialize(layer), allow_nan=False))
    for key, value in ARGUMENTS[name].items():
        if isinstance(value, int | float | list | tuple):
            assert written["config"][key] == json.loads(json.dumps(value))
    again = layers.deserialize(written)
    assert type(again) is type(layer)
    assert json.dumps(again.get_config()) == json.dumps(layer.get_config())
    assert again.configs((3,)) == layer.configs((3,))
    assert again.output_shape((3,)) == layer.output_shape((3,))


@pytest.mark.parametrize("name", KERAS)
def test_arguments_are_those_of_keras(name):
    cls = getattr(layers, name)
    positional = [
        parameter
        for parameter in inspect.signature(cls).parameters.values()
        if parameter.kind is parameter.POSITIONAL_OR_KEYWORD
    ]
    found = [p.name if p.default is p.empty else f"{p.name}={p.default!r}" for p in positional]
    assert found == KERAS[name].split()
    keys = {p.name for p in positional} | BESIDES.get(name, set()) | {"name", "trainable"}
    found_keys = cls(**ARGUMENTS[name]).get_config().keys() - {"activity_regularizer"}
    assert found_keys == keys - {"activity_regularizer"}


@pytest.mark.parametrize("name", NAMES)
def test_automatic_names(name):
    made = getattr(layers, name)(**ARGUMENTS[name])
    assert made.name.rstrip("0123456789").rstrip("_") == NAMES[name]


def test_classes_of_ones_own_may_be_named():
    class Quiet(layers.Dropout):
        pass

    written = layers.serialize(Quiet(0.5))
    assert type(layers.deserialize(written, custom_objects={"Quiet": Quiet})) is Quiet
    with pytest.raises(ValueError, match="unknown layer 'Quiet'"):
        layers.deserialize(written)


REFUSED = {
    "axis": (lambda: layers.BatchNormalization(axis=2), ValueError, "axis must be -1 or 1.*2"),
    "axes": (lambda: layers.LayerNormalization(axis=[1, 2]), ValueError, r"axis must be -1 or 1.*\[1, 2\]"),
    "axis of softmax": (lambda: layers.Softmax(axis=0), ValueError, "axis must be -1 or 1.*0"),
    "axis in words": (lambda: layers.UnitNormalization(axis="last"), TypeError, "axis.*'last'"),
    "renorm": (lambda: layers.BatchNormalization(renorm=True), ValueError, "renorm must be False"),
    "synchronized": (
        lambda: layers.BatchNormalization(synchronized=True),
        ValueError,
        "synchronized must be",
    ),
    "momentum": (lambda: layers.BatchNormalization(momentum=1.5), ValueError, r"momentum.*1\.5"),
    "epsilon": (lambda: layers.BatchNormalization(epsilon=-1.0), ValueError, "epsilon.*-1"),
    "rms_scaling": (lambda: layers.LayerNormalization(rms_scaling=True), ValueError, "rms_scaling"),
    "invert": (lambda: layers.Normalization(invert=True), ValueError, "invert must be False"),
    "scale": (lambda: layers.Rescaling([1.0, 2.0]), ValueError, r"scale must be one number.*\[1.0, 2.0\]"),
    "offset": (lambda: layers.Rescaling(1.0, np.ones(2)), ValueError, "offset must be one number"),
    "text": (lambda: layers.Rescaling("2"), TypeError, "scale must be a number, got '2'"),
    "data_format": (lambda: layers.Flatten("channels_first"), ValueError, "data_format.*'channels_first'"),
    "two unknowns": (lambda: layers.Reshape((-1, -1)), ValueError, "target_shape must have at most one -1"),
    "shape of zero": (lambda: layers.Reshape((0, 2)), ValueError, "target_shape"),
    "no shape": (lambda: layers.Reshape(3), TypeError, "target_shape must be a tuple.*3"),
    "max_value": (lambda: layers.ReLU(-1.0), ValueError, "max_value.*-1"),
    "threshold": (lambda: layers.ReLU(threshold=-1.0), ValueError, "threshold.*-1"),
    "negative_slope": (lambda: layers.LeakyReLU(-0.1), ValueError, "negative_slope.*-0.1"),
    "shared_axes": (lambda: layers.PReLU(shared_axes=[1]), ValueError, r"shared_axes must be None.*\[1\]"),
    "l1": (lambda: layers.ActivityRegularization(l1=-1.0), ValueError, "l1.*-1"),
    "two penalties": (
        lambda: layers.ActivityRegularization(activity_regularizer="l2"),
        TypeError,
        "l1 and l2 in place of activity_regularizer",
    ),
    "stddev": (lambda: layers.GaussianNoise(2.0), ValueError, "stddev.*2"),
    "noise_shape": (lambda: layers.AlphaDropout(0.1, (1,)), ValueError, "noise_shape must be None"),
    "too few": (
        lambda: layers.Reshape((2, 2))([[1, 2, 3]]),
        ValueError,
        r"target_shape.*3 numbers.*\(2, 2\)",
    ),
    "uneven": (lambda: layers.Reshape((2, -1))([[1, 2, 3]]), ValueError, r"target_shape.*\(2, -1\)"),
    "weights": (lambda: layers.ReLU().set_weights([1]), ValueError, "no weights before it is built"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case):
    call, error, message = REFUSED[case]
    with pytest.raises(error, match=message):
        call()


def test_the_old_name_of_a_slope():
    with pytest.warns(UserWarning, match="alpha is the old name of negative_slope"):
        layer = layers.LeakyReLU(alpha=0.2)
    assert layer.get_config()["negative_slope"] == 0.2


# Layers that are not here

ABSENT = {
    "Conv2D": "dlcore trains dense networks: Conv2D is a convolution, which it does not have",
    "LSTM": "LSTM is a recurrent layer",
    "Embedding": "Embedding is an embedding",
    "MultiHeadAttention": "is an attention layer",
    "MaxPooling2D": "is a pooling layer",
    "Concatenate": "is a layer with several inputs",
    "concatenate": "is a layer with several inputs",
    "Lambda": "is a layer that runs code of one's own",
    "TextVectorization": "is a preprocessing layer",
    "RandomFlip": "is a layer for images",
    "GaussianDropout": "is a dropout of another kind",
    "GroupNormalization": "is a normalization of another kind",
    "Permute": "is a layer that moves numbers",
}


@pytest.mark.parametrize("name", ABSENT)
def test_layers_that_are_not_here(name):
    with pytest.raises(AttributeError, match=ABSENT[name]):
        getattr(dlcore.layers, name)
    with pytest.raises(ImportError, match=ABSENT[name]):
        exec(f"from dlcore.layers import {name}")
    assert not hasattr(dlcore.layers, name)


def test_other_names_are_plain_mistakes():
    with pytest.raises(AttributeError, match=r"module 'dlcore.layers' has no attribute 'Dence'"):
        layers.Dence  # noqa: B018
    with pytest.raises(ImportError, match=r"cannot import name 'Dence' from 'dlcore.layers'"):
        exec("from dlcore.layers import Dence")


def test_what_is_not_here_is_not_what_is():
    names = _absent.ABSENT.keys()
    assert names.isdisjoint(layers.__all__)
    assert len(names) > 130


def test_an_import_ends_with_the_reason():
    script = "from dlcore.layers import Dense, Conv2D"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == f"ImportError: {ABSENT['Conv2D']}"


def test_layers_of_ones_own():
    with pytest.raises(TypeError, match=r"Mine defines call.*cannot run inside a model"):

        class Mine(layers.Layer):
            def call(self, inputs):
                return inputs
