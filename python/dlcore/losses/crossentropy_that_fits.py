"""The cross-entropy that fits outputs and targets."""

from dlcore.losses.binary_crossentropy import BinaryCrossentropy
from dlcore.losses.categorical_crossentropy import CategoricalCrossentropy
from dlcore.losses.loss import Loss
from dlcore.losses.sparse_categorical_crossentropy import SparseCategoricalCrossentropy


class CrossentropyThatFits(Loss):
    """What `compile(loss="crossentropy")` means, until there is data: binary for one output, else as y is."""

    core_name = "crossentropy"

    def fitting(self, y_shape: tuple[int, ...], outputs: int) -> Loss:
        """The one for targets of that shape."""
        if outputs == 1:
            return BinaryCrossentropy(name=self.name)
        is_sparse = len(y_shape) < 2 or y_shape[-1] == 1
        return (SparseCategoricalCrossentropy if is_sparse else CategoricalCrossentropy)(name=self.name)
