"""Data that comes in pieces: generators, a PyDataset, and batches one at a time."""

import math

import keras
import numpy as np

keras.utils.set_random_seed(7)

rng = np.random.default_rng(6)
x_all = rng.uniform(-2, 2, (960, 8)).astype("float32")
y_all = (np.sin(x_all[:, 0]) + x_all[:, 1] > 0).astype("float32")[:, None]
x_val, y_val = x_all[800:], y_all[800:]
x_train, y_train = x_all[:800], y_all[:800]


def batches(x, y, batch_size, forever=True):
    while True:
        for start in range(0, len(x), batch_size):
            yield x[start : start + batch_size], y[start : start + batch_size]
        if not forever:
            return


class Rows(keras.utils.PyDataset):
    def __init__(self, x, y, batch_size, **kwargs):
        super().__init__(**kwargs)
        self.x, self.y = x, y
        self.batch_size = batch_size
        self.epochs = 0

    def __len__(self):
        return math.ceil(len(self.x) / self.batch_size)

    def __getitem__(self, idx):
        low = idx * self.batch_size
        high = min(low + self.batch_size, len(self.x))
        return self.x[low:high], self.y[low:high]

    def on_epoch_end(self):
        self.epochs += 1


def get_model():
    model = keras.Sequential(
        [keras.Input((8,)), keras.layers.Dense(24, "relu"), keras.layers.Dense(1, "sigmoid")]
    )
    model.compile(
        optimizer=keras.optimizers.SGD(learning_rate=0.1, momentum=0.9),
        loss="binary_crossentropy",
        metrics=["accuracy"],
    )
    return model


# A generator that never ends
model = get_model()
history = model.fit(
    batches(x_train, y_train, 40),
    steps_per_epoch=20,
    epochs=6,
    validation_data=batches(x_val, y_val, 40),
    validation_steps=4,
    verbose=0,
)
from_generator = model.evaluate(batches(x_val, y_val, 40), steps=4, return_dict=True, verbose=0)
from_arrays = model.evaluate(x_val, y_val, batch_size=40, return_dict=True, verbose=0)
predicted = model.predict(batches(x_val, y_val, 50, forever=False), verbose=0)

# A data set that says how long it is
dataset = Rows(x_train, y_train, 64)
second = get_model()
second_history = second.fit(
    dataset, epochs=4, validation_data=Rows(x_val, y_val, 64), shuffle=False, verbose=0
)
second_score = second.evaluate(Rows(x_val, y_val, 64), verbose=0)

# Batch by batch, by hand
third = get_model()
for _ in range(6):
    third.reset_metrics()
    for step, (x_batch, y_batch) in enumerate(batches(x_train, y_train, 40, forever=False)):
        logs = third.train_on_batch(x_batch, y_batch, return_dict=True)
        if step % 10 == 0:
            print(f"step {step}: loss {float(logs['loss']):.3f}")
on_batch = third.train_on_batch(x_train[:40], y_train[:40])
tested = third.test_on_batch(x_val, y_val, return_dict=True)
on_predict = third.predict_on_batch(x_val[:7])

RESULTS_EXACT = {
    "history": list(history.history),
    "steps": int(model.optimizer.iterations),
    "steps of second": int(second.optimizer.iterations),
    "steps of third": int(third.optimizer.iterations),
    "data set hears of epochs": dataset.epochs >= 4,
    "batches": len(dataset),
    "evaluate": list(from_generator),
    "as from arrays": abs(from_generator["loss"] - from_arrays["loss"]) < 1e-5,
    "predicted": list(predicted.shape),
    "second history": [len(second_history.epoch), len(second_score)],
    "logs": list(logs),
    "train_on_batch": len(on_batch),
    "test_on_batch": list(tested),
    "predict_on_batch": list(on_predict.shape),
}
RESULTS_CLOSE = {
    "accuracy": (from_generator["accuracy"], 0.05),
    "accuracy of second": (second_score[1], 0.08),
    "accuracy of third": (float(logs["accuracy"]), 0.05),
}
