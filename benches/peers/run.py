"""Measures dlcore beside its peers and prints a table a workload. Run by `make bench-peers`.

By itself, from benches/: `python -m peers.run`, where all is installed that requirements.txt names.
"""

import argparse
import os
from pathlib import Path

from nets import FURTHER, NETS
from peers import contest, full_batch, matmul, predict, report, sweep, training

SECTIONS = {
    "train": ("Training", training.measure),
    "full-batch": ("One small net, full batch", full_batch.measure),
    "matmul": ("Matmul", matmul.measure),
    "predict": ("Predict", predict.measure),
    "sweep": ("Width and batch", sweep.measure),
}


def options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, help="5 or more for numbers to be shown")
    parser.add_argument(
        "--seconds", type=float, default=5, help="of a workload: all rounds of all contestants"
    )
    parser.add_argument("--only", choices=SECTIONS, nargs="+", default=list(SECTIONS))
    parser.add_argument("--nets", type=int, nargs="+", help="which to train, by number; all by default")
    parser.add_argument(
        "--docs", type=Path, help="where to put benchmarks.md and pictures; nowhere by default"
    )
    return parser.parse_args()


def main():
    chosen, nets = options(), [*NETS, *FURTHER]
    if chosen.nets is not None:
        nets = [nets[i] for i in chosen.nets]
    load = os.getloadavg()[0]
    ring = contest.Contest(chosen.rounds, chosen.seconds)
    sections = {"Machine": report.machine(ring.worker(contest.NUMPY).ask("ask", "blas"), load)}
    print(f"{sections['Machine']}\n", flush=True)
    pictures = []
    try:
        for name in chosen.only:
            title, measure = SECTIONS[name]
            ring.lines = {}
            text, picture = measure(ring, nets) if name == "train" else measure(ring)
            sections[title] = f"{ring.conditions()}\n\n{text}"
            pictures += [picture] * (picture is not None)
            print(f"## {title}\n\n{sections[title]}\n", flush=True)
    finally:
        ring.close()
    if chosen.docs:
        report.write(chosen.docs, sections)
        for picture in pictures:
            picture(chosen.docs)


if __name__ == "__main__":
    main()
