"""What the callbacks share that do something every so many batches."""

from typing import Any

from dlcore import _checks


class EveryBatches:
    """Says when it is time again; counts across epochs.

    Parameters
    ----------
    every : int
        After how many batches.
    """

    def __init__(self, every: int) -> None:
        self.every = every
        self._waited = 0
        self._last = -1

    def due(self, batch: int) -> bool:
        """Whether it is time after this batch, whose number starts from 0 in each epoch and may leap."""
        self._waited += batch - self._last if batch > self._last else batch + 1
        self._last = batch
        if self._waited < self.every:
            return False
        self._waited = 0
        return True

    def get_state(self) -> dict[str, Any]:
        """How long it has waited."""
        return {"waited": self._waited, "last": self._last}

    def set_state(self, state: dict[str, Any]) -> None:
        """Go on from what `get_state` gave."""
        self._waited = _checks.integer("waited", state["waited"])
        self._last = _checks.integer("last", state["last"], low=-1)


def frequency(name: str, value: object) -> EveryBatches | None:
    """From "epoch" or a number of batches; "epoch" is None."""
    return None if value == "epoch" else EveryBatches(_checks.integer(name, value, low=1))
