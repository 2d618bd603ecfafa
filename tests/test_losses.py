"""Losses on their own: values and derivatives as Keras's, reductions, configurations and names."""

import numpy as np
import pytest

import dlcore
from dlcore import _core, losses

# Keras 3.15.1 with JAX, float64: name, arguments, y_true, y_pred, losses of the rows, and the derivative of
# each by y_pred. Clipped numbers, ties and kinks are among them. Its means are those of float32.
KERAS = [
    (
        "binary_focal_crossentropy",
        {},
        [[1.0, 0.0, 1.0], [0.0, 1.0, 0.0]],
        [[0.9, 0.2, 0.3], [0.0, 1.0, 0.6]],
        [0.1999753565, 0.1099548861],
        [[-0.0107277384, 0.04641914156, -1.106298453], [0.0, 0.0, 0.6665163126]],
    ),
    (
        "binary_focal_crossentropy",
        {"apply_class_balancing": True, "alpha": 0.3, "gamma": 1.5},
        [[1.0, 0.0, 1.0], [0.0, 1.0, 0.0]],
        [[0.9, 0.2, 0.3], [0.0, 1.0, 0.6]],
        [0.07550229877, 0.09936580062],
        [[-0.008511330172, 0.06101495202, -0.3463180709], [0.0, 0.0, 0.5195233619]],
    ),
    (
        "binary_focal_crossentropy",
        {"from_logits": True, "label_smoothing": 0.1, "gamma": 3.0},
        [[1.0, 0.0, 1.0], [0.0, 1.0, 0.0]],
        [[2.0, -1.0, -3.0], [0.5, 30.0, -40.0]],
        [0.7249858379, 0.07195002586],
        [
            [-0.0006202150609, 0.007300380048, -0.3217381716],
            [0.1181029405, -1.695073899e-16, 7.703481415e-21],
        ],
    ),
    (
        "categorical_focal_crossentropy",
        {},
        [[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]],
        [[0.2, 0.7, 0.1], [1.0, 0.0, 0.0]],
        [0.008025186239, 2.500000121e-22],
        [[0.05995086911, -0.02569322962, 0.05995086911], [-0.0, -0.0, -0.0]],
    ),
    (
        "categorical_focal_crossentropy",
        {"alpha": 0.4, "gamma": 0.5, "label_smoothing": 0.1},
        [[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]],
        [[0.2, 0.7, 0.3], [0.9, 0.05, 0.4]],
        [0.1677065617, 0.1441239474],
        [[0.2286345715, -0.1737586635, 0.2530138339], [-0.09148686052, -0.03315476292, 0.2099897815]],
    ),
    (
        "categorical_focal_crossentropy",
        {"from_logits": True, "label_smoothing": 0.2, "gamma": 3.0},
        [[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]],
        [[2.0, -1.0, -3.0], [0.5, 30.0, -40.0]],
        [0.6553271523, 3.760887857],
        [[0.2748267788, -0.2587373871, -0.0160893917], [-0.0, -0.0, -0.0]],
    ),
    (
        "hinge",
        {},
        [[1.0, 0.0, 1.0], [0.0, 1.0, 0.0]],
        [[0.5, 0.25, 1.0], [-1.0, 2.0, -3.0]],
        [0.5833333731, 0.0],
        [[-0.3333333433, 0.3333333433, -0.1666666716], [0.1666666716, -0.0, 0.0]],
    ),
    (
        "hinge",
        {},
        [[1.0, -1.0, 0.5], [-1.0, 2.0, 1.0]],
        [[0.5, 0.25, 2.0], [-1.0, 2.0, -3.0]],
        [0.5833333731, 1.333333373],
        [[-0.3333333433, 0.3333333433, -0.08333333582], [0.1666666716, -0.0, -0.3333333433]],
    ),
    (
        "squared_hinge",
        {},
        [[1.0, 0.0, 1.0], [0.0, 1.0, 0.0]],
        [[0.5, 0.25, 1.0], [-1.0, 2.0, -3.0]],
        [0.6041666865, 0.0],
        [[-0.3333333433, 0.8333333582, -0.0], [0.0, -0.0, 0.0]],
    ),
    (
        "categorical_hinge",
        {},
        [[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]],
        [[0.5, 0.25, 0.5], [0.0, -1.0, -2.0]],
        [1.25, 1.0],
        [[0.5, -1.0, 0.5], [-1.0, 0.0, 0.0]],
    ),
    (
        "categorical_hinge",
        {},
        [[0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
        [[0.0, 1.0, 0.0], [3.0, 4.0, 9.0]],
        [0.0, 0.0],
        [[0.1666666667, -0.5, 0.1666666667], [0.0, 0.0, 0.0]],
    ),
    (
        "kl_divergence",
        {},
        [[0.2, 0.8, 0.0], [1.0, 0.0, 0.0]],
        [[0.5, 0.5, 0.0], [1.0, 1e-07, 0.25]],
        [0.192744757, -1.473180129e-06],
        [[-0.4, -1.6, -0.0], [-0.5, -0.5, -4e-07]],
    ),
    (
        "log_cosh",
        {},
        [[0.5, -1.0, 2.0], [0.0, 0.0, 0.0]],
        [[0.5, 1.0, 2.5], [-800.0, 0.001, 3.0]],
        [0.481705755, 267.2053833],
        [[0.0, 0.3213425363, 0.154039057], [-0.3333333433, 0.0003333332322, 0.3316849278]],
    ),
    (
        "mean_absolute_percentage_error",
        {},
        [[0.5, -1.0, 2.0], [0.0, 0.0, 4.0]],
        [[0.5, 1.0, 2.5], [0.0, 0.5, 3.0]],
        [75.0, 166666675.0],
        [[-66.66667175, 33.33333588, 16.66666794], [-333333358.8, 333333358.8, -8.333333969]],
    ),
    (
        "mean_squared_logarithmic_error",
        {},
        [[0.5, -1.0, 2.0], [0.0, 3.0, 4.0]],
        [[0.5, 1.0, 2.5], [1e-07, -0.5, 3.0]],
        [0.1680717766, 0.6572016478],
        [[0.0, 0.2310490337, 0.02936203513], [0.0, -0.0, -0.03719059299]],
    ),
    (
        "cosine_similarity",
        {},
        [[0.5, -1.0, 2.0], [3.0, 0.0, 4.0]],
        [[0.5, 1.0, 2.5], [1e-08, 0.0, 2e-08]],
        [-0.677296212, -0.22],
        [[-0.03452882649, 0.2496699762, -0.09296222517], [-6000000.0, 0.0, -8000000.0]],
    ),
    (
        "cosine_similarity",
        {},
        [[0.0, 0.0, 0.0], [-3.0, 0.0, 4.0]],
        [[0.5, 1.0, 2.5], [6.0, 0.0, -8.0]],
        [-0.0, 1.0],
        [[-0.0, -0.0, -0.0], [-6.938893904e-18, -0.0, 1.387778781e-17]],
    ),
]


@pytest.mark.parametrize("case", KERAS, ids=lambda case: case[0])
def test_same_values_and_derivatives_as_keras(case):
    name, arguments, y_true, y_pred, values, slopes = case
    found = getattr(losses, name)(np.array(y_true), np.array(y_pred), **arguments)
    np.testing.assert_allclose(found, values, rtol=2e-7, atol=1e-15)
    _, gradient = _core.loss(config_of(name, arguments), np.array(y_true), np.array(y_pred))
    np.testing.assert_allclose(gradient, slopes, rtol=2e-7, atol=1e-15)


def config_of(name, arguments):
    return type(losses.get(name))(**arguments).core_config()


# What Keras 3.15.1 makes of the losses [0.5, 2.5, 12.5] with weights None, 2.0 and [1, 0, 3].
REDUCED = {
    "sum_over_batch_size": [15.5 / 3, 31 / 3, 38 / 3],
    "mean": [15.5 / 3, 31 / 3, 38 / 3],
    "mean_with_sample_weight": [15.5 / 3, 15.5, 9.5],
    "sum": [15.5, 31.0, 38.0],
    "none": [[0.5, 2.5, 12.5], [1.0, 5.0, 25.0], [0.5, 0.0, 37.5]],
    None: [[0.5, 2.5, 12.5], [1.0, 5.0, 25.0], [0.5, 0.0, 37.5]],
}
Y, OUTPUTS = np.arange(6.0).reshape(3, 2), np.ones((3, 2))


@pytest.mark.parametrize("reduction", REDUCED)
def test_reductions(reduction):
    loss = losses.MeanSquaredError(reduction)
    weights = [None, 2.0, [1, 0, 3], [[1], [0], [3]]]
    for weight, expected in zip(weights, [*REDUCED[reduction], REDUCED[reduction][-1]], strict=True):
        np.testing.assert_allclose(loss(Y, OUTPUTS, weight), expected, rtol=1e-12)


def test_a_mean_over_no_weight_is_zero():
    assert losses.MeanSquaredError("mean_with_sample_weight")(Y, OUTPUTS, [0, 0, 0]) == 0


def test_weights_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match=r"sample_weight.*\(3,\).*\(2,\)"):
        losses.MeanSquaredError()(Y, OUTPUTS, [1, 2])


def test_the_dtype_is_that_of_the_outputs_or_the_one_that_was_asked_for():
    values = [losses.MeanSquaredError(None, dtype=d)(Y, OUTPUTS).dtype for d in (None, "float32", "float64")]
    assert values == ["float64", "float32", "float64"]


def compiled(loss, rows=24):
    layers = [dlcore.Input((3,)), dlcore.layers.Dense(4, "tanh"), dlcore.layers.Dense(2)]
    dlcore.utils.set_random_seed(1)
    model = dlcore.Sequential(layers, dtype="float64")
    model.compile(dlcore.optimizers.SGD(0.1), loss)
    rng = np.random.default_rng(0)
    return model, rng.normal(size=(rows, 3)), rng.normal(size=(rows, 2)), rng.uniform(0, 2, rows)


def test_training_by_the_sum_of_weights():
    """The same as by rows with weights whose mean in each batch is one."""
    by_weight, x, y, weight = compiled(losses.MeanSquaredError("mean_with_sample_weight"))
    by_rows, *_ = compiled("mse")
    scaled = weight / np.repeat(weight.reshape(3, 8).mean(axis=1), 8)
    options = dict(batch_size=8, epochs=2, shuffle=False, verbose=0)
    first = by_weight.fit(x, y, sample_weight=weight, **options).history["loss"]
    second = by_rows.fit(x, y, sample_weight=scaled, **options).history["loss"]
    np.testing.assert_allclose(first, second, rtol=1e-12)
    for a, b in zip(by_weight.get_weights(), by_rows.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-10)
    unweighted, *_ = compiled("mse")
    unweighted.fit(x, y, **options)
    assert abs(unweighted.get_weights()[0] - by_rows.get_weights()[0]).max() > 1e-3


def test_training_by_the_sum():
    """The same as with the mean and as many times the learning rate, the last batch as short as it is."""
    by_sum, x, y, weight = compiled(losses.MeanSquaredError("sum"), rows=20)
    by_mean, *_ = compiled("mse")
    options = dict(sample_weight=weight, batch_size=8, shuffle=False, verbose=0)
    by_sum.fit(x, y, epochs=1, **options)
    for rows, rate in ((slice(0, 8), 0.8), (slice(8, 16), 0.8), (slice(16, 20), 0.4)):
        by_mean.optimizer.learning_rate = rate
        by_mean.train_on_batch(x[rows], y[rows], sample_weight=weight[rows])
    for a, b in zip(by_sum.get_weights(), by_mean.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12)
    sums = [by_mean.evaluate(x[rows], y[rows], verbose=0) * 10 for rows in (slice(0, 10), slice(10, 20))]
    np.testing.assert_allclose(by_sum.evaluate(x, y, batch_size=10, verbose=0), np.mean(sums), rtol=1e-12)


@pytest.mark.parametrize("reduction", ["none", None])
def test_a_reduction_that_cannot_be_trained_with(reduction):
    with pytest.raises(ValueError, match=r"reduction.*mean"):
        compiled(losses.MeanSquaredError(reduction))


LOGITS = np.array([[2.0, 1, 0], [0, 1, 2], [0, 3, 0], [1, 1, 0]])


@pytest.mark.parametrize("reduction", ["sum_over_batch_size", "sum", "mean_with_sample_weight"])
def test_an_ignored_class_is_as_if_its_rows_were_not_there(reduction):
    ignoring = losses.SparseCategoricalCrossentropy(True, ignore_class=-1, reduction=reduction)
    plain = losses.SparseCategoricalCrossentropy(True, reduction=reduction)
    y, kept = np.array([0, -1, 1, -1]), [0, 2]
    for weight in (None, np.array([1.0, 2.0, 3.0, 4.0])):
        expected = plain(y[kept], LOGITS[kept], None if weight is None else weight[kept])
        np.testing.assert_allclose(ignoring(y, LOGITS, weight), expected, rtol=1e-12)
    np.testing.assert_array_equal(ignoring.rows(y, LOGITS)[[1, 3]], 0)
    assert ignoring([-1, -1, -1, -1], LOGITS) == 0
    assert losses.deserialize(losses.serialize(ignoring)).ignore_class == -1


def test_training_with_an_ignored_class():
    def trained(loss, x, y):
        dlcore.utils.set_random_seed(1)
        model = dlcore.Sequential([dlcore.Input((3,)), dlcore.layers.Dense(3)], dtype="float64")
        model.compile("sgd", loss, metrics=["accuracy"])
        model.fit(x, y, batch_size=8, shuffle=False, verbose=0)
        return model

    x = np.random.default_rng(0).normal(size=(8, 3))
    y = np.array([0, 1, 2, 9, 1, 9, 9, 0])
    with pytest.raises(ValueError, match="from 0 to 2, got 0 to 9"):
        trained(losses.SparseCategoricalCrossentropy(True), x, y)
    first = trained(losses.SparseCategoricalCrossentropy(True, ignore_class=9), x, y)
    second = trained(losses.SparseCategoricalCrossentropy(True), x[y != 9], y[y != 9])
    for a, b in zip(first.get_weights(), second.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12)
    loss, accuracy = first.evaluate(x, y, verbose=0)
    np.testing.assert_allclose(loss, second.evaluate(x[y != 9], y[y != 9], verbose=0)[0], rtol=1e-12)
    assert accuracy == np.mean(first.predict(x, verbose=0).argmax(axis=1) == y)  # which ignores none


@pytest.mark.parametrize(
    ("name", "outputs", "y", "found"),
    [
        ("crossentropy", 1, np.arange(4) % 2, losses.BinaryCrossentropy),
        ("ce", 3, np.arange(4) % 3, losses.SparseCategoricalCrossentropy),
        ("crossentropy", 3, np.arange(4)[:, None] % 3, losses.SparseCategoricalCrossentropy),
        ("crossentropy", 3, np.eye(3)[[0, 1, 2, 0]], losses.CategoricalCrossentropy),
    ],
)
@pytest.mark.parametrize("has_input", [True, False])
def test_the_crossentropy_that_fits(name, outputs, y, found, has_input):
    inputs = [dlcore.Input((3,))] if has_input else []
    activation = "sigmoid" if outputs == 1 else "softmax"
    model = dlcore.Sequential([*inputs, dlcore.layers.Dense(outputs, activation)])
    model.compile("sgd", name, metrics=["accuracy"])
    assert list(model.fit(np.eye(4, 3), y, verbose=0).history) == ["accuracy", "loss"]
    assert type(model.loss) is found


@pytest.mark.parametrize(
    ("name", "arguments", "word"),
    [
        ("MeanSquaredError", dict(reduction="average"), "reduction.*average"),
        ("CosineSimilarity", dict(axis=0), "axis.*-1.*0"),
        ("BinaryFocalCrossentropy", dict(axis=1), "axis"),
        ("SparseCategoricalCrossentropy", dict(axis=0), "axis"),
        ("SparseCategoricalCrossentropy", dict(ignore_class=2**40), "ignore_class"),
        ("BinaryFocalCrossentropy", dict(alpha=2), "alpha"),
        ("CategoricalFocalCrossentropy", dict(gamma=-1), "gamma"),
        ("KLDivergence", dict(dtype="float16"), "dtype"),
    ],
)
def test_an_argument_that_does_not_fit(name, arguments, word):
    with pytest.raises(ValueError, match=word):
        getattr(losses, name)(**arguments)


def test_hinge_labels():
    outputs = np.array([[0.5], [-2.0], [0.25]])
    signs = losses.hinge([1, -1, 1], outputs)
    np.testing.assert_array_equal(losses.hinge([1, 0, 1], outputs), signs)
    with pytest.raises(ValueError, match=r"0 and 1.*-1"):
        losses.squared_hinge([1, 0, -1], outputs)


ALIASES = {
    "bce": "BinaryCrossentropy", "BCE": "BinaryCrossentropy", "kld": "KLDivergence", "KLD": "KLDivergence",
    "mae": "MeanAbsoluteError", "MAE": "MeanAbsoluteError", "mse": "MeanSquaredError",
    "MSE": "MeanSquaredError", "mape": "MeanAbsolutePercentageError", "MAPE": "MeanAbsolutePercentageError",
    "msle": "MeanSquaredLogarithmicError", "MSLE": "MeanSquaredLogarithmicError", "logcosh": "LogCosh",
}  # fmt: skip
CLASSES = [name for name in losses.__all__ if name[0].isupper() and name not in ("Loss", "Custom")]
FUNCTIONS = [name for name in _core.LOSSES if hasattr(losses, name)]


@pytest.mark.parametrize("name", [*ALIASES, *CLASSES, *FUNCTIONS])
def test_every_name_finds_its_loss(name):
    loss = losses.get(name)
    if name in FUNCTIONS:
        assert loss.core_name == name == losses.get(getattr(losses, name)).core_name
    else:
        assert type(loss).__name__ == ALIASES.get(name, name)


@pytest.mark.parametrize("name", ["mse", "MSE", "mae", "MAE", "mape", "MAPE", "msle", "MSLE", "kld", "KLD"])
def test_functions_go_by_their_short_names_too(name):
    function = getattr(losses, losses.get(name).core_name)
    assert getattr(losses, name) is function
    assert getattr(dlcore.metrics, name) is getattr(dlcore.metrics, function.__name__)


def test_every_loss_of_the_core_is_there():
    internal = {"given", "quantile", "half_poisson_deviance"}
    assert set(_core.LOSSES) == {getattr(losses, name).core_name for name in CLASSES} | internal
    assert set(FUNCTIONS) == set(_core.LOSSES) - internal
    assert all(hasattr(dlcore.ops, name) for name in FUNCTIONS)


@pytest.mark.parametrize("name", CLASSES)
def test_there_and_back(name):
    own = {"from_logits": True, "label_smoothing": 0.25, "delta": 3.0, "alpha": 0.5, "gamma": 1.5}
    known = getattr(losses, name)().get_config()
    config = known | {k: v for k, v in own.items() if k in known} | {"name": "mine", "reduction": "sum"}
    loss = losses.deserialize({"class_name": name, "config": config})
    assert type(loss) is getattr(losses, name)
    assert losses.serialize(loss) == {"class_name": name, "config": config}
    # Keras writes two more keys.
    written = {"module": "keras.losses", "class_name": name, "config": config, "registered_name": None}
    assert losses.get(written).get_config() == config


def test_functions_there_and_back():
    written = losses.serialize(losses.hinge)
    assert isinstance(losses.deserialize(written), losses.Hinge)
    with pytest.raises(ValueError, match="class_name"):
        losses.deserialize({"config": {}})
