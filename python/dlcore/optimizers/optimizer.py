"""The base of all optimizers, with what they share."""

from typing import Any, ClassVar, TypedDict

from dlcore import _checks, _names
from dlcore._registry import Configurable

_PARAMETERS = {
    "momentum": 0.0,
    "nesterov": False,
    "beta_1": 0.0,
    "beta_2": 0.0,
    "rho": 0.0,
    "centered": False,
    "amsgrad": False,
    "epsilon": 0.0,
}
"""What the core asks of every optimizer; each one sets its own."""


class SharedButDecay(TypedDict, total=False):
    """The arguments that every optimizer takes by keyword, all but one; see `Optimizer`."""

    clipnorm: float | None
    clipvalue: float | None
    global_clipnorm: float | None
    name: str | None


class Shared(SharedButDecay, total=False):
    """The arguments that every optimizer takes by keyword; see `Optimizer`."""

    weight_decay: float | None


class Optimizer(Configurable):
    """How weights follow their gradients.

    Parameters
    ----------
    learning_rate : float
        How far a step goes; may be set later, an epoch uses what it finds.
    weight_decay : float, optional
        Each step first takes this share, times the learning rate, off every weight.
    clipnorm : float, optional
        The gradient of each weight array is shortened to this length.
    clipvalue : float, optional
        Every element of a gradient is cut to plus or minus this.
    global_clipnorm : float, optional
        All gradients together are shortened to this length. At most one of the three clips is given.
    name : str, optional
    """

    core_name: ClassVar[str]
    """The core's name for it."""

    def __init__(
        self,
        learning_rate: float,
        *,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        name: str | None = None,
    ) -> None:
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
        self.name = _names.choose(name, type(self))

    @property
    def learning_rate(self) -> float:
        """How far a step goes."""
        return self._learning_rate

    @learning_rate.setter
    def learning_rate(self, value: float) -> None:
        self._learning_rate = _checks.real("learning_rate", value, low=0)

    def parameters(self) -> dict[str, float | bool]:
        """The arguments that are the optimizer's own."""
        raise NotImplementedError(f"{type(self).__name__} must define parameters")

    def core_config(self) -> dict[str, Any]:
        """What the core shall do, as its contract says it."""
        return {
            "name": self.core_name,
            **_PARAMETERS,
            **self.parameters(),
            "weight_decay": self.weight_decay,
            "clipnorm": self.clipnorm,
            "clipvalue": self.clipvalue,
            "global_clipnorm": self.global_clipnorm,
            "ema_momentum": None,
            "ema_overwrite_frequency": None,
            "gradient_accumulation_steps": None,
        }

    def get_config(self) -> dict[str, Any]:
        """All arguments."""
        return {
            "learning_rate": self.learning_rate,
            **self.parameters(),
            "weight_decay": self.weight_decay,
            "clipnorm": self.clipnorm,
            "clipvalue": self.clipvalue,
            "global_clipnorm": self.global_clipnorm,
            "name": self.name,
        }


def share(name: str, value: float) -> float:
    """A number from 0 to just below 1."""
    number = _checks.real(name, value, low=0, high=1)
    if number == 1:
        raise ValueError(f"{name} must be below 1, got {value!r}")
    return number


def _optional(name: str, value: float | None) -> float | None:
    return None if value is None else _checks.real(name, value, low=0)
