"""Going on after an interruption."""

from __future__ import annotations

import json
import os
import pathlib
import shutil
from typing import Any

from dlcore import _checks
from dlcore.callbacks._batches import frequency
from dlcore.callbacks.callback import Callback, Logs


class BackupAndRestore(Callback):
    """Keeps model, optimizer and epoch in a folder; a fit that finds them there goes on from them.

    When a fit comes to its end, the folder is removed.

    Parameters
    ----------
    backup_dir : str or path
        A folder for nothing else.
    save_freq : "epoch" or int
        When to save: after each epoch, or every so many batches; default "epoch". An epoch that was
        interrupted is done again from its beginning, with the weights that were saved within it.
    double_checkpoint : bool
        Whether to keep the backup before the last one too, in case the last one cannot be read; default
        False.
    delete_checkpoint : bool
        Whether to remove the folder in the end; default True.

    Examples
    --------
    >>> import dlcore
    >>> backup = dlcore.callbacks.BackupAndRestore("backup")
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
        self._epoch = 0
        folder = pathlib.Path(backup_dir)
        self._model_path = folder / "latest.weights.h5"
        self._state_path = folder / "training_metadata.json"

    def on_train_begin(self, logs: Logs | None = None) -> None:
        """Restore what is there."""
        if not self._state_path.exists():  # written last, so there is a whole backup with it
            return
        try:
            self._restore()
        except (OSError, ValueError):
            if not _previous(self._model_path).exists():
                raise
            for path in (self._model_path, self._state_path):
                shutil.copyfile(_previous(path), path)
            self._restore()

    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """Save if it is time."""
        if self._clock is not None and self._clock.due(batch):
            self._save()

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """Save, unless it is done by batches."""
        self._epoch = epoch + 1
        if self._clock is None:
            self._save()

    def on_train_end(self, logs: Logs | None = None) -> None:
        """Remove the folder."""
        if self.delete_checkpoint and self._state_path.parent.exists():
            shutil.rmtree(self.backup_dir)

    def _idle(self) -> list[Any]:
        return [BackupAndRestore.on_train_batch_end] if self._clock is None else []

    def _restore(self) -> None:
        self._epoch = json.loads(self._state_path.read_text())["epoch"]
        self.model._restore(self._model_path)
        self.model._initial_epoch = self._epoch

    def _save(self) -> None:
        self._model_path.parent.mkdir(parents=True, exist_ok=True)
        for path in (self._model_path, self._state_path):
            if self.double_checkpoint and path.exists():
                shutil.copyfile(path, _previous(path))
        self.model.save(self._model_path)
        # In one go, so that an interruption leaves the old text or the new one.
        new = self._state_path.with_suffix(".new")
        new.write_text(json.dumps({"epoch": self._epoch}))
        new.replace(self._state_path)


def _previous(path: pathlib.Path) -> pathlib.Path:
    return path.with_name(path.name + ".bkp")
