"""Trains networks and prints digests of all that came out, as one line of JSON.

Started by test_determinism.py, once for each number of threads and each instruction set.
"""

import hashlib
import json

import numpy as np

import reference
from dlcore import _core
from reference import activate, dense, dropout, loss_config

STEPS = 300
OPTIMIZERS = {
    "sgd": {"name": "sgd"},
    "nesterov": {"name": "sgd", "momentum": 0.9, "nesterov": True},
    "adam": {"name": "adam"},
    "amsgrad": {"name": "adam", "amsgrad": True},
    "adamw": {"name": "adam", "weight_decay": 0.01, "global_clipnorm": 1.0},
    "rmsprop": {"name": "rmsprop", "momentum": 0.5, "centered": True, "clipnorm": 0.5},
    "adagrad": {"name": "adagrad"},
    "adadelta": {"name": "adadelta"},
    "adamax": {"name": "adamax"},
    "nadam": {"name": "nadam"},
    "lion": {"name": "lion"},
}


def stack(widths, activation):
    layers = []
    for width in widths:
        layers += [dense(width, kernel_l2=1e-4), activate(activation), dropout(0.2)]
    return [*layers, dense(10), activate("softmax")]


def run(width, layers, optimizer, batch_size, dtype):
    """A digest of losses, weights, slots and predictions after 300 steps, the last of an epoch short."""
    rng = np.random.default_rng(0)
    rows = 15 * batch_size - 7
    # So wide that activations which differ far from zero alone are told apart.
    x = 4 * rng.normal(size=(rows, width)).astype(dtype)
    y = rng.integers(0, 10, (rows, 1)).astype(dtype)
    row_weights = rng.uniform(0, 2, rows).astype(dtype)
    network = _core.Network(width, layers, dtype, 42)
    network.compile(
        loss_config("sparse_categorical_crossentropy"),
        [{"name": "sparse_categorical_accuracy", "threshold": 0.5}],
        reference.OPTIMIZER | optimizer,
    )
    weights = [w.astype(dtype) for w in reference.random_weights(rng, width, layers)]
    network.set_weights(weights)
    digest = hashlib.sha256()
    for epoch in range(STEPS // 15):
        result = network.train_epoch(x, y, row_weights, epoch, batch_size, 0.003, False)
        assert result["fault"] is None
        digest.update(np.float64([result["loss"], *result["metrics"]]).tobytes())
    assert network.iterations == STEPS
    result = network.evaluate(x, y, row_weights, False)
    digest.update(np.float64([result["loss"], *result["metrics"]]).tobytes())
    for array in [*network.get_weights(), *network.get_slots(), network.predict(x)]:
        assert np.isfinite(array).all()
        digest.update(array.tobytes())
    return digest.hexdigest()


def main():
    digests = {"isa": _core.isa(), "threads": _core.get_num_threads()}
    for name, optimizer in OPTIMIZERS.items():
        digests[f"narrow, {name}"] = run(7, stack([5, 3], "tanh"), optimizer, 32, "float32")
    # Large enough that a team of threads shares each step.
    digests["wide"] = run(200, stack([300, 150], "relu"), OPTIMIZERS["adam"], 128, "float32")
    digests["double"] = run(30, stack([45, 70], "gelu"), OPTIMIZERS["rmsprop"], 50, "float64")
    for name in _core.ACTIVATIONS:
        digests[f"activation, {name}"] = run(9, stack([33], name), OPTIMIZERS["adam"], 40, "float32")
    print(json.dumps(digests))


if __name__ == "__main__":
    main()
