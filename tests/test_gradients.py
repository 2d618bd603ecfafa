"""Analytic gradients against central differences of the loss, in float64."""

import itertools

import numpy as np
import pytest

import dlcore
import reference
from dlcore import _core
from reference import activate, dense, dropout, loss_config

# Where a unit lies within the first step of a kink, the difference is wrong; then the second decides.
STEPS = (3e-6, 1e-7)
TOLERANCE = 1e-6
SGD = reference.OPTIMIZER
# Of weights: exponentials of exponentials overflow, logarithms of softmax grow until probabilities are cut,
# and what tanh_shrink leaves of small numbers drowns in roundings.
SIZES = {"exponential": 1 / 4, "log_softmax": 1 / 2, "tanh_shrink": 1.4}

# What the loss is given, and the output activation that it needs (None: the one under test).
LOSSES = {
    "binary": (loss_config("binary_crossentropy"), "sigmoid"),
    "binary, smoothed": (loss_config("binary_crossentropy", label_smoothing=0.2), "sigmoid"),
    "binary, not canonical": (loss_config("binary_crossentropy"), "softmax"),
    "binary, logits": (loss_config("binary_crossentropy", from_logits=True), None),
    "categorical": (loss_config("categorical_crossentropy"), "softmax"),
    "categorical, not canonical": (loss_config("categorical_crossentropy"), "sigmoid"),
    "categorical, logits": (
        loss_config("categorical_crossentropy", from_logits=True, label_smoothing=0.1),
        None,
    ),
    "sparse": (loss_config("sparse_categorical_crossentropy"), "softmax"),
    "sparse, not canonical": (loss_config("sparse_categorical_crossentropy"), "softplus"),
    "sparse, logits": (loss_config("sparse_categorical_crossentropy", from_logits=True), None),
    "mse": (loss_config("mean_squared_error"), None),
    "mae": (loss_config("mean_absolute_error"), None),
    "huber": (loss_config("huber", delta=0.7), None),
    "poisson": (loss_config("poisson"), "softplus"),
    "deviance": (loss_config("half_poisson_deviance"), "exponential"),
    "deviance, not canonical": (loss_config("half_poisson_deviance"), "softplus"),
    "quantile": (loss_config("quantile", quantiles=[0.2, 0.9]), None),
    "binary focal": (loss_config("binary_focal_crossentropy"), "sigmoid"),
    "binary focal, balanced": (
        loss_config("binary_focal_crossentropy", gamma=1.5, apply_class_balancing=True, label_smoothing=0.2),
        "sigmoid",
    ),
    "binary focal, logits": (loss_config("binary_focal_crossentropy", from_logits=True), None),
    "categorical focal": (loss_config("categorical_focal_crossentropy"), "softmax"),
    "categorical focal, logits": (
        loss_config("categorical_focal_crossentropy", from_logits=True, gamma=1.5, label_smoothing=0.1),
        None,
    ),
    "hinge": (loss_config("hinge"), None),
    "squared hinge": (loss_config("squared_hinge"), None),
    "categorical hinge": (loss_config("categorical_hinge"), None),
    "kl divergence": (loss_config("kl_divergence"), "softmax"),
    "log cosh": (loss_config("log_cosh"), None),
    "mape": (loss_config("mean_absolute_percentage_error"), None),
    "msle": (loss_config("mean_squared_logarithmic_error"), "softplus"),
    "cosine": (loss_config("cosine_similarity"), None),
}


def targets(rng, loss, rows, outputs):
    match loss["name"]:
        case "hinge" | "squared_hinge":
            return rng.choice([-1.0, 0.0, 1.0], (rows, outputs))
        case "categorical_hinge":
            return np.eye(outputs)[rng.integers(0, outputs, rows)]
        case "mean_squared_logarithmic_error":
            return rng.exponential(size=(rows, outputs))
        case "mean_absolute_percentage_error":
            return rng.choice([-1, 1], (rows, outputs)) * rng.uniform(0.5, 2, (rows, outputs))
        case "sparse_categorical_crossentropy":
            return rng.integers(0, outputs, (rows, 1)).astype(float)
        case name if "crossentropy" in name or name == "kl_divergence":
            return rng.dirichlet(np.ones(outputs), rows)
        case "poisson" | "half_poisson_deviance":
            return rng.poisson(2.0, (rows, outputs)).astype(float)
    return rng.normal(size=(rows, outputs))


class Case:
    """A network, data, and its training loss as a function of the weights, with one dropout mask."""

    def __init__(self, rng, rows, width, layers, loss):
        outputs = [layer["units"] for layer in layers if layer["kind"] == "dense"][-1]
        self.network = lambda: _core.Network(width, layers, "float64", 7)
        self.loss = loss
        self.weights = reference.random_weights(rng, width, layers)
        self.x = rng.normal(size=(rows, width))
        self.y = targets(rng, loss, rows, outputs)
        self.sample_weight = None

    def value(self, weights):
        # A fresh network: the mask belongs to the step, and evaluation would not drop out.
        network = self.network()
        network.compile(self.loss, [], SGD)
        network.set_weights(weights)
        rows = len(self.x)
        result = network.train_epoch(self.x, self.y, self.sample_weight, None, rows, 0.0, False)
        assert result["fault"] is None
        return result["loss"]

    def gradients(self):
        network = self.network()
        network.compile(self.loss, [], SGD)
        network.set_weights(self.weights)
        return network.differentiate(self.x, self.y, self.sample_weight)[1]

    def slope(self, direction, step):
        """The derivative along a direction, by a central difference."""
        ahead = self.value([w + step * d for w, d in zip(self.weights, direction, strict=True)])
        behind = self.value([w - step * d for w, d in zip(self.weights, direction, strict=True)])
        return (ahead - behind) / (2 * step)


def differences(case, step):
    """Of every weight by itself, in one vector."""
    slopes = []
    for i, weight in enumerate(case.weights):
        for index in np.ndindex(weight.shape):
            direction = [np.zeros_like(w) for w in case.weights]
            direction[i][index] = 1
            slopes.append(case.slope(direction, step))
    return np.array(slopes)


def relative_error(found, expected):
    return np.linalg.norm(found - expected) / max(np.linalg.norm(found), np.linalg.norm(expected), 1e-3)


def hidden_layers(count, width, activation, drop, l1, l2):
    layers = []
    for _ in range(count):
        layers += [dense(width, True, l1, l2, l1 / 2, l2 / 2), activate(activation)]
        layers += [dropout(0.4)] if drop else []
    return layers


def test_all_activations_and_losses_are_covered():
    assert set(_core.ACTIVATIONS) == set(reference.ACTIVATIONS)
    # "given" has no derivative of its own.
    assert set(_core.LOSSES) == {loss["name"] for loss, _ in LOSSES.values()} | {"given"}


@pytest.mark.parametrize("loss_name", LOSSES)
@pytest.mark.parametrize("activation", reference.ACTIVATIONS)
def test_every_weight_of_small_networks(activation, loss_name):
    rng = np.random.default_rng(1)
    loss, output = LOSSES[loss_name]
    wrong = []
    for hidden, drop, weighted, l2 in itertools.product(range(4), (False, True), (False, True), (0, 0.01)):
        layers = hidden_layers(hidden, 3, activation, drop, l2 / 3, l2)
        layers += [dense(3, hidden % 2 == 0, l2 / 3, l2), activate(output or activation)]
        case = Case(rng, 9, 2, layers, loss)
        case.weights = [weight * SIZES.get(activation, 1) for weight in case.weights]
        if weighted:
            case.sample_weight = rng.uniform(0, 2, 9)
        found = np.concatenate([g.ravel() for g in case.gradients()])
        for step in STEPS:
            error = relative_error(found, differences(case, step))
            if error < TOLERANCE:
                break
        else:
            wrong.append(f"{hidden} hidden, dropout {drop}, weighted {weighted}, l2 {l2}: {error:.1e}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("activation", reference.ACTIVATIONS)
def test_directions_of_wide_networks(activation):
    """Widths and rows beyond a vector and a tile, none of them a multiple of one."""
    rng = np.random.default_rng(2)
    layers = [dense(37), activate(activation), dropout(0.3), dense(70), activate(activation)]
    layers += [dense(19), activate("softmax")]
    case = Case(rng, 133, 41, layers, loss_config("sparse_categorical_crossentropy"))
    gradients = case.gradients()
    count = sum(w.size for w in case.weights)
    typical = np.sqrt(sum((g**2).sum() for g in gradients) / count)
    for _ in range(5):
        direction = [rng.normal(size=w.shape) / np.sqrt(count) for w in case.weights]
        found = sum((g * d).sum() for g, d in zip(gradients, direction, strict=True))
        errors = [abs(found - case.slope(direction, step)) for step in STEPS]
        assert min(errors) < TOLERANCE * max(abs(found), typical)


@pytest.mark.parametrize("penalised", [(0,), (1,), (2,), (0, 2)])
def test_penalties_on_some_layers_only(penalised):
    rng = np.random.default_rng(4)
    l2 = [0.1 * (i in penalised) for i in range(3)]
    layers = [
        dense(9, kernel_l2=l2[0]),
        activate("tanh"),
        dense(5, kernel_l2=l2[1]),
        dense(3, kernel_l2=l2[2]),
    ]
    case = Case(rng, 7, 4, layers, loss_config("mean_squared_error"))
    output = reference.forward(layers, case.weights, case.x)[-1]
    expected = reference.loss(case.loss, case.y, output).mean()
    expected += sum(factor * (w**2).sum() for factor, w in zip(l2, case.weights[::2], strict=True))
    assert case.value(case.weights) == pytest.approx(expected, rel=1e-12)
    found = np.concatenate([g.ravel() for g in case.gradients()])
    assert relative_error(found, differences(case, STEPS[0])) < TOLERANCE


def test_dropout_masks_change_from_step_to_step():
    rng = np.random.default_rng(3)
    case = Case(rng, 20, 5, [dense(30), dropout(0.5), dense(2)], loss_config("mean_squared_error"))
    network = case.network()
    network.compile(case.loss, [], SGD)
    network.set_weights(case.weights)
    losses = [network.train_epoch(case.x, case.y, None, None, 20, 0.0, False)["loss"] for _ in range(5)]
    assert len(set(losses)) == 5


# Of a model


def small_model(loss, *layers):
    model = dlcore.Sequential([dlcore.Input((3,)), *layers], dtype="float64")
    model.compile(dlcore.optimizers.SGD(0.5), loss)
    return model


def quartic(y_true, y_pred):
    error = y_pred - y_true
    return np.mean(error**4, axis=1), 4 * error**3 / error.shape[1]


@pytest.mark.parametrize("loss", ["mse", dlcore.losses.MeanSquaredError(reduction="sum"), quartic])
def test_a_model_steps_against_its_gradients(loss):
    rng = np.random.default_rng(5)
    x, y, weight = rng.normal(size=(20, 3)), rng.normal(size=(20, 2)), rng.uniform(size=20)
    layers = dlcore.layers
    hidden = layers.Dense(4, activation="tanh", kernel_regularizer="l2")
    model = small_model(loss, hidden, layers.BatchNormalization(), layers.Dropout(0.3), layers.Dense(2))
    gradients = model.gradients(x, y, weight)
    before = [variable.numpy() for variable in model.trainable_weights]
    assert [gradient.shape for gradient in gradients] == [weight.shape for weight in before]
    for again, gradient in zip(model.gradients(x, y, weight), gradients, strict=True):
        np.testing.assert_array_equal(again, gradient)
    model.train_on_batch(x, y, weight)
    for old, new, gradient in zip(before, model.trainable_weights, gradients, strict=True):
        np.testing.assert_allclose(old - new.numpy(), 0.5 * gradient, atol=1e-14)


def test_a_frozen_layer_has_no_gradients():
    model = small_model("mse", dlcore.layers.Dense(4), dlcore.layers.PReLU(), dlcore.layers.Dense(1))
    assert len(model.gradients(np.ones((2, 3)), [0, 1])) == 5
    model.layers[0].trainable = False
    assert [g.shape for g in model.gradients(np.ones((2, 3)), [0, 1])] == [(4,), (4, 1), (1,)]


def test_gradients_name_what_does_not_fit():
    model = small_model("mse", dlcore.layers.Dense(1))
    with pytest.raises(ValueError, match=r"x must have shape \(rows, 3\), got \(2, 4\)"):
        model.gradients(np.ones((2, 4)), [0, 1])
    with pytest.raises(ValueError, match="y must have 2 rows"):
        model.gradients(np.ones((2, 3)), [0])
    with pytest.raises(ValueError, match="must be compiled with a loss first"):
        dlcore.Sequential([dlcore.layers.Dense(1)]).gradients(np.ones((2, 3)), [0, 1])
