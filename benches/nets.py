"""What is measured: networks and data. Who runs them stands in the files beside."""

import dataclasses
import math

import numpy as np

LEARNING_RATE = 1e-3


@dataclasses.dataclass(frozen=True)
class Net:
    """Dense layers with an activation between; the output and the loss follow from `task`."""

    widths: tuple[int, ...]
    batch: int
    task: str
    """"binary" (sigmoid, cross-entropy), "classes" (softmax, cross-entropy), "number" (squared error)."""
    steps: int
    """How many batches the data has."""
    dropout: float = 0.0
    activation: str = "relu"
    optimizer: str = "adam"
    dtype: str = "float32"
    epochs: int = 1
    """Of one fit; more where an epoch is over before a fit has begun."""
    shuffle: bool = True

    @property
    def name(self):
        drop = f", dropout {self.dropout}" if self.dropout else ""
        other = f" {self.activation}" if self.activation != "relu" else ""
        return f"{'-'.join(map(str, self.widths))}{other}{drop} ({self.batch})"

    @property
    def multiply_adds(self):
        """Of a step's products: forward, and back twice as many but for the gradient of the inputs."""
        products = [a * b for a, b in zip(self.widths, self.widths[1:], strict=False)]
        return self.batch * (3 * sum(products) - products[0])

    def data(self):
        """Random inputs and targets: time does not depend on what they say."""
        rng = np.random.default_rng(0)
        rows, outputs = self.steps * self.batch, self.widths[-1]
        x = rng.normal(size=(rows, self.widths[0])).astype(self.dtype)
        match self.task:
            case "classes":
                return x, rng.integers(0, outputs, rows)
            case "binary":
                return x, rng.integers(0, 2, rows)
        return x, rng.normal(size=rows if outputs == 1 else (rows, outputs)).astype(self.dtype)

    def weights(self):
        """Kernel and bias of each layer; uniform in Glorot's bounds, and zero."""
        rng = np.random.default_rng(1)
        weights = []
        for fan_in, units in zip(self.widths, self.widths[1:], strict=False):
            bound = math.sqrt(6 / (fan_in + units))
            weights.append(rng.uniform(-bound, bound, (fan_in, units)).astype(self.dtype))
            weights.append(np.zeros(units, self.dtype))
        return weights


NETS = [
    Net((2, 3, 1), 32, "binary", 200, epochs=10),
    Net((20, 64, 64, 1), 32, "number", 200, epochs=10),
    Net((64, 100, 10), 200, "classes", 50, epochs=10),
    Net((784, 128, 10), 128, "classes", 75, dropout=0.2),
    Net((784, 512, 512, 10), 128, "classes", 50, dropout=0.2),
    Net((1024, 4096, 4096, 10), 256, "classes", 4),
]

# What is fast on six nets might be made for six nets: two of other widths, no multiple of 16 among them.
FURTHER = [
    Net((33, 77, 5), 50, "classes", 200, epochs=10),
    Net((300, 1000, 300, 1), 64, "number", 50),
]
