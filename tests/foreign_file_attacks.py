"""Hostile files of Keras's and PyTorch's kinds, as file_attacks.py has dlcore's; prints how each went."""

import io
import json
import zipfile

import h5py

import dlcore
import keras_layout
from dlcore.layers import Dense, Input
from dlcore.models import torch_state
from file_attacks import HUGE, raw, run


def a_model():
    return dlcore.Sequential([Input((4,)), Dense(3, name="a"), Dense(1, name="b")])


def sound_weights(change=lambda file: None):
    """Bytes of Keras's HDF5 file of such a model, changed."""
    content = io.BytesIO()
    groups = {
        "layers/dense": keras_layout.weights((4, 3), (3,)),
        "layers/dense_1": keras_layout.weights((3, 1), (1,)),
    }
    keras_layout.write(content, groups)
    with h5py.File(content, "a") as file:
        change(file)
    return content.getvalue()


def chain(*layers, shape=(4,)):
    """What Keras says of a sequential model."""
    return keras_layout.described(
        "keras",
        "Sequential",
        name="seq",
        trainable=True,
        dtype=keras_layout.policy(),
        layers=[keras_layout.inputs("in", *shape), *layers],
        build_input_shape=[None, *shape],
    ) | {"compile_config": {}}


def two(units=3, **changes):
    """The sound description, with other arguments of its first dense layer."""
    return chain(keras_layout.dense("a", units, **changes), keras_layout.dense("b", 1))


def compiled(optimizer, **more):
    return two() | {"compile_config": keras_layout.compiled(optimizer=optimizer, loss="mse") | more}


def archive(config, weights=None, compression=zipfile.ZIP_STORED, more=()):
    """Bytes of a .keras file; `config` is a description or its text."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", compression) as file:
        file.writestr("config.json", config if isinstance(config, str | bytes) else json.dumps(config))
        file.writestr("model.weights.h5", sound_weights() if weights is None else weights)
        for name in more:
            file.writestr(name, b"")
    return content.getvalue()


def bomb(config, weights=None):
    return archive(config, weights, zipfile.ZIP_DEFLATED)


def dataset(shape, **options):
    """The sound weights, with another first kernel."""

    def change(file):
        del file["layers/dense/vars/0"]
        file["layers/dense/vars"].create_dataset("0", shape, "f4", **options)

    return sound_weights(change)


def large(last=0.5, **changes):
    """An archive of 40 MB, whose last weight is this."""
    content = io.BytesIO()
    dense, dense_1 = keras_layout.weights((2000, 5000), (5000,)), keras_layout.weights((5000, 1), (1,))
    dense_1[1][0] = last
    keras_layout.write(content, {"layers/dense": dense, "layers/dense_1": dense_1})
    description = chain(keras_layout.dense("a", 5000), keras_layout.dense("b", 1), shape=(2000,))
    return archive(description | changes, content.getvalue())


def many_groups(file):
    for i in range(20_000):
        file.create_group(f"layers/dense_{i + 2}")


def tangled(file):
    """Each model within has twice the same, which ends nowhere."""
    group = file["layers"]
    for _ in range(16):
        inner = group.create_group("sequential")
        group["sequential_1"] = inner
        group = inner.create_group("layers")


def lying(config):
    """A description whose length the archive gives as 100 bytes, though it unfolds to 100 MB."""
    text = json.dumps(config).encode() + b" " * 10**8
    return bomb(text).replace(len(text).to_bytes(4, "little"), (100).to_bytes(4, "little"))


def nested(file):
    group = file["layers"]
    for _ in range(100):
        group = group.create_group("sequential/layers")


def load(path):
    dlcore.load_model(path)


def load_weights(path):
    a_model().load_weights(path)


def load_torch(path):
    torch_state.load_into(a_model(), path)


def entry(shape, start, end, dtype="F32"):
    return {"dtype": dtype, "shape": shape, "data_offsets": [start, end]}


LAMBDA = keras_layout.layer("Lambda", "l", function={"class_name": "__lambda__", "config": {"code": "4wAA"}})
ARCHIVES = {
    "sound": lambda: archive(two()),
    "a zip without anything": lambda: b"PK\x05\x06" + bytes(18),
    "a zip that is cut": lambda: archive(two())[:-30],
    "a zip of 100,000 members": lambda: archive(two(), b"", more=map(str, range(100_000))),
    "a description that unfolds to 100 MB": lambda: bomb(" " * 10**8 + "{}"),
    "a description that lies about its length": lambda: lying(two()),
    "a description packed as bzip2": lambda: archive(b" " * 10**8 + b"{}", None, zipfile.ZIP_BZIP2),
    "a description packed as bzip2 that lies": lambda: archive(
        b" " * 10**8 + b"{}", None, zipfile.ZIP_BZIP2
    ).replace((10**8 + 2).to_bytes(4, "little"), (100).to_bytes(4, "little")),
    "a description of lists": lambda: bomb("[" + "[]," * 10**5 * 3 + "[]]"),
    "a description of keys": lambda: bomb(json.dumps({f"{i:x}": 0 for i in range(90_000)})),
    "a description that nests": lambda: bomb("[" * 300_000),
    "weights that unfold to 200 MB": lambda: bomb(two(), b"\x89HDF\r\n\x1a\n" + bytes(2 * 10**8)),
    "weights that are none": lambda: archive(two(), b"\x89HDF\r\n\x1a\n"),
    "weights of chunks that unfold": lambda: archive(
        two(), dataset((2**28,), chunks=(2**20,), compression="gzip", fillvalue=1.0)
    ),
    "a function in Python": lambda: archive(chain(LAMBDA)),
    "a class of another module": lambda: archive(
        chain(keras_layout.described("os", "system", name="a", command="touch x"))
    ),
    "a module for a class": lambda: archive(chain(keras_layout.described("keras.layers", "Layer.__init__"))),
    "an activation in Python": lambda: archive(two(activation="__import__('os')._exit(7)")),
    "an initializer of a registered name": lambda: archive(
        two(kernel_initializer=keras_layout.described("builtins", "exec", object="1/0"))
    ),
    "a billion units": lambda: archive(two(units=HUGE)),
    "2^63 units": lambda: archive(two(units=2**63)),
    "units that are no number": lambda: archive(two(units=float("nan"))),
    "a billion inputs": lambda: archive(chain(keras_layout.dense("a", 3), shape=(HUGE,))),
    "a layer that makes a billion of four": lambda: archive(
        chain(keras_layout.layer("Reshape", "r", target_shape=[HUGE]), keras_layout.dense("a", 3))
    ),
    "10,000 layers": lambda: bomb(
        chain(*({"class_name": "Dropout", "module": "keras.layers", "config": {"rate": 0}},) * 10_000)
    ),
    "models within models": lambda: archive(within_each_other(200)),
    "an optimizer that nobody knows": lambda: archive(
        compiled(keras_layout.described("os", "Popen", args="true"))
    ),
    "40 MB that end in NaN": lambda: large(float("nan")),
    "40 MB and an optimizer that nobody knows": lambda: large(
        compile_config=keras_layout.compiled(
            optimizer=keras_layout.described("os", "Popen", args="true"), loss="mse"
        )
    ),
    "a schedule of NaN": lambda: archive(compiled(keras_layout.optimizer("SGD", learning_rate=float("nan")))),
    "metrics of a billion thresholds": lambda: archive(
        compiled("sgd", metrics=[keras_layout.described("keras.metrics", "AUC", num_thresholds=HUGE)])
    ),
}
WEIGHTS = {
    "sound": sound_weights,
    "an HDF5 file that is cut": lambda: sound_weights()[:-100],
    "a dataset of 2^60 numbers": lambda: dataset((2**60,), chunks=(2**20,)),
    "a dataset that unfolds": lambda: dataset((2**28,), chunks=(2**20,), compression="gzip", fillvalue=1.0),
    "20,000 groups": lambda: sound_weights(many_groups),
    "models within models": lambda: sound_weights(nested),
    "models that are in each other twice": lambda: sound_weights(tangled),
    "a dataset of texts": lambda: sound_weights(
        lambda f: f["layers/dense/vars"].create_dataset("2", data=[b"a"])
    ),
    "a dataset of another file's": lambda: dataset((4, 3), external=[("/etc/passwd", 0, 48)]),
}
STATES = {
    "sound": lambda: raw(
        {
            "0.weight": entry([3, 4], 0, 48),
            "0.bias": entry([3], 48, 60),
            "1.weight": entry([1, 3], 60, 72),
            "1.bias": entry([1], 72, 76),
        },
        bytes(76),
    ),
    "a header of 2^63 bytes": lambda: raw({}, length=2**63),
    "a header that nests": lambda: raw(b'{"a":' * 30_000 + b"1" + b"}" * 30_000),
    "metadata of a million parts": lambda: raw(b'{"__metadata__":{' + b'"":"",' * 10**6 + b'"":""}}'),
    "a million tensors of nothing": lambda: raw(
        b"{" + b'"":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},' * 10**6 + b'"x":[]}'
    ),
    "tensors that overlap": lambda: raw({"0.weight": entry([1], 0, 4), "0.bias": entry([1], 0, 4)}, bytes(4)),
    "a shape that overflows": lambda: raw({"0.weight": entry([2**32, 2**32], 0, 4)}, bytes(4)),
    "a pickle": lambda: b"\x80\x04cos\nsystem\n(S'true'\ntR.",
    "modules of long numbers": lambda: raw({f"{'9' * 5000}.weight": entry([1], 0, 4)}, bytes(4)),
}


def within_each_other(depth):
    model = chain(keras_layout.dense("d", 3))
    for i in range(depth):
        model["config"]["name"] = f"s{i}"
        model = chain(model)
    return model


KINDS = {
    "m.keras": (load, ARCHIVES),
    "m.weights.h5": (load_weights, WEIGHTS),
    "m.pt.safetensors": (load_torch, STATES),
}
"""By a file's name, what reads it and what may be in it."""

ATTACKS = [f"{name}: {attack}" for name, (_, attacks) in KINDS.items() for attack in attacks]


if __name__ == "__main__":
    for name, (read, attacks) in KINDS.items():
        run(attacks, name, read, f"{name}: ")
