"""Writes that are cut off, by a kill or for want of room: the old file or the new one, whole."""

import contextlib
import os
import pathlib
import resource
import shutil
import subprocess
import sys

import numpy as np
import pytest

import atomic_files
import dlcore

pytest.importorskip("h5py")
pytest.importorskip("onnx")


@pytest.fixture(scope="module")
def models():
    return [atomic_files.trained(seed) for seed in (1, 2)]


def test_a_killed_process_leaves_the_old_file_or_the_new_one():
    script = pathlib.Path(atomic_files.__file__)
    subprocess.run([sys.executable, str(script), "--kills", "5"], check=True, capture_output=True)


@contextlib.contextmanager
def full(path):
    """A file can have 100 KB at most: what a full disk is to one who writes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
    try:
        yield path
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@contextlib.contextmanager
def mounted(path, options):
    """A disk of its own in place of the file's folder, with what was in it."""
    folder, kept = path.parent, path.read_bytes()
    command = ["mount", "-t", "tmpfs", "-o", f"size={len(kept) + 65_536}", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(command, check=False, capture_output=True).returncode:
        pytest.skip("nothing can be mounted here")
    try:
        path.write_bytes(kept)
        if options:
            subprocess.run(["mount", "-o", options, str(folder)], check=True)
        yield path
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@contextlib.contextmanager
def protected(path):
    """A file or folder that may not be written to."""
    if os.geteuid() == 0:
        pytest.skip("root may write everywhere")
    mode = path.stat().st_mode
    path.chmod(mode & ~0o222)
    try:
        yield
    finally:
        path.chmod(mode)


CONDITIONS = {
    "no room for so large a file": full,
    "a full disk": lambda path: mounted(path, None),
    "a read-only disk": lambda path: mounted(path, "remount,ro"),
    "a read-only folder": lambda path: protected(path.parent),
    "a read-only file": protected,
}


@pytest.mark.parametrize("condition", CONDITIONS)
@pytest.mark.parametrize("name", atomic_files.WRITERS)
def test_a_write_that_fails_leaves_the_old_file(name, condition, models, tmp_path):
    path = tmp_path / "files" / name
    path.parent.mkdir()
    write = atomic_files.WRITERS[name]
    write(models[0], path)
    before = atomic_files.digest(path)
    with CONDITIONS[condition](path):
        with pytest.raises(OSError):  # noqa: PT011, its number says what; OSError is what is promised
            write(models[1], path)
        assert atomic_files.digest(path) == before
        assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("name", [name for name in atomic_files.WRITERS if name[0] in "mw"])
def test_a_folder_that_has_vanished(name, models, tmp_path):
    """Callbacks make the folders that they write to."""
    path = tmp_path / "files" / name
    path.parent.mkdir()
    shutil.rmtree(path.parent)
    with pytest.raises(FileNotFoundError):
        atomic_files.WRITERS[name](models[0], path)


def test_a_backup_takes_away_what_a_killed_process_had_begun(tmp_path):
    backup = dlcore.callbacks.BackupAndRestore(tmp_path / "backup", delete_checkpoint=False)
    x = np.ones((4, 256), "float32")
    model = atomic_files.trained(1)
    model.fit(x, x[:, :10], callbacks=[backup], verbose=0)
    unfinished = tmp_path / "backup" / ".dlcore-0.new"
    unfinished.write_bytes(b"begun")
    model.fit(x, x[:, :10], epochs=2, callbacks=[backup], verbose=0)
    assert [file.name for file in unfinished.parent.iterdir()] == ["latest.safetensors"]
