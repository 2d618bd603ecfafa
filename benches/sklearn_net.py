"""The same step by scikit-learn, which knows no dropout."""

import numpy as np
from sklearn.neural_network import MLPClassifier, MLPRegressor

from nets import LEARNING_RATE


class SklearnNet:
    def __init__(self, net):
        self.net = net
        estimator = MLPRegressor if net.task == "number" else MLPClassifier
        self.model = estimator(
            hidden_layer_sizes=net.widths[1:-1],
            alpha=0,
            batch_size=net.batch,
            learning_rate_init=LEARNING_RATE,
            random_state=0,
        )
        self.classes = {} if net.task == "number" else {"classes": np.arange(max(2, net.widths[-1]))}

    def epoch(self, x, y):
        self.model.partial_fit(x, y, **self.classes)
