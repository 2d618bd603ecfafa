"""One fit of a model at a time."""

import contextlib
from collections.abc import Iterator
from typing import Any

MARK = "_fit_under_way"
"""The attribute that a model has during a fit; no copy takes it along."""


@contextlib.contextmanager
def alone(model: Any) -> Iterator[None]:
    """For a fit, which must not be called from within another one of the model, nor from another thread.

    It leaves a mark of its own on the model, in one step, and takes it away whatever happens: also if Ctrl-C
    comes right behind that step.
    """
    mark = object()
    attributes = vars(model)
    try:
        if attributes.setdefault(MARK, mark) is not mark:
            raise RuntimeError("the model is being fitted: fit must not be called during a fit")
        yield
    finally:
        if attributes.get(MARK) is mark:
            del attributes[MARK]
