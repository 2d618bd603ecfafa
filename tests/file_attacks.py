"""Hostile files, each loaded in this process; prints as JSON how each went. test_file_attacks.py runs it.

For each: the error, seconds, and the memory in bytes that was taken beyond what the process had before.
"""

import json
import pathlib
import sys
import tempfile
import time

import numpy as np

import dlcore
from dlcore.layers import Dense, Input

FLOAT = {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}


def a_file():
    """A sound one of a small model, as header, description and body."""
    model = dlcore.Sequential([Input((3,), name="in"), Dense(4, name="a"), Dense(1, name="b")])
    model.compile(dlcore.optimizers.Adam(), "mse")
    model.fit(np.ones((8, 3)), np.ones((8, 1)), verbose=0)
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "model.safetensors")
        model.save(path)
        data = path.read_bytes()
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    return header, json.loads(header["__metadata__"]["dlcore"]), data[8 + length :]


def raw(header, body=b"", length=None):
    """A file of this text as header."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return (len(text) if length is None else length).to_bytes(8, "little") + text + body


def described(change):
    """The sound file with another description."""
    header, description, body = a_file()
    changed = change(description)
    description = description if changed is None else changed
    text = description if isinstance(description, str) else json.dumps(description)
    return raw(header | {"__metadata__": {"dlcore": text}}, body)


def layer(**changes):
    """The sound file with other arguments of its first dense layer."""
    return described(lambda d: d["model"]["config"]["layers"][0]["config"].update(changes))


def tensors(change):
    """The sound file with other tensors in its header."""
    header, _, body = a_file()
    change(header)
    return raw(header, body)


def shaped(*shape):
    return tensors(lambda h: h["a/kernel"].update(shape=list(shape)))


def placed(start, end):
    return tensors(lambda h: h["a/kernel"].update(data_offsets=[start, end]))


def compiled(key, value):
    return described(lambda d: d["compile"].update({key: value}))


def fitted(key, value):
    return described(lambda d: d["fit"].update({key: value}))


HUGE = 10**9
ADAM = {"class_name": "Adam", "config": {"learning_rate": 0.001}}

ATTACKS = {
    "a header of 2^63 bytes": lambda: raw({}, length=2**63),
    "a header of 2^64 - 1 bytes": lambda: raw({}, length=2**64 - 1),
    "a header of 100 MB, of which there is none": lambda: raw(b"{", length=100_000_000),
    "a header that nests": lambda: raw(b'{"a":' * 30_000 + b"1" + b"}" * 30_000),
    "a header that nests lists": lambda: raw(b'{"a":' + b"[" * 200_000),
    "metadata of a million parts": lambda: raw(b'{"__metadata__":{' + b'"":"",' * 10**6 + b'"":""}}'),
    "a million tensors of nothing": lambda: raw(
        b"{" + b'"":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},' * 10**6 + b'"x":[]}'
    ),
    "twice the same tensor": lambda: raw(
        b'{"a":' + json.dumps(FLOAT).encode() + b',"a":' + json.dumps(FLOAT).encode() + b"}", bytes(4)
    ),
    "tensors that overlap": lambda: raw({"a": FLOAT, "b": FLOAT}, bytes(4)),
    "a gap between tensors": lambda: raw({"a": FLOAT, "b": FLOAT | {"data_offsets": [8, 12]}}, bytes(12)),
    "a tensor behind the end": lambda: placed(HUGE, HUGE + 48),
    "a tensor that ends before it begins": lambda: placed(48, 0),
    "offsets below zero": lambda: placed(-48, 0),
    "offsets that are not a number": lambda: placed(float("nan"), 48),
    "offsets of 2^64": lambda: placed(2**64, 2**64 + 48),
    "a shape that overflows": lambda: shaped(2**32, 2**32, 2**32),
    "a shape whose bytes overflow": lambda: shaped(2**62, 1),
    "a shape below zero": lambda: shaped(-3, -4),
    "a shape of fractions": lambda: shaped(1.5, 8),
    "a shape of 100,000 axes": lambda: shaped(*[1] * 100_000),
    "a tensor of half precision": lambda: tensors(lambda h: h["a/bias"].update(dtype="F16", shape=[8])),
    "a description that nests": lambda: described(lambda d: "[" * 30_000 + "]" * 30_000),
    "a description of a million lists": lambda: described(lambda d: "[" + "[]," * 10**6 + "[]]"),
    "a description of a million numbers": lambda: described(lambda d: "[" + "1.5," * 10**6 + "1]"),
    "a description with NaN in it": lambda: described(lambda d: d.update(seed=float("nan"))),
    "a number of 100,000 digits": lambda: described(lambda d: '{"format": ' + "9" * 100_000 + "}"),
    "a description in another alphabet": lambda: raw(
        json.dumps({"__metadata__": {"dlcore": "\U0001f600" * 10**6}}, ensure_ascii=False).encode()
    ),
    "a description that is a list": lambda: described(lambda d: []),
    "a class that nobody knows": lambda: described(lambda d: d["model"].update(class_name="os.system")),
    "a layer that nobody knows": lambda: described(
        lambda d: d["model"]["config"]["layers"][0].update(class_name="builtins.exec")
    ),
    "a function in Python": lambda: layer(activation="__import__('os')._exit(7)"),
    "a billion units": lambda: layer(units=HUGE),
    "2^63 units": lambda: layer(units=2**63),
    "a billion inputs": lambda: described(lambda d: d["model"]["config"].update(input_shape=[HUGE])),
    "more inputs than numbers": lambda: described(
        lambda d: d["model"]["config"].update(input_shape=[2**40, 2**40])
    ),
    "a layer that makes a billion of three": lambda: described(
        lambda d: d["model"]["config"]["layers"].insert(
            0, {"class_name": "Reshape", "config": {"target_shape": [HUGE], "name": "r"}}
        )
    ),
    "a model within itself": lambda: described(
        lambda d: d["model"]["config"]["layers"].insert(0, json.loads(json.dumps(d["model"])))
    ),
    "an optimizer that nobody knows": lambda: compiled("optimizer", {**ADAM, "class_name": "Popen"}),
    "a learning rate below zero": lambda: compiled("optimizer", {**ADAM, "config": {"learning_rate": -1}}),
    "a learning rate without end": lambda: compiled(
        "optimizer", {**ADAM, "config": {"learning_rate": 1e400}}
    ),
    "a schedule that nobody knows": lambda: compiled(
        "optimizer", {**ADAM, "config": {"learning_rate": {"class_name": "exec", "config": {}}}}
    ),
    "a schedule of 10^400 steps": lambda: compiled(
        "optimizer",
        {
            **ADAM,
            "config": {
                "learning_rate": {
                    "class_name": "CosineDecay",
                    "config": {"initial_learning_rate": 0.1, "decay_steps": 10**400},
                }
            },
        },
    ),
    "accumulation over 2^64 steps": lambda: compiled(
        "optimizer", {**ADAM, "config": {"gradient_accumulation_steps": 2**64}}
    ),
    "iterations below zero": lambda: compiled("iterations", -1),
    "10^30 iterations": lambda: compiled("iterations", 10**30),
    "a metric of a billion thresholds": lambda: compiled(
        "metrics", [{"class_name": "AUC", "config": {"num_thresholds": HUGE}}]
    ),
    "a thousand metrics of a million thresholds, and one that is none": lambda: compiled(
        "metrics", [{"class_name": "AUC", "config": {"num_thresholds": 10**6}}] * 1000 + ["exec"]
    ),
    "a loss that nobody knows": lambda: compiled("loss", "os.system"),
    "a seed of 2^64": lambda: described(lambda d: d.update(seed=2**64)),
    "weights that are not there": lambda: described(lambda d: d.update(weights=["a/kernel", "z"])),
    "an epoch below zero": lambda: fitted("epoch", -1),
    "a batch behind the last": lambda: fitted("batch", 10**12),
    "passes without end": lambda: fitted("passes", [[0, 1]] * 1000),
    "a callback's state that is none": lambda: fitted(
        "callbacks", [{"class": "EarlyStopping", "state": 3, "is_due": False}]
    ),
    "a tensor of a state that is not there": lambda: fitted("tally", {"tensor": "z"}),
}


def memory(key):
    """VmRSS or VmHWM, in bytes."""
    status = pathlib.Path("/proc/self/status").read_text()
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith(key))) * 1024


def outcome(path):
    """What loading came to."""
    pathlib.Path("/proc/self/clear_refs").write_text("5")  # the high-water mark, down to what is used now
    before, start = memory("VmRSS"), time.monotonic()
    try:
        dlcore.load_model(path)
        error, text = None, ""
    except Exception as raised:
        error, text = type(raised).__name__, str(raised)
    return {
        "error": error,
        "names_the_file": path in text,
        "text": text[:300],
        "seconds": time.monotonic() - start,
        "bytes": memory("VmHWM") - before,
        "size": pathlib.Path(path).stat().st_size,
    }


def main():
    with tempfile.TemporaryDirectory() as folder:
        path = str(pathlib.Path(folder, "hostile.safetensors"))
        for name in sys.argv[1:] or ["sound", *ATTACKS]:
            data = described(lambda d: None) if name == "sound" else ATTACKS[name]()
            pathlib.Path(path).write_bytes(data)
            del data
            print(json.dumps([name, outcome(path)]), flush=True)


if __name__ == "__main__":
    main()
