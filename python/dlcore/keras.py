"""Run a script that was written for Keras: `python -m dlcore.keras script.py arguments`.

Within it, `import keras` and `from tensorflow import keras` give dlcore.
"""

import argparse
import importlib
import runpy
import sys
from types import ModuleType

import dlcore

_MODULES = (
    "activations",
    "callbacks",
    "config",
    "constraints",
    "initializers",
    "layers",
    "losses",
    "metrics",
    "models",
    "ops",
    "optimizers",
    "optimizers.schedules",
    "regularizers",
    "saving",
    "utils",
)
"""What may be imported by itself."""


def install() -> None:
    """Let `keras`, and `tensorflow` as far as it has `keras`, be dlcore for this process."""
    tensorflow = ModuleType("tensorflow", "dlcore under the name by which a script knows its Keras.")
    tensorflow.keras = dlcore  # type: ignore[attr-defined]
    sys.modules["tensorflow"] = tensorflow
    for name in ("keras", "tensorflow.keras"):
        sys.modules[name] = dlcore
        for module in _MODULES:
            sys.modules[f"{name}.{module}"] = importlib.import_module(f"dlcore.{module}")


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
