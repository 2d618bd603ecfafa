"""Scripts written for Keras run unchanged, and what they give is what it was under Keras.

tests/keras_scripts has them, and what Keras gave; `make test-keras` runs them under Keras itself.
"""

import copy
import json

import pytest

from keras_peer.scripts import NAMES, RECORDED, disagreements, under_dlcore

KERAS = json.loads(RECORDED.read_text())


@pytest.mark.parametrize("name", NAMES)
def test_script_runs_unchanged(name):
    assert disagreements(KERAS[name], under_dlcore(name)) == []


def test_every_script_is_recorded():
    assert list(KERAS) == NAMES


def test_a_wrong_result_is_seen():
    wrong = copy.deepcopy(KERAS["digits"])
    wrong["exact"]["parameters"] += 1
    wrong["close"]["accuracy"][0] = 0.1
    assert len(disagreements(KERAS["digits"], wrong)) == 2
