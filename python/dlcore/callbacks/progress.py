"""How far a fit is."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dlcore.callbacks.callback import Callback, Logs

if TYPE_CHECKING:
    from tqdm import tqdm

_BAR = "━" * 20


class ProgbarLogger(Callback):
    """Keras's report: a line for each epoch, and one for each evaluation or prediction by itself.

    Where output is a terminal and tqdm is there, a fit shows a bar over its epochs in place of lines.

    Parameters
    ----------
    bar : bool
        False gives lines without a bar, as `verbose=2` does; default True.

    Examples
    --------
    >>> import dlcore
    >>> model = dlcore.Sequential([dlcore.Input((1,)), dlcore.layers.Dense(1)])
    >>> model.compile("sgd", "mse")
    >>> report = dlcore.callbacks.ProgbarLogger(bar=False)
    >>> _ = model.fit([[1.0]], [1.0], epochs=2, verbose=0, callbacks=[report])
    Epoch 1/2
    1/1 - ... - loss: ...
    Epoch 2/2
    1/1 - ... - loss: ...
    """

    def __init__(self, bar: bool = True) -> None:
        self.bar = bar
        self._tqdm: tqdm[Any] | None = None
        self._epoch: int | None = None

    def on_train_begin(self, logs: Logs | None = None) -> None:
        """Show the bar."""
        if self.bar and sys.stdout is not None and sys.stdout.isatty():
            try:
                from tqdm import tqdm
            except ImportError:
                return
            self._tqdm = tqdm(total=self.params["epochs"], unit="epoch", file=sys.stdout)

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        """Look at the clock."""
        self._start, self._epoch = time.perf_counter(), epoch
        if self._tqdm is None and self.params["epochs"] > 1:
            print(f"Epoch {epoch + 1}/{self.params['epochs']}")

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """Say how long it took and what came of it."""
        if self._tqdm is not None:
            self._tqdm.update(epoch + 1 - self._tqdm.n)
            self._tqdm.set_postfix({name: _number(value) for name, value in (logs or {}).items()})
        else:
            self._line(logs or {})
        self._epoch = None

    def on_test_begin(self, logs: Logs | None = None) -> None:
        """Look at the clock, unless it is a validation within an epoch."""
        if self._epoch is None:
            self._start = time.perf_counter()

    def on_test_end(self, logs: Logs | None = None) -> None:
        """Say what came of it."""
        if self._epoch is None:
            self._line(logs or {})

    def on_predict_begin(self, logs: Logs | None = None) -> None:
        """Look at the clock."""
        self._start = time.perf_counter()

    def on_predict_end(self, logs: Logs | None = None) -> None:
        """Say how long it took."""
        self._line({})

    def _line(self, logs: Mapping[str, Any]) -> None:
        """Steps, seconds, and the logs."""
        seconds = time.perf_counter() - self._start
        steps = self.params.get("steps") or 1
        values = "".join(f" - {name}: {_number(value)}" for name, value in logs.items())
        if self.bar:
            print(f"{steps}/{steps} {_BAR} {seconds:.0f}s {_duration(seconds / steps)}/step{values}")
        else:
            print(f"{steps}/{steps} - {seconds:.0f}s - {_duration(seconds / steps)}/step{values}")

    def on_train_end(self, logs: Logs | None = None) -> None:
        """Leave the bar as it is."""
        self.close()

    def close(self) -> None:
        """Give the terminal back, also after an exception."""
        if self._tqdm is not None:
            self._tqdm.close()
            self._tqdm = None


def _number(value: Any) -> str:
    """As Keras writes it."""
    if not isinstance(value, int | float):
        return str(value)
    return f"{value:.4f}" if abs(value) > 1e-3 else f"{value:.4e}"


def _duration(seconds: float) -> str:
    """In seconds, milliseconds or microseconds, whichever is whole."""
    if seconds >= 1:
        return f"{seconds:.0f}s"
    return f"{seconds * 1e3:.0f}ms" if seconds >= 1e-3 else f"{seconds * 1e6:.0f}us"
