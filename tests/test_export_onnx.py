"""Models as ONNX, run by ONNX Runtime."""

import builtins
import sys

import numpy as np
import onnx
import onnxruntime
import pytest

import dlcore
from dlcore import _core, activations, layers
from dlcore.export import _activations, _layers
from dlcore.export import onnx as onnx_files
from dlcore.export._graph import OLDEST_OPSET, Graph

DTYPES = ["float32", "float64"]
TOLERANCE = {"float32": 2e-6, "float64": 1e-12}
X = np.concatenate([np.linspace(-12, 12, 97), [-80.0, -0.5, 0.5, 80.0]]).reshape(1, -1)


def run(model, **inputs):
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, inputs)


# Such as float32 does not have.
PARAMETERS = {
    "celu": {"alpha": 0.7},
    "elu": {"alpha": 0.7},
    "hard_shrink": {"threshold": 0.3},
    "leaky_relu": {"negative_slope": 0.3},
    "relu_general": {"negative_slope": 0.1, "max_value": 1.3, "threshold": 0.3},
    "soft_shrink": {"threshold": 0.3},
    "squareplus": {"b": 3.3},
    "threshold": {"threshold": 0.3, "default_value": -0.7},
}


def activated(name, parameters, dtype):
    graph = Graph("graph", "x", (X.shape[1],), dtype)
    graph.output("y", _activations.activation(graph, "x", name, **parameters), (X.shape[1],))
    return run(graph.model(None), x=X.astype(dtype))[0]


def assert_near(actual, expected, dtype, slack=1.0):
    assert actual.dtype == dtype
    np.testing.assert_allclose(actual, expected, rtol=slack * TOLERANCE[dtype], atol=slack * TOLERANCE[dtype])


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", _core.ACTIVATIONS)
def test_every_activation_of_the_core(name, dtype):
    chosen = activations.Activation(name, **PARAMETERS.get(name, {}))
    # ONNX Runtime has an error function of float32 alone, right to 4e-7.
    slack = 1e6 if (name, dtype) == ("gelu", "float64") else 4.0
    assert_near(activated(name, chosen.parameters, dtype), chosen(X.astype(dtype)), dtype, slack)


@pytest.mark.parametrize("name", ["celu", "elu", "hard_shrink", "leaky_relu", "soft_shrink", "squareplus"])
def test_parameters_are_the_usual_ones_if_none_are_given(name):
    assert_near(activated(name, {}, "float64"), activations.Activation(name)(X), "float64", 4.0)


def test_an_activation_that_is_not_known():
    with pytest.raises(ValueError, match="unknown activation for ONNX 'sparsemax'"):
        activated("sparsemax", {}, "float32")


LAYERS = {
    "Activation": lambda: [layers.Activation("tanh")],
    "ActivityRegularization": lambda: [layers.ActivityRegularization(0.1)],
    "AlphaDropout": lambda: [layers.AlphaDropout(0.5)],
    "BatchNormalization": lambda: [layers.BatchNormalization(epsilon=0.01)],
    "BatchNormalization, bare": lambda: [layers.BatchNormalization(center=False, scale=False)],
    "Dense": lambda: [layers.Dense(3, "elu"), layers.Dense(2, use_bias=False)],
    "Dropout": lambda: [layers.Dropout(0.5)],
    "ELU": lambda: [layers.ELU(0.5)],
    "Flatten": lambda: [layers.Reshape((2, 3)), layers.Flatten(), layers.Dense(2)],
    "GaussianNoise": lambda: [layers.GaussianNoise(0.5)],
    "Identity": lambda: [layers.Identity(), layers.Dense(2)],
    "LayerNormalization": lambda: [layers.LayerNormalization(epsilon=0.01)],
    "LayerNormalization, bare": lambda: [layers.LayerNormalization(center=False, scale=False)],
    "LeakyReLU": lambda: [layers.LeakyReLU(0.4)],
    "Normalization": lambda: [layers.Normalization()],
    "Normalization of axes": lambda: [layers.Reshape((2, 3)), layers.Normalization(), layers.Flatten()],
    "PReLU": lambda: [layers.PReLU()],
    "ReLU": lambda: [layers.ReLU()],
    "ReLU, all": lambda: [layers.ReLU(max_value=1.5, negative_slope=0.1, threshold=0.3)],
    "Rescaling": lambda: [layers.Rescaling(0.5, 0.25)],
    "Reshape": lambda: [layers.Dense(6), layers.Reshape((3, -1))],
    "Softmax": lambda: [layers.Softmax()],
    "UnitNormalization": lambda: [layers.UnitNormalization()],
}


def test_every_layer_is_tried():
    assert {name.split(",")[0].split(" ")[0] for name in LAYERS} == set(_layers.WRITERS)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("kind", LAYERS)
def test_layers_predict_the_same(kind, dtype):
    model = dlcore.Sequential([dlcore.Input((6,), name="rows"), *LAYERS[kind]()], dtype=dtype)
    rng = np.random.default_rng(1)
    model.set_weights([rng.uniform(0.5, 2.0, weight.shape) for weight in model.get_weights()])
    x = rng.normal(size=(9, 6)).astype(dtype)
    (actual,) = run(onnx_files.build(model), rows=x)
    assert actual.shape == (9, *model.output_shape[1:])
    assert_near(actual, model.predict(x, verbose=0).reshape(actual.shape), dtype, 4.0)


def test_a_large_mean_costs_no_digits():
    model = dlcore.Sequential([dlcore.Input((1,), name="rows"), layers.BatchNormalization()])
    model.set_weights([np.ones(1), np.zeros(1), np.full(1, 1e5), np.ones(1)])
    x = np.array([[1e5 + 0.5]], np.float32)
    np.testing.assert_allclose(
        run(onnx_files.build(model), rows=x)[0], model.predict(x, verbose=0), rtol=1e-6
    )


@pytest.fixture
def model():
    return dlcore.Sequential(
        [
            dlcore.Input((5,), name="rows"),
            layers.Dense(7, activation="relu", name="hidden"),
            layers.Dropout(0.2),
            layers.Dense(3, activation="softmax", name="output"),
        ]
    )


def test_names_shapes_and_versions(model):
    built = onnx_files.build(model)
    (given,), (taken,) = built.graph.input, built.graph.output
    shapes = [[axis.dim_value or None for axis in x.type.tensor_type.shape.dim] for x in (given, taken)]
    assert (given.name, taken.name, shapes) == ("rows", "output", [[None, 5], [None, 3]])
    assert [(opset.domain, opset.version) for opset in built.opset_import] == [("", OLDEST_OPSET)]
    assert built.ir_version == 8  # what ONNX Runtime of 2022 reads
    assert {"hidden/kernel", "hidden/bias"} <= {constant.name for constant in built.graph.initializer}


@pytest.mark.parametrize("name", [None, "output"])
def test_an_input_without_a_name_of_its_own(name):
    model = dlcore.Sequential([dlcore.Input((4,), name=name), layers.Dense(1)])
    assert onnx_files.build(model).graph.input[0].name == "input"


@pytest.mark.parametrize("opset", [OLDEST_OPSET, 20, onnx.defs.onnx_opset_version()])
def test_opsets(model, opset):
    built = onnx_files.build(model, opset)
    assert built.opset_import[0].version == opset
    x = np.ones((2, 5), np.float32)
    np.testing.assert_allclose(run(built, rows=x)[0], model.predict(x, verbose=0), atol=1e-6)


@pytest.mark.parametrize("opset", [16, onnx.defs.onnx_opset_version() + 1])
def test_opsets_that_do_not_do(model, opset):
    with pytest.raises(ValueError, match="opset must be from 17 to"):
        onnx_files.build(model, opset)


def test_models_within_models_with_layers_of_one_name():
    parts = [dlcore.Sequential([dlcore.Input((4,)), layers.Dense(4, "tanh", name="same")]) for _ in range(2)]
    model = dlcore.Sequential([dlcore.Input((4,), name="rows"), *parts])
    x = np.ones((2, 4), np.float32)
    np.testing.assert_allclose(
        run(onnx_files.build(model), rows=x)[0], model.predict(x, verbose=0), atol=1e-6
    )


def test_a_layer_of_ones_own_is_named():
    class Mine(layers.Activation):
        pass

    model = dlcore.Sequential([dlcore.Input((4,)), Mine("relu", name="mine")])
    with pytest.raises(ValueError, match=r"layer 'mine' \(Mine\) cannot be written as ONNX: layers that can"):
        onnx_files.build(model)


def test_files(model, tmp_path):
    path = tmp_path / "model.onnx"
    path.write_text("old")
    onnx_files.save(model, path)
    loaded = onnx.load(path)
    onnx.checker.check_model(loaded, full_check=True)
    assert loaded.producer_name == "dlcore"
    assert [file.name for file in tmp_path.iterdir()] == ["model.onnx"]


def test_without_onnx(model, monkeypatch):
    real = builtins.__import__

    def without(name, *rest):
        if name == "onnx":
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.delitem(sys.modules, "dlcore.export._graph")
    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ImportError, match="pip install onnx"):
        onnx_files.build(model)
