"""A contestant's process: makes tasks and times them, as it is told over a pipe.

One process each, so that no thread pool and no variable of one contestant meets another's. Started by
`contest` as `python -m peers.worker MODULE FILE_DESCRIPTOR`.
"""

import importlib
import sys
import time
import traceback
from itertools import repeat
from multiprocessing.connection import Connection

TRIAL = 0.2
"""Seconds for which each setting of a peer is tried."""


def run(case, count):
    call, arguments = case.call, case.arguments
    start = time.perf_counter()
    for _ in repeat(None, count):
        call(*arguments)
    return time.perf_counter() - start


class Host:
    """Keeps one task; its methods are the commands of the pipe."""

    def __init__(self, module):
        self.module = module
        self.drop()

    def make(self, maker, *arguments, **setting):
        self.drop()
        self.task = getattr(self.module, maker)(*arguments, **setting)

    def drop(self):
        """Frees the memory: the next contestant may need it."""
        self.task, self.cases, self.counts = None, None, {}

    def best(self, maker, *arguments):
        """The setting with which the work goes fastest here and now."""
        settings = getattr(self.module, maker).settings(*arguments)
        if len(settings) == 1:
            return settings[0]
        times = []
        for setting in settings:
            self.make(maker, *arguments, **setting)
            times.append(min(sum(self.measure(TRIAL / 2).values()) for _ in range(2)))
        return settings[times.index(min(times))]

    def measure(self, seconds):
        """Seconds a call of each case; all cases together take about the time given."""
        self.cases = self.cases or self.task.cases()
        share = seconds / len(self.cases)
        return {name: self.time(name, case, share) for name, case in self.cases.items()}

    def time(self, name, case, seconds):
        if case.threads is not None:
            self.task.set_threads(case.threads)
        if name not in self.counts:
            run(case, 1)  # The first call compiles, allocates, starts threads.
            count = 1
            while (took := run(case, count)) < seconds / 4:
                count *= 2
            self.counts[name] = max(1, round(count * seconds / took))
        return run(case, self.counts[name]) / self.counts[name]

    def once(self):
        """Seconds of one call, of the second."""
        (case,) = self.task.cases().values()
        run(case, 1)
        return run(case, 1)

    def call(self, method, *arguments):
        return getattr(self.task, method)(*arguments)

    def ask(self, function, *arguments):
        return getattr(self.module, function)(*arguments)


def main():
    connection = Connection(int(sys.argv[2]))
    host = None
    while True:
        try:
            command, arguments, options = connection.recv()
        except EOFError:
            return
        try:
            host = host or Host(importlib.import_module(f"peers.{sys.argv[1]}"))
            connection.send((True, getattr(host, command)(*arguments, **options)))
        except Exception:
            connection.send((False, traceback.format_exc()))


if __name__ == "__main__":
    main()
