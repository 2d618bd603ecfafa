"""Initializers: the first values of weights, by name or as objects."""

from dlcore._registry import Registry
from dlcore.initializers.constant import Constant, Ones, Zeros
from dlcore.initializers.initializer import Initializer
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

__all__ = [
    "Constant",
    "GlorotNormal",
    "GlorotUniform",
    "HeNormal",
    "HeUniform",
    "Initializer",
    "LecunNormal",
    "LecunUniform",
    "Ones",
    "RandomNormal",
    "RandomUniform",
    "TruncatedNormal",
    "VarianceScaling",
    "Zeros",
    "get",
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
        "lecun_normal": LecunNormal,
        "lecun_uniform": LecunUniform,
        "ones": Ones,
        "random_normal": RandomNormal,
        "random_uniform": RandomUniform,
        "truncated_normal": TruncatedNormal,
        "variance_scaling": VarianceScaling,
        "zeros": Zeros,
    },
)


def get(identifier: object) -> Initializer:
    """An initializer from its name, class or configuration."""
    return _REGISTRY.get(identifier)
