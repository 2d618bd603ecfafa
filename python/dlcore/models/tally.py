"""Loss and metrics of the rows that were seen so far."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from dlcore import _checks, _core
from dlcore._data import Rows

if TYPE_CHECKING:
    from dlcore.metrics import Metric
    from dlcore.models.trainer import Compiled


class Tally:
    """Adds up what the core gives for some of the rows, and feeds the metrics that it does not compute.

    Parameters
    ----------
    compiled : Compiled
        Whose loss and metrics they are.
    """

    def __init__(self, compiled: Compiled) -> None:
        self.compiled = compiled
        self.rows = 0
        self.sums = np.zeros(1 + len(compiled.in_core))
        for metric in compiled.outside:
            metric.reset_state()

    @property
    def wants_outputs(self) -> bool:
        """Whether a metric is computed from the rows' outputs."""
        return bool(self.compiled.outside)

    def add(
        self,
        result: _core.EpochResult,
        rows: Rows,
        order: NDArray[np.uint32] | None = None,
        batch_size: int | None = None,
    ) -> None:
        """Count a result in; `rows` are those that were given, `order` the ones of them that were visited."""
        self.rows += result["rows"]
        self.sums += result["sums"]
        outputs = result["outputs"]
        if outputs is None:
            return
        y, weight = rows.labels(), rows.weight
        if order is not None:
            y, weight = y[order], None if weight is None else weight[order]
        for metric in self.compiled.outside:
            size = batch_size if metric.BY_BATCH and batch_size else len(outputs)
            weights = weight if metric in self.compiled.weighted else None
            for at in range(0, len(outputs), size):
                part = slice(at, at + size)
                self._feed(metric, y[part], outputs[part], None if weights is None else weights[part])

    @staticmethod
    def _feed(metric: Metric, y: Any, outputs: Any, weights: Any) -> None:
        if weights is None:
            metric.update_state(y, outputs)
        else:
            metric.update_state(y, outputs, sample_weight=weights)

    def values(self) -> dict[str, Any]:
        """Loss, then the metrics in the order of `compile`."""
        means = iter((self.sums / max(self.rows, 1)).tolist())
        values: dict[str, Any] = {"loss": next(means)}
        for metric in self.compiled.metrics:
            values[metric.name] = next(means) if metric in self.compiled.in_core else _plain(metric.result())
        return values

    def get_state(self) -> dict[str, Any]:
        """All that was added up."""
        metrics = [metric.get_state() for metric in self.compiled.outside]
        return {"rows": self.rows, "sums": self.sums.copy(), "metrics": metrics}

    def set_state(self, state: dict[str, Any]) -> None:
        """Go on from what `get_state` gave."""
        if state["sums"].shape != self.sums.shape:
            raise ValueError(f"there must be sums of {len(self.sums)} values, got {state['sums'].shape}")
        self.rows, self.sums = _checks.integer("rows", state["rows"], high=2**63), np.array(state["sums"])
        for metric, inner in zip(self.compiled.outside, state["metrics"], strict=True):
            metric.set_state(inner)

    def logs(self) -> dict[str, Any]:
        """The same by name in alphabetical order, as Keras gives it to callbacks."""
        return dict(sorted(self.values().items()))


def _plain(value: Any) -> Any:
    """A number as Python's; several as an array."""
    if np.ndim(value) != 0:
        return value
    try:
        return float(value)
    except OverflowError as error:
        raise ValueError("a metric's result must be a number that float64 holds, got a larger one") from error
