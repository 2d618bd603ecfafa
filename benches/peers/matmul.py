"""`dlcore.ops.matmul` beside `numpy.matmul`, and beside the peak."""

import numpy as np

from peers import contest, report
from peers.products import FORMS, Shape
from peers.tasks import CORES

SIZES = [
    (16, 16, 16),
    (32, 64, 20),
    (64, 64, 64),
    (128, 128, 128),
    (128, 128, 784),
    (128, 10, 128),
    (256, 256, 256),
    (512, 512, 512),
    (784, 128, 128),
    (1000, 37, 211),
    (1024, 1024, 1024),
    (2048, 2048, 2048),
]
CUBES = [size for size in SIZES if len(set(size)) == 1 and size[0] >= 64]
# Shares of the peak that are wanted, by the multiply-adds of a product from which on.
WANTED = [(256**3, 0.88), (64**3, 0.80)]


def wanted(shape):
    return next((share for least, share in WANTED if shape.multiply_adds >= least), None)


def rate(shape, seconds):
    return 2 * shape.multiply_adds / seconds / 1e9


def percent(share, goal):
    """In bold where it falls short."""
    text = report.percent(share)
    return f"**{text}**" if goal and share < goal else text


def threads_of(count):
    return f"{count} thread{'s' * (count > 1)}"


def measure(ring):
    targets, text = report.Targets(), []
    for dtype in ("float32", "float64"):
        rows = []
        for size in SIZES:
            shape = Shape(*size, dtype)
            report.say(f"matmul {shape.name} {dtype}")
            workers = {"dlcore": ring.worker(contest.DLCORE), "NumPy": ring.worker(contest.NUMPY)}
            results = []
            for worker in workers.values():
                worker.ask("make", "Products", shape)
                results.append(worker.ask("call", "results"))
            for form in FORMS:
                np.testing.assert_allclose(*(r[form] for r in results), rtol=0, atol=shape.tolerance)
            times, peak = ring.take_turns(workers)
            rows += lines(shape, times["dlcore"], times["NumPy"], peak, targets)
        header = ["m x k x n", "form"]
        for threads in sorted({1, CORES}):
            header += [f"{threads_of(threads)}: GFLOP/s", "of peak", "of NumPy's", "into new memory"]
        text += [f"### {dtype}", report.table(header, rows)]
    text = [
        "GFLOP/s of `dlcore.ops.matmul(a, b, out)`, its share of the peak, and how many times as fast as "
        "`numpy.matmul` it is; last the same ratio where both return new arrays. Bold is what falls short: "
        "of NumPy, of 80 % of the peak from 64³ multiply-adds up, of 88 % from 256³ up.",
        *text,
        forced(ring, targets),
        str(targets),
    ]
    return "\n\n".join(text), None


def lines(shape, ours, theirs, peak, targets):
    """A row of the table for each form."""
    rows = []
    for form in FORMS:
        cells = []
        for threads in sorted({1, CORES}):
            which = None if threads == CORES else threads
            what = f"{shape.name} {form}, {shape.dtype}, {threads_of(threads)}"
            given, new = ((form, threads, flag) for flag in (True, False))
            share = peak.share(rate(shape, ours[given]), shape.dtype, which)
            if wanted(shape):
                targets.at_least(f"{what}, of peak", share, wanted(shape), "%")
            leads = [theirs[case] / ours[case] for case in (given, new)]
            targets.at_least(f"{what}, of NumPy's", leads[0], 1)
            targets.at_least(f"{what}, new memory, of NumPy's", leads[1], 1)
            cells += [report.short(rate(shape, ours[given])), percent(share, wanted(shape))]
            cells += [f"{lead:.2f}x" if lead >= 1 else f"**{lead:.2f}x**" for lead in leads]
        rows.append([shape.name, form, *cells])
    return rows


def forced(ring, targets, isa="avx2"):
    """The narrower instruction set, in a process that may use no other, and its own peak."""
    title = f"### With {isa} forced\n\n"
    if not ring.worker(contest.DLCORE).ask("ask", "has", isa):
        return title + "Skipped: this machine has no such instructions."
    worker = ring.worker(contest.DLCORE, DLCORE_ISA=isa)
    rows = []
    for dtype in ("float32", "float64"):
        for size in CUBES:
            shape = Shape(*size, dtype)
            report.say(f"matmul {shape.name} {dtype} {isa}")
            worker.ask("make", "Products", shape, new=False)
            times, peak = ring.take_turns({"dlcore": worker}, share=0.5, isa=isa)
            for form in FORMS:
                cells = []
                for threads in sorted({1, CORES}):
                    what = f"{shape.name} {form}, {dtype}, {isa}, {threads_of(threads)}"
                    got = rate(shape, times["dlcore"][form, threads, True])
                    share = peak.share(got, dtype, None if threads == CORES else threads)
                    goal = 0.88 if shape.multiply_adds >= 256**3 else None
                    if goal:
                        targets.at_least(f"{what}, of peak", share, goal, "%")
                    cells += [report.short(got), percent(share, goal)]
                rows.append([shape.name, dtype, form, *cells])
    header = ["m x k x n", "dtype", "form"]
    for threads in sorted({1, CORES}):
        header += [f"{threads_of(threads)}: GFLOP/s", f"of {isa}'s peak"]
    return title + report.table(header, rows)
