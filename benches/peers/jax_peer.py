"""JAX with whole epochs in one jitted call: the fastest that it can be told to train.

The order of the rows is drawn inside, by `jax.random.permutation`; that sorts, which takes most of the time
of the smallest nets. `OrderedNet` is what one would do about it: NumPy draws the order, a few dozen times
as fast, and the jitted call gets it.
"""

import functools
import os

os.environ["XLA_FLAGS"] = "--xla_cpu_prefer_vector_width=512"  # It would stop at 256 bits.

import jax
import jax.numpy as jnp
import numpy as np

from nets import LEARNING_RATE
from peers import tasks

BETA_1, BETA_2, EPSILON = 0.9, 0.999, 1e-7


def forward(net, weights, x, key=None):
    """The last layer's sums; with dropout where a key is given."""
    last = len(net.widths) - 2
    for i in range(last + 1):
        x = x @ weights[2 * i] + weights[2 * i + 1]
        if i < last:
            x = jnp.tanh(x) if net.activation == "tanh" else jnp.maximum(x, 0)
            if key is not None:
                keep = 1 - net.dropout
                # Half of the 32 bits that jax.random.bernoulli draws.
                drawn = jax.random.bits(jax.random.fold_in(key, i), x.shape, "uint16")
                x = jnp.where(drawn < drawn.dtype.type(keep * 2**16), x * (1 / keep), 0)
    return x


def loss_of(net, z, y):
    match net.task:
        case "classes":  # A comparison with all classes is faster here than picking one.
            hit = y[:, None] == jnp.arange(z.shape[1])
            return -jnp.where(hit, jax.nn.log_softmax(z), 0).sum(1).mean()
        case "binary":
            z = z[:, 0]
            return (jnp.maximum(z, 0) - z * y + jnp.log1p(jnp.exp(-jnp.abs(z)))).mean()
    return jnp.square(z - y).mean()


def adam(state, gradient):
    weights, m, v, steps = state
    steps += 1
    rate = LEARNING_RATE * jnp.sqrt(1 - BETA_2**steps) / (1 - BETA_1**steps)
    m = jax.tree.map(lambda m, g: m + (1 - BETA_1) * (g - m), m, gradient)
    v = jax.tree.map(lambda v, g: v + (1 - BETA_2) * (g * g - v), v, gradient)
    weights = jax.tree.map(lambda w, m, v: w - rate * m / (jnp.sqrt(v) + EPSILON), weights, m, v)
    return weights, m, v, steps


class Net(tasks.Training):
    ordered = False

    def __init__(self, net):
        self.net = net
        weights = [jnp.asarray(w) for w in net.weights()]
        zeros = [[jnp.zeros_like(w) for w in weights] for _ in range(2)]
        self.state = (weights, *zeros, jnp.float32(0)), jax.random.key(0)
        self.rng = np.random.default_rng(0)
        self.fit = jax.jit(self.whole_fit, static_argnames=("count", "shuffle"), donate_argnums=0)

    def load(self, x, y):
        kind = {"classes": np.int32, "binary": np.float32, "number": np.float32}[self.net.task]
        y = y.astype(kind)
        return jnp.asarray(x), jnp.asarray(y.reshape(len(y), -1) if self.net.task == "number" else y)

    def get_weights(self):
        return [np.asarray(w) for w in self.state[0][0]]

    def step(self, carried, batch):
        state, key = carried
        key, mask = jax.random.split(key) if self.net.dropout else (key, None)

        def loss(weights):
            return loss_of(self.net, forward(self.net, weights, batch[0], mask), batch[1])

        value, gradient = jax.value_and_grad(loss)(state[0])
        return (adam(state, gradient), key), value

    def whole_fit(self, state, x, y, orders, count, shuffle):
        """Epochs of steps; the mean loss of the last."""
        batches = len(x) // self.net.batch, self.net.batch

        def gathered(carried, rows):
            return self.step(carried, [a.at[rows].get(mode="promise_in_bounds") for a in (x, y)])

        def epoch(carried, order):
            if not shuffle:
                rows = [a.reshape(*batches, *a.shape[1:]) for a in (x, y)]
                carried, losses = jax.lax.scan(self.step, carried, rows)
                return carried, losses.mean()
            if order is None:
                state, key = carried
                key, draw = jax.random.split(key)
                carried, order = (state, key), jax.random.permutation(draw, len(x))
            carried, losses = jax.lax.scan(gathered, carried, order.reshape(batches))
            return carried, losses.mean()

        state, losses = jax.lax.scan(epoch, state, orders, length=count)
        return state, losses[-1]

    def epochs(self, x, y, count, shuffle=True):
        orders = None
        if self.ordered and shuffle:
            orders = np.stack([self.rng.permutation(len(x)).astype(np.int32) for _ in range(count)])
        self.state, loss = self.fit(self.state, x, y, orders, count=count, shuffle=shuffle)
        return float(loss)


class OrderedNet(Net):
    ordered = True


class Predictor(tasks.Prediction):
    @staticmethod
    def settings(net):
        """Weights as arguments, or as constants of the compiled call."""
        return [{"constant": False}, {"constant": True}]

    def __init__(self, net, constant):
        self.net = net
        weights = [jnp.asarray(w) for w in net.weights()]

        def outputs(weights, x):
            z = forward(net, weights, x)
            return jax.nn.softmax(z) if net.task == "classes" else z

        if constant:
            self.compiled = jax.jit(lambda x: outputs(weights, x))
        else:
            self.compiled = functools.partial(jax.jit(outputs), weights)

    def predict(self, x):
        return np.asarray(self.compiled(x))
