"""Steps of a net whose units are all dead against steps of a live one, in turns. Run by `make bench-dead`.

A dead unit's gradient is zero, so the optimizer's state decays for ever. If it became subnormal, as it would
within a thousand steps, arithmetic would take many times as long.
"""

import argparse
import dataclasses
import statistics
import time

import numpy as np

import dlcore
from dlcore_net import OUTPUTS
from nets import NETS
from peers import report

DECAY = 4_000
"""Steps until a moment that decays by a tenth a step has left the normal numbers of float64 too."""


def model_of(net, optimizer):
    activation, loss = OUTPUTS[net.task]
    hidden = [dlcore.layers.Dense(width, "relu") for width in net.widths[1:-1]]
    layers = [dlcore.Input((net.widths[0],)), *hidden, dlcore.layers.Dense(net.widths[-1], activation)]
    model = dlcore.Sequential(layers, dtype=net.dtype)
    model.compile(optimizer, loss)
    model.set_weights(net.weights())
    return model


def kill(model):
    """No hidden unit is ever above zero again."""
    weights = model.get_weights()
    for bias in weights[1:-1:2]:
        bias -= 1e6
    model.set_weights(weights)


def compare(net, optimizer, rounds):
    """Microseconds a step of the live and the dead net, and the median of the ratios."""
    (x, y), models = net.data(), [model_of(net, optimizer) for _ in range(2)]

    def epochs(model, count):
        begun = time.perf_counter()
        model.fit(x, y, batch_size=net.batch, epochs=count, verbose=0)
        return (time.perf_counter() - begun) / (count * net.steps) * 1e6

    for model in models:
        epochs(model, 1)
    kill(models[1])
    epochs(models[1], -(-DECAY // net.steps))
    count = max(1, round(2e5 / net.steps / epochs(models[0], 1)))  # Some 0.2 seconds.
    took = np.array([[epochs(model, count) for model in models] for _ in range(rounds)])
    live, dead = np.median(took, axis=0)
    return live, dead, statistics.median(took[:, 1] / took[:, 0])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--optimizers", nargs="+", default=["adam", "rmsprop", "nadam", "lion"])
    options = parser.parse_args()
    targets, rows = report.Targets(), []
    for net in (NETS[1], NETS[3]):
        for dtype in ("float32", "float64"):
            for optimizer in options.optimizers:
                plain = dataclasses.replace(net, dropout=0.0, dtype=dtype)
                report.say(f"{plain.name} {dtype} {optimizer}")
                live, dead, ratio = compare(plain, optimizer, options.rounds)
                goal = targets.at_most(f"{plain.name} {optimizer} {dtype}, dead over live", ratio, 1.1)
                rows.append([plain.name, dtype, optimizer, report.number(live), report.number(dead), goal])
    print(report.table(["net", "dtype", "optimizer", "live, µs a step", "dead", "dead over live"], rows))
    print(f"\n{targets}")


if __name__ == "__main__":
    main()
