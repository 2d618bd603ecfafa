"""A few of the mutated files of `make test-files`."""

import pathlib
import subprocess
import sys

import mutated_files


def test_mutated_files():
    command = [sys.executable, mutated_files.__file__, "--count", "1000"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_files_are_changed_and_some_still_load(tmp_path):
    """Else the above would say nothing."""
    data = next(mutated_files.sound())
    loaded = 0
    path = pathlib.Path(tmp_path, "m.safetensors")
    for number in range(200):
        changed = mutated_files.mutated(mutated_files.random.Random(number), data)
        path.write_bytes(changed)
        try:
            mutated_files.dlcore.load_model(path)
        except ValueError:
            continue
        loaded += 1
    assert 5 < loaded < 100
