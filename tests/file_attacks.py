"""Hostile files, each loaded in a process of its own; prints as JSON how each went, for test_file_attacks.py.

For each: the error, seconds, and the memory in bytes that was taken beyond what the process had before.
"""

import json
import os
import pathlib
import resource
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


def twice(name):
    """The sound file with an entry of its header twice."""
    header, _, body = a_file()
    text = json.dumps(header, separators=(",", ":"))
    start = text.index(name)
    end = text.index("}", start) + 1
    return raw(f"{text[:end]},{text[start:end]}{text[end:]}".encode(), body)


def layers(count, last=None):
    """The sound file with so many layers in front, and perhaps one that does not fit behind them."""
    dropouts = [{"class_name": "Dropout", "config": {"rate": 0, "name": f"{i}"}} for i in range(count)]
    wrong = [] if last is None else [{"class_name": "Dropout", "config": {"rate": 0, **last}}]
    return described(
        lambda d: d["model"]["config"].update(layers=dropouts + wrong + d["model"]["config"]["layers"])
    )


def large(change, optimizer="adam"):
    """A file of 30 MB, with other parts."""
    model = dlcore.Sequential([Input((500,), name="in"), Dense(5_000, name="a")])
    model.compile(optimizer, "mse")
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "model.safetensors")
        model.save(path)
        data = path.read_bytes()
    length = int.from_bytes(data[:8], "little")
    header, body = json.loads(data[8 : 8 + length]), bytearray(data[8 + length :])
    description = json.loads(header["__metadata__"]["dlcore"])
    change(description, body)
    return raw(header | {"__metadata__": {"dlcore": json.dumps(description)}}, bytes(body))


def cut_short(description, body):
    del body[-4:]


def not_finite(description, body):
    body[-4:] = np.float32(np.nan).tobytes()


def moments_of_another_layer(description, body):
    description["model"]["config"]["layers"][0]["config"]["trainable"] = False


def metric_unknown(description, body):
    description["compile"]["metrics"] = ["exec"]


def without_moments(description, body):
    description["compile"]["optimizer"] = ADAM


def without_units(description, body):
    description["model"]["config"]["layers"][0]["config"]["units"] += 1


def compiled(key, value):
    return described(lambda d: d["compile"].update({key: value}))


def fitted(key, value):
    return described(lambda d: d["fit"].update({key: value}))


HUGE = 10**9
ADAM = {"class_name": "Adam", "config": {"learning_rate": 0.001}}

ATTACKS = {
    "sound": lambda: described(lambda d: None),
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
    "twice the same tensor in a sound file": lambda: twice('"a/kernel":'),
    "tensors of nothing, as many as may be": lambda: raw(
        {f"{i}": {**FLOAT, "shape": [0], "data_offsets": [0, 0]} for i in range(16_000)}
    ),
    "texts in a header, as many as may be": lambda: raw(
        {"__metadata__": {f"{i:040}": "" for i in range(81_000)}}
    ),
    "a text of 4 MB": lambda: described(lambda d: json.dumps({"a": "x" * 4_190_000})),
    "a text of 20 MB": lambda: described(lambda d: json.dumps({"a": "x" * 20_000_000})),
    "a tensor's name of 4 MB": lambda: raw({"a" * 4_190_000: FLOAT}, bytes(4)),
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
    "lists in a description, as many as may be": lambda: described(lambda d: "[" + "[]," * 49_000 + "[]]"),
    "dicts in a description, as many as may be": lambda: described(
        lambda d: "[" + '{"a":1},' * 49_000 + "{}]"
    ),
    "keys in a description, as many as may be": lambda: described(
        lambda d: json.dumps({f"{i:x}": 0 for i in range(81_000)})
    ),
    "keys of 30 characters, as many as may be": lambda: described(
        lambda d: json.dumps({f"{i:030}": 0 for i in range(81_000)}, separators=(",", ":"))
    ),
    "a description of lists that are escaped": lambda: raw(
        b'{"__metadata__":{"dlcore":"[' + rb"\u005b\u005d\u002c" * 10**6 + b'[]]"}}'
    ),
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
    "100,000 layers": lambda: layers(100_000),
    "layers without weights, as many as may be": lambda: layers(1_996, {"name": "a"}),
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
    "30 MB and a number less": lambda: large(cut_short),
    "30 MB that end in NaN": lambda: large(not_finite),
    "30 MB and a metric that nobody knows": lambda: large(metric_unknown),
    "30 MB of which 20 are moments of what is not trained": lambda: large(moments_of_another_layer),
    "10 MB that end in NaN": lambda: large(not_finite, "sgd"),
    "10 MB of weights for another layer": lambda: large(without_units, "sgd"),
    "10 MB of weights for an optimizer whose moments are not there": lambda: large(without_moments, "sgd"),
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


def apart(work):
    """What work gives, or how its process ended: one of its own, so that no memory is there to be used."""
    source, sink = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(sink, json.dumps(work()).encode())
        os._exit(0)
    os.close(sink)
    with open(source) as file:  # noqa: PTH123, of a descriptor
        text = file.read()
    _, status = os.waitpid(child, 0)
    return json.loads(text) if status == 0 else {"error": f"the process ended with {status}"}


def outcome(path, sound, read):
    """What reading came to; a sound file is read before, for what is made once."""
    read(sound)
    pathlib.Path("/proc/self/clear_refs").write_text("5")  # the high-water mark, down to what is used now
    before, start = memory("VmRSS"), time.monotonic()
    try:
        read(path)
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


def run(attacks, name, read, prefix=""):
    """Write each file of that name, read it in 8 GB at most, and print how that went."""
    resource.setrlimit(resource.RLIMIT_AS, (8 << 30, 8 << 30))
    with tempfile.TemporaryDirectory() as folder:
        path, sound = pathlib.Path(folder, name), pathlib.Path(folder, f"sound-{name}")
        sound.write_bytes(attacks["sound"]())
        read(str(sound))  # imports what it needs
        for attack, make in attacks.items():
            apart(lambda make=make: path.write_bytes(make()))
            found = apart(lambda: outcome(str(path), str(sound), read))
            print(json.dumps([prefix + attack, found]), flush=True)


if __name__ == "__main__":
    run(ATTACKS, "hostile.safetensors", dlcore.load_model)
