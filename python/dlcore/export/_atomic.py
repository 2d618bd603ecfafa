"""Files that are whole or not there."""

import contextlib
import os
import pathlib


def write(path: str | os.PathLike[str], content: bytes) -> None:
    """Write a file: whatever happens, there is the old one or the new one."""
    target = pathlib.Path(path)
    beside = target.with_name(f"{target.name}.{os.getpid()}.new")
    try:
        with beside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(target)
    finally:
        with contextlib.suppress(FileNotFoundError):
            beside.unlink()
