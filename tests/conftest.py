"""Fixtures that several files use."""

import pathlib

import numpy as np
import pytest

import dlcore
from dlcore import _core

ROOT = pathlib.Path(__file__).parents[1]


@pytest.fixture(params=_core.available_isas())
def isa(request):
    """Each instruction set that the machine has, in turn."""
    before = _core.isa()
    _core.set_isa(request.param)
    yield request.param
    _core.set_isa(before)


@pytest.fixture(autouse=True)
def _same_start():
    """No test depends on which ran before."""
    dlcore.utils.set_random_seed(0)


@pytest.fixture(scope="session")
def shared_data():
    """A folder beside the repository, with data that is too large for it."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("needs the data sets in ../shared/data")
    return folder


@pytest.fixture
def xor():
    """Inputs and labels."""
    x = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], np.float32)
    return x, np.array([0, 1, 1, 0], np.float32)
