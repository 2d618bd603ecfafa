"""A process that does cases in turn and says, before and after each, which it is at.

    python -m torture.worker MODULES SEED COUNT [NAMES]     (drawn cases)
    python -m torture.worker MODULES CASE                   (one case)

A process for each case would take a second a case, for the imports. So a worker does thousands of them, and
the parent begins another one after a crash or a wait.
"""

import contextlib
import faulthandler
import fcntl
import importlib
import os
import resource
import sys
import tempfile
import warnings

from torture import files, judge

MEMORY = 4 << 30
"""Of the address space: what asks for more gets a MemoryError, or is found to abort."""


def main(modules, *rest):
    faulthandler.enable()
    warnings.simplefilter("ignore")
    report = _take_stdout()
    targets = {target.name: target for name in modules.split(",") for target in _targets(name)}
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    with tempfile.TemporaryDirectory(prefix="torture-") as folder, contextlib.chdir(folder):
        do = _doer(targets, folder, report)
        if len(rest) == 1:
            do(judge.from_text(rest[0]))
        else:
            _draw(targets, int(rest[0]), int(rest[1]), do)
    print("end", file=report, flush=True)


def _targets(module):
    return importlib.import_module(f"torture.{module}").targets()


def _take_stdout():
    """A stream to the parent that no case can write to by printing, or close by its number."""
    report = os.fdopen(fcntl.fcntl(1, fcntl.F_DUPFD_CLOEXEC, 100), "w")
    null = os.open(os.devnull, os.O_RDWR)
    for number in {*judge.DESCRIPTORS} - {2, null}:
        os.dup2(null, number)
    return report


def _doer(targets, folder, report):
    def do(case):
        name, specs = case
        target = targets[name]
        if judge.is_excluded(target, specs):
            return
        print("case " + judge.as_text(case), file=report, flush=True)
        wrong = judge.judge(target, specs, lambda good, *how: files.damaged(folder, good, *how))
        print("fine" if wrong is None else "wrong " + wrong.replace("\n", " | "), file=report, flush=True)

    return do


def _draw(targets, seed, count, do):
    import hypothesis

    from torture.cases import cases

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(cases(targets))
    def each(case):
        do(case)

    each()


if __name__ == "__main__":
    main(*sys.argv[1:])
