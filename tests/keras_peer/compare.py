"""Trains the same nets under Keras and under dlcore and prints how far the numbers are apart.

Part of `make test-keras`. By itself, from tests/: `python -m keras_peer.compare`, where Keras, JAX and dlcore
are installed. The last column is how far Keras in float32 is from Keras in float64: a case in which that is
close to what is allowed tests rounding, and wants other data.
"""

import argparse
import importlib.metadata
import json
import os
import pathlib
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from keras_peer import running
from keras_peer.cases import BY_NAME

RECORDED = pathlib.Path(__file__).with_name("recorded.json")
ALLOWED = {"float32": 1e-4, "float64": 1e-9}
"""Of the difference, relative to max(1, |x|): after 200 steps, float32's rounding and nothing else."""
DIGITS = 10
"""That are recorded: twenty times as exact as what is asked for."""


def outcomes(floatx, chosen):
    """What each case gives under both libraries, computed in a process of its own."""
    environment = os.environ | {"KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu"}
    environment["JAX_ENABLE_X64"] = "1" if floatx == "float64" else "0"
    command = [sys.executable, "-m", "keras_peer.worker", floatx, *chosen.only]
    command += ["--only-keras"] * chosen.record
    done = subprocess.run(
        command, cwd=pathlib.Path(__file__).parents[1], env=environment, stdout=subprocess.PIPE, check=True
    )
    lines = map(json.loads, done.stdout.decode().splitlines())
    return {line["name"]: line for line in lines}


def verdict(line):
    """The largest difference in a case, and what to say about it."""
    if isinstance(line["dlcore"], str):
        return float("inf"), line["dlcore"]
    parts = running.differences(line["keras"], line["dlcore"])
    worst = max(parts, key=parts.get)
    return parts[worst], worst


def table(of):
    """Prints a line a case; gives the names of those that miss."""
    width = max(map(len, of["float64"])) + 1
    print(f"{'case':{width}}  float32  float64       Keras itself")
    missed = []
    for name in of["float64"]:
        both = {floatx: verdict(of[floatx][name]) for floatx in ALLOWED}
        noise = max(running.differences(of["float64"][name]["keras"], of["float32"][name]["keras"]).values())
        bad = [floatx for floatx in ALLOWED if not both[floatx][0] <= ALLOWED[floatx]]
        missed += [name] * bool(bad)
        said = f"missed: {both[bad[-1]][1]}" if bad else ""
        numbers = f"{both['float32'][0]:7.1e}  {both['float64'][0]:7.1e}"
        print(f"{name:{width}}  {numbers}  {'--' if bad else 'ok'}  {noise:7.1e}  {said}")
    return missed


def rounded(value):
    """Numbers in nested lists and dicts to so many digits, whole ones without a point."""
    if isinstance(value, dict):
        return {key: rounded(item) for key, item in value.items()}
    if isinstance(value, list):
        return [rounded(item) for item in value]
    value = float(f"{value:.{DIGITS}g}")
    return int(value) if value.is_integer() else value


def record(of):
    """Writes what Keras gave in float64."""
    cases = {name: rounded(running.summary(line["keras"])) for name, line in of.items()}
    lines = [f"{json.dumps(name)}: {json.dumps(case, separators=(',', ':'))}" for name, case in cases.items()]
    version = json.dumps(importlib.metadata.version("keras"))
    RECORDED.write_text(f'{{"keras": {version},\n"cases": {{\n' + ",\n".join(lines) + "\n}}\n")
    print(f"{RECORDED.name}: {len(cases)} cases, {RECORDED.stat().st_size} bytes")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME", choices=BY_NAME)
    parser.add_argument("--record", action="store_true", help=f"write {RECORDED.name}, from Keras alone")
    chosen = parser.parse_args()
    if chosen.record:
        if chosen.only:
            parser.error("--record takes all cases")
        return record(outcomes("float64", chosen))
    with ThreadPoolExecutor() as pool:
        of = dict(zip(ALLOWED, pool.map(lambda floatx: outcomes(floatx, chosen), ALLOWED), strict=True))
    missed = table(of)
    print(f"{len(of['float64']) - len(missed)} of {len(of['float64'])} cases agree")
    return len(missed) > 0


if __name__ == "__main__":
    sys.exit(main())
