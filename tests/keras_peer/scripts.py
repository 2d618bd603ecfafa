"""Runs the scripts of tests/keras_scripts under Keras and under dlcore and compares their results.

Part of `make test-keras`. By itself, from tests/: `python -m keras_peer.scripts`, where Keras, JAX and dlcore
are installed; `--record` writes down what Keras gives, for the ordinary tests.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

SCRIPTS = pathlib.Path(__file__).parents[1] / "keras_scripts"
RECORDED = SCRIPTS / "recorded.json"
RESULTS = pathlib.Path(__file__).with_name("results.py")
NAMES = sorted(path.stem for path in SCRIPTS.glob("*.py"))


def run(name, *interpreter, flags=()):
    """The results of a script, run by `python` with these arguments before it."""
    with tempfile.TemporaryDirectory() as folder:
        target = pathlib.Path(folder) / "results.json"
        command = [sys.executable, *interpreter, RESULTS, SCRIPTS / f"{name}.py", target, *flags]
        environment = os.environ | {"KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu"}
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"{name}.py: {done.stderr.strip().splitlines()[-1]}")
        return json.loads(target.read_text())


def under_dlcore(name):
    return run(name, "-m", "dlcore.keras")


def under_keras(name):
    return run(name, flags=["--without-tensorflow"])


def disagreements(keras, dlcore):
    """A sentence for each result that differs, or by more than the script allows."""
    said = []
    for key, expected in keras["exact"].items():
        if dlcore["exact"].get(key) != expected:
            said.append(f"{key} is {dlcore['exact'].get(key)}, not {expected}")
    for key, (expected, allowed) in keras["close"].items():
        got = dlcore["close"].get(key, [float("nan")])[0]
        if not abs(got - expected) <= allowed:
            said.append(f"{key} is {got:.4g}, not {expected:.4g} or within {allowed} of it")
    return said


def compare(name):
    """Prints a line about a script; gives whether the results agree."""
    start = time.perf_counter()
    keras = under_keras(name)
    middle = time.perf_counter()
    try:
        said = disagreements(keras, under_dlcore(name))
    except RuntimeError as error:
        said = [str(error)]
    took = f"{middle - start:7.1f} s {time.perf_counter() - middle:7.1f} s"
    print(f"{name:12}  {took}  {'--' if said else 'ok'}", *said, sep="\n    " if said else "", flush=True)
    return not said


def record():
    results = {name: under_keras(name) for name in NAMES}
    lines = [f"{json.dumps(name)}: {json.dumps(result)}" for name, result in results.items()]
    RECORDED.write_text("{\n" + ",\n".join(lines) + "\n}\n")
    print(f"{RECORDED.name}: {len(results)} scripts, {RECORDED.stat().st_size} bytes")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--only", nargs="+", default=NAMES, metavar="NAME", choices=NAMES)
    parser.add_argument("--record", action="store_true", help=f"write {RECORDED.name}, from Keras alone")
    chosen = parser.parse_args()
    if chosen.record:
        return record()
    print(f"{'script':12}  {'Keras':>9} {'dlcore':>9}")
    agree = [compare(name) for name in chosen.only]
    print(f"{sum(agree)} of {len(agree)} scripts agree")
    return not all(agree)


if __name__ == "__main__":
    sys.exit(main())
