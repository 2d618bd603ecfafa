"""Hostile files: each is a ValueError that names it, soon, in little memory, and runs nothing."""

import json
import subprocess
import sys

import pytest

import file_attacks

foreign_file_attacks = pytest.importorskip("foreign_file_attacks", reason="needs h5py")

MOST_SECONDS = 5
MOST_BYTES = 16 << 20
"""Besides twice the file's size."""


ATTACKS = [*file_attacks.ATTACKS, *foreign_file_attacks.ATTACKS]
SOUND = [attack for attack in ATTACKS if attack.endswith("sound")]


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory):
    """Of all attacks, in an empty folder that stays empty."""
    found = {}
    folder = tmp_path_factory.mktemp("attacked")
    for module in (file_attacks, foreign_file_attacks):
        done = subprocess.run(
            [sys.executable, module.__file__], capture_output=True, text=True, check=False, cwd=folder
        )
        found |= dict(map(json.loads, done.stdout.splitlines()))
        assert done.returncode == 0, f"after {list(found)[-1:]}: {done.stderr}"
    assert list(folder.iterdir()) == []
    return found


@pytest.mark.parametrize("name", SOUND)
def test_the_file_that_is_changed_is_sound(name, outcomes):
    assert outcomes[name]["error"] is None, outcomes[name]


@pytest.mark.parametrize("attack", [attack for attack in ATTACKS if attack not in SOUND])
def test_attack(attack, outcomes):
    outcome = outcomes[attack]
    assert outcome["error"] == "ValueError", outcome
    assert outcome["names_the_file"], outcome
    assert outcome["seconds"] < MOST_SECONDS, outcome
    assert outcome["bytes"] <= 2 * outcome["size"] + MOST_BYTES, outcome
