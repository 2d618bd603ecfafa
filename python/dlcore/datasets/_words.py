"""What is done with texts that are lists of words' numbers, in Keras's order of things."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dlcore import _checks

Texts = tuple[NDArray[np.object_], NDArray[np.generic]]


class Coding(NamedTuple):
    """How words become numbers, as `load_data` is asked."""

    num_words: int | None
    skip_top: int
    maxlen: int | None
    seed: int
    start_char: int | None
    oov_char: int | None
    index_from: int | None

    def checked(self) -> Coding:
        """The same, if all are whole numbers."""
        for name, value in self._asdict().items():
            if value is not None:
                _checks.integer(name, value, low=-_checks.MAX_SIZE)
        return self

    def order(self) -> np.random.RandomState:
        """What draws the orders of one part after another."""
        return np.random.RandomState(self.seed)

    def read(self, texts: Any, labels: Any, generator: np.random.RandomState) -> tuple[list[list[int]], Any]:
        """In another order, with start and offset, those that are too long left out."""
        order = np.arange(len(texts))
        generator.shuffle(order)
        start = [] if self.start_char is None else [self.start_char]
        offset = self.index_from or 0
        coded = [start + [word + offset for word in texts[i]] for i in order]
        kept = [i for i, text in enumerate(coded) if not self.maxlen or len(text) < self.maxlen]
        if not kept:
            raise ValueError(f"maxlen must leave some texts, got {self.maxlen}")
        return [coded[i] for i in kept], labels[order][kept]

    def limit(self, texts: list[list[int]]) -> NDArray[np.object_]:
        """With `oov_char`, or nothing, in the place of words that are too rare or too common."""
        words = self.num_words or max(max(text) for text in texts)
        limited = np.empty(len(texts), object)
        for i, text in enumerate(texts):
            if self.oov_char is None:
                limited[i] = [word for word in text if self.skip_top <= word < words]
            else:
                limited[i] = [word if self.skip_top <= word < words else self.oov_char for word in text]
        return limited


def index(file: Path) -> dict[str, int]:
    """The number of each word."""
    numbers: dict[str, int] = json.loads(file.read_text())
    return numbers
