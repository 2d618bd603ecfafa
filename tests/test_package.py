"""What comes with the package, and what does not."""

import importlib.metadata
import json
import pathlib
import subprocess
import sys

import pytest

import dlcore
from dlcore import _core


def test_versions_agree():
    assert dlcore.__version__ == _core.version() == importlib.metadata.version("dlcore")


def test_numpy_is_the_only_requirement():
    needed = [r for r in importlib.metadata.requires("dlcore") if "extra ==" not in r]
    assert len(needed) == 1
    assert needed[0].startswith("numpy")


def test_typed_and_with_a_stub():
    folder = pathlib.Path(dlcore.__file__).parent
    assert (folder / "py.typed").exists()
    assert (folder / "_core.pyi").exists()


def test_one_extension_for_all_python_versions():
    assert pathlib.Path(_core.__file__).name.endswith((".abi3.so", ".pyd"))


def test_import_loads_nothing_heavy():
    script = "import sys, json, dlcore; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in json.loads(done.stdout)}
    assert "numpy" in loaded
    assert not loaded & {"tqdm", "matplotlib", "sklearn", "scipy", "pandas", "safetensors"}


def test_import_starts_no_thread():
    script = "import os, dlcore, dlcore._core; print(len(os.listdir('/proc/self/task')))"
    if not pathlib.Path("/proc/self/task").exists():
        pytest.skip("needs /proc")
    bare = script.replace("dlcore, dlcore._core", "numpy")
    counts = [
        subprocess.run([sys.executable, "-c", s], capture_output=True, text=True, check=True).stdout
        for s in (script, bare)
    ]
    assert counts[0] == counts[1]


def test_show_config(capsys):
    assert dlcore.show_config() is None
    text = capsys.readouterr().out
    config = dlcore.show_config(mode="dicts")
    assert config["version"] == dlcore.__version__
    assert config["isa"] == _core.isa()
    assert config["threads"] == dlcore.get_num_threads()
    for value in ("version", "isa", "threads"):
        assert str(config[value]) in text
    with pytest.raises(ValueError, match="mode"):
        dlcore.show_config(mode="yaml")


def test_public_names_are_there():
    for module in (
        "activations", "callbacks", "initializers", "layers", "losses",
        "metrics", "models", "ops", "optimizers", "regularizers", "utils",
    ):  # fmt: skip
        room = getattr(dlcore, module)
        for name in room.__all__:
            assert getattr(room, name).__doc__ or not callable(getattr(room, name)), f"{module}.{name}"
    assert dlcore.models.Sequential is dlcore.Sequential
