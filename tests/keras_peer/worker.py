"""Runs cases under Keras and under dlcore in one dtype and prints a line of JSON each, for compare.py."""

import argparse
import contextlib
import json
import sys

import keras
from keras.src.backend.common import dtypes

import dlcore
from keras_peer import running
from keras_peer.cases import BY_NAME


def as_lists(outcome):
    return {
        "history": {key: values.tolist() for key, values in outcome["history"].items()},
        "weights": [weight.tolist() for weight in outcome["weights"]],
        "predictions": outcome["predictions"].tolist(),
    }


def under_dlcore(case, floatx):
    """An outcome, or what went wrong as a sentence: a feature that is missing must not stop the others."""
    try:
        dlcore.config.set_floatx(floatx)
        return as_lists(running.run(case, dlcore))
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("floatx", choices=["float32", "float64"])
    parser.add_argument("names", nargs="*", help="of cases; all by default")
    parser.add_argument("--only-keras", action="store_true")
    chosen = parser.parse_args()
    keras.config.set_floatx(chosen.floatx)
    if chosen.floatx == "float64":
        # Keras's rules of promotion turn float64 into float32 within tanh, means and more, whatever floatx
        # is, and it would differ from itself by 1e-7. Here it computes what it was asked to.
        dtypes.BIT64_TO_BIT32_DTYPE.pop("float64")
    for name in chosen.names or BY_NAME:
        case = BY_NAME[name]
        with contextlib.redirect_stdout(sys.stderr):
            line = {"name": name, "keras": as_lists(running.run(case, keras))}
            if not chosen.only_keras:
                line["dlcore"] = under_dlcore(case, chosen.floatx)
        print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
