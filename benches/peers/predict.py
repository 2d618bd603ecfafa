"""Outputs for one row, a batch and many: dlcore's `predict_on_batch` beside ONNX Runtime and others."""

import dataclasses

import numpy as np

from nets import Net
from peers import contest, report

NETS = [
    Net((20, 64, 64, 1), 1, "number", 1),
    Net((64, 100, 10), 1, "classes", 1),
    Net((784, 128, 10), 1, "classes", 1),
    Net((784, 512, 512, 10), 1, "classes", 1),
]
ROWS = (1, 1_024, 16_384)
PEERS = [contest.ONNX, contest.JAX, contest.TORCH, contest.SKLEARN]
ONE_ROW = 2.5
"""Microseconds in which the first net's single row should be done."""


def measure(ring):
    targets, table = report.Targets(), []
    peers = [dataclasses.replace(peer, maker="Predictor") for peer in PEERS if peer.here]
    for net in NETS:
        for rows in ROWS:
            net = dataclasses.replace(net, batch=rows)
            report.say(f"predict {net.name}")
            dlcore = ring.worker(contest.DLCORE)
            dlcore.ask("make", "Predictor", net)
            expected = dlcore.ask("call", "outputs")
            workers = {"dlcore": dlcore}
            for peer in peers:
                workers[peer.label], _ = ring.entrant(peer, net)
                found = workers[peer.label].ask("call", "outputs")
                np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5, err_msg=peer.label)
            times, _ = ring.take_turns(workers)
            took = {label: case["call"] * 1e6 for label, case in times.items()}
            ours = took.pop("dlcore")
            what = f"{'-'.join(map(str, net.widths))}, {rows:,} row{'s' * (rows > 1)}"
            cell = targets.at_least(f"{what}, against ONNX Runtime", took["ONNX Runtime"] / ours, 1)
            if (net.widths, rows) == (NETS[0].widths, 1):
                targets.at_most(what, ours, ONE_ROW, " µs")
            cells = [report.beside(value, ours) for value in took.values()]
            table.append(["-".join(map(str, net.widths)), f"{rows:,}", report.number(ours), *cells, cell])
    header = ["net", "rows", "dlcore", *(peer.label for peer in peers), "against ONNX Runtime"]
    text = [
        "Microseconds a call, NumPy array to NumPy array, float32. ONNX Runtime on one thread or on all, "
        "with memory bound or not, JAX with weights as arguments or as constants: whichever was fastest.",
        report.table(header, table),
        str(targets),
    ]
    return "\n\n".join(text), None
