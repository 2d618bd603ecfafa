"""From a name, a class or a configuration to an object: the one place behind every `get`."""

import contextlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Generic, Self, TypeVar

custom: dict[str, Any] = {}
"""Classes of the users', by the names that configurations and strings call them."""


@contextlib.contextmanager
def custom_scope(objects: Mapping[str, Any]) -> Iterator[None]:
    """More of them, for a while."""
    if not isinstance(objects, Mapping):
        raise TypeError(f"custom_objects must be a dict, got {objects!r}")
    before = {name: custom[name] for name in objects if name in custom}
    custom.update(objects)
    try:
        yield
    finally:
        for name in objects:
            custom.pop(name, None)
        custom.update(before)


def registered_name(thing: object) -> str | None:
    """The name that a class or function was registered under, if it was."""
    return next((name for name, known in custom.items() if known is thing), None)


def name_of(cls: type) -> str:
    """The name that a class goes by in configurations: the one it was registered under, or its own."""
    return registered_name(cls) or cls.__name__


def unknown(kind: str, name: object, known: Iterable[str]) -> ValueError | TypeError:
    """The error for a name that is not known: suggests the nearest and lists the known."""
    import difflib

    names = sorted(known)
    if not isinstance(name, str):
        return TypeError(f"{kind} must be one of {', '.join(names)}, got {name!r}")
    lower = {candidate.lower(): candidate for candidate in names}
    near = difflib.get_close_matches(name.lower(), lower, n=1)
    hint = f"did you mean {lower[near[0]]!r}? " if near else ""
    return ValueError(f"unknown {kind} {name!r}: {hint}known are {', '.join(names)}")


def one_of(kind: str, value: object, known: Iterable[str]) -> str:
    """The word itself, which must be one that is known."""
    if not isinstance(value, str) or value not in known:
        raise unknown(kind, value, known)
    return value


class Configurable:
    """What can be written down as its class and the arguments of its constructor."""

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor, as JSON can hold them."""
        return {}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """An object from what `get_config` gave."""
        return cls(**config)

    def __repr__(self) -> str:
        try:
            config = self.get_config()
        except NotImplementedError:  # of a user's class that does not say its arguments
            return object.__repr__(self)
        arguments = ", ".join(f"{key}={value!r}" for key, value in config.items())
        return f"{type(self).__name__}({arguments})"


def serialize(thing: Configurable) -> dict[str, Any]:
    """Class and configuration, from which `Registry.get` makes an equal object.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.constraints.serialize(dlcore.constraints.NonNeg())
    {'class_name': 'NonNeg', 'config': {}}
    """
    if not isinstance(thing, Configurable):
        raise TypeError(f"expected an object with a configuration, got {thing!r}")
    return {"class_name": name_of(type(thing)), "config": thing.get_config()}


def serialize_optional(thing: Configurable | None) -> dict[str, Any] | None:
    """The same; None stays None."""
    return None if thing is None else serialize(thing)


Thing = TypeVar("Thing", bound=Configurable)


class Registry(Generic[Thing]):
    """The classes of one kind and the names they go by.

    Parameters
    ----------
    kind : str
        The argument's name in messages: "loss", "optimizer", ...
    base : type
        What all of them are.
    names : mapping
        Names besides those of the classes.
    """

    def __init__(self, kind: str, base: type[Thing], names: Mapping[str, type[Thing]]) -> None:
        self.kind = kind
        self.base = base
        self.names = dict(names) | {found.__name__: found for found in names.values()}

    def get(self, identifier: object) -> Thing:
        """The object itself, or one made from its name, class, function or configuration."""
        if isinstance(identifier, self.base):
            return identifier
        if isinstance(identifier, str):
            return self._find(identifier)()
        if isinstance(identifier, Mapping) and set(identifier) == {"class_name", "config"}:
            return self._find(str(identifier["class_name"])).from_config(dict(identifier["config"]))
        if callable(identifier) and getattr(identifier, "__module__", "").startswith("dlcore."):
            return self._find(getattr(identifier, "__name__", ""))()
        raise TypeError(f"{self.kind} must be a name or a {self.base.__name__}, got {identifier!r}")

    def _find(self, name: str) -> type[Thing]:
        found: type[Thing] | None = self.names.get(name, custom.get(name))
        if found is None:
            raise unknown(self.kind, name, [*self.names, *custom])
        if not (isinstance(found, type) and issubclass(found, self.base)):
            raise TypeError(f"{self.kind} {name!r} must be a {self.base.__name__}, got {found!r}")
        return found
