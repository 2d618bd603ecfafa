"""What normalizations, schedules, weight decay, running means and a generator cost 784-512-512-10.

Each variant trains beside the plain net in the same process, in turns; the ratio of the medians is printed,
with what is allowed. `make bench-additions`
"""

import argparse
import statistics
import time

import numpy as np

import dlcore
from dlcore import layers, optimizers

ROWS, BATCH = 128 * 40, 128


def net(between=None):
    """The net of the tables, with a layer behind each hidden product if one is given."""
    made = [layers.Input((784,))]
    for _ in range(2):
        made.append(layers.Dense(512, activation="relu"))
        made += [] if between is None else [between()]
        made.append(layers.Dropout(0.2))
    return dlcore.Sequential([*made, layers.Dense(10, activation="softmax")])


def compiled(model, optimizer):
    model.compile(optimizer, "sparse_categorical_crossentropy")
    return model


def cosine():
    return optimizers.schedules.CosineDecay(1e-3, 100_000, warmup_target=2e-3, warmup_steps=100)


VARIANTS = {
    "BatchNormalization": (lambda: compiled(net(layers.BatchNormalization), "adam"), False, 1.25),
    "LayerNormalization": (lambda: compiled(net(layers.LayerNormalization), "adam"), False, 1.25),
    "AdamW": (lambda: compiled(net(), "adamw"), False, 1.25),
    "CosineDecay": (lambda: compiled(net(), optimizers.Adam(cosine())), False, 1.25),
    "use_ema": (lambda: compiled(net(), optimizers.Adam(use_ema=True)), False, 1.25),
    "a generator": (lambda: compiled(net(), "adam"), True, 1.10),
}


def batches(x, y):
    while True:
        for at in range(0, ROWS, BATCH):
            yield x[at : at + BATCH], y[at : at + BATCH]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    rng = np.random.default_rng(0)
    x = rng.random((ROWS, 784), dtype=np.float32)
    y = rng.integers(0, 10, ROWS)
    models = {"plain": compiled(net(), "adam")} | {name: make() for name, (make, *_) in VARIANTS.items()}
    stream = batches(x, y)

    def epoch(name):
        start = time.perf_counter()
        if name != "plain" and VARIANTS[name][1]:
            models[name].fit(stream, steps_per_epoch=ROWS // BATCH, verbose=0)
        else:
            models[name].fit(x, y, batch_size=BATCH, shuffle=False, verbose=0)
        return (time.perf_counter() - start) / (ROWS // BATCH) * 1e6

    times = {name: [] for name in models}
    for _ in range(rounds + 1):  # the first one makes the plans
        for name in models:
            times[name].append(epoch(name))
    plain = statistics.median(times["plain"][1:])
    print(f"784-512-512-10, batch {BATCH}, {dlcore.get_num_threads()} threads: plain {plain:.0f} us a step")
    for name, (_, _, allowed) in VARIANTS.items():
        taken = statistics.median(times[name][1:])
        print(f"{name:20} {taken:7.0f} us  {taken / plain:.2f}x  (at most {allowed:.2f}x)")


if __name__ == "__main__":
    main()
