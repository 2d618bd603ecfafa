"""Several callbacks as one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from dlcore.callbacks.callback import HOOKS, Callback, Logs, hears
from dlcore.callbacks.history import History
from dlcore.callbacks.progress import ProgbarLogger

if TYPE_CHECKING:
    from dlcore.models import Sequential


def _each(hook: str) -> Callable[..., None]:
    has_number = "epoch" in hook or "batch" in hook

    def call(self: CallbackList, *args: Any, logs: Logs | None = None) -> None:
        *number, given = args if len(args) > has_number else (*args, logs)
        for callback in self.callbacks:  # Logs are always given: a callback may ask for their names.
            getattr(callback, hook)(*number, {} if given is None else given)

    call.__name__ = hook
    call.__doc__ = f"Call `{hook}` of each."
    return call


def _in_turn(hook: str) -> Callable[..., None]:
    """The same, and what is under way can be seen, for a model that is saved meanwhile."""

    def call(self: CallbackList, *args: Any, **kwargs: Any) -> None:
        for i, callback in enumerate(self.callbacks):
            self.under_way = hook, i + 1
            getattr(callback, hook)(*args, **kwargs)
        self.under_way = None, 0

    call.__name__ = hook
    call.__doc__ = f"Call `{hook}` of each."
    return call


class CallbackList(Callback):
    """Calls each of its callbacks, in order: for loops that users write themselves.

    Parameters
    ----------
    callbacks : Callback or list of Callback, optional
    add_history, add_progbar : bool
        Whether to add a `History` and a `ProgbarLogger` if there is none; default False.
    model : Sequential, optional
        Told to the callbacks.
    **params
        Told to the callbacks as `params`.

    Examples
    --------
    >>> import dlcore
    >>> every = dlcore.callbacks.CallbackList([], add_history=True)
    >>> every.on_epoch_end(0, {"loss": 0.5})
    >>> every.callbacks[0].history
    {'loss': [0.5]}
    """

    on_train_begin = _each("on_train_begin")
    on_train_end = _each("on_train_end")
    on_epoch_begin = _each("on_epoch_begin")
    on_epoch_end = _in_turn("on_epoch_end")
    on_train_batch_begin = _each("on_train_batch_begin")
    on_train_batch_end = _in_turn("on_train_batch_end")
    on_batch_begin = _each("on_batch_begin")
    on_batch_end = _each("on_batch_end")
    on_test_begin = _each("on_test_begin")
    on_test_end = _each("on_test_end")
    on_test_batch_begin = _each("on_test_batch_begin")
    on_test_batch_end = _each("on_test_batch_end")
    on_predict_begin = _each("on_predict_begin")
    on_predict_end = _each("on_predict_end")
    on_predict_batch_begin = _each("on_predict_batch_begin")
    on_predict_batch_end = _each("on_predict_batch_end")

    def __init__(
        self,
        callbacks: Callback | Iterable[Callback] | None = None,
        add_history: bool = False,
        add_progbar: bool = False,
        model: Sequential | None = None,
        **params: Any,
    ) -> None:
        self.under_way: tuple[str | None, int] = None, 0
        self.callbacks = [callbacks] if isinstance(callbacks, Callback) else list(callbacks or [])
        for callback in self.callbacks:
            if not isinstance(callback, Callback):
                raise TypeError(f"callbacks must be Callback objects, got {callback!r}")
        for wanted, cls in ((add_history, History), (add_progbar, ProgbarLogger)):
            if wanted and not any(isinstance(callback, cls) for callback in self.callbacks):
                self.callbacks.append(cls())
        if model is not None:
            from dlcore.models.model import a_model  # which knows callbacks

            a_model(model)
            self.set_model(model)
        if params:
            self.set_params(params)

    def set_model(self, model: Sequential) -> None:
        """Tell each; the model's history is that of the `History` among them."""
        super().set_model(model)
        for callback in self.callbacks:
            callback.set_model(model)
            if isinstance(callback, History):
                model.history = callback

    def set_params(self, params: dict[str, Any]) -> None:
        """Tell each."""
        super().set_params(params)
        for callback in self.callbacks:
            callback.set_params(params)

    def _idle(self) -> list[Any]:
        deaf = [hook for hook in HOOKS if not any(hears(callback, hook) for callback in self.callbacks)]
        return [vars(CallbackList)[hook] for hook in deaf]
