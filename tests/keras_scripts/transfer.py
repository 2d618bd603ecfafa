"""A net that was trained for one task lends its layers to another; and all the ways to keep weights."""

import pathlib
import tempfile

import keras
import numpy as np

keras.utils.set_random_seed(6)

rng = np.random.default_rng(5)
x = rng.normal(size=(1000, 10)).astype("float32")
hidden = np.tanh(x @ rng.normal(size=(10, 4)) / 2)
y_base = np.argmax(hidden @ rng.normal(size=(4, 3)), axis=1)
y_new = (hidden @ rng.normal(size=(4, 1)) > 0).astype("float32")

# The base
base_model = keras.Sequential(
    [
        keras.Input(shape=(10,)),
        keras.layers.Dense(32, activation="relu", name="features_1"),
        keras.layers.Dense(16, activation="relu", name="features_2"),
        keras.layers.Dense(3, activation="softmax", name="head"),
    ],
    name="base",
)
base_model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
base_history = base_model.fit(x, y_base, epochs=10, validation_split=0.1, verbose=0)

# Its features, frozen, under a new head
feature_extractor = keras.Model(base_model.inputs, base_model.get_layer("features_2").output)
feature_extractor.trainable = False
before = feature_extractor.get_weights()
inputs = keras.Input(shape=(10,))
outputs = keras.layers.Dense(1, activation="sigmoid", name="new_head")(
    feature_extractor(inputs, training=False)
)
model = keras.Model(inputs, outputs)
model.compile(keras.optimizers.Adam(0.01), loss=keras.losses.BinaryCrossentropy(), metrics=["accuracy"])
counts = [len(model.weights), len(model.trainable_weights), len(model.non_trainable_weights)]
model.fit(x, y_new, epochs=10, verbose=0)
frozen_kept = all(np.array_equal(a, b) for a, b in zip(before, feature_extractor.get_weights(), strict=True))

# Fine-tuning of all
feature_extractor.trainable = True
model.compile(optimizer=keras.optimizers.Adam(1e-3), loss="binary_crossentropy", metrics=["accuracy"])
counts_after = [len(model.weights), len(model.trainable_weights), len(model.non_trainable_weights)]
model.fit(x, y_new, epochs=5, verbose=0)
loss, accuracy = model.evaluate(x, y_new, verbose=0)
moved = any(not np.array_equal(a, b) for a, b in zip(before, feature_extractor.get_weights(), strict=True))

# Weights from layer to layer
copy = keras.Sequential(
    [keras.Input((10,)), keras.layers.Dense(32, activation="relu"), keras.layers.Dense(3)]
)
copy.layers[0].set_weights(base_model.get_layer("features_1").get_weights())
kernel, bias = copy.layers[0].get_weights()
twin = keras.models.clone_model(base_model)
fresh = not np.array_equal(twin.get_weights()[0], base_model.get_weights()[0])
twin.set_weights(base_model.get_weights())

# Files
folder = pathlib.Path(tempfile.mkdtemp())
base_model.save(folder / "base.keras")
loaded = keras.models.load_model(folder / "base.keras")
base_model.save_weights(folder / "base.weights.h5")
other = keras.models.clone_model(base_model)
other.load_weights(folder / "base.weights.h5")
expected = base_model.predict(x, verbose=0)
again = loaded.evaluate(x, y_base, verbose=0, return_dict=True)
same = {
    name: bool(np.allclose(net.predict(x, verbose=0), expected, atol=1e-6))
    for name, net in {"clone": twin, "loaded": loaded, "weights": other}.items()
}

RESULTS_EXACT = {
    "base": [layer.name for layer in base_model.layers],
    "extractor": [layer.name for layer in feature_extractor.layers],
    "model": [type(layer).__name__ for layer in model.layers],
    "counts": counts,
    "counts after": counts_after,
    "frozen kept": frozen_kept,
    "moved": moved,
    "fresh": fresh,
    "same": same,
    "kernel": [list(kernel.shape), list(bias.shape)],
    "names of weights": [weight.name for weight in base_model.weights],
    "paths of weights": [weight.path for weight in base_model.trainable_variables],
    "evaluated": list(again),
    "loaded": [loaded.name, type(loaded.optimizer).__name__, int(loaded.optimizer.iterations)],
}
RESULTS_CLOSE = {
    "base accuracy": (base_history.history["val_accuracy"][-1], 0.12),
    "accuracy": (accuracy, 0.08),
    "loss": (loss, 0.15),
}
