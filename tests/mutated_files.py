"""Files that are nearly sound, loaded by the thousand: a model or a ValueError, soon, in bounded memory.

`--count 100000` does so many; prints what else came, with the seed that makes the file again, and is 1 then.
test_mutated_files.py does a few.
"""

import argparse
import collections
import json
import pathlib
import random
import resource
import sys
import tempfile
import time

import numpy as np

import dlcore
from dlcore import layers

MOST_SECONDS = 5
MOST_MEMORY = 4 << 30
"""Bytes that the process may address beyond what it has: more would be for a number in the file alone."""

ODD = [
    *(
        None,
        True,
        "",
        "a",
        "relu",
        [],
        {},
        [[]],
        {"": 0},
        [None],
        "é" * 100,
        {"tensor": "a"},
        {"floats": "a"},
    ),
    *(0, 1, -1, 2, 0.5, -0.0, 1e308, float("nan"), float("inf"), 2**31, 2**32, 2**53, 2**63, 2**64, 10**30),
]
"""To put in place of parts."""


def sound():
    """Bytes of files with all kinds of layers and states."""
    x = np.random.default_rng(0).normal(size=(24, 6)).astype("float32")
    stop = dlcore.callbacks.EarlyStopping(patience=3, restore_best_weights=True)
    rate = dlcore.optimizers.schedules.CosineDecay(0.01, 100)
    plain = dlcore.Sequential(
        [
            layers.Input((6,)),
            layers.Dense(5, activation="gelu", kernel_regularizer="l2", kernel_constraint="non_neg"),
            layers.BatchNormalization(),
            layers.Dropout(0.2),
            layers.Dense(3, activation="softmax"),
        ]
    )
    plain.compile(dlcore.optimizers.Adam(rate), "categorical_crossentropy", metrics=["accuracy", "auc"])
    nested = dlcore.Sequential(
        [
            layers.Input((2, 3)),
            layers.Flatten(),
            dlcore.Sequential([layers.Input((6,)), layers.Dense(4), layers.PReLU()]),
            layers.LayerNormalization(),
            layers.Dense(3),
        ]
    )
    nested.compile(dlcore.optimizers.SGD(0.1, momentum=0.9, clipnorm=1.0), "mse")
    for model, rows in ((plain, x), (nested, x.reshape(-1, 2, 3))):
        y = np.eye(3)[np.arange(24) % 3]
        model.fit(rows, y, epochs=3, batch_size=7, validation_data=(rows, y), callbacks=[stop], verbose=0)
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "m.safetensors")
            model.save(path)
            yield path.read_bytes()


def places(value, found):
    """All (container, key) within."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in list(items):
        found.append((value, key))
        if isinstance(inner, dict | list):
            places(inner, found)
    return found


def change_a_part(draw, value):
    """Put something odd, or another part, in place of a part; or take it away."""
    container, key = draw.choice(places(value, []))
    what = draw.randrange(5)
    if what == 0:
        del container[key]
    elif what == 1:
        other, name = draw.choice(places(value, []))
        container[key] = json.loads(json.dumps(other[name]))
    elif what == 2 and isinstance(container[key], int | float):
        container[key] = container[key] * draw.choice([-1, 2, 10**6, 10**12]) + draw.choice([-1, 0, 1])
    else:
        container[key] = draw.choice(ODD)


def mutated(draw, data):
    """A file like this one."""
    kind = draw.randrange(4)
    if kind == 0:  # bits
        changed = bytearray(data)
        for _ in range(draw.randint(1, 4)):
            changed[draw.randrange(len(data))] ^= 1 << draw.randrange(8)
        return bytes(changed)
    if kind == 1:  # pieces
        start = draw.randrange(len(data))
        end = min(len(data), start + draw.randrange(64))
        return data[:start] + draw.choice([b"", data[start:end] * 2, draw.randbytes(8)]) + data[end:]
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    for _ in range(draw.randint(1, 2)):
        if kind == 2:  # the header
            change_a_part(draw, header)
        else:  # the description in it
            description = json.loads(header["__metadata__"]["dlcore"])
            change_a_part(draw, description)
            header["__metadata__"]["dlcore"] = json.dumps(description)
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + data[8 + length :]


def use(path, number, origin):
    """One of the ways in; `origin` is the sound file."""
    if number % 3 == 0:
        model = dlcore.load_model(path)
    else:
        model = dlcore.load_model(origin)
    x = np.ones((24, *model.input_shape[1:]))
    y = np.eye(3)[np.arange(24) % 3]
    if number % 3 == 1:
        model.load_weights(path)
    elif number % 3 == 2:
        model.fit(x, y, batch_size=7, epochs=4, resume_from=path, verbose=0)
    model.predict(x, verbose=0)


def run(count, seed=0):
    """How often what came, and what should not have."""
    files = list(sound())
    status = pathlib.Path("/proc/self/statm").read_text().split()
    limit = int(status[0]) * resource.getpagesize() + MOST_MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (limit, resource.getrlimit(resource.RLIMIT_AS)[1]))
    outcomes, findings = collections.Counter(), []
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "m.safetensors")
        origins = [pathlib.Path(folder, f"{i}.safetensors") for i in range(len(files))]
        for origin, data in zip(origins, files, strict=True):
            origin.write_bytes(data)
        for number in range(seed, seed + count):
            draw = random.Random(number)
            origin = draw.choice(origins)
            path.write_bytes(mutated(draw, origin.read_bytes()))
            start = time.monotonic()
            try:
                use(path, number, origin)
                outcome = "a model"
            except (ValueError, FloatingPointError) as error:  # the second of a fit with huge weights
                outcome = type(error).__name__
                if "MemoryError" in str(error):
                    findings.append((number, str(error)))
            except Exception as error:
                outcome = f"{type(error).__name__}: {error}"
                findings.append((number, outcome))
            if time.monotonic() - start > MOST_SECONDS:
                findings.append((number, f"took {time.monotonic() - start:.1f} s"))
            outcomes[outcome] += 1
    return outcomes, findings


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    outcomes, findings = run(options.count, options.seed)
    for number, finding in findings[:100]:
        print(f"--seed {number} --count 1: {finding[:300]}")
    print(f"{options.count} files, {len(findings)} findings:", dict(outcomes.most_common(5)))
    sys.exit(1 if findings else 0)


if __name__ == "__main__":
    main()
