"""PyTorch, eager, on all cores; takes part where it is installed."""

import math

import torch
from torch import nn

from nets import LEARNING_RATE
from peers import tasks

EPSILON = 1e-7

LOSSES = {"binary": nn.BCEWithLogitsLoss, "classes": nn.CrossEntropyLoss, "number": nn.MSELoss}

torch.set_num_threads(tasks.CORES)


def build(net):
    layers = []
    for fan_in, units in zip(net.widths, net.widths[1:], strict=False):
        layers += [nn.Linear(fan_in, units), nn.Tanh() if net.activation == "tanh" else nn.ReLU()]
        if net.dropout:
            layers.append(nn.Dropout(net.dropout))
    while not isinstance(layers[-1], nn.Linear):
        layers.pop()
    model = nn.Sequential(*layers)
    with torch.no_grad():
        for mine, given in zip(model.parameters(), net.weights(), strict=True):
            mine.copy_(torch.from_numpy(given.T))
    return model


class Net(tasks.Training):
    @staticmethod
    def settings(net):
        """One kernel for all of Adam, or one an operation."""
        return [{"adam": "fused"}, {"adam": "foreach"}]

    def __init__(self, net, adam):
        self.net, self.model, self.loss = net, build(net), LOSSES[net.task]()
        parameters = self.model.parameters()
        self.optimizer = torch.optim.Adam(parameters, LEARNING_RATE, eps=EPSILON, **{adam: True})

    def load(self, x, y):
        x, y = torch.from_numpy(x), torch.from_numpy(y)
        return x, y if self.net.task == "classes" else y.to(x.dtype).reshape(len(y), -1)

    def get_weights(self):
        return [parameter.detach().numpy().T for parameter in self.model.parameters()]

    def epochs(self, x, y, count, shuffle=True, compared=False):
        for _ in range(count):
            if shuffle:
                batches = ((x[rows], y[rows]) for rows in torch.randperm(len(x)).split(self.net.batch))
            else:
                batches = zip(x.split(self.net.batch), y.split(self.net.batch), strict=True)
            total = torch.zeros(())
            for step, (x_batch, y_batch) in enumerate(batches, 1):
                if compared:
                    # It adds epsilon after the bias correction, the others before.
                    self.optimizer.param_groups[0]["eps"] = EPSILON / math.sqrt(1 - 0.999**step)
                self.optimizer.zero_grad()
                loss = self.loss(self.model(x_batch), y_batch)
                loss.backward()
                self.optimizer.step()
                total += loss.detach()
        return float(total) * self.net.batch / len(x)

    def epoch(self, x, y, shuffle=True):
        return self.epochs(*self.load(x, y), 1, shuffle, compared=True)


class Predictor(tasks.Prediction):
    def __init__(self, net):
        self.net = net
        self.model = build(net).eval()
        if net.task == "classes":
            self.model.append(nn.Softmax(1))

    def predict(self, x):
        with torch.inference_mode():
            return self.model(torch.from_numpy(x)).numpy()
