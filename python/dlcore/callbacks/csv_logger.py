"""The logs of every epoch as a table in a file."""

from __future__ import annotations

import csv
import os
import pathlib
from typing import TextIO

from dlcore import _checks
from dlcore.callbacks.callback import Callback, Logs


class CSVLogger(Callback):
    """Writes a line an epoch: its number, from 0, and the values by name, in alphabetical order.

    What the columns are is settled after the first epoch. If it had no validation, there are columns for that
    of later epochs. What is missing in an epoch is "NA".

    Parameters
    ----------
    filename : str or path
    separator : str
        Between values; default ",".
    append : bool
        Whether to go on at the end of a file that is there; default False, which overwrites it.

    Examples
    --------
    >>> import dlcore
    >>> log = dlcore.callbacks.CSVLogger("training.csv")
    """

    def __init__(self, filename: str | os.PathLike[str], separator: str = ",", append: bool = False) -> None:
        self.filename = os.fspath(filename)
        self.sep = separator
        self.append = _checks.boolean("append", append)
        self.keys: list[str] | None = None
        self._file: TextIO | None = None
        self._header = True

    def on_train_begin(self, logs: Logs | None = None) -> None:
        """Open the file."""
        self._close()
        path = pathlib.Path(self.filename)
        self._header = not (self.append and path.exists() and path.stat().st_size > 0)
        self._file = path.open("a" if self.append else "w", newline="")
        self.keys = None

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """Write a line."""
        if self._file is None:
            raise RuntimeError("CSVLogger has no file open: on_train_begin comes first")
        values = logs or {}
        writer = csv.writer(self._file, delimiter=self.sep)
        if self.keys is None:
            self.keys = sorted(values)
            if not any(key.startswith("val_") for key in self.keys):
                self.keys += [f"val_{key}" for key in self.keys]
            if self._header:
                writer.writerow(["epoch", *self.keys])
        writer.writerow([epoch, *(values.get(key, "NA") for key in self.keys)])
        self._file.flush()

    def on_train_end(self, logs: Logs | None = None) -> None:
        """Close the file."""
        self._close()

    def _close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None
