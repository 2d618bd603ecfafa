"""Initializers: the first values of weights, by name or as objects."""

from collections.abc import Mapping
from typing import Any

from dlcore._registry import Registry, custom_scope, serialize
from dlcore.initializers.constant import Constant, Identity, Ones, Zeros
from dlcore.initializers.initializer import Initializer
from dlcore.initializers.orthogonal import Orthogonal
from dlcore.initializers.random import RandomNormal, RandomUniform, TruncatedNormal
from dlcore.initializers.variance_scaling import (
    GlorotNormal,
    GlorotUniform,
    HeNormal,
    HeUniform,
    LecunNormal,
    LecunUniform,
    VarianceScaling,
)

constant, identity, ones, orthogonal, zeros = Constant, Identity, Ones, Orthogonal, Zeros
random_normal, random_uniform, truncated_normal = RandomNormal, RandomUniform, TruncatedNormal
glorot_normal, glorot_uniform, variance_scaling = GlorotNormal, GlorotUniform, VarianceScaling
he_normal, he_uniform, lecun_normal, lecun_uniform = HeNormal, HeUniform, LecunNormal, LecunUniform
IdentityInitializer, OrthogonalInitializer = Identity, Orthogonal

__all__ = [
    "Constant",
    "GlorotNormal",
    "GlorotUniform",
    "HeNormal",
    "HeUniform",
    "Identity",
    "IdentityInitializer",
    "Initializer",
    "LecunNormal",
    "LecunUniform",
    "Ones",
    "Orthogonal",
    "OrthogonalInitializer",
    "RandomNormal",
    "RandomUniform",
    "TruncatedNormal",
    "VarianceScaling",
    "Zeros",
    "constant",
    "deserialize",
    "get",
    "glorot_normal",
    "glorot_uniform",
    "he_normal",
    "he_uniform",
    "identity",
    "lecun_normal",
    "lecun_uniform",
    "ones",
    "orthogonal",
    "random_normal",
    "random_uniform",
    "serialize",
    "truncated_normal",
    "variance_scaling",
    "zeros",
]

_REGISTRY = Registry(
    "initializer",
    Initializer,
    {
        "constant": Constant,
        "glorot_normal": GlorotNormal,
        "glorot_uniform": GlorotUniform,
        "he_normal": HeNormal,
        "he_uniform": HeUniform,
        "identity": Identity,
        "lecun_normal": LecunNormal,
        "lecun_uniform": LecunUniform,
        "normal": RandomNormal,
        "one": Ones,
        "ones": Ones,
        "orthogonal": Orthogonal,
        "random_normal": RandomNormal,
        "random_uniform": RandomUniform,
        "truncated_normal": TruncatedNormal,
        "uniform": RandomUniform,
        "variance_scaling": VarianceScaling,
        "zero": Zeros,
        "zeros": Zeros,
        "IdentityInitializer": Identity,
        "OrthogonalInitializer": Orthogonal,
    },
)


def get(identifier: object) -> Initializer:
    """An initializer from its name, class or configuration; None is Keras's "glorot_uniform".

    Examples
    --------
    >>> import dlcore
    >>> dlcore.initializers.get("he_normal")
    HeNormal(seed=None)
    """
    return _REGISTRY.get("glorot_uniform" if identifier is None else identifier)


def deserialize(config: object, custom_objects: Mapping[str, Any] | None = None) -> Initializer:
    """The initializer that `serialize` described; `custom_objects` are classes that it may be of, by name.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.initializers.deserialize({"class_name": "Constant", "config": {"value": 0.5}})
    Constant(value=0.5)
    """
    with custom_scope(custom_objects or {}):
        return get(config)
