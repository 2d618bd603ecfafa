"""Run a script that was written for Keras: `python -m dlcore.keras script.py arguments`.

Within it, `import keras` and `from tensorflow import keras` give dlcore.
"""

import argparse
import importlib
import runpy
import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import dlcore

KERAS = "3.15.1"
"""The Keras that dlcore is like; what scripts find as its version."""
_TENSORFLOW = "2.16.1"
"""The first TensorFlow whose Keras is Keras 3."""
_ACTIVATIONS = (
    "elu gelu leaky_relu log_softmax relu relu6 selu sigmoid silu softmax softplus softsign swish tanh"
)
"""What layers may be given from `tensorflow.nn`."""

_MODULES = (
    "activations",
    "backend",
    "callbacks",
    "config",
    "constraints",
    "datasets",
    "datasets.boston_housing",
    "datasets.california_housing",
    "datasets.fashion_mnist",
    "datasets.imdb",
    "datasets.mnist",
    "datasets.reuters",
    "initializers",
    "layers",
    "losses",
    "metrics",
    "models",
    "ops",
    "optimizers",
    "optimizers.schedules",
    "random",
    "regularizers",
    "saving",
    "utils",
)
"""What may be imported by itself."""


class _Keras(ModuleType):
    """dlcore, under Keras's name and with Keras's version."""

    __version__ = KERAS
    KerasTensor = dlcore.layers.Tensor
    Regularizer = dlcore.regularizers.Regularizer

    @staticmethod
    def version() -> str:
        """Which Keras dlcore is like."""
        return KERAS

    def __getattr__(self, name: str) -> Any:
        if hasattr(dlcore, name):
            return getattr(dlcore, name)
        raise AttributeError(f"dlcore trains dense networks and has no {self.__name__}.{name}")


class _TensorFlow(ModuleType):
    """What scripts for Keras ask of tensorflow itself: version, seed, activations, and that it has no GPU."""

    __version__ = _TENSORFLOW
    config = SimpleNamespace(list_physical_devices=lambda device_type=None: [])
    nn = SimpleNamespace(**{name: getattr(dlcore.activations, name) for name in _ACTIVATIONS.split()})
    random = SimpleNamespace(set_seed=dlcore.utils.set_random_seed)

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"tensorflow is dlcore here, which has its keras and no tensorflow.{name}")


class _Finder:
    """Says of other modules of Keras's that there are none."""

    @staticmethod
    def find_spec(name: str, path: object = None, target: object = None) -> None:
        """An error, where an import would go on to look for it."""
        if name.startswith(("keras.", "tensorflow.")):
            raise ModuleNotFoundError(f"dlcore trains dense networks and has no {name}", name=name)


def install() -> None:
    """Let `keras`, and `tensorflow` as far as it has `keras`, be dlcore for this process."""
    tensorflow = _TensorFlow("tensorflow", "dlcore under the name by which a script knows its Keras.")
    faces = {
        "keras": _Keras("keras"),
        "tensorflow": tensorflow,
        "tensorflow.keras": _Keras("tensorflow.keras"),
    }
    tensorflow.keras = faces["tensorflow.keras"]  # type: ignore[attr-defined]
    for name, face in faces.items():
        face.__path__ = []  # of a package, so that what it lacks is looked for, and missed, by `_Finder`
        sys.modules[name] = face
    for module in _MODULES:
        found = importlib.import_module(f"dlcore.{module}")
        sys.modules |= {f"keras.{module}": found, f"tensorflow.keras.{module}": found}
    sys.meta_path.insert(0, _Finder)


def main(arguments: list[str] | None = None) -> None:
    """Run the script that is named first, with the arguments behind it as its own."""
    parser = argparse.ArgumentParser(prog="python -m dlcore.keras", description=__doc__)
    parser.add_argument("script", help="a Python file")
    parser.add_argument("arguments", nargs=argparse.REMAINDER, help="what the script finds in sys.argv")
    options = parser.parse_args(arguments)
    install()
    sys.argv = [options.script, *options.arguments]
    runpy.run_path(options.script, run_name="__main__")


if __name__ == "__main__":
    main()
