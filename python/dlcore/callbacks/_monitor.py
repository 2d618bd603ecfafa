"""What the callbacks share that watch a value of the logs."""

from __future__ import annotations

import warnings
from typing import Any

from dlcore import _checks
from dlcore.callbacks.callback import Callback, Logs


class Monitor(Callback):
    """Knows the watched value, whether less or more of it is better, and the best so far.

    Parameters
    ----------
    monitor : str
        The value's name in the logs.
    mode : {"auto", "min", "max"}
        What is better; "auto" knows it of losses and metrics. For anything else it warns and means "auto".
    best : float, optional
        What the first value must be better than; by default the first one is the best.
    min_delta : float
        By how much a value must be better to count.
    """

    def __init__(self, monitor: str, mode: str, best: float | None, min_delta: float) -> None:
        if not isinstance(monitor, str):
            raise TypeError(f"monitor must be a name, got {monitor!r}")
        if mode not in ("auto", "min", "max"):
            warnings.warn(
                f"{type(self).__name__}: mode must be 'auto', 'min' or 'max', got {mode!r}; 'auto' is used",
                stacklevel=3,
            )
            mode = "auto"
        self.monitor = monitor
        self.mode = mode
        self.best = best
        self.min_delta = abs(_checks.real("min_delta", min_delta))

    def get_state(self) -> dict[str, Any]:
        """The best value so far."""
        return {"best": self.best}

    def set_state(self, state: dict[str, Any]) -> None:
        """Go on from what `get_state` gave."""
        self.best = None if state["best"] is None else float(state["best"])

    def _watched(self, logs: Logs | None) -> float | None:
        """The watched value of now, or None with a warning that there is none.

        Raises
        ------
        ValueError
            If "auto" does not know what is better.
        """
        self._more_is_better()
        value = (logs or {}).get(self.monitor)
        if value is None:
            names = ", ".join(logs or {})
            warnings.warn(
                f"{type(self).__name__} watches {self.monitor!r}, which there is not; there are: {names}",
                stacklevel=3,
            )
        return value

    def _is_better(self, value: float, reference: float | None) -> bool:
        """By more than `min_delta`; the first value is better than none."""
        if reference is None:
            return True
        if self._more_is_better():
            return value - self.min_delta > reference
        return value + self.min_delta < reference

    def _more_is_better(self) -> bool:
        if self.mode != "auto":
            return self.mode == "max"
        name = self.monitor.removeprefix("val_")
        if name == "loss":
            return False
        for metric in self.model.metrics:
            if metric.name == name and metric.GOAL is not None:
                return metric.GOAL == "max"
        names = ", ".join(["loss", *(metric.name for metric in self.model.metrics if metric.GOAL)])
        raise ValueError(
            f"mode must be 'min' or 'max', since it is not known what is better of {self.monitor!r}; it is "
            f"known of {names}, also with 'val_' before them"
        )
