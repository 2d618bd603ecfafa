"""Zip archives from outside: no more is unpacked than an archive of its size may hold."""

from __future__ import annotations

import contextlib
import io
import os
import zipfile
from collections.abc import Iterator

MOST_DIRECTORY = 2**16
"""Bytes of the list of members; Keras's have three members."""

ROOM = 2**22
"""Bytes that a member may have beyond the archive's size: Keras packs weights as they are."""


class _Reader(io.FileIO):
    """Reads no long part as long as the list of members is read, each of which becomes an object."""

    is_short = True

    def read(self, size: int | None = -1, /) -> bytes:
        if self.is_short and size is not None and size > MOST_DIRECTORY:
            raise ValueError(f"the archive's list of members has more than {MOST_DIRECTORY:,} bytes")
        return super().read(size)


@contextlib.contextmanager
def opened(path: str | os.PathLike[str]) -> Iterator[zipfile.ZipFile]:
    """The archive at a path."""
    with _Reader(os.fspath(path)) as reader, zipfile.ZipFile(reader) as archive:
        reader.is_short = False
        yield archive


def member(archive: zipfile.ZipFile, name: str, most: int | None = None) -> bytes:
    """A member's bytes, `most` of them at most.

    Raises
    ------
    KeyError
        If there is none of that name.
    ValueError
        If it is too large for the archive.
    """
    info = archive.getinfo(name)
    assert archive.fp is not None
    most = archive.fp.seek(0, os.SEEK_END) + ROOM if most is None else most
    if info.file_size > most:
        raise ValueError(f"{name} has {info.file_size:,} bytes, more than {most:,}")
    # The others unpack all that there is, whatever length the archive gives.
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ValueError(f"{name} is packed in a way that Keras does not use")
    with archive.open(info) as file:
        return file.read(info.file_size)
