"""A step of training, through each peer's own way of fitting, for eight nets."""

import dataclasses

from nets import Net
from peers import contest, plots, report

PEERS = [
    contest.JAX,
    contest.JAX_ORDERED,
    contest.KERAS,
    contest.TORCH,
    contest.SKLEARN,
    contest.NUMPY,
]

# By net: how many times as long as dlcore each peer should take, and dlcore's share of the peak.
TARGETS = {
    (2, 3, 1): ({"JAX": 40, "PyTorch": 400, "scikit-learn": 300}, None),
    (20, 64, 64, 1): ({"JAX": 4.8, "PyTorch": 36, "scikit-learn": 33}, None),
    (64, 100, 10): ({"JAX": 7, "PyTorch": 11, "scikit-learn": 17}, 0.60),
    (784, 128, 10): ({"JAX": 2.7, "PyTorch": 5, "scikit-learn": 6}, 0.76),
    (784, 512, 512, 10): ({"JAX": 1.9, "PyTorch": 3.8, "scikit-learn": 5}, 0.85),
    (1024, 4096, 4096, 10): ({"JAX": 1.6, "PyTorch": 2.7, "scikit-learn": 3.7}, 0.85),
}
COMPARED = ("JAX", "PyTorch", "scikit-learn")

# What libxsmm-dnn, which generates machine code for each shape, is measured with; it reaches 92 and 91 %.
PLAIN = Net((768, 512, 512), 128, "classes", 20, optimizer="sgd", shuffle=False)
PLAIN_TARGETS = {1: 0.90, None: 0.88}
F64_TARGET = 2.2

ABOUT = """\
Microseconds a step: rows gathered by a shuffled index, forward, loss, backward, Adam; float32, all
cores. A fit is ten epochs where the net is small, otherwise one. scikit-learn has no dropout and does
without. JAX runs a fit in one jitted scan, with vectors of 512 bits and 16 random bits an element of
dropout, and draws the order of the rows inside, by a sort; with NumPy's order the jitted call is given
it, which is faster, though the targets are of the former."""


def microseconds(times, net):
    return {label: case["fit"] / (net.epochs * net.steps) * 1e6 for label, case in times.items()}


def gflops(net, took):
    return 2 * net.multiply_adds / took / 1e3


def measure(ring, nets):
    targets, ratios = report.Targets(), {}
    peers = [peer for peer in PEERS if peer.here]
    against, met, chosen = [], [], []
    for net in nets:
        report.say(f"training {net.name}")
        took, peak, settings = compare(ring, net, peers)
        ours = took.pop("dlcore")
        ratios[net.name] = {label: value / ours for label, value in took.items()}
        against.append([net.name, report.number(ours), *(report.beside(v, ours) for v in took.values())])
        met.append([net.name, *goals(net, ours, ratios[net.name], peak, targets)])
        chosen += [f"- {net.name}: {label} with {setting}" for label, setting in settings.items()]
    left_out = "" if contest.TORCH.here else "\nPyTorch was skipped: it is not installed."
    text = [
        ABOUT + left_out,
        report.table(["net (batch)", "dlcore", *(peer.label for peer in peers)], against),
        "![time of a step by peer](ratios.svg)",
        "### Against the targets",
        report.table(["net (batch)", *COMPARED, "share of peak", "µs at peak", "barrier, ns"], met),
        "### 768-512-512 (128), plain SGD, rows in order",
        plain(ring, targets),
        "### float64",
        double(ring, nets, targets),
        "### Settings that were fastest",
        "\n".join(chosen),
        "### Targets",
        str(targets),
    ]
    return "\n\n".join(text), lambda folder: plots.ratios(folder, ratios)


def compare(ring, net, peers):
    """Microseconds a step by contestant, the peak meanwhile, and the settings that were chosen."""
    dlcore = ring.worker(contest.DLCORE)
    workers, settings = {"dlcore": dlcore}, {}
    for peer in peers:
        workers[peer.label], setting = ring.entrant(peer, net, dlcore)
        if setting:
            settings[peer.label] = ", ".join(f"{name} {value}" for name, value in setting.items())
    dlcore.ask("make", "Net", net)
    times, peak = ring.take_turns(workers)
    return microseconds(times, net), peak, settings


def goals(net, ours, ratios, peak, targets):
    """Cells: the ratios and the share of the peak beside what they should be."""
    wanted, wanted_share = TARGETS.get(net.widths, ({}, None))
    for label in COMPARED:
        if label not in ratios:
            yield "not installed"
        elif label in wanted:
            yield targets.at_least(f"{net.name} against {label}", ratios[label], wanted[label])
        else:
            yield report.short(ratios[label]) + "x"
    share = peak.share(gflops(net, ours))
    if wanted_share:
        yield targets.at_least(f"{net.name}, share of peak", share, wanted_share, "%")
    else:
        yield report.percent(share)
    yield report.number(ours * share)
    yield f"{peak.barrier:.0f}" + (" (no cache is shared)" if peak.barrier > contest.SHARED_CACHE else "")


def plain(ring, targets):
    """SGD without dropout and shuffling, on one thread and on all."""
    report.say(f"training {PLAIN.name}, plain SGD")
    workers = {
        1: ring.entrant(contest.DLCORE, PLAIN, DLCORE_NUM_THREADS="1")[0],
        None: ring.entrant(contest.DLCORE, PLAIN)[0],
    }
    times, peak = ring.take_turns(workers)
    rows = []
    for threads, took in microseconds(times, PLAIN).items():
        words = f"{threads or 'all'} thread{'' if threads else 's'}"
        share = peak.share(gflops(PLAIN, took), "float32", threads)
        goal = targets.at_least(f"{PLAIN.name}, plain SGD, {words}", share, PLAIN_TARGETS[threads], "%")
        rows.append([words, report.number(took), report.number(gflops(PLAIN, took)), goal])
    return report.table(["", "µs a step", "GFLOP/s", "share of peak"], rows)


def double(ring, nets, targets):
    """A step in float64 beside one in float32."""
    rows = []
    for net in nets:
        report.say(f"training {net.name}, float64")
        wide = dataclasses.replace(net, dtype="float64")
        second = dataclasses.replace(contest.DLCORE, label="dlcore, float64")
        workers = {"float32": ring.entrant(contest.DLCORE, net)[0], "float64": ring.entrant(second, wide)[0]}
        times, peak = ring.take_turns(workers, share=0.5)
        took = microseconds(times, net)
        slower = took["float64"] / took["float32"]
        goal = targets.at_most(f"{net.name}, float64 against float32", slower, F64_TARGET)
        share = peak.share(gflops(net, took["float64"]), "float64")
        rows.append([net.name, *map(report.number, took.values()), goal, report.percent(share)])
    header = ["net (batch)", "float32, µs", "float64, µs", "times as long", "share of the float64 peak"]
    return report.table(header, rows)
