"""The base of all optimizers, with what they share."""

import warnings
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Self, TypedDict

import numpy as np
from numpy.typing import NDArray

from dlcore import _checks, _names
from dlcore._core import Network
from dlcore._readable import Number, Readable
from dlcore._registry import Configurable
from dlcore._typing import FloatArray
from dlcore.optimizers import schedules

LearningRate = float | schedules.LearningRateSchedule | Callable[[], float]
"""What a learning rate may be given as."""

_PARAMETERS = {
    "momentum": 0.0,
    "nesterov": False,
    "beta_1": 0.0,
    "beta_2": 0.0,
    "rho": 0.0,
    "centered": False,
    "amsgrad": False,
    "epsilon": 0.0,
    "initial_accumulator_value": 0.0,
}
"""What the core asks of every optimizer; each one sets its own."""


class SharedButDecay(TypedDict, total=False):
    """The arguments that every optimizer takes by keyword, all but one; see `Optimizer`."""

    clipnorm: float | None
    clipvalue: float | None
    global_clipnorm: float | None
    use_ema: bool
    ema_momentum: float
    ema_overwrite_frequency: int | None
    loss_scale_factor: float | None
    gradient_accumulation_steps: int | None
    name: str | None
    decay: float | None


class Shared(SharedButDecay, total=False):
    """The arguments that every optimizer takes by keyword; see `Optimizer`."""

    weight_decay: float | None


class Optimizer(Configurable):
    """How weights follow their gradients.

    Parameters
    ----------
    learning_rate : float, LearningRateSchedule, or function without arguments
        How far a step goes. A number may be set later; an epoch uses what it finds, and asks a function
        once. A schedule is asked for the rate of every step.
    weight_decay : float, optional
        Each step first takes this share, times the learning rate, off every weight.
    clipnorm : float, optional
        The gradient of each weight array is shortened to this length.
    clipvalue : float, optional
        Every element of a gradient is cut to plus or minus this.
    global_clipnorm : float, optional
        All gradients together are shortened to this length. At most one of the three clips is given.
    use_ema : bool
        Whether to keep a running mean of the weights, which replaces them at the end of a fit; default False.
    ema_momentum : float
        How slowly it follows: mean = momentum * mean + (1 - momentum) * weight; default 0.99.
    ema_overwrite_frequency : int, optional
        Every so many updates it replaces the weights in the midst of a fit, too.
    loss_scale_factor : float, optional
        Accepted for Keras's sake: no number of ours is so short that it would matter.
    gradient_accumulation_steps : int, optional
        So many batches make one update, from the mean of their gradients.
    name : str, optional
    decay : optional
        Ignored with a warning: scripts for older Keras give it.

    Examples
    --------
    >>> import dlcore
    >>> float(dlcore.optimizers.SGD(0.1, clipnorm=1.0).learning_rate)
    0.1
    >>> isinstance(dlcore.optimizers.Adam(), dlcore.optimizers.Optimizer)
    True
    """

    core_name: ClassVar[str]
    """The core's name for it."""

    def __init__(
        self,
        learning_rate: LearningRate,
        *,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: float | None = None,
        gradient_accumulation_steps: int | None = None,
        name: str | None = None,
        decay: float | None = None,
    ) -> None:
        if decay is not None:
            warnings.warn("decay is ignored, as by Keras 3: give a schedule as learning_rate", stacklevel=3)
        self._network: Network | None = None
        self._learning_rate: LearningRate = 0.0
        self.learning_rate = learning_rate
        self.weight_decay = _optional("weight_decay", weight_decay)
        self.clipnorm = _optional("clipnorm", clipnorm)
        self.clipvalue = _optional("clipvalue", clipvalue)
        self.global_clipnorm = _optional("global_clipnorm", global_clipnorm)
        if sum(clip is not None for clip in (clipnorm, clipvalue, global_clipnorm)) > 1:
            raise ValueError(
                "at most one of clipnorm, clipvalue and global_clipnorm may be given, got "
                f"{clipnorm}, {clipvalue} and {global_clipnorm}"
            )
        self.use_ema = _checks.boolean("use_ema", use_ema)
        self.ema_momentum = _checks.real("ema_momentum", ema_momentum, low=0, high=1)
        self.ema_overwrite_frequency = _count("ema_overwrite_frequency", ema_overwrite_frequency)
        self.loss_scale_factor = _optional("loss_scale_factor", loss_scale_factor)
        self.gradient_accumulation_steps = _count("gradient_accumulation_steps", gradient_accumulation_steps)
        self.name = _names.choose(name, type(self))

    @property
    def learning_rate(self) -> Number:
        """How far the next step goes: a number with `assign`, which always says what is so now.

        It cannot be set in place of a schedule, which would be lost.
        """
        return Number("learning_rate", self._rate, self._set_rate)

    @learning_rate.setter
    def learning_rate(self, value: LearningRate | Readable) -> None:
        self._set_rate(value)

    def _rate(self) -> float:
        rate = self._learning_rate
        if isinstance(rate, schedules.LearningRateSchedule):
            return float(rate(self._updates()))
        return _checks.real("learning_rate", rate(), low=0) if callable(rate) else rate

    def _set_rate(self, value: Any) -> None:
        if callable(value):  # as schedules are
            self._learning_rate = value
        elif isinstance(self._learning_rate, schedules.LearningRateSchedule):
            raise TypeError(
                f"learning_rate cannot be set to {value!r}, since the optimizer was given a schedule; "
                "give it a number if its learning rate is to be set later"
            )
        else:
            self._learning_rate = _checks.real("learning_rate", value, low=0)

    @property
    def iterations(self) -> Number:
        """How many updates there were; 0 before a model trains with it."""
        return Number("iteration", self._updates)

    def _updates(self) -> int:
        return self._batches() // (self.gradient_accumulation_steps or 1)

    def _batches(self) -> int:
        return 0 if self._network is None else self._network.iterations

    def follow(self, network: Network) -> None:
        """Note whose updates are counted; for the model."""
        self._network = network

    def averages(self, slots: list[FloatArray], count: int) -> list[FloatArray]:
        """The running means of the weights among the core's slots, of that many variables; for the model."""
        end = len(slots) - (count if (self.gradient_accumulation_steps or 1) > 1 else 0)
        return slots[end - count : end]

    def rates(self, count: int) -> float | NDArray[np.float64]:
        """The learning rate of the next `count` steps: one for all, or a schedule's for each.

        Raises
        ------
        ValueError
            If a schedule gives what is not a finite number of at least 0.
        """
        if not isinstance(self._learning_rate, schedules.LearningRateSchedule):
            return self._rate()
        first = self._batches()
        rates = self._learning_rate.rates(first, count)
        wrong = np.flatnonzero(~(np.isfinite(rates) & (rates >= 0)))
        if wrong.size:
            raise ValueError(
                f"learning_rate must be a finite number of at least 0, got {rates[wrong[0]]} of "
                f"{type(self._learning_rate).__name__} at step {first + wrong[0]}"
            )
        return rates

    def parameters(self) -> dict[str, float | bool]:
        """The arguments that are the optimizer's own."""
        raise NotImplementedError(f"{type(self).__name__} must define parameters")

    def core_config(self) -> dict[str, Any]:
        """What the core shall do, as its contract says it."""
        if not hasattr(self, "core_name"):
            raise TypeError(
                f"{type(self).__name__} cannot be used in a model: dlcore's core updates the weights, and "
                "has the optimizers of dlcore.optimizers"
            )
        return {
            "name": self.core_name,
            **_PARAMETERS,
            **self.parameters(),
            "weight_decay": self.weight_decay,
            "clipnorm": self.clipnorm,
            "clipvalue": self.clipvalue,
            "global_clipnorm": self.global_clipnorm,
            "ema_momentum": self.ema_momentum if self.use_ema else None,
            "ema_overwrite_frequency": self.ema_overwrite_frequency,
            "gradient_accumulation_steps": self.gradient_accumulation_steps,
        }

    def get_config(self) -> dict[str, Any]:
        """All arguments; in place of a function, its number of now."""
        rate = self._learning_rate
        return {
            "learning_rate": schedules.serialize(rate)
            if isinstance(rate, schedules.LearningRateSchedule)
            else self._rate(),
            **self.parameters(),
            "weight_decay": self.weight_decay,
            "clipnorm": self.clipnorm,
            "clipvalue": self.clipvalue,
            "global_clipnorm": self.global_clipnorm,
            "use_ema": self.use_ema,
            "ema_momentum": self.ema_momentum,
            "ema_overwrite_frequency": self.ema_overwrite_frequency,
            "loss_scale_factor": self.loss_scale_factor,
            "gradient_accumulation_steps": self.gradient_accumulation_steps,
            "name": self.name,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """An optimizer from what `get_config` gave."""
        rate = config.get("learning_rate")
        if isinstance(rate, Mapping):
            config = config | {"learning_rate": schedules.deserialize(rate)}
        return super().from_config(config)


def share(name: str, value: float) -> float:
    """A number from 0 to just below 1."""
    number = _checks.real(name, value, low=0, high=1)
    if number == 1:
        raise ValueError(f"{name} must be below 1, got {value!r}")
    return number


def _optional(name: str, value: float | None) -> float | None:
    return None if value is None else _checks.real(name, value, low=0)


def _count(name: str, value: int | None) -> int | None:
    return None if value is None else _checks.integer(name, value, low=1)
