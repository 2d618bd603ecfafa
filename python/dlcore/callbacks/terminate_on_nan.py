"""An end where the loss is no number."""

from __future__ import annotations

import math
from typing import Any

from dlcore import _checks
from dlcore.callbacks.callback import Callback, Logs


class TerminateOnNaN(Callback):
    """Ends the fit when a loss is NaN or infinite.

    The core looks at every loss anyway and keeps the last finite weights, so this makes no batch slower.

    Parameters
    ----------
    raise_error : bool
        Whether to raise a RuntimeError instead; default False.

    Examples
    --------
    >>> import dlcore
    >>> callback = dlcore.callbacks.TerminateOnNaN()
    """

    def __init__(self, raise_error: bool = False) -> None:
        self.raise_error = _checks.boolean("raise_error", raise_error)

    def on_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """Look at the loss."""
        loss = (logs or {}).get("loss")
        if loss is None or math.isfinite(loss):
            return
        if self.raise_error:
            raise RuntimeError(f"batch {batch}: the loss is {loss}")
        print(f"Batch {batch}: Invalid loss, terminating training")
        self.model.stop_training = True

    def _idle(self) -> list[Any]:
        """The loop calls it where the core says that a loss is not finite; it need not stop at others."""
        return [TerminateOnNaN.on_batch_end]
