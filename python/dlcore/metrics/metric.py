"""The base of all metrics."""

from typing import Any, ClassVar

from dlcore._registry import Configurable
from dlcore.losses import Loss


class Metric(Configurable):
    """A number that is watched in training and evaluation: the mean over the rows, weights left out.

    Parameters
    ----------
    name : str, optional
        The key in the history; by default the core's name.
    """

    core_name: ClassVar[str]
    """The core's name for it."""
    TARGETS: ClassVar[str] = "vectors"
    """What y must be, see `Loss.TARGETS`."""
    GOAL: ClassVar[str] = "min"
    """Whether less ("min") or more ("max") is better."""
    threshold: float = 0.5

    def __init__(self, name: str | None = None) -> None:
        if name is not None and not isinstance(name, str):
            raise TypeError(f"name must be a string, got {name!r}")
        self.name = name or self.core_name

    def resolve(self, loss: Loss, outputs: int) -> "Metric":
        """The metric to use with that loss and that many outputs."""
        if self.TARGETS != loss.TARGETS:
            raise ValueError(
                f"metric {self.name!r} needs y as {self.TARGETS}, but loss {loss.core_name!r} takes "
                f"{loss.TARGETS}; 'accuracy' fits every loss"
            )
        return self

    def core_config(self) -> dict[str, Any]:
        """What the core shall compute, as its contract says it."""
        return {"name": self.core_name, "threshold": self.threshold}

    def get_config(self) -> dict[str, Any]:
        """The name; subclasses add theirs."""
        return {"name": self.name}
