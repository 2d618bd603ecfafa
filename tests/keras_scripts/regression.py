"""How far a car drives on a gallon: a linear model, then a deep one, on normalized features."""

import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

keras.utils.set_random_seed(4)

# Data: cylinders, displacement, horsepower, weight, acceleration, year, origin.
rng = np.random.default_rng(3)
rows = 800
cylinders = rng.choice([4, 6, 8], rows)
displacement = 40 * cylinders + rng.normal(0, 30, rows)
horsepower = 20 * cylinders + rng.normal(0, 15, rows)
weight = 400 * cylinders + 800 + rng.normal(0, 250, rows)
acceleration = 22 - 0.06 * horsepower + rng.normal(0, 1.5, rows)
year = rng.integers(70, 83, rows)
origin = rng.integers(0, 3, rows)
mpg = (
    60 - 0.006 * weight - 0.1 * horsepower + 0.6 * (year - 76) + 2 * (origin == 2) + rng.normal(0, 1.5, rows)
)
columns = [cylinders, displacement, horsepower, weight, acceleration, year, *np.eye(3)[origin].T]
features = np.stack(columns, axis=1).astype("float32")
train_features, test_features = features[:640], features[640:]
train_labels, test_labels = mpg[:640].astype("float32"), mpg[640:].astype("float32")

normalizer = layers.Normalization(axis=-1)
normalizer.adapt(np.array(train_features))
print("mean", np.asarray(normalizer.mean).round(1))


def build_and_compile_model(norm, hidden):
    model = keras.Sequential(
        [norm, *(layers.Dense(64, activation="relu") for _ in range(hidden)), layers.Dense(1)]
    )
    model.compile(
        loss="mean_absolute_error",
        optimizer=keras.optimizers.Adam(0.1 if hidden == 0 else 0.005),
        metrics=["mse", keras.metrics.RootMeanSquaredError(name="rmse")],
    )
    return model


test_results = {}
linear_model = build_and_compile_model(normalizer, 0)
linear_history = linear_model.fit(train_features, train_labels, epochs=60, verbose=0, validation_split=0.2)
test_results["linear"] = linear_model.evaluate(test_features, test_labels, verbose=0)

dnn_model = build_and_compile_model(normalizer, 2)
reduce_lr = keras.callbacks.ReduceLROnPlateau(monitor="val_loss", factor=0.3, patience=3, min_lr=1e-5)
history = dnn_model.fit(
    train_features, train_labels, validation_split=0.2, verbose=0, epochs=40, callbacks=[reduce_lr]
)
test_results["deep"] = dnn_model.evaluate(test_features, test_labels, verbose=0)
for name, result in test_results.items():
    print(name, "MAE", round(result[0], 3))

test_predictions = dnn_model.predict(test_features).flatten()
error = test_predictions - test_labels
rates = history.history["learning_rate"]

RESULTS_EXACT = {
    "history": list(history.history),
    "linear history": list(linear_history.history),
    "epochs": len(history.epoch),
    "layers": [layer.name for layer in dnn_model.layers],
    "linear kernel": list(linear_model.layers[1].kernel.shape),
    "built": linear_model.built,
    "predictions": list(test_predictions.shape),
    "first rate": round(float(rates[0]), 6),
    "rates only fall": bool((np.diff(rates) <= 0).all()),
    "rate was reduced": bool(rates[-1] < rates[0]),
    "params of history": {key: history.params[key] for key in ("epochs", "steps")},
}
RESULTS_CLOSE = {
    "linear MAE": (test_results["linear"][0], 0.4),
    "deep MAE": (test_results["deep"][0], 0.5),
    "bias of errors": (float(error.mean()), 0.8),
    "normalizer's mean": (float(np.asarray(normalizer.mean)[0, 3]), 0.01),
}
