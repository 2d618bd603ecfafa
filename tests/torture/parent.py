"""Sees the workers do their cases, and crash or hang at them."""

import collections
import os
import pathlib
import selectors
import signal
import subprocess
import sys
import tempfile
from typing import NamedTuple

import dlcore

WAIT = 5.0
"""Seconds of work that a case may take."""
PATIENCE = 4
"""How many times as long it may take where other processes keep it from its work, or nothing happens."""
START = 60.0
"""Seconds until the first case: imports, on a machine that does other things."""
CHUNK = 5000
"""Cases of a worker: Hypothesis remembers all that it drew."""

ALL = "face,modules,users,estimators,core"
PACKAGE = str(pathlib.Path(dlcore.__file__).parents[1].absolute())
"""Where this process has the package from: its workers have the same one."""
TESTS = pathlib.Path(__file__).parents[1]


class Finding(NamedTuple):
    """What went wrong at which case."""

    case: str
    what: str


class Result(NamedTuple):
    """How many cases were done, of how many targets, and what was found."""

    cases: int
    targets: dict[str, int]
    findings: list[Finding]


def run(count, seed=0, modules=ALL, wait=WAIT, cases=None):
    """Draw so many cases and do them; or do those that are given, as lines of text."""
    done, targets, findings = 0, collections.Counter(), []
    rest = list(cases or [])
    while rest or (cases is None and done < count):
        arguments = [rest.pop(0)] if rest else [str(seed), str(min(CHUNK, count - done))]
        seed += 1
        before = done
        for case, what in _watch([modules, *arguments], wait):
            done += 1
            targets[case.split('"')[1]] += 1
            if what is not None:
                findings.append(Finding(case, what))
        if cases is None and done == before:
            raise RuntimeError("a worker did no case: see what it says on stderr")
    return Result(done, dict(targets), findings)


def _watch(arguments, wait):
    """Each case of a worker, and what was wrong with it."""
    with (
        tempfile.TemporaryDirectory(prefix="torture-") as folder,
        tempfile.TemporaryFile("w+", errors="replace") as errors,
        subprocess.Popen(
            [sys.executable, "-m", "torture.worker", *arguments],
            cwd=TESTS,
            env=os.environ | {"TMPDIR": folder, "PYTHONPATH": PACKAGE},
            stdout=subprocess.PIPE,
            stderr=errors,
        ) as worker,
    ):
        case, seconds = None, [START]
        try:
            for line in _lines(worker, seconds):
                word, _, text = line.partition(" ")
                if word == "case":
                    case, seconds[0] = text, wait
                elif word in ("fine", "wrong"):
                    yield case, text or None
                    case, seconds[0] = None, START
                elif word == "end":
                    return
            what = f"crash with exit code {worker.wait(wait)}"
        except TimeoutError:
            worker.send_signal(signal.SIGABRT)  # faulthandler says where it was
            worker.wait(wait)
            what = f"hang of more than {wait:g} s"
        finally:
            worker.kill()
        errors.seek(0)
        said = errors.read()
        if case is None:
            raise RuntimeError(f"{what} between two cases:\n{said[-5000:]}")
        yield case, f"{what}: {_where(said)}"


def _where(said):
    """The innermost frames that faulthandler or a panic named."""
    lines = [line.strip() for line in said.partition("Failing test case:")[0].splitlines() if line.strip()]
    first = next((i for i, line in enumerate(lines) if line.startswith("Fatal Python error")), len(lines) - 6)
    return " | ".join(lines[max(0, first - 1) :][:9])[:800]


def _lines(worker, seconds):
    """Lines as they come; a TimeoutError if the next takes longer than seconds[0] says by then."""
    buffered = b""
    with selectors.DefaultSelector() as selector:
        selector.register(worker.stdout, selectors.EVENT_READ)
        while True:
            _await(selector, worker, seconds[0])
            read = worker.stdout.read1(1 << 16)
            if not read:
                return
            *lines, buffered = (buffered + read).split(b"\n")
            for line in lines:
                yield line.decode()


def _await(selector, worker, seconds):
    """Until there is something to read."""
    before = _worked(worker.pid)
    for _ in range(PATIENCE):
        if selector.select(seconds):
            return
        if _worked(worker.pid) - before > 0.9 * seconds:
            break
    raise TimeoutError


def _worked(pid):
    """Seconds that a process was on a processor."""
    words = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")
