"""Classes of the users', which configurations and files name."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any, TypeVar

from dlcore import _registry

Registered = TypeVar("Registered", bound=Callable[..., Any])


def register_keras_serializable(
    package: str = "Custom", name: str | None = None
) -> Callable[[Registered], Registered]:
    """Make a class known, so that a saved model or a configuration that has one of it can be loaded.

    Parameters
    ----------
    package, name : str
        It is called `package>name`; by default "Custom" and the class's own name.

    Returns
    -------
    decorator

    Examples
    --------
    >>> import dlcore
    >>> @dlcore.utils.register_keras_serializable("mine")
    ... class Quick(dlcore.optimizers.Adam):
    ...     pass
    >>> dlcore.optimizers.get("mine>Quick").beta_1
    0.9
    """
    for argument, value in (("package", package), ("name", name)):
        if not isinstance(value, str) and (argument, value) != ("name", None):
            raise TypeError(f"{argument} must be a string, got {value!r}")

    def register(thing: Registered) -> Registered:
        if isinstance(thing, type) and not hasattr(thing, "get_config"):
            raise ValueError(f"{thing.__name__} must have a method get_config to be registered")
        _registry.custom[f"{package}>{name or thing.__name__}"] = thing
        return thing

    return register


def get_custom_objects() -> dict[str, Any]:
    """Everything that was registered, by name; what is put into this dict is known as well.

    Examples
    --------
    >>> import dlcore
    >>> @dlcore.saving.register_keras_serializable("mine")
    ... class Calm(dlcore.optimizers.SGD):
    ...     pass
    >>> "mine>Calm" in dlcore.saving.get_custom_objects()
    True
    """
    return _registry.custom


def get_registered_name(obj: Any) -> str:
    """The name that a class or function was registered by, or its own.

    Examples
    --------
    >>> import dlcore
    >>> @dlcore.saving.register_keras_serializable("mine")
    ... class Calm(dlcore.optimizers.SGD):
    ...     pass
    >>> dlcore.saving.get_registered_name(Calm)
    'mine>Calm'
    """
    name = _registry.registered_name(obj) or getattr(obj, "__name__", None)
    if name is None:
        raise TypeError(f"obj must be a class or a function, got {obj!r:.99}")
    return str(name)


def get_registered_object(
    name: str,
    custom_objects: Mapping[str, Any] | None = None,
    module_objects: Mapping[str, Any] | None = None,
) -> Any:
    """What was registered by that name, or is called so in one of the dicts; None if nothing is.

    Examples
    --------
    >>> import dlcore
    >>> @dlcore.saving.register_keras_serializable("mine")
    ... class Calm(dlcore.optimizers.SGD):
    ...     pass
    >>> dlcore.saving.get_registered_object("mine>Calm") is Calm
    True
    """
    known = {**(module_objects or {}), **(custom_objects or {}), **_registry.custom}
    return known.get(name)


def custom_object_scope(custom_objects: Mapping[str, Any]) -> AbstractContextManager[None]:
    """For use after `with`: within it, these classes are known by these names.

    Examples
    --------
    >>> import dlcore
    >>> class Quick(dlcore.optimizers.Adam):
    ...     pass
    >>> with dlcore.utils.custom_object_scope({"Quick": Quick}):
    ...     optimizer = dlcore.optimizers.get("Quick")
    """
    return _registry.custom_scope(custom_objects)


CustomObjectScope = custom_object_scope
