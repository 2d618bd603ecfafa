"""From estimators to models and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from dlcore.activations import Activation
from dlcore.layers import Dense, Input
from dlcore.sklearn._classifier import MLPClassifier
from dlcore.sklearn._network import ACTIVATIONS
from dlcore.sklearn._regressor import MLPRegressor

if TYPE_CHECKING:
    from dlcore.models import Model, Sequential

_NAMES = {"linear": "identity", "sigmoid": "logistic"}
"""The core's names that scikit-learn calls otherwise."""
_ONLY_IN_TRAINING = {"ActivityRegularization", "AlphaDropout", "Dropout", "GaussianNoise", "Identity"}


def from_sklearn(fitted: Any) -> Sequential:
    """A model with the weights of a fitted multilayer perceptron.

    Parameters
    ----------
    fitted : MLPClassifier or MLPRegressor
        scikit-learn's or dlcore's.

    Returns
    -------
    Sequential
        Dense layers of the weights' dtype, not compiled. For two classes it has one output, the probability
        of the second one.

    Raises
    ------
    TypeError
        For another estimator.
    sklearn.exceptions.NotFittedError
        Before `fit`.

    Examples
    --------
    >>> import numpy as np
    >>> from dlcore.sklearn import MLPRegressor, from_sklearn
    >>> X = np.linspace(-1, 1, 50).reshape(-1, 1)
    >>> fitted = MLPRegressor(hidden_layer_sizes=(8,), solver="lbfgs", random_state=0).fit(X, X[:, 0])
    >>> model = from_sklearn(fitted)
    >>> bool(np.allclose(model.predict(X, verbose=0)[:, 0], fitted.predict(X)))
    True
    """
    from dlcore.models import Sequential

    if not hasattr(fitted, "hidden_layer_sizes"):
        raise TypeError(f"fitted must be an MLPClassifier or MLPRegressor, got {type(fitted).__name__}")
    check_is_fitted(fitted, "coefs_")
    hidden = len(fitted.coefs_) - 1
    names = [fitted.activation] * hidden if isinstance(fitted.activation, str) else list(fitted.activation)
    names.append(fitted.out_activation_)
    layers: list[Any] = [Input((len(fitted.coefs_[0]),))]
    layers += [
        Dense(len(bias), activation=Activation(ACTIVATIONS.get(name, name)))
        for bias, name in zip(fitted.intercepts_, names, strict=True)
    ]
    model = Sequential(layers, dtype=str(fitted.coefs_[0].dtype))
    model.set_weights([x for pair in zip(fitted.coefs_, fitted.intercepts_, strict=True) for x in pair])
    return model


def to_sklearn(model: Model, classes: Any = None) -> MLPClassifier | MLPRegressor:
    """A fitted estimator with the weights of a model.

    Parameters
    ----------
    model : Model
        Dense layers, each with one activation, of its own or as a layer after it. Dropout and what else only
        training sees is left out.
    classes : array, optional
        Of a classifier, in ascending order, which is that of the outputs (one output is the probability of
        the second class); by default 0, 1, ...

    Returns
    -------
    MLPClassifier or MLPRegressor of `dlcore.sklearn`
        A classifier after softmax, and after sigmoid: of two classes with one output, of labels with several.
        It can predict, and go on with `partial_fit` or `warm_start`.

    Raises
    ------
    ValueError
        If the model is not one that an estimator can be; says why.

    Examples
    --------
    >>> import dlcore
    >>> from dlcore.sklearn import to_sklearn
    >>> layers = [dlcore.Input((4,)), dlcore.layers.Dense(8, "relu"), dlcore.layers.Dense(3, "softmax")]
    >>> to_sklearn(dlcore.Sequential(layers), ["a", "b", "c"]).predict_proba([[0, 0, 0, 0]]).shape
    (1, 3)
    """
    from dlcore.models.model import a_model

    kernels, biases, names = _parts(a_model(model))
    if names[-1] == "softmax" and len(biases[-1]) == 2:  # scikit-learn has one output for two classes
        kernels[-1], biases[-1] = np.diff(kernels[-1]), np.diff(biases[-1])
        names[-1] = "logistic"
    hidden, last = names[:-1], names[-1]
    sizes = tuple(len(bias) for bias in biases[:-1])
    shared: dict[str, Any] = {
        "hidden_layer_sizes": sizes,
        "activation": hidden[0] if len(set(hidden)) == 1 else hidden or "relu",
    }
    estimator: MLPClassifier | MLPRegressor
    if last in ("softmax", "logistic"):
        estimator = MLPClassifier(**shared)
        _learn_classes(estimator, last, len(biases[-1]), classes)
    elif classes is not None:
        raise ValueError(f"classes must be None after {last!r}: the outputs are no probabilities")
    else:
        estimator = MLPRegressor(output_activation=None if last == "identity" else last, **shared)
    estimator.n_features_in_ = len(kernels[0])
    estimator._random_state = check_random_state(0)
    estimator._initialize([len(kernels[0]), *sizes, len(biases[-1])], names, model.dtype)
    estimator.coefs_, estimator.intercepts_ = kernels, biases
    estimator._best_coefs, estimator._best_intercepts = list(kernels), list(biases)
    return estimator


def _parts(model: Model) -> tuple[list[Any], list[Any], list[str]]:
    """Kernels, biases and scikit-learn's names of activations."""
    kernels: list[Any] = []
    biases: list[Any] = []
    names: list[str] = []
    if len(model.input_shape) != 2:
        raise ValueError(
            f"an estimator takes rows of numbers, the model rows of shape {model.input_shape[1:]}"
        )
    layer: Any
    for layer in model.flat_layers:
        kind = type(layer).__name__
        if kind == "Dense":
            weights = layer.get_weights()
            kernels.append(weights[0])
            biases.append(weights[1] if layer.use_bias else np.zeros(layer.units, weights[0].dtype))
            names.append("identity")
        elif kind in _ONLY_IN_TRAINING:
            continue
        elif not hasattr(layer, "activation") or not names:
            raise ValueError(
                f"layer {layer.name!r} ({kind}): an estimator has dense layers and activations alone"
            )
        if layer.activation.name != "linear":
            if names[-1] != "identity":
                raise ValueError(
                    f"layer {layer.name!r} ({kind}): there is an activation already, {names[-1]!r}"
                )
            names[-1] = _name(layer)
    if not names:
        raise ValueError("the model has no dense layers")
    for name in names[:-1]:
        if name == "softmax":
            raise ValueError("an estimator has softmax after its last layer only")
    return kernels, biases, names


def _name(layer: Any) -> str:
    """scikit-learn's name of a layer's activation."""
    chosen = layer.activation
    if chosen.get_config() != Activation(chosen.name).get_config():
        raise ValueError(
            f"layer {layer.name!r}: an estimator has {chosen.name!r} with its usual parameters, got {chosen}"
        )
    return _NAMES.get(chosen.name, chosen.name)


def _learn_classes(estimator: MLPClassifier, activation: str, outputs: int, classes: Any) -> None:
    count = 2 if outputs == 1 else outputs
    known = np.arange(count) if classes is None else np.asarray(classes)
    if known.shape != (count,) or (known[:-1] >= known[1:]).any():
        raise ValueError(f"classes must be {count} in ascending order, got {classes!r}")
    if activation == "softmax" and outputs == 1:
        raise ValueError("the model has softmax of one output, which is always 1")
    if activation == "logistic" and outputs > 1:
        if classes is not None:
            raise ValueError("classes must be None where every output is a label of its own")
        known = np.eye(outputs, dtype=int)  # rows of labels, of which the binarizer learns how many there are
    estimator._learn_classes(known)
