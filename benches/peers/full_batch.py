"""The well-known small case: 4-32-16-4 with tanh, 10,000 rows, all of them in each step."""

import dataclasses

from nets import Net
from peers import contest, report

NET = Net((4, 32, 16, 4), 10_000, "number", 1, activation="tanh", epochs=200, shuffle=False)
LONG = dataclasses.replace(NET, epochs=10_000)
TARGET = 140
PEERS = [contest.JAX, contest.TORCH]


def measure(ring):
    report.say(f"full batch {NET.name}")
    targets = report.Targets()
    peers = [peer for peer in PEERS if peer.here]
    dlcore, _ = ring.entrant(contest.DLCORE, NET)
    workers, settings = {"dlcore": dlcore}, {}
    for peer in peers:
        workers[peer.label], settings[peer.label] = ring.entrant(peer, NET, dlcore)
    dlcore.ask("make", "Net", NET)
    times, peak = ring.take_turns(workers)
    took = {label: case["fit"] / NET.epochs * 1e6 for label, case in times.items()}
    seconds = {}
    for label, worker in workers.items():
        worker.ask("make", "Net", LONG, **settings.get(label, {}))
        seconds[label] = worker.ask("once")
        worker.ask("drop")
    rows = [
        [label, report.beside(took[label], took["dlcore"]), report.beside(seconds[label], seconds["dlcore"])]
        for label in workers
    ]
    goal = targets.at_most(f"{NET.name}, an epoch", took["dlcore"], TARGET, " µs")
    share = peak.share(2 * NET.multiply_adds / took["dlcore"] / 1e3)
    text = [
        "4-32-16-4 with tanh, squared error, 10,000 rows, Adam, float32: each epoch is one step over all "
        "rows, in order. JAX runs all epochs of a fit in one jitted scan.",
        report.table(["", "µs an epoch", "seconds for 10,000 epochs (one fit)"], rows),
        f"dlcore's epoch: {goal}; {share * 100:.0f} % of the peak, tanh not counted.",
        str(targets),
    ]
    return "\n\n".join(text), None
