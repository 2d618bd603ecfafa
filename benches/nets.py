"""What is measured: networks and data. Who runs them stands in the files beside."""

import dataclasses
import math

import numpy as np

LEARNING_RATE = 1e-3


@dataclasses.dataclass(frozen=True)
class Net:
    """Dense layers with ReLU between; the output and the loss follow from `task`."""

    widths: tuple[int, ...]
    batch: int
    task: str
    """"binary" (sigmoid, cross-entropy), "classes" (softmax, cross-entropy), "number" (squared error)."""
    steps: int
    """How many batches the data has."""
    dropout: float = 0.0

    @property
    def name(self):
        drop = f", dropout {self.dropout}" if self.dropout else ""
        return f"{'-'.join(map(str, self.widths))}{drop} ({self.batch})"

    def data(self):
        """Random inputs and targets: time does not depend on what they say."""
        rng = np.random.default_rng(0)
        rows, outputs = self.steps * self.batch, self.widths[-1]
        x = rng.normal(size=(rows, self.widths[0])).astype(np.float32)
        match self.task:
            case "classes":
                return x, rng.integers(0, outputs, rows)
            case "binary":
                return x, rng.integers(0, 2, rows)
        return x, rng.normal(size=rows).astype(np.float32)

    def weights(self):
        """Kernel and bias of each layer; uniform in Glorot's bounds, and zero."""
        rng = np.random.default_rng(1)
        weights = []
        for fan_in, units in zip(self.widths, self.widths[1:], strict=False):
            bound = math.sqrt(6 / (fan_in + units))
            weights.append(rng.uniform(-bound, bound, (fan_in, units)).astype(np.float32))
            weights.append(np.zeros(units, np.float32))
        return weights


NETS = [
    Net((2, 3, 1), 32, "binary", 200),
    Net((20, 64, 64, 1), 32, "number", 200),
    Net((64, 100, 10), 200, "classes", 50),
    Net((784, 128, 10), 128, "classes", 75, dropout=0.2),
    Net((784, 512, 512, 10), 128, "classes", 50, dropout=0.2),
    Net((1024, 4096, 4096, 10), 256, "classes", 4, dropout=0.0),
]
