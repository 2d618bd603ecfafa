"""A training step as written in NumPy for speed: everything in place, one flat array of weights."""

import math

import numpy as np

from nets import LEARNING_RATE

CHUNK = 1 << 16  # Adam in pieces that stay in the cache: faster than whole arrays from 784-512-512 up.


class NumpyNet:
    def __init__(self, net):
        self.net = net
        self.keep = np.float32(1 - net.dropout)
        self.rng = np.random.Generator(np.random.SFC64(0))
        shapes = [w.shape for w in net.weights()]
        sizes = [math.prod(s) for s in shapes]
        self.flat, self.gradient, self.m, self.v = np.zeros((4, sum(sizes)), np.float32)
        self.views = [self._views(a, shapes, sizes) for a in (self.flat, self.gradient)]
        self.set_weights(net.weights())
        self.scratch = np.empty(min(CHUNK, sum(sizes)), np.float32)
        self.steps = 0
        self.prepare(net.batch)

    @staticmethod
    def _views(flat, shapes, sizes):
        ends = np.cumsum(sizes)
        return [flat[e - n : e].reshape(s) for e, n, s in zip(ends, sizes, shapes, strict=True)]

    def prepare(self, batch):
        """All memory of a step."""
        self.a = [np.empty((batch, w), np.float32) for w in self.net.widths]
        self.g = [np.empty((batch, w), np.float32) for w in self.net.widths]
        self.masks = [np.empty((batch, w), bool) for w in self.net.widths]
        self.ones = np.ones(batch, np.float32)
        self.rows = np.arange(batch)

    def get_weights(self):
        return [w.copy() for w in self.views[0]]

    def set_weights(self, weights):
        for mine, given in zip(self.views[0], weights, strict=True):
            mine[...] = given

    def forward(self):
        weights, last = self.views[0], len(self.a) - 1
        for i in range(1, last + 1):
            a = self.a[i]
            np.matmul(self.a[i - 1], weights[2 * i - 2], out=a)
            a += weights[2 * i - 1]
            if i < last:
                np.maximum(a, 0, out=a)
                if self.net.dropout:
                    self.rng.random(dtype=np.float32, out=self.g[i])
                    np.less(self.g[i], self.keep, out=self.masks[i])
                    a *= self.masks[i]
                    a *= 1 / self.keep

    def loss(self, y):
        """The batch's loss; leaves its gradient by the last layer's inputs."""
        a, g = self.a[-1], self.g[-1]
        batch = len(a)
        match self.net.task:
            case "classes":
                np.subtract(a, a.max(axis=1, keepdims=True), out=g)
                of_label = g[self.rows, y].sum()
                np.exp(g, out=g)
                sums = g.sum(axis=1, keepdims=True)
                loss = (np.log(sums).sum() - of_label) / batch
                g /= sums
                g[self.rows, y] -= 1
                g *= np.float32(1 / batch)
            case "binary":
                z, y = a[:, 0], y.astype(np.float32)
                loss = (np.maximum(z, 0) - z * y + np.log1p(np.exp(-abs(z)))).sum() / batch
                g[:, 0] = (1 / (1 + np.exp(-z)) - y) * np.float32(1 / batch)
            case "number":
                np.subtract(a[:, 0], y, out=g[:, 0])
                loss = np.dot(g[:, 0], g[:, 0]) / batch
                g *= np.float32(2 / batch)
        return loss

    def backward(self):
        weights, gradients = self.views
        for i in range(len(self.a) - 1, 0, -1):
            g = self.g[i]
            np.matmul(self.a[i - 1].T, g, out=gradients[2 * i - 2])
            np.dot(self.ones, g, out=gradients[2 * i - 1])
            if i > 1:
                below = self.g[i - 1]
                np.matmul(g, weights[2 * i - 2].T, out=below)
                np.greater(self.a[i - 1], 0, out=self.masks[i - 1])
                below *= self.masks[i - 1]
                if self.net.dropout:
                    below *= 1 / self.keep

    def adam(self, b1=0.9, b2=0.999, epsilon=1e-7):
        self.steps += 1
        rate = np.float32(LEARNING_RATE * math.sqrt(1 - b2**self.steps) / (1 - b1**self.steps))
        for start in range(0, len(self.flat), CHUNK):
            part = slice(start, start + CHUNK)
            w, g, m, v = self.flat[part], self.gradient[part], self.m[part], self.v[part]
            t = self.scratch[: len(w)]
            m *= np.float32(b1)
            v *= np.float32(b2)
            np.multiply(g, np.float32(1 - b1), out=t)
            m += t
            g *= g
            g *= np.float32(1 - b2)
            v += g
            np.sqrt(v, out=t)
            t += np.float32(epsilon)
            np.divide(m, t, out=t)
            t *= rate
            w -= t

    def epoch(self, x, y, shuffle=True):
        """The mean loss."""
        order = self.rng.permutation(len(x)) if shuffle else np.arange(len(x))
        batch, total = self.net.batch, 0.0
        for start in range(0, len(x), batch):
            rows = order[start : start + batch]
            x.take(rows, axis=0, out=self.a[0], mode="clip")
            self.forward()
            total += self.loss(y[rows])
            self.backward()
            self.adam()
        return total * batch / len(x)
