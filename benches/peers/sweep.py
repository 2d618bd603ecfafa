"""Time against width and against batch: where a rule changes its mind, a cliff would show."""

from nets import Net
from peers import contest, plots, report

WIDTHS = (16, 32, 33, 64, 100, 128, 250, 256, 512, 777, 1024, 1500, 2048, 3001, 4096, 8192)
BATCHES = (1, 2, 4, 8, 10, 16, 32, 64, 100, 128, 256, 512, 1000, 1024, 2048, 4096)
PEERS = [contest.JAX_ORDERED, contest.SKLEARN]
BOUND = 1.5
"""Seconds a fit: a peer that takes longer is not asked for the larger ones."""
WORK = 2_000_000_000
"""About the multiply-adds of a fit."""


def net_of(width, batch):
    net = Net((64, width, width, 10), batch, "classes", 1)
    steps = max(2, min(200, WORK // net.multiply_adds))
    return Net(net.widths, batch, net.task, steps)


def line(ring, nets):
    """Nanoseconds a multiply-add, by peer: a list with None where a peer was left out; and the peaks."""
    found, peaks = {"dlcore": []} | {peer.label: [] for peer in PEERS if peer.here}, []
    slow = set()
    for net in nets:
        report.say(f"sweep {net.name}")
        workers = {}
        for peer in [contest.DLCORE, *(peer for peer in PEERS if peer.here)]:
            if peer.label not in slow:
                workers[peer.label], _ = ring.entrant(peer, net)
        times, peak = ring.take_turns(workers, share=0.5)
        peaks.append(peak)
        for label in found:
            took = times[label]["fit"] if label in times else None
            if took and took > BOUND:
                slow.add(label)
            found[label].append(took and took / net.steps / net.multiply_adds * 1e9)
    return found, peaks


def rows(found, values, nets):
    def cell(value, net):
        return "-" if value is None else f"{report.number(value * net.multiply_adds / 1e3)} ({value:.3g})"

    return [
        [value, *(cell(series[i], nets[i]) for series in found.values())] for i, value in enumerate(values)
    ]


def measure(ring):
    by_width, by_batch = [net_of(w, 128) for w in WIDTHS], [net_of(256, b) for b in BATCHES]
    width, peaks = line(ring, by_width)
    batch, more = line(ring, by_batch)
    best = 2 / sorted(peak.rates["float32", None] for peak in peaks + more)[len(peaks + more) // 2]
    header = [*width]
    text = [
        "Microseconds a step, and in brackets nanoseconds a multiply-add, where a cliff would show; at the "
        f"peak it is {best:.2g}. A peer is left out above {BOUND} seconds a fit; NumPy orders JAX's rows.",
        "![time by width and by batch](width.svg)",
        "### Width: 64-width-width-10, batch 128",
        report.table(["width", *header], rows(width, WIDTHS, by_width)),
        "### Batch: 64-256-256-10",
        report.table(["batch", *header], rows(batch, BATCHES, by_batch)),
    ]
    return "\n\n".join(text), lambda folder: plots.widths(folder, (WIDTHS, width), (BATCHES, batch), best)
