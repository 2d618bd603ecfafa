"""What rows are trained on: arrays, or batches that come one by one."""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dlcore import _checks, _core, _random
from dlcore._data import Rows
from dlcore.utils import PyDataset

if TYPE_CHECKING:
    from dlcore.models.trainer import Trainer

BATCH_SIZE = 32
"""Where None is given."""


class Piece(NamedTuple):
    """Rows that the core takes in one go: one batch, or all of an epoch's."""

    rows: Rows
    order: int | NDArray[np.uint32] | None
    """As the core takes it; None visits all of them in sequence."""
    batch_size: int

    @property
    def visited(self) -> int:
        """How many rows are visited."""
        return len(self.order) if isinstance(self.order, np.ndarray) else len(self.rows.x)

    @property
    def batches(self) -> int:
        """How many steps that makes."""
        return -(-self.visited // self.batch_size)


class Arrays:
    """Rows that are all there.

    Parameters
    ----------
    rows : Rows
    batch_size : int
    seed : int, optional
        From which the order of each epoch follows; without one the rows are taken in sequence.
    """

    under_way = None
    """No pass goes on from one epoch to the next."""

    def __init__(self, rows: Rows, batch_size: int, seed: int | None = None) -> None:
        self.rows = rows
        self.asked_size = batch_size
        self.batch_size = min(batch_size, len(rows.x))
        self.seed = seed

    @property
    def batches(self) -> int:
        """Batches of an epoch."""
        return -(-len(self.rows.x) // self.batch_size)

    def pieces(self, epoch: int, by_batch: bool, with_order: bool, done: int = 0) -> Iterator[Piece]:
        """All rows at once, or batch by batch from the one behind those that are done.

        `with_order`: the order is a list that says which row came when.
        """
        order: Any = None if self.seed is None else _random.derive(self.seed, epoch)
        if order is not None and (by_batch or with_order):
            order = _core.shuffle(order, len(self.rows.x))
        if not by_batch:
            yield Piece(self.rows, order, self.batch_size)
            return
        for first in range(done * self.batch_size, len(self.rows.x), self.batch_size):
            end = min(first + self.batch_size, len(self.rows.x))
            if order is None:
                yield Piece(self.rows.part(first, end), None, self.batch_size)
            else:
                yield Piece(self.rows, order[first:end], self.batch_size)

    def go_to(self, epoch: int, seen: int) -> None:
        """Nothing is to be done."""

    def end_epoch(self) -> None:
        """Nothing is to be done."""


class Stream:
    """Batches that come one by one: from a generator, a `PyDataset`, or arrays of which an epoch takes some.

    Parameters
    ----------
    batches : function of an epoch's number, a seed or None, and a number of batches
        Gives an iterator of (x, y) or (x, y, sample_weight), or of x alone, without the first so many.
    check : function
        Makes `Rows` of such a batch.
    count : int, optional
        How many batches an iterator has, if that is known.
    steps : int, optional
        How many an epoch takes; by default all. The next epoch goes on where this one ended.
    end : function, optional
        Called after each epoch.
    seed : int, optional
        From which the order of the batches follows.
    """

    def __init__(
        self,
        batches: Callable[[int, int | None, int], Iterator[Any]],
        check: Callable[..., Rows],
        count: int | None = None,
        steps: int | None = None,
        end: Callable[[], None] | None = None,
        seed: int | None = None,
    ) -> None:
        self.make = batches
        self.check = check
        self.count = count
        self.steps = steps
        self.seed = seed
        self._end = end
        self._iterator: Iterator[Any] | None = None
        self._epoch = self._seen = 0

    @property
    def batches(self) -> int | None:
        """Batches of an epoch, if that is known."""
        return self.steps or self.count

    @property
    def under_way(self) -> list[int] | None:
        """The epoch that began the pass which goes on in the next one, and its batches so far."""
        return None if self.steps is None or self._iterator is None else [self._epoch, self._seen]

    def go_to(self, epoch: int, seen: int) -> None:
        """Into the pass that an epoch began, behind its first batches."""
        if self.count is not None and seen > self.count:
            raise ValueError(f"there are {self.count} batches, and {seen} of them cannot be done")
        self._iterator = self.make(epoch, self.seed, seen)
        self._epoch, self._seen = epoch, seen

    def pieces(self, epoch: int, by_batch: bool, with_order: bool, done: int = 0) -> Iterator[Piece]:
        """Batch by batch, from the one behind those that are done."""
        if self.steps is None or self._iterator is None:
            self.go_to(epoch, done if self.steps is None else 0)
        assert self._iterator is not None
        while self.steps is None or done < self.steps:
            batch = next(self._iterator, None)
            if batch is None:
                if self.steps is not None:
                    warnings.warn(
                        f"the data ended after {done} of {self.steps} steps of the epoch: let the generator "
                        "go on, or give fewer steps",
                        stacklevel=2,
                    )
                self._iterator = None
                break
            done += 1
            self._seen += 1
            rows = self.check(*batch) if isinstance(batch, tuple | list) else self.check(batch)
            yield Piece(rows, None, len(rows.x))
        if self.count is not None and self._seen >= self.count:
            self._iterator = None

    def end_epoch(self) -> None:
        """Tell the data set."""
        if self._end is not None:
            self._end()


Source = Arrays | Stream


def source(
    model: Trainer,
    x: Any,
    y: Any,
    sample_weight: Any,
    *,
    prefix: str = "",
    batch_size: int | None = None,
    shuffle: bool = False,
    class_weight: dict[int, float] | None = None,
    steps: int | None = None,
) -> Source:
    """What `fit` and `evaluate` were given, checked.

    Raises
    ------
    ValueError, TypeError
        For arguments that do not fit the model or each other; messages name them with the prefix before them.
    """
    x, y = only(f"{prefix}x", x, axes=2), only(f"{prefix}y", y, axes=1)
    size = BATCH_SIZE if batch_size is None else _checks.integer("batch_size", batch_size, low=1)
    is_open = steps is None or (np.ndim(steps) == 0 and steps == -1)
    steps = None if is_open else _checks.integer("steps", steps, low=1)
    seed = _random.next_seed() if shuffle else None
    if not is_stream(x):
        rows = model._rows(prefix, x, y, sample_weight, class_weight)
        arrays = Arrays(rows, size, seed)
        if steps is None:
            return arrays
        return Stream(_passes(arrays), lambda *batch: Rows(*batch), arrays.batches, steps, seed=seed)
    for name, value in (("y", y), ("sample_weight", sample_weight)):
        if value is not None:
            raise ValueError(f"{prefix}{name} must not be given where x gives batches")

    def check(x: Any, y: Any = None, sample_weight: Any = None) -> Rows:
        return model._rows(f"{prefix}batch's ", x, y, sample_weight, class_weight)

    if isinstance(x, PyDataset):
        count = x.num_batches
        return Stream(_indexed(x), check, count, steps, x.on_epoch_end, seed)
    count = len(x) if hasattr(x, "__len__") else None
    return Stream(_iterated(x), check, count, steps)


def only(name: str, value: Any, axes: int) -> Any:
    """What is given for the only input or output: by itself, or in a list or dict of one array."""
    if isinstance(value, dict):
        if len(value) != 1:
            raise ValueError(
                f"{name} must be one array, since there is one input and output, got {len(value)}"
            )
        return next(iter(value.values()))
    is_list = isinstance(value, list | tuple) and len(value) == 1
    return value[0] if is_list and getattr(value[0], "ndim", 0) >= axes else value


def is_stream(x: Any) -> bool:
    """Whether x gives batches one by one, and is not an array or what becomes one."""
    if isinstance(x, PyDataset):
        return True
    return (
        not isinstance(x, np.ndarray | list | tuple)
        and not hasattr(x, "__array__")
        and hasattr(x, "__iter__")
    )


def _passes(arrays: Arrays) -> Callable[[int, int | None, int], Iterator[Any]]:
    """The batches of arrays, for as long as the data goes."""

    def batches(epoch: int, seed: int | None, done: int) -> Iterator[Any]:
        arrays.seed = seed
        for piece in arrays.pieces(epoch, by_batch=True, with_order=True, done=done):
            order = piece.order
            yield piece.rows.take(order) if isinstance(order, np.ndarray) else piece.rows

    return batches


def _iterated(x: Any) -> Callable[[int, int | None, int], Iterator[Any]]:
    """What is iterated over, from its beginning each time; a generator has but one, and goes on."""

    def batches(epoch: int, seed: int | None, done: int) -> Iterator[Any]:
        iterator = iter(x)
        return iterator if iterator is x else itertools.islice(iterator, done, None)

    return batches


def _indexed(dataset: PyDataset) -> Callable[[int, int | None, int], Iterator[Any]]:
    """The batches of a data set, in another order each epoch if there is a seed."""

    def batches(epoch: int, seed: int | None, done: int) -> Iterator[Any]:
        dataset.on_epoch_begin()
        count = dataset.num_batches
        if count is None:
            while True:
                yield dataset[done]
                done += 1
        count = _checks.integer("num_batches", count)
        order = range(count) if seed is None else _core.shuffle(_random.derive(seed, epoch), count).tolist()
        for index in order[done:]:
            yield dataset[index]

    return batches
