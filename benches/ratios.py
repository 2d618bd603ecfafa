"""Prints what a training step takes, for six networks, by dlcore, NumPy and scikit-learn.

Each times whole epochs: rows gathered by a shuffled index, forward, loss, backward, Adam, float32. Rounds
take turns, so that a slow moment of the machine meets all; the median counts. Run by `make bench`.
"""

import argparse
import os
import platform
import statistics
import time

import numpy as np
import sklearn
import threadpoolctl

import agree
import dlcore
from dlcore_net import DlcoreNet
from nets import NETS
from numpy_net import NumpyNet
from sklearn_net import SklearnNet


def machine():
    """One line on each thing that the times depend on."""
    blas = [p for p in threadpoolctl.threadpool_info() if p["user_api"] == "blas"]
    config = dlcore.show_config(mode="dicts")
    yield f"{platform.machine()}, {os.cpu_count()} logical processors, Python {platform.python_version()}"
    yield f"dlcore {config['version']}: {config['isa']}, {config['threads']} threads"
    yield f"NumPy {np.__version__}, scikit-learn {sklearn.__version__}"
    for library in blas:
        yield (
            f"{library['internal_api']} {library['version']}: {library['num_threads']} threads, "
            f"kernel {library.get('architecture', 'unknown')}"
        )
    held = [name for name in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE") if name in os.environ]
    if held:
        yield f"CAUTION: {' and '.join(held)} set, which may hold NumPy back"


def measure(net, rounds, seconds):
    """Microseconds a step of each: the median over the rounds."""
    x, y = net.data()
    peers = {"dlcore": DlcoreNet(net), "NumPy": NumpyNet(net), "scikit-learn": SklearnNet(net)}
    epochs, times = {}, {name: [] for name in peers}
    for name, peer in peers.items():
        peer.epoch(x, y)
        start = time.perf_counter()
        peer.epoch(x, y)
        epochs[name] = max(1, round(seconds / (time.perf_counter() - start)))
    for _ in range(rounds):
        for name, peer in peers.items():
            time.sleep(0.1)  # OpenBLAS's threads go on spinning for a while.
            start = time.perf_counter()
            if name == "dlcore":
                peer.epochs(x, y, epochs[name])
            else:
                for _ in range(epochs[name]):
                    peer.epoch(x, y)
            times[name].append((time.perf_counter() - start) / (epochs[name] * net.steps) * 1e6)
    return {name: statistics.median(values) for name, values in times.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7, help="5 or more for numbers to be shown")
    parser.add_argument("--seconds", type=float, default=0.2, help="of each timing, at least")
    parser.add_argument("--nets", type=int, nargs="*", default=range(len(NETS)), help="which, by number")
    options = parser.parse_args()
    nets = [NETS[i] for i in options.nets]
    for net in nets:
        agree.check(net, DlcoreNet, NumpyNet)
    print("dlcore and NumPy compute the same on every net.\n")
    for line in machine():
        print(line)
    print("\nMicroseconds a step; times the peer takes of dlcore's in brackets.\n")
    print("| net (batch) | dlcore | NumPy by hand | scikit-learn |\n|---|---|---|---|")
    for net in nets:
        took = measure(net, options.rounds, options.seconds)
        ours = took["dlcore"]
        mark = "*" if net.dropout else ""
        print(
            f"| {net.name} | {ours:.4g} | {took['NumPy']:.4g} ({took['NumPy'] / ours:.1f}x) "
            f"| {took['scikit-learn']:.4g}{mark} ({took['scikit-learn'] / ours:.1f}x) |",
            flush=True,
        )
    print("\n* scikit-learn has no dropout and does without.")


if __name__ == "__main__":
    main()
