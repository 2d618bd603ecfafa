"""Where random numbers start."""

import random

import numpy as np

from dlcore import _checks, _names, _random


def set_random_seed(seed: int) -> None:
    """Start all random numbers anew: those of dlcore, and of Python's `random` and NumPy, as Keras does.

    Parameters
    ----------
    seed : int
        0 to 2**64 - 1.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.utils.set_random_seed(0)
    """
    seed = _checks.integer("seed", seed, high=2**64 - 1)
    _random.start(seed)
    random.seed(seed)
    np.random.seed(seed % 2**32)  # noqa: NPY002, the global generator is the one that is meant


def clear_session(free_memory: bool = True) -> None:
    """Let the names of layers, models and metrics that are given none be counted from the beginning again.

    Parameters
    ----------
    free_memory : bool
        Accepted for Keras's sake: memory goes with the model.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.utils.clear_session()
    >>> dlcore.layers.Dense(1).name
    'dense'
    """
    _names.restart()
