"""Data that comes batch by batch."""

import itertools
from collections.abc import Iterator
from typing import Any


class PyDataset:
    """A number of batches, each made when it is asked for.

    A subclass defines `__getitem__`, which gives a whole batch, (x, y) or (x, y, sample_weight), and
    `__len__`, how many there are.

    Parameters
    ----------
    workers : int
        Default 1.
    use_multiprocessing : bool
        Default False.
    max_queue_size : int
        Default 10. All three are accepted for Keras's sake.

    Examples
    --------
    >>> import dlcore, numpy as np
    >>> class Squares(dlcore.utils.PyDataset):
    ...     def __len__(self):
    ...         return 2
    ...     def __getitem__(self, index):
    ...         x = np.arange(3) + 3 * index
    ...         return x, x**2
    >>> [y.tolist() for x, y in Squares()]
    [[0, 1, 4], [9, 16, 25]]
    """

    # Of the class too, for subclasses whose constructor does not call this one's.
    workers: int = 1
    use_multiprocessing: bool = False
    max_queue_size: int = 10

    def __init__(self, workers: int = 1, use_multiprocessing: bool = False, max_queue_size: int = 10) -> None:
        self.workers = workers
        self.use_multiprocessing = use_multiprocessing
        self.max_queue_size = max_queue_size

    def __getitem__(self, index: int) -> Any:
        """The batch of that number, from 0."""
        raise NotImplementedError(f"{type(self).__name__} must define __getitem__(index)")

    @property
    def num_batches(self) -> int | None:
        """How many batches there are; None, if a subclass says so, is without end."""
        if hasattr(self, "__len__"):
            return len(self)
        raise NotImplementedError(f"{type(self).__name__} must define __len__ or num_batches")

    def __iter__(self) -> Iterator[Any]:
        """All batches in order."""
        count = self.num_batches
        for index in itertools.count() if count is None else range(count):
            yield self[index]

    def on_epoch_begin(self) -> None:
        """Before each epoch."""

    def on_epoch_end(self) -> None:
        """After each epoch."""
