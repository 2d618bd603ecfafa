"""What may be asked of a variable, as the core's contract says it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dlcore.constraints import Constraint
    from dlcore.regularizers import L1L2


def wish(l1: float = 0.0, l2: float = 0.0, constraint: Constraint | None = None) -> dict[str, Any]:
    """What large numbers cost, and what holds after each update."""
    return {"l1": l1, "l2": l2} | (constraint.core_config() if constraint else {"constraint": "none"})


def wish_of(regularizer: L1L2 | None, constraint: Constraint | None) -> dict[str, Any]:
    """The same from what a layer has."""
    return wish(regularizer.l1, regularizer.l2, constraint) if regularizer else wish(constraint=constraint)
