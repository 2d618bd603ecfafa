"""What a target is, and what its arguments are called."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

DOCUMENTED = (ValueError, TypeError, MemoryError, OSError, NotImplementedError, FloatingPointError)
"""What the face raises for bad input: the last if a loss is no longer finite."""


@dataclass
class Target:
    """Something to call with bad arguments."""

    name: str
    call: Callable[..., Any]
    """Gets what `make` gave, and the arguments by name."""
    arguments: dict[str, Any]
    """Good values, of which each case gets copies."""
    make: Callable[[], Any] = lambda: None
    """What it works on, anew for each case."""
    look: Callable[[Any], Any] = lambda made: None
    """What must be the same after an exception."""
    documented: tuple[type[BaseException], ...] = DOCUMENTED
    writes: frozenset[str] = frozenset()
    """Arguments that are there to be written to."""
    excluded: dict[str, set[str]] = field(default_factory=dict)
    """By argument, rows that ask for what takes long: so many epochs, say."""


def signature(function, good):
    """Good values for the arguments of a function: from `good`, else the defaults."""
    values = {}
    for name, parameter in _parameters(function).items():
        if name in good:
            values[name] = good[name]
        else:
            values[name] = None if parameter.default is parameter.empty else parameter.default
    return values


def _parameters(function):
    """All that have names; those of the base classes, where a class hands **options on."""
    wanted = inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY
    found = {}
    makers = (
        [vars(cls)["__init__"] for cls in function.__mro__[:-1] if "__init__" in vars(cls)]
        if isinstance(function, type)
        else [function]
    )
    for maker in makers:
        parameters = inspect.signature(maker).parameters
        found = {n: p for n, p in parameters.items() if p.kind in wanted and n != "self"} | found
        if all(p.kind is not inspect.Parameter.VAR_KEYWORD for p in parameters.values()):
            break
    return found
