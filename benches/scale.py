"""What threads, rows, memory and a cold start cost. Run by `make bench-scale`.

dlcore alone: each figure is compared with another of its own, or with what the arithmetic of sizes says.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np

import dlcore
from dlcore_net import DlcoreNet
from nets import NETS, Net
from peers import report
from peers.tasks import CORES

MANY = 8
LARGE = 784 * 512
"""Weights of a first layer from which on a second thread should nearly halve the time."""
TALL = Net((32, 64, 1), 128, "number", 1)
ROWS = (10_000, 100_000, 1_000_000, 10_000_000)
SLACK = 2_000_000
"""Bytes that a fit may take beside its arrays: the allocator's rounding, pages of code."""


def timed(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def repeated(net, seconds):
    """A model, its data, and how many epochs last so long."""
    model, data = DlcoreNet(net), net.data()
    model.epoch(*data)
    return model, data, max(1, round(seconds / timed(lambda: model.epoch(*data))))


def medians(rounds, works):
    """Of the seconds of each, taken in turns; the first round warms up."""
    times = [{name: work() for name, work in works.items()} for _ in range(rounds + 1)][1:]
    return {name: statistics.median(one[name] for one in times) for name in works}


def threads(options, targets):
    """One, all and too many threads."""
    rows = []
    for net in NETS:
        report.say(f"threads {net.name}")
        model, data, epochs = repeated(net, options.seconds)

        def fit(count, model=model, data=data, epochs=epochs):
            dlcore.set_num_threads(count)
            model.epoch(*data)  # Threads start in the first.
            return timed(lambda: model.epochs(*data, epochs))

        took = medians(options.rounds, {n: lambda n=n, fit=fit: fit(n) for n in (1, CORES, MANY)})
        dlcore.set_num_threads(CORES)
        step = {n: seconds / (epochs * net.steps) * 1e6 for n, seconds in took.items()}
        wanted = 1.8 if net.widths[0] * net.widths[1] >= LARGE else 0.97
        lead = targets.at_least(f"{net.name}, 1 to {CORES} threads", step[1] / step[CORES], wanted)
        loss = targets.at_most(f"{net.name}, {MANY} threads on {CORES} cores", step[MANY] / step[CORES], 1.2)
        rows.append([net.name, *map(report.number, step.values()), lead, loss])
    header = ["net (batch)", "1 thread, µs a step", f"{CORES} threads", f"{MANY} threads"]
    header += [f"times as fast with {CORES} as with 1", f"times as long with {MANY} as with {CORES}"]
    return "### Threads\n\n" + report.table(header, rows)


def at_once(options, targets):
    """Two fits in two Python threads against one that has all cores."""
    rows = []
    for net in NETS:
        report.say(f"two fits {net.name}")
        (one, data, epochs), (other, *_) = (repeated(net, options.seconds) for _ in range(2))

        def alone(one=one, data=data, epochs=epochs):
            return timed(lambda: one.epochs(*data, epochs))

        def both(models=(one, other), data=data, epochs=epochs):
            fits = [threading.Thread(target=model.epochs, args=(*data, epochs)) for model in models]
            return timed(lambda: ([fit.start() for fit in fits], [fit.join() for fit in fits]))

        took = medians(options.rounds, {"alone": alone, "both": both})
        ratio = targets.at_least(f"{net.name}, two fits at once", 2 * took["alone"] / took["both"], 0.9)
        step = [seconds / (epochs * net.steps) * 1e6 for seconds in took.values()]
        rows.append([net.name, *map(report.number, step), ratio])
    header = [
        "net (batch)",
        "one fit, µs a step",
        "two at once, µs a step of each",
        "throughput of two over one",
    ]
    return "### Two fits at once\n\n" + report.table(header, rows)


def tall(options, targets):
    """Time a row while x, a memory map, grows beyond all caches."""
    title, width, most = "### Rows\n\n", TALL.widths[0], ROWS[-1]
    with tempfile.TemporaryDirectory() as folder:
        if shutil.disk_usage(folder).free < 2 * most * width * 4:
            return title + "Skipped: not enough room for a file of 1.3 GB."
        report.say("rows: writing")
        rng = np.random.default_rng(0)
        with (Path(folder) / "x").open("wb") as file:
            for _ in range(0, most, ROWS[1]):
                file.write(rng.random((ROWS[1], width), np.float32))
        x = np.memmap(Path(folder) / "x", np.float32, "r", shape=(most, width))
        y = rng.random(most, np.float32)
        model, works = DlcoreNet(TALL), {}
        for rows in ROWS:
            epochs = max(3, ROWS[2] // rows)

            def fit(rows=rows, epochs=epochs):
                report.say(f"rows {rows:,}")
                return timed(lambda: model.epochs(x[:rows], y[:rows], epochs)) / (rows * epochs) * 1e9

            works[rows] = fit
        took = medians(options.rounds, works)
    spread = targets.at_most(
        "time a row, largest over smallest", max(took.values()) / min(took.values()), 1.1
    )
    table = report.table(["rows", "ns a row"], [[f"{n:,}", report.number(t)] for n, t in took.items()])
    about = "32-64-1, batch 128, x a memory map of up to 1.3 GB, shuffled."
    return f"{title}{about}\n\n{table}\n\nSpread: {spread}."


FIT = """\
import sys
sys.path.insert(0, sys.argv[1])
import dataclasses
from pathlib import Path
import dlcore
from dlcore.layers import Dense, Dropout, Input
from nets import NETS

def fit(net, x, y, epochs):
    hidden = [layer for width in net.widths[1:-1] for layer in (Dense(width, "relu"), Dropout(net.dropout))]
    model = dlcore.Sequential([Input((net.widths[0],)), *hidden, Dense(net.widths[-1], "softmax")])
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(x, y, batch_size=net.batch, epochs=epochs, verbose=0)

def kilobytes(name):
    (line,) = (l for l in Path("/proc/self/status").read_text().splitlines() if l.startswith(name + ":"))
    return int(line.split()[1])

small, large = NETS[3], dataclasses.replace(NETS[4], steps=60_000 // NETS[4].batch)
fit(small, *small.data(), 1)  # Code and threads are there.
x, y = large.data()
Path("/proc/self/clear_refs").write_text("5")  # The highest so far is forgotten.
before = kilobytes("VmRSS")
fit(large, x, y, 2)
print((kilobytes("VmHWM") - before) * 1024, x.nbytes)
"""


def memory(options, targets):
    """The most that a fit takes beside the caller's arrays."""
    net = NETS[4]
    report.say(f"memory {net.name}")
    folder = str(Path(__file__).resolve().parent)
    found = [
        [int(n) for n in subprocess.check_output([sys.executable, "-c", FIT, folder], text=True).split()]
        for _ in range(options.rounds)
    ]
    took, given = statistics.median(one[0] for one in found), found[0][1]
    parameters = sum(a * b + b for a, b in zip(net.widths, net.widths[1:], strict=False))
    parts = {
        "parameters, four times": 4 * 4 * parameters,
        "a batch's activations and slopes": 4 * net.batch * (2 * sum(net.widths) - net.widths[0]),
        "labels": 4 * 60_000,
    }
    rows = [[name, report.number(size / 1e6)] for name, size in parts.items()]
    goal = targets.at_most("peak memory of a fit", took / 1e6, (sum(parts.values()) + SLACK) / 1e6, " MB")
    return (
        f"### Memory\n\n{net.name}, 60,000 rows, {given / 1e6:.0f} MB of x, which a copy would add.\n\n"
        + report.table(["", "MB"], rows)
        + f"\n\nPeak of a fit over what was there before: {goal}; {SLACK / 1e6:g} of these for the rest."
    )


START = """\
import time, numpy as np
x, y = np.zeros((128, 784), np.float32), np.zeros(128, int)
begun = time.perf_counter()
import dlcore
imported = time.perf_counter()
model = dlcore.Sequential([
    dlcore.layers.Input((784,)),
    dlcore.layers.Dense(128, activation="relu"),
    dlcore.layers.Dense(10, activation="softmax"),
])
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(x, y, batch_size=128, verbose=0)
print(imported - begun, time.perf_counter() - imported)
"""


def start(options, targets):
    """A process that imports and does one step, against one that imports NumPy."""
    report.say("start-up")

    def seconds(program):
        begun = time.perf_counter()
        printed = subprocess.check_output([sys.executable, "-c", program], text=True)
        return [time.perf_counter() - begun, *map(float, printed.split())]

    pairs = [(seconds("import numpy"), seconds(START)) for _ in range(2 * options.rounds)]
    bare = statistics.median(one[0] for one, _ in pairs)
    whole, imported, step = (statistics.median(other[i] for _, other in pairs) for i in range(3))
    goal = targets.at_most("import and first step", (whole - bare) * 1e3, 100, " ms")
    rows = [
        ["`import numpy`, the whole process", f"{bare * 1e3:.0f}"],
        ["`import dlcore` and a step, the whole process", f"{whole * 1e3:.0f}"],
        ["of which `import dlcore`, after NumPy", f"{imported * 1e3:.1f}"],
        ["of which model and first step", f"{step * 1e3:.1f}"],
    ]
    return f"### Start-up\n\n{report.table(['', 'ms'], rows)}\n\nBeyond NumPy: {goal}."


PARTS = {"threads": threads, "at-once": at_once, "rows": tall, "memory": memory, "start": start}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, help="5 or more for numbers to be shown")
    parser.add_argument("--seconds", type=float, default=0.2, help="of each timing, at least")
    parser.add_argument("--only", choices=PARTS, nargs="+", default=list(PARTS))
    parser.add_argument("--docs", type=Path, help="where benchmarks.md is to be put; nowhere by default")
    options = parser.parse_args()
    targets, load = report.Targets(), os.getloadavg()[0]
    busy = f" CAUTION: the load before the run was {load:.1f}." if load > 0.5 else ""
    text = [f"{report.processor()}. Medians of {options.rounds} rounds.{busy}"]
    text += [PARTS[name](options, targets) for name in options.only]
    text = "\n\n".join([*text, str(targets)])
    print(text)
    if options.docs:
        report.write(options.docs, {"Scale and cost": text})


if __name__ == "__main__":
    main()
