"""Arrays under `keras.random`'s names."""

import numpy as np
import pytest

import dlcore
from dlcore import random

DRAWN = {
    "normal": lambda seed: random.normal((50, 40), 1.0, 2.0, seed=seed),
    "truncated_normal": lambda seed: random.truncated_normal((50, 40), 1.0, 2.0, seed=seed),
    "uniform": lambda seed: random.uniform((50, 40), 1.0, 3.0, seed=seed),
    "randint": lambda seed: random.randint((50, 40), 2, 5, seed=seed),
    "shuffle": lambda seed: random.shuffle(np.arange(100), seed=seed),
    "categorical": lambda seed: random.categorical(np.log([[0.1, 0.9], [0.5, 0.5]]), 500, seed=seed),
}


@pytest.mark.parametrize("name", DRAWN)
def test_seeds(name):
    draw = DRAWN[name]
    np.testing.assert_array_equal(draw(3), draw(3))
    assert not np.array_equal(draw(3), draw(4))
    assert not np.array_equal(draw(None), draw(None))
    seeds = random.SeedGenerator(3)
    assert not np.array_equal(draw(seeds), draw(seeds))
    dlcore.utils.set_random_seed(1)
    first = draw(None)
    dlcore.utils.set_random_seed(1)
    np.testing.assert_array_equal(draw(None), first)


def test_distributions():
    drawn = {name: draw(1) for name, draw in DRAWN.items()}
    for name in ("normal", "truncated_normal", "uniform"):
        assert drawn[name].dtype == "float32"
        assert drawn[name].shape == (50, 40)
    assert abs(drawn["normal"].mean() - 1) < 0.2
    assert abs(drawn["truncated_normal"] - 1).max() <= 4 < abs(drawn["normal"] - 1).max()
    assert 1 <= drawn["uniform"].min() < 1.1 < 2.9 < drawn["uniform"].max() < 3
    assert sorted(set(drawn["randint"].ravel())) == [2, 3, 4]
    assert sorted(drawn["shuffle"]) == list(range(100))
    np.testing.assert_allclose(drawn["categorical"].mean(axis=1), [0.9, 0.5], atol=0.1)
    assert random.normal((2,), dtype="float64").dtype == "float64"
    assert random.randint((2,), 0, 3).dtype == "int32"


def test_a_seed_that_is_none_of_these():
    with pytest.raises(TypeError, match="seed"):
        random.normal((2,), seed=0.5)
    with pytest.raises(ValueError, match="shape"):
        random.normal((-2,))
