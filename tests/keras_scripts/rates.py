"""Learning rates read and set in every way that tutorials know, and a model that is copied and kept."""

import copy
import pickle

import numpy as np
from tensorflow import keras
from tensorflow.keras import backend as K  # noqa: N812
from tensorflow.keras.callbacks import Callback, LearningRateScheduler, ReduceLROnPlateau
from tensorflow.keras.layers import Dense, Dropout
from tensorflow.keras.models import Sequential

K.clear_session()
keras.utils.set_random_seed(7)

rng = np.random.default_rng(3)
x = rng.normal(size=(512, 6)).astype("float32")
y = (x @ np.array([1.0, -2.0, 0.5, 3.0, 0.0, 1.0]) + 1).astype("float32")


class LearningRateFinder(Callback):
    """A larger rate after each batch, and the loss of each."""

    def __init__(self, factor):
        super().__init__()
        self.factor, self.rates, self.losses = factor, [], []

    def on_train_batch_end(self, batch, logs=None):
        rate = self.model.optimizer.learning_rate
        self.rates.append(float(keras.ops.convert_to_numpy(rate)))
        self.losses.append(logs["loss"])
        rate.assign(rate * self.factor)


class OneCycle(Callback):
    def __init__(self, steps, highest):
        super().__init__()
        self.steps, self.highest, self.step = steps, highest, 0

    def on_train_batch_begin(self, batch, logs=None):
        share = 1 - abs(2 * self.step / self.steps - 1)
        self.model.optimizer.learning_rate = self.highest * share
        self.step += 1

    def on_epoch_end(self, epoch, logs):
        logs["rate"] = float(self.model.optimizer.learning_rate.numpy())


model = Sequential(
    [Dense(16, activation="relu", input_shape=(6,)), Dropout(0.1), Dense(1, kernel_regularizer="l2")]
)
model.compile(optimizer=keras.optimizers.Adam(learning_rate=1e-4), loss="mse", metrics=["mae"])
first_weights = model.get_weights()
finder = LearningRateFinder(1.5)
model.fit(x, y, batch_size=64, epochs=1, callbacks=[finder], verbose=0)
after_finding = float(model.optimizer.learning_rate)

model.set_weights(first_weights)
model.optimizer.learning_rate.assign(0.01)
cycled = model.fit(x, y, batch_size=64, epochs=4, callbacks=[OneCycle(32, 0.05)], verbose=0)

model.optimizer.learning_rate = model.optimizer.learning_rate * 0 + 0.01
scheduler = LearningRateScheduler(lambda epoch, rate: rate * 0.5)
halved = model.fit(x, y, epochs=3, callbacks=[scheduler], validation_split=0.25, verbose=0)
plateau = ReduceLROnPlateau(monitor="loss", factor=0.1, patience=1, min_delta=100, min_lr=1e-5)
reduced = model.fit(x, y, epochs=3, callbacks=[plateau], verbose=0)

penalty = sum(float(loss) for loss in model.losses)
copies = [copy.deepcopy(model), pickle.loads(pickle.dumps(model))]
mean_error = model.evaluate(x, y, verbose=0)[1]
kernel = model.layers[-1].kernel

RESULTS_EXACT = {
    "found": [round(rate, 6) for rate in finder.rates],
    "after": round(after_finding, 6),
    "cycle": [round(rate, 4) for rate in cycled.history["rate"]],
    "halved": [round(rate, 6) for rate in halved.history["learning_rate"]],
    "reduced": [round(rate, 7) for rate in reduced.history["learning_rate"]],
    "keys": [sorted(part.history) for part in (cycled, halved, reduced)],
    "steps": int(model.optimizer.iterations),
    "losses are finite": bool(np.isfinite(finder.losses).all()),
    "settings": [K.floatx(), K.epsilon(), K.image_data_format()],
    "penalties": len(model.losses),
    "penalty is L2's": abs(penalty - 0.01 * float(keras.ops.sum(kernel * kernel))) < 1e-6,
    "copies predict alike": [
        bool(np.allclose(each.predict(x, verbose=0), model.predict(x, verbose=0), atol=1e-6))
        for each in copies
    ],
    "output": list(model.layers[0].output.shape),
}
RESULTS_CLOSE = {"mean error": (float(mean_error), 0.4)}
