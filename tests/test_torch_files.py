"""Weights of PyTorch's, from safetensors files."""

import builtins

import numpy as np
import pytest
import safetensors.numpy

import dlcore
from dlcore import layers
from dlcore.models import torch_state


@pytest.fixture
def model():
    return dlcore.Sequential(
        [dlcore.Input((3,)), layers.Dense(4, "relu", name="first"), layers.Dense(2, name="last")]
    )


@pytest.fixture
def state():
    """What torch.nn.Sequential(Linear(3, 4), ReLU(), Linear(4, 2)) has."""
    rng = np.random.default_rng(0)
    shapes = {"0.weight": (4, 3), "0.bias": (4,), "2.weight": (2, 4), "2.bias": (2,)}
    return {name: rng.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "model.safetensors"


def test_linear_layers(model, state, path):
    safetensors.numpy.save_file(state, path)
    torch_state.load_into(model, path)
    x = np.random.default_rng(1).normal(size=(5, 3)).astype(np.float32)
    hidden = np.maximum(x @ state["0.weight"].T + state["0.bias"], 0)
    expected = hidden @ state["2.weight"].T + state["2.bias"]
    np.testing.assert_allclose(model.predict(x, verbose=0), expected, rtol=1e-5, atol=1e-6)


def test_the_order_is_that_of_the_numbers(path):
    model = dlcore.Sequential([dlcore.Input((2,)), *[layers.Dense(2, use_bias=False) for _ in range(12)]])
    safetensors.numpy.save_file({f"body.{i}.weight": np.full((2, 2), i, np.float32) for i in range(12)}, path)
    torch_state.load_into(model, path)
    assert [weight[0, 0] for weight in model.get_weights()] == list(range(12))


def test_all_kinds_of_modules(path):
    model = dlcore.Sequential(
        [
            dlcore.Input((3,)),
            layers.BatchNormalization(epsilon=1e-5),
            layers.PReLU(),
            layers.LayerNormalization(epsilon=1e-5),
            layers.Dropout(0.5),
            layers.Dense(2),
        ]
    )
    rng = np.random.default_rng(0)
    state = {
        "0.weight": rng.normal(size=3),
        "0.bias": rng.normal(size=3),
        "0.running_mean": rng.normal(size=3),
        "0.running_var": rng.uniform(0.5, 2, size=3),
        "0.num_batches_tracked": np.array(7),
        "1.weight": np.array([0.25]),
        "2.weight": rng.normal(size=3),
        "2.bias": rng.normal(size=3),
        "4.weight": rng.normal(size=(2, 3)),
        "4.bias": rng.normal(size=2),
    }
    safetensors.numpy.save_file(state, path)
    torch_state.load_into(model, path)
    x = rng.normal(size=(5, 3))
    y = (x - state["0.running_mean"]) / np.sqrt(state["0.running_var"] + 1e-5) * state["0.weight"] + state[
        "0.bias"
    ]
    y = np.where(y > 0, y, 0.25 * y)
    y = (y - y.mean(1, keepdims=True)) / np.sqrt(y.var(1, keepdims=True) + 1e-5) * state["2.weight"] + state[
        "2.bias"
    ]
    expected = y @ state["4.weight"].T + state["4.bias"]
    np.testing.assert_allclose(model.predict(x, verbose=0), expected, rtol=1e-5, atol=1e-5)


def test_names_without_an_order_need_one(model, state, path):
    names = {"0": "hidden", "2": "exit"}
    named = {f"{names[key[0]]}{key[1:]}": array for key, array in state.items()}
    safetensors.numpy.save_file(named, path)
    with pytest.raises(ValueError, match=r"in which order exit, hidden come: give modules=\[\.\.\.\]"):
        torch_state.load_into(model, path)
    torch_state.load_into(model, path, modules=["hidden", "exit"])
    np.testing.assert_array_equal(model.get_weights()[0], state["0.weight"].T)
    with pytest.raises(ValueError, match=r"modules must be .* in the order of the layers, got \['hidden'\]"):
        torch_state.load_into(model, path, modules=["hidden"])


def test_misfits_name_layer_and_module_and_change_nothing(model, state, path):
    before = model.get_weights()
    safetensors.numpy.save_file(state | {"2.weight": np.ones((2, 5), np.float32)}, path)
    expected = (
        r"layer 'last' \(Dense\) needs {'kernel': \(4, 2\), 'bias': \(2,\)}, module '2' has .*weight \(2, 5\)"
    )
    with pytest.raises(ValueError, match=expected):
        torch_state.load_into(model, path)
    without_bias = {name: array for name, array in state.items() if name != "0.bias"}
    safetensors.numpy.save_file(without_bias, path)
    with pytest.raises(ValueError, match=r"layer 'first' .* module '0' has weight \(4, 3\)"):
        torch_state.load_into(model, path)
    safetensors.numpy.save_file(state | {"0.scale": np.ones(4, np.float32)}, path)
    with pytest.raises(ValueError, match=r"module '0' has .*scale"):
        torch_state.load_into(model, path)
    safetensors.numpy.save_file(state | {"4.weight": np.ones((2, 2), np.float32)}, path)
    with pytest.raises(
        ValueError, match=r"3 modules with weights \(0, 2, 4\), the model 2 layers \(first, last\)"
    ):
        torch_state.load_into(model, path)
    for weight, other in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(weight, other)


def test_files_that_are_none(model, path):
    with pytest.raises(FileNotFoundError):
        torch_state.load_into(model, path)
    path.write_bytes(b"\x80\x02}q\x00.")  # a pickle, which is not opened as one
    with pytest.raises(ValueError, match="cannot be read as safetensors"):
        torch_state.load_into(model, path)


def test_without_safetensors(model, path, monkeypatch):
    real = builtins.__import__

    def without(name, *rest):
        if name.startswith("safetensors"):
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ImportError, match="pip install safetensors"):
        torch_state.load_into(model, path)
