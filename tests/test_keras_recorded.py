"""The numbers that Keras gives for the same nets, data and first weights, as tests/keras_peer recorded them.

`make test-keras` compares with Keras itself, in float32 too; `compare.py --record` records anew.
"""

import json
import re

import numpy as np
import pytest

import dlcore
from keras_peer import running
from keras_peer.cases import CASES, NOT_DONE, REFUSED
from keras_peer.compare import ALLOWED, RECORDED

KERAS = json.loads(RECORDED.read_text())["cases"]


@pytest.fixture(autouse=True)
def _float64():
    """All arithmetic in float64, as it was when Keras's numbers were recorded."""
    dlcore.config.set_floatx("float64")
    yield
    dlcore.config.set_floatx("float32")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_numbers_are_keras_s(case):
    got = running.summary(running.run(case, dlcore))
    parts = running.differences(KERAS[case.name], got)
    far = {part: far for part, far in parts.items() if not far <= ALLOWED["float64"]}
    assert not far


@pytest.mark.parametrize("case", NOT_DONE, ids=lambda case: case.name)
def test_what_is_not_done_says_so(case):
    errors = (AttributeError, TypeError, ValueError)
    with pytest.raises(errors, match=re.escape(REFUSED[case.name])):
        running.run(case, dlcore)


def test_every_case_is_recorded():
    assert list(KERAS) == [case.name for case in CASES]


def test_a_wrong_weight_is_seen():
    """The summary of an array changes with its elements, their order at its head, and its shape."""
    array = np.linspace(-1, 1, 12).reshape(4, 3)
    changed = [array + 1e-6 * (np.arange(12).reshape(4, 3) == 7), array[::-1], array.reshape(3, 4), -array]
    for other in changed:
        assert running.difference(running.few_numbers(array), running.few_numbers(other)) > 1e-9
