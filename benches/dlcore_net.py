"""The same step by dlcore's public face."""

import dlcore
from dlcore.layers import Dense, Dropout, Input
from nets import LEARNING_RATE

OUTPUTS = {
    "binary": ("sigmoid", "binary_crossentropy"),
    "classes": ("softmax", "sparse_categorical_crossentropy"),
    "number": ("linear", "mean_squared_error"),
}


class DlcoreNet:
    def __init__(self, net):
        self.net = net
        activation, loss = OUTPUTS[net.task]
        layers = [Input((net.widths[0],))]
        for width in net.widths[1:-1]:
            layers.append(Dense(width, activation="relu"))
            if net.dropout:
                layers.append(Dropout(net.dropout))
        layers.append(Dense(net.widths[-1], activation=activation))
        self.model = dlcore.Sequential(layers)
        self.model.compile(dlcore.optimizers.Adam(LEARNING_RATE), loss)
        self.model.set_weights(net.weights())

    def get_weights(self):
        return self.model.get_weights()

    def epoch(self, x, y, shuffle=True):
        """The mean loss."""
        return self.epochs(x, y, 1, shuffle)

    def epochs(self, x, y, count, shuffle=True):
        """The mean loss of the last of several."""
        history = self.model.fit(x, y, batch_size=self.net.batch, epochs=count, shuffle=shuffle, verbose=0)
        return history.history["loss"][-1]
