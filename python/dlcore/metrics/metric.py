"""The base of all metrics."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from dlcore import _checks, _names, initializers
from dlcore._registry import Configurable
from dlcore.losses import Loss
from dlcore.metrics._arrays import Numbers
from dlcore.metrics._variable import Variable


class Metric(Configurable):
    """A number that is watched in training and evaluation, made from batches of targets and predictions.

    Subclasses make their variables in `__init__` and define `update_state` and `result`.

    Parameters
    ----------
    dtype : {"float32", "float64"}, optional
        Kept for the configuration; the variables are float64 always.
    name : str, optional
        The key in the history; by default from the class, numbered from the second one on.

    Attributes
    ----------
    GOAL : {"min", "max", None}
        Whether less or more is better; None where Keras does not say.
    BY_BATCH : bool
        Whether the result depends on how the rows are cut into batches. Where it is False, one update with
        all rows gives what many with some of them give.

    Examples
    --------
    >>> import dlcore
    >>> class LargestError(dlcore.metrics.Metric):
    ...     def __init__(self, name="largest_error", **kwargs):
    ...         super().__init__(name=name, **kwargs)
    ...         self.largest = self.add_variable(shape=(), name="largest")
    ...
    ...     def update_state(self, y_true, y_pred, sample_weight=None):
    ...         self.largest.assign(max(self.largest, abs(y_true - y_pred).max()))
    ...
    ...     def result(self):
    ...         return float(self.largest)
    """

    core_name: ClassVar[str | None] = None
    """The core's name for it, if the core can compute it."""
    TARGETS: ClassVar[str | None] = None
    """What y must be, see `Loss.TARGETS`; None takes both."""
    GOAL: str | None = None
    BY_BATCH: bool = True

    def __init__(self, dtype: object = None, name: str | None = None) -> None:
        if name is not None and not isinstance(name, str):
            raise TypeError(f"name must be a string, got {name!r}")
        self.name = name or _names.numbered(_names.snake_case(type(self).__name__))
        self.dtype = "float32" if dtype is None else _checks.dtype(dtype)

    # State

    @property
    def variables(self) -> list[Variable]:
        """All numbers that are kept, also those of metrics within this one."""
        found = []
        for value in vars(self).values():
            if isinstance(value, Variable):
                found.append(value)
            elif isinstance(value, Metric):
                found += value.variables
        return found

    def add_variable(
        self,
        shape: tuple[int, ...] = (),
        initializer: object = "zeros",
        dtype: object = None,
        name: str | None = None,
    ) -> Variable:
        """Numbers to keep, as an attribute: arrays with `assign`, `assign_add` and `assign_sub`.

        `dtype` is accepted for Keras's sake; they are float64.
        """
        variable = initializers.get(initializer)(tuple(shape), "float64").view(Variable)
        variable.name = name or ""
        return variable

    add_weight = add_variable

    def get_state(self) -> dict[str, Any]:
        """The variables by the names of their attributes, those of a metric within as a dict of their own."""
        state: dict[str, Any] = {}
        for name, value in vars(self).items():
            if isinstance(value, Variable):
                state[name] = np.array(value)
            elif isinstance(value, Metric):
                state[name] = value.get_state()
        return state

    def set_state(self, state: dict[str, Any]) -> None:
        """Go on from what `get_state` gave; variables that the first batch would make are made."""
        for name, value in state.items():
            own = getattr(self, name, None)
            if isinstance(own, Metric):
                own.set_state(value)
            elif own is None and isinstance(value, np.ndarray):
                variable = value.astype(np.float64).view(Variable)
                variable.name = name
                setattr(self, name, variable)
            elif isinstance(own, Variable) and own.shape == np.shape(value):
                own.assign(value)
            else:
                raise ValueError(f"metric {self.name!r} has no variable {name!r} of shape {np.shape(value)}")

    def reset_state(self) -> None:
        """Forget all rows: all variables become 0."""
        for variable in self.variables:
            variable.assign(0)

    def update_state(self, *args: Any, **kwargs: Any) -> None:
        """Add a batch: y_true (rows, outputs), y_pred (rows, outputs) and sample_weight (rows,) or None."""
        raise NotImplementedError(f"{type(self).__name__} must define update_state")

    def result(self) -> float | Numbers:
        """The metric of all rows since the last reset; where there are several numbers, an array."""
        raise NotImplementedError(f"{type(self).__name__} must define result")

    def __call__(self, *args: Any, **kwargs: Any) -> float | Numbers:
        """Add a batch and give the result of all so far."""
        self.update_state(*args, **kwargs)
        return self.result()

    # Compiling

    def resolve(self, loss: Loss, outputs: int) -> Metric:
        """The metric to use with that loss and that many outputs."""
        if self.TARGETS not in (None, loss.TARGETS):
            raise ValueError(
                f"metric {self.name!r} needs y as {self.TARGETS}, but loss {loss.core_name!r} takes "
                f"{loss.TARGETS}; 'accuracy' fits every loss"
            )
        return self

    def core_config(self) -> dict[str, Any]:
        """What the core shall compute, as its contract says it; only where there is a `core_name`."""
        return {"name": self.core_name, "threshold": 0.5}

    def get_config(self) -> dict[str, Any]:
        """Name and dtype; subclasses add theirs."""
        return {"name": self.name, "dtype": self.dtype}
