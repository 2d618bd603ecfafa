"""Keras on JAX, compiled, with many steps in one call."""

import os

os.environ["KERAS_BACKEND"] = "jax"
os.environ["XLA_FLAGS"] = "--xla_cpu_prefer_vector_width=512"  # See jax_peer.

import keras

from nets import LEARNING_RATE
from peers import tasks

LOSSES = {
    "binary": lambda: keras.losses.BinaryCrossentropy(from_logits=True),
    "classes": lambda: keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    "number": keras.losses.MeanSquaredError,
}


class Net(tasks.Training):
    @staticmethod
    def settings(net):
        return [{"steps": steps} for steps in sorted({1, min(10, net.steps), net.steps})]

    def __init__(self, net, steps):
        self.net = net
        layers = [keras.Input((net.widths[0],))]
        for width in net.widths[1:-1]:
            layers.append(keras.layers.Dense(width, net.activation))
            if net.dropout:
                layers.append(keras.layers.Dropout(net.dropout))
        layers.append(keras.layers.Dense(net.widths[-1]))
        self.model = keras.Sequential(layers)
        self.model.compile(
            keras.optimizers.Adam(LEARNING_RATE),
            LOSSES[net.task](),
            jit_compile=True,
            steps_per_execution=min(steps, net.steps),
        )
        self.model.set_weights(net.weights())

    def get_weights(self):
        return self.model.get_weights()

    def epochs(self, x, y, count, shuffle=True):
        history = self.model.fit(x, y, batch_size=self.net.batch, epochs=count, shuffle=shuffle, verbose=0)
        return history.history["loss"][-1]
