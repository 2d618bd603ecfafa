"""How far a fit is."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any

from dlcore.callbacks.callback import Callback, Logs

if TYPE_CHECKING:
    from tqdm import tqdm


class ProgbarLogger(Callback):
    """A bar over the epochs where output is a terminal and tqdm is there, else a line an epoch.

    Parameters
    ----------
    bar : bool
        False gives lines in any case; default True.
    """

    def __init__(self, bar: bool = True) -> None:
        self.bar = bar
        self._tqdm: tqdm[Any] | None = None

    def on_train_begin(self, logs: Logs | None = None) -> None:
        """Show the bar."""
        if self.bar and sys.stdout.isatty():
            try:
                from tqdm import tqdm
            except ImportError:
                return
            self._tqdm = tqdm(total=self.params["epochs"], unit="epoch", file=sys.stdout)

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        """Look at the clock."""
        self._start = time.perf_counter()

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """Say how long it took and what came of it."""
        values = {name: f"{value:.4f}" for name, value in (logs or {}).items()}
        if self._tqdm is not None:
            self._tqdm.update(epoch + 1 - self._tqdm.n)
            self._tqdm.set_postfix(values)
            return
        seconds = time.perf_counter() - self._start
        text = "  ".join(f"{name} {value}" for name, value in values.items())
        total = self.params["epochs"]
        print(f"Epoch {epoch + 1:{len(str(total))}}/{total}  {seconds:.2f} s  {text}")

    def on_train_end(self, logs: Logs | None = None) -> None:
        """Leave the bar as it is."""
        self.close()

    def close(self) -> None:
        """Give the terminal back, also after an exception."""
        if self._tqdm is not None:
            self._tqdm.close()
            self._tqdm = None
