"""Files that were damaged on the way."""

import pathlib

KINDS = ["cut", "flip", "insert", "zeros", "header length", "empty", "folder", "missing"]


def damaged(folder, good, kind, at, byte):
    """A path to a copy of the good file's bytes, damaged at a share of its length (0 to 1)."""
    path = pathlib.Path(folder) / f"damaged-{kind.replace(' ', '-')}{good.suffix}"
    data = bytearray((good.is_file() and good.read_bytes()) or b"something else")
    place = min(len(data) - 1, int(at * len(data)))
    if kind == "cut":
        del data[place:]
    elif kind == "flip":
        data[place] ^= byte or 1
    elif kind == "insert":
        data.insert(place, byte)
    elif kind == "zeros":
        data[place : place + 16] = bytes(16)
    elif kind == "header length":
        data[place % 8] = byte
    elif kind == "empty":
        data.clear()
    elif kind == "folder":
        path.mkdir(exist_ok=True)
        return path
    elif kind == "missing":
        return path.with_name("missing")
    path.write_bytes(data)
    return path
