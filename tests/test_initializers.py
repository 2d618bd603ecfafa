"""Initializers and regularizers by themselves: values, names, configurations."""

import numpy as np
import pytest

from dlcore import constraints, initializers, regularizers


@pytest.mark.parametrize("shape", [(5, 3), (3, 5), (4, 4), (2, 3, 4)])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_orthogonal(shape, dtype):
    kernel = initializers.Orthogonal(gain=2.0, seed=1)(shape, dtype)
    assert kernel.shape == shape
    assert kernel.dtype == dtype
    assert kernel.flags.c_contiguous
    matrix = kernel.reshape(-1, shape[-1])
    product = matrix.T @ matrix if len(matrix) >= shape[-1] else matrix @ matrix.T
    np.testing.assert_allclose(product, 4 * np.eye(len(product)), atol=1e-5)
    assert not np.array_equal(kernel, initializers.Orthogonal(gain=2.0, seed=2)(shape, dtype))


def test_orthogonal_matrices_have_no_preferred_direction():
    """A QR decomposition as it comes has signs of its own: the mean over many would not be zero."""
    mean = np.mean([initializers.Orthogonal(seed=seed)((3, 3), "float64") for seed in range(500)], axis=0)
    assert abs(mean).max() < 5 * np.sqrt(1 / 3 / 500)


def test_identity():
    np.testing.assert_array_equal(initializers.Identity(0.5)((2, 3)), [[0.5, 0, 0], [0, 0.5, 0]])


@pytest.mark.parametrize(("initializer", "shape"), [("identity", (2, 2, 2)), ("orthogonal", (3,))])
def test_shapes_that_are_no_matrix(initializer, shape):
    with pytest.raises(ValueError, match="shape must"):
        initializers.get(initializer)(shape)


def test_names_of_keras():
    assert initializers.orthogonal is initializers.Orthogonal is initializers.OrthogonalInitializer
    assert initializers.identity is initializers.Identity is initializers.IdentityInitializer
    for name in initializers.__all__:
        if name not in ("Initializer", "deserialize", "get", "serialize"):
            assert isinstance(initializers.get(name), getattr(initializers, name))
    assert type(initializers.get(initializers.he_normal)) is initializers.HeNormal
    assert isinstance(regularizers.l1_l2(0.1, 0.2), regularizers.Regularizer)
    assert (regularizers.l1, regularizers.l2) == (regularizers.L1, regularizers.L2)


@pytest.mark.parametrize(
    ("module", "thing"),
    [
        (initializers, initializers.Orthogonal(2.0, 5)),
        (initializers, initializers.Identity(2.0)),
        (initializers, initializers.VarianceScaling(2.0, "fan_out")),
        (regularizers, regularizers.L1(0.3)),
        (regularizers, regularizers.L1L2(0.3, 0.4)),
        (constraints, constraints.MaxNorm(3.0)),
    ],
)
def test_to_a_configuration_and_back(module, thing):
    again = module.deserialize(module.serialize(thing))
    assert type(again) is type(thing)
    assert again.get_config() == thing.get_config()


def test_classes_of_ones_own():
    class Fours(initializers.Initializer):
        def __call__(self, shape, dtype="float32"):
            return np.full(shape, 4, dtype)

    found = initializers.deserialize(initializers.serialize(Fours()), custom_objects={"Fours": Fours})
    np.testing.assert_array_equal(found((2,)), [4, 4])

    class Mine(regularizers.Regularizer):
        def __call__(self, w):
            return 0.0

    with pytest.raises(TypeError, match="regularizer must be"):  # the core could not compute it
        regularizers.get(Mine())


def test_older_names_and_none():
    kinds = [type(initializers.get(name)).__name__ for name in ("uniform", "normal", "zero", "one", None)]
    assert kinds == ["RandomUniform", "RandomNormal", "Zeros", "Ones", "GlorotUniform"]
    assert initializers.get(None)((3,)).shape == (3,)
