"""The same seed gives the same bits: on any number of threads, any instruction set, in any batch."""

import json
import os
import pathlib
import subprocess
import sys

import numpy as np
import pytest

import dlcore
import reference
from digest import stack
from dlcore import _core

HERE = pathlib.Path(__file__).parent


def digests(threads, isa):
    settings = {"DLCORE_NUM_THREADS": str(threads), "DLCORE_ISA": isa, "PYTHONPATH": str(HERE)}
    done = subprocess.run(
        [sys.executable, HERE / "digest.py"],
        env=os.environ | settings,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert (found.pop("isa"), found.pop("threads")) == (isa, threads)
    return found


@pytest.fixture(scope="module")
def expected():
    return digests(1, _core.available_isas()[0])


def test_digests_tell_networks_apart(expected):
    assert len(set(expected.values())) == len(expected)


@pytest.mark.parametrize("threads", [1, 2, 3, 8])
def test_any_number_of_threads(threads, expected):
    assert digests(threads, _core.available_isas()[0]) == expected


@pytest.mark.timeout(300)
@pytest.mark.parametrize("isa", _core.available_isas()[1:])
def test_any_instruction_set(isa, expected):
    assert digests(2, isa) == expected


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("widths", [[5, 3], [130, 64], [300, 513]])
def test_a_row_has_the_same_prediction_in_any_batch(widths, dtype, isa):
    rng = np.random.default_rng(0)
    layers = stack(widths, "gelu")
    network = _core.Network(23, layers, dtype, 0)
    network.set_weights([w.astype(dtype) for w in reference.random_weights(rng, 23, layers)])
    x = rng.normal(size=(101, 23)).astype(dtype)
    expected = network.predict(x)
    for size in (1, 2, 7, 15, 16, 17, 64):
        parts = [network.predict(x[i : i + size]) for i in range(0, 101, size)]
        np.testing.assert_array_equal(np.concatenate(parts), expected)
    np.testing.assert_array_equal(network.predict(x[::-1].copy()), expected[::-1])


def fitted(seed):
    dlcore.utils.set_random_seed(seed)
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(100, 4)).astype(np.float32), rng.integers(0, 3, 100)
    layers = dlcore.layers
    model = dlcore.Sequential(
        [
            layers.Input((4,)),
            layers.Dense(8, activation="relu"),
            layers.Dropout(0.3),
            layers.Dense(3, activation="softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(x, y, epochs=5, verbose=0)
    return b"".join(w.tobytes() for w in model.get_weights())


def test_a_seed_fixes_a_whole_fit():
    assert fitted(1) == fitted(1)
    assert fitted(1) != fitted(2)


def test_threads_can_be_set_while_running():
    before = dlcore.get_num_threads()
    try:
        for threads in (1, 3, 2):
            dlcore.set_num_threads(threads)
            assert dlcore.get_num_threads() == threads
            assert fitted(1) == fitted(1)
    finally:
        dlcore.set_num_threads(before)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("DLCORE_ISA", "sse9"),
        ("DLCORE_NUM_THREADS", "many"),
        ("DLCORE_NUM_THREADS", "0"),
        ("DLCORE_NUM_THREADS", "-1"),
    ],
)
def test_a_wrong_variable_is_an_error_that_names_it(variable, value):
    done = subprocess.run(
        [sys.executable, "-c", "import dlcore; dlcore.show_config()"],
        env=os.environ | {variable: value},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert variable in done.stderr
    assert value in done.stderr
    if variable == "DLCORE_ISA":
        assert all(isa in done.stderr for isa in _core.available_isas())


def test_a_long_prediction_is_made_in_pieces_that_overlap():
    """2,000 rows of this net are three pieces of 667; each row is what it is alone."""
    dense = dlcore.layers.Dense
    model = dlcore.Sequential(
        [dlcore.layers.Input((8,)), dense(1500, activation="relu"), dense(1500), dense(1)]
    )
    x = np.random.default_rng(0).normal(size=(2000, 8)).astype(np.float32)
    together = model.predict(x, verbose=0)
    for first in (0, 660, 1330, 1990):
        alone = model.predict(x[first : first + 10], verbose=0)
        np.testing.assert_array_equal(together[first : first + 10], alone)
