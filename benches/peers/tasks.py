"""What a worker can time: the calls of a task. A peer adds how they are done."""

import dataclasses
import os
from collections.abc import Callable

CORES = len(os.sched_getaffinity(0))


@dataclasses.dataclass(frozen=True)
class Case:
    """One call, made again and again while the clock runs."""

    call: Callable
    arguments: tuple
    threads: int | None = None


class Training:
    """Fits of a net. A peer adds `epochs(x, y, count, shuffle)`, which returns the mean loss of the last."""

    @staticmethod
    def settings(net):
        """What to try; the fastest is what the peer is measured with."""
        return [{}]

    def load(self, x, y):
        """The data as the peer likes it best, made before the clock runs."""
        return x, y

    def cases(self):
        data = self.load(*self.net.data())
        return {"fit": Case(self.epochs, (*data, self.net.epochs, self.net.shuffle))}

    def epoch(self, x, y, shuffle=True):
        return self.epochs(*self.load(x, y), 1, shuffle)


class Prediction:
    """Outputs for a batch. A peer adds `predict(x)`: from an array of NumPy's to an array of NumPy's."""

    @staticmethod
    def settings(net):
        return [{}]

    def cases(self):
        return {"call": Case(self.predict, (self.net.data()[0],))}

    def outputs(self):
        return self.predict(self.net.data()[0])
