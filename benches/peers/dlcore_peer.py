"""dlcore by its public face, as a user would call it."""

import dlcore
from dlcore.layers import Dense, Dropout, Input
from dlcore_net import OUTPUTS
from nets import LEARNING_RATE
from peers import products, tasks

OPTIMIZERS = {"adam": dlcore.optimizers.Adam, "sgd": dlcore.optimizers.SGD}


def has(isa):
    """Whether this machine can run that instruction set."""
    return isa in dlcore.show_config(mode="dicts")["isas_available"]


def build(net):
    activation, loss = OUTPUTS[net.task]
    layers = [Input((net.widths[0],))]
    for width in net.widths[1:-1]:
        layers.append(Dense(width, activation=net.activation))
        if net.dropout:
            layers.append(Dropout(net.dropout))
    layers.append(Dense(net.widths[-1], activation=activation))
    model = dlcore.Sequential(layers, dtype=net.dtype)
    model.compile(OPTIMIZERS[net.optimizer](LEARNING_RATE), loss)
    model.set_weights(net.weights())
    return model


class Net(tasks.Training):
    def __init__(self, net):
        self.net, self.model = net, build(net)

    def get_weights(self):
        return self.model.get_weights()

    def epochs(self, x, y, count, shuffle=True):
        history = self.model.fit(x, y, batch_size=self.net.batch, epochs=count, shuffle=shuffle, verbose=0)
        return history.history["loss"][-1]


class Predictor(tasks.Prediction):
    def __init__(self, net):
        self.net, self.predict = net, build(net).predict_on_batch


class Products(products.Products):
    matmul = staticmethod(dlcore.ops.matmul)
    set_threads = staticmethod(dlcore.set_num_threads)
