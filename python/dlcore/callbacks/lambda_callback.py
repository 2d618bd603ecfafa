"""A callback made of functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dlcore._registry import unknown
from dlcore.callbacks.callback import HOOKS, Callback


class LambdaCallback(Callback):
    """Calls the functions that it was given.

    Parameters
    ----------
    on_epoch_begin, on_epoch_end : function (epoch, logs)
    on_train_begin, on_train_end : function (logs)
    on_train_batch_begin, on_train_batch_end : function (batch, logs)
    **hooks
        The same for every other hook of `Callback`, by its name.

    Examples
    --------
    >>> import dlcore
    >>> callback = dlcore.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: print(logs["loss"]))
    """

    def __init__(
        self,
        on_epoch_begin: Callable[..., Any] | None = None,
        on_epoch_end: Callable[..., Any] | None = None,
        on_train_begin: Callable[..., Any] | None = None,
        on_train_end: Callable[..., Any] | None = None,
        on_train_batch_begin: Callable[..., Any] | None = None,
        on_train_batch_end: Callable[..., Any] | None = None,
        **hooks: Callable[..., Any],
    ) -> None:
        given = {
            "on_epoch_begin": on_epoch_begin,
            "on_epoch_end": on_epoch_end,
            "on_train_begin": on_train_begin,
            "on_train_end": on_train_end,
            "on_train_batch_begin": on_train_batch_begin,
            "on_train_batch_end": on_train_batch_end,
        } | hooks
        for name, function in given.items():
            if name not in HOOKS:
                raise unknown("hook", name, HOOKS)
            if function is not None:
                setattr(self, name, function)
