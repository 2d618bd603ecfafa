"""scikit-learn's estimators, which know no dropout."""

import dataclasses
import warnings

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier, MLPRegressor

from nets import LEARNING_RATE
from peers import tasks

warnings.simplefilter("ignore", ConvergenceWarning)  # It shall stop where it is told to.


def build(net):
    """An estimator with the net's weights, from which each fit goes on."""
    half = 2 if net.task == "number" else 1  # It minimises half of the squared error.
    estimator = MLPRegressor if net.task == "number" else MLPClassifier
    model = estimator(
        hidden_layer_sizes=net.widths[1:-1],
        activation=net.activation,
        alpha=0,
        batch_size=net.batch,
        learning_rate_init=LEARNING_RATE,
        epsilon=1e-7 / half,
        max_iter=1,
        tol=0,
        n_iter_no_change=np.inf,
        random_state=0,
        warm_start=True,
    )
    # It makes its weights when it sees data: a row of each class will do.
    few = dataclasses.replace(net, steps=1, batch=max(2, net.widths[-1]))
    x, y = few.data()
    model.set_params(batch_size=few.batch).fit(x, y if net.task == "number" else np.arange(few.batch))
    model.set_params(batch_size=net.batch)
    layers = zip(model.coefs_, model.intercepts_, strict=True)
    for mine, given in zip([weight for layer in layers for weight in layer], net.weights(), strict=True):
        mine[...] = given
    return model


class Net(tasks.Training):
    def __init__(self, net):
        self.net, self.model = net, build(net)

    def get_weights(self):
        layers = zip(self.model.coefs_, self.model.intercepts_, strict=True)
        return [weight for layer in layers for weight in layer]

    def epochs(self, x, y, count, shuffle=True):
        self.model.set_params(max_iter=count, shuffle=shuffle).fit(x, y)
        return self.model.loss_ * (2 if self.net.task == "number" else 1)

    def epoch(self, x, y, shuffle=True):
        """In float64, in which a row's loss may grow to 36; its loss in float32 is cut at 16."""
        return self.epochs(x.astype(np.float64), y, 1, shuffle)


class Predictor(tasks.Prediction):
    def __init__(self, net):
        model = build(net)
        self.net, self.predict = net, model.predict if net.task == "number" else model.predict_proba

    def outputs(self):
        return super().outputs().reshape(self.net.batch, -1)
