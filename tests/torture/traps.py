"""Targets that misbehave: each must be found."""

import os
import time

import numpy as np

from torture.models import X, classifier, look
from torture.target import Target


class PanicException(BaseException):
    """Is no Exception, as pyo3's."""


def _panic(made, x):
    raise PanicException("index out of bounds")


def _change(made, x):
    np.asarray(x).flat[0] += 1


def _spoil(made, x):
    made.set_weights([weight + 1 for weight in made.get_weights()])
    raise ValueError("x")


def _undocumented(made, x):
    raise AttributeError("x")


def _change_beside(made, x):
    if x.base is not None:
        x.base.flat[-1] += 1


TRAPS = {
    "abort": (lambda made, x: os.abort(), "crash"),
    "exit": (lambda made, x: os._exit(0), "crash"),
    "hang": (lambda made, x: time.sleep(60), "hang"),
    "panic": (_panic, "undocumented PanicException"),
    "change": (_change, "changed argument x"),
    "change beside a view": (_change_beside, "changed argument x"),
    "spoil": (_spoil, "after ValueError, changed"),
    "undocumented": (_undocumented, "undocumented AttributeError"),
}
"""What happens, and how the finding begins."""


def targets():
    """All of them."""
    for name, (call, _) in TRAPS.items():
        yield Target(f"trap {name}", call, {"x": X}, classifier, look)
