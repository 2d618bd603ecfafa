"""Hostile files: each is an error that names it, soon, in little memory, and runs nothing."""

import json
import pathlib
import subprocess
import sys

import pytest

import file_attacks

MOST_SECONDS = 5
MOST_BYTES = 16 << 20
"""Besides twice the file's size."""


@pytest.fixture(scope="module")
def outcomes():
    """All attacks in one process that has 8 GB at most."""
    script = pathlib.Path(__file__).with_name("file_attacks.py")
    limited = f"import resource, runpy; resource.setrlimit(resource.RLIMIT_AS, (8 << 30, 8 << 30)); {RUN}"
    done = subprocess.run(
        [sys.executable, "-c", limited, str(script)], capture_output=True, text=True, check=False
    )
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0, f"after {lines[-1:]}: {done.stderr}"
    return dict(lines)


RUN = "import sys; sys.argv = sys.argv[1:]; runpy.run_path(sys.argv[0], run_name='__main__')"


def test_the_file_that_is_changed_is_sound(outcomes):
    assert outcomes["sound"]["error"] is None


TOO_LARGE = {"a thousand metrics of a million thresholds, and one that is none": ("MemoryError",)}
"""What is no damage by itself, but asks for more than the limit."""


@pytest.mark.parametrize("attack", file_attacks.ATTACKS)
def test_attack(attack, outcomes):
    outcome = outcomes[attack]
    assert outcome["error"] in ("ValueError", *TOO_LARGE.get(attack, ())), outcome
    assert outcome["names_the_file"], outcome
    assert outcome["seconds"] < MOST_SECONDS, outcome
    assert outcome["bytes"] <= 2 * outcome["size"] + MOST_BYTES, outcome
