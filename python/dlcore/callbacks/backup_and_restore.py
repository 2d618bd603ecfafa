"""Going on after an interruption."""

from __future__ import annotations

import contextlib
import os
import pathlib
from typing import Any

from dlcore import _checks, _core
from dlcore.callbacks._batches import frequency
from dlcore.callbacks.callback import Callback, Logs

FILE = "latest.safetensors"
"""The backup's name in its folder."""


class BackupAndRestore(Callback):
    """Keeps all that a fit needs to go on in a folder; a fit that finds it there goes on from it.

    It goes on behind the batch after which it was saved, and comes to the same end, bit for bit, as if it had
    never been interrupted: see `Sequential.fit`, whose `resume_from` does the same with any file. When a fit
    comes to its end, the backup is removed, and the folder if nothing else is in it.

    Parameters
    ----------
    backup_dir : str or path
        A folder for nothing else.
    save_freq : "epoch" or int
        When to save: after each epoch, or every so many batches; default "epoch".
    double_checkpoint : bool
        Whether to keep the backup before the last one too, in case the last one cannot be read; default
        False.
    delete_checkpoint : bool
        Whether to remove the backup in the end; default True.

    Examples
    --------
    >>> import dlcore
    >>> backup = dlcore.callbacks.BackupAndRestore("backup", save_freq=1000)
    """

    def __init__(
        self,
        backup_dir: str | os.PathLike[str],
        save_freq: str | int = "epoch",
        double_checkpoint: bool = False,
        delete_checkpoint: bool = True,
    ) -> None:
        if not os.fspath(backup_dir):
            raise ValueError("backup_dir must name a folder, got an empty name")
        self.backup_dir = backup_dir
        self.save_freq = save_freq
        self.double_checkpoint = _checks.boolean("double_checkpoint", double_checkpoint)
        self.delete_checkpoint = _checks.boolean("delete_checkpoint", delete_checkpoint)
        self._clock = frequency("save_freq", save_freq)
        self._path = pathlib.Path(backup_dir) / FILE
        self._previous = self._path.with_name(FILE + ".bkp")

    def get_state(self) -> dict[str, Any]:
        """How many batches ago it was saved."""
        return {} if self._clock is None else {"clock": self._clock.get_state()}

    def set_state(self, state: dict[str, Any]) -> None:
        """Go on from what `get_state` gave."""
        if self._clock is not None:
            self._clock.set_state(state["clock"])

    def on_train_begin(self, logs: Logs | None = None) -> None:
        """Restore what is there."""
        if not self._path.exists():
            return
        try:
            backup = self.model._read_backup(self._path)
        except (OSError, ValueError):
            if not self._previous.exists():
                raise
            _core.write_file(self._path, self._previous.read_bytes())
            backup = self.model._read_backup(self._path)
        self.model._restore(backup)

    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """Save if it is time."""
        if self._clock is not None and self._clock.due(batch):
            self._save()

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """Save, unless it is done by batches."""
        if self._clock is None:
            self._save()

    def on_train_end(self, logs: Logs | None = None) -> None:
        """Remove what was written here, and the folder, unless something else is in it."""
        if self.delete_checkpoint:
            self._path.unlink(missing_ok=True)
            self._previous.unlink(missing_ok=True)
            with contextlib.suppress(OSError):
                self._path.parent.rmdir()

    def _idle(self) -> list[Any]:
        return [BackupAndRestore.on_train_batch_end] if self._clock is None else []

    def _save(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        if self.double_checkpoint and self._path.exists():
            _core.write_file(self._previous, self._path.read_bytes())
        self.model.save(self._path)
