"""Contestants take turns, so that a slow moment of the machine meets all; medians count."""

import dataclasses
import importlib.util
import os
import statistics
import subprocess
import sys
import time
from multiprocessing import Pipe
from pathlib import Path

import agree
from peers import report

BENCHES = Path(__file__).resolve().parent.parent
HELD = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")
"""Variables that are set on some machines and halve OpenBLAS: no worker sees them."""
SHARED_CACHE = 100
"""Nanoseconds of a barrier, from which on the two cores share no cache."""
PAUSE = 0.1
"""Seconds between two contestants: the threads of some go on spinning for a while."""
PATIENCE = 5
"""Seconds for the peak program, which takes a tenth of one unless something else keeps a core busy."""


@dataclasses.dataclass(frozen=True)
class Peer:
    """Who can take part, and what must be installed for it."""

    label: str
    module: str
    library: str
    maker: str = "Net"

    @property
    def here(self):
        return importlib.util.find_spec(self.library) is not None


DLCORE = Peer("dlcore", "dlcore_peer", "dlcore")
JAX = Peer("JAX", "jax_peer", "jax")
JAX_ORDERED = Peer("JAX, NumPy's order", "jax_peer", "jax", "OrderedNet")
KERAS = Peer("Keras (JAX)", "keras_peer", "keras")
TORCH = Peer("PyTorch", "torch_peer", "torch")
SKLEARN = Peer("scikit-learn", "sklearn_peer", "sklearn")
NUMPY = Peer("NumPy by hand", "numpy_peer", "numpy")
ONNX = Peer("ONNX Runtime", "onnx_peer", "onnxruntime")


class Worker:
    """The end of a contestant that is here."""

    def __init__(self, module, environment):
        self.module = module
        self.connection, other = Pipe()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "peers.worker", module, str(other.fileno())],
            cwd=BENCHES,
            env={k: v for k, v in os.environ.items() if k not in HELD} | environment,
            pass_fds=[other.fileno()],
            stdout=sys.stderr,
        )
        other.close()

    def ask(self, command, *arguments, **options):
        self.connection.send((command, arguments, options))
        try:
            well, result = self.connection.recv()
        except EOFError:
            raise RuntimeError(f"{self.module} ended without an answer") from None
        if not well:
            raise RuntimeError(f"{self.module}: {command} failed\n{result}")
        return result

    def close(self):
        self.connection.close()
        self.process.wait()


class Remote:
    """A net in a worker, for `agree`."""

    def __init__(self, worker, maker, setting):
        self.worker, self.maker, self.setting = worker, maker, setting

    def __call__(self, net):
        self.worker.ask("make", self.maker, net, **self.setting)
        return self

    def epoch(self, x, y, shuffle):
        return self.worker.ask("call", "epoch", x, y, shuffle)

    def get_weights(self):
        return self.worker.ask("call", "get_weights")


@dataclasses.dataclass(frozen=True)
class Peak:
    """GFLOP/s that the machine can do, by dtype and threads; medians of what was measured between rounds."""

    rates: dict
    barrier: float

    @classmethod
    def of(cls, lines):
        """From lines like `f32 135.0 270.1 f64 67.9 135.0 barrier 43`."""
        if not lines:
            raise RuntimeError("something else keeps the cores busy: the peak could not be measured")
        fields = [line.split() for line in lines]
        one, both, one_64, both_64, barrier = (
            statistics.median(float(field[i]) for field in fields) for i in (1, 2, 4, 5, 7)
        )
        rates = {
            ("float32", 1): one,
            ("float32", None): both,
            ("float64", 1): one_64,
            ("float64", None): both_64,
        }
        return cls(rates, barrier)

    def share(self, gflops, dtype="float32", threads=None):
        return gflops / self.rates[dtype, threads]

    def __str__(self):
        f32, all_f32, f64, all_f64 = (f"{rate:.0f}" for rate in self.rates.values())
        return (
            f"peak of fused multiply-add {f32} GFLOP/s in float32 on one thread and {all_f32} on all, "
            f"{f64} and {all_f64} in float64; a barrier takes {self.barrier:.0f} ns"
        )


class Contest:
    """All workers of a run, each started when first needed and kept."""

    def __init__(self, rounds, seconds):
        self.rounds, self.seconds = rounds, seconds
        self.workers = {}
        self.lines = {}
        """What the peak program printed, by instruction set; a section begins with none."""

    def worker(self, peer, **environment):
        key = (peer.label, *environment.items())
        if key not in self.workers:
            self.workers[key] = Worker(peer.module, environment)
        return self.workers[key]

    def entrant(self, peer, net, against=None, **environment):
        """A worker with the net ready, at the peer's best setting, once it was seen to agree with another."""
        worker = self.worker(peer, **environment)
        setting = worker.ask("best", peer.maker, net)
        if against is not None:
            try:
                agree.check(net, Remote(against, "Net", {}), Remote(worker, peer.maker, setting))
            except AssertionError as error:
                raise AssertionError(f"{peer.label} does not compute the same as dlcore") from error
        worker.ask("make", peer.maker, net, **setting)
        return worker, setting

    def take_turns(self, workers, share=1.0, isa=None):
        """Median seconds a call, for each worker and each of its cases, and the peak meanwhile.

        One more round than counts is run: the first warms up, and finds how often to call. All rounds take
        about that share of the seconds that a workload may take.
        """
        seconds = share * self.seconds / ((self.rounds + 1) * len(workers))
        times = {label: [] for label in workers}
        lines = []
        for _ in range(self.rounds + 1):
            for label, worker in workers.items():
                time.sleep(PAUSE)
                times[label].append(worker.ask("measure", seconds))
            lines += peak_lines(isa)
        for worker in workers.values():
            worker.ask("drop")
        self.lines.setdefault(isa, []).extend(lines)
        medians = {
            label: {case: statistics.median(one[case] for one in measured[1:]) for case in measured[0]}
            for label, measured in times.items()
        }
        return medians, Peak.of(lines or self.lines[isa])

    def conditions(self):
        """What held while a section was measured."""
        peak = Peak.of(self.lines[None])
        apart = (
            ""
            if peak.barrier <= SHARED_CACHE
            else f" (over {SHARED_CACHE}: the cores share no cache, shares of the peak do not count)"
        )
        return (
            f"{report.processor()}. In between: {peak}{apart}. Medians of {self.rounds} rounds, "
            f"{self.seconds:g} seconds a workload."
        )

    def close(self):
        for worker in self.workers.values():
            worker.close()


def peak_lines(isa):
    """What the peak program prints: one line, or none when it was kept from a core for too long."""
    target = BENCHES.parent / os.environ.get("CARGO_TARGET_DIR", "target") / "release/deps"
    programs = [path for path in target.glob("peak-*") if not path.suffix]
    if not programs:
        raise RuntimeError(
            "the peak program is missing: cargo build --release --bench peak -p dlcore-kernels"
        )
    program = max(programs, key=lambda path: path.stat().st_mtime)
    try:
        found = subprocess.run(
            [program, *([isa] if isa else [])], capture_output=True, text=True, timeout=PATIENCE
        )
    except subprocess.TimeoutExpired:
        print("CAUTION: something else keeps a core busy", file=sys.stderr)
        return []
    found.check_returncode()
    return [found.stdout]
