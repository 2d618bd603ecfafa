"""Structured data: a table of numbers and categories, encoded, normalized, and looked into."""

import keras
import numpy as np
from keras import layers

keras.utils.set_random_seed(3)

# Data: three classes of flowers with four measures, and the kind of soil.
rng = np.random.default_rng(2)
labels = rng.integers(0, 3, 900)
centers = np.array([[5.0, 3.4, 1.5, 0.2], [5.9, 2.8, 4.3, 1.3], [6.6, 3.0, 5.5, 2.0]])
measures = centers[labels] + rng.normal(0, 0.35, (900, 4))
soil = (labels + rng.integers(0, 2, 900)) % 4
order = rng.permutation(900)
measures, soil, labels = measures[order], soil[order], labels[order]

table = np.concatenate([measures, keras.utils.to_categorical(soil, num_classes=4)], axis=1)
targets = keras.utils.to_categorical(labels)
x_train, x_test = table[:720], table[720:]
y_train, y_test = targets[:720], targets[720:]

# Model
normalizer = layers.Normalization(axis=-1, name="normalizer")
normalizer.adapt(x_train)

inputs = keras.Input(shape=(8,), name="flower")
x = normalizer(inputs)
x = layers.Dense(32, activation="relu", name="deep_1")(x)
x = layers.Dense(16, activation="relu", name="deep_2")(x)
x = layers.Dropout(0.1)(x)
outputs = layers.Dense(3, activation="softmax", name="species")(x)
model = keras.Model(inputs=inputs, outputs=outputs, name="flowers")
model.summary()

model.compile(
    optimizer=keras.optimizers.RMSprop(learning_rate=0.005),
    loss=keras.losses.CategoricalCrossentropy(label_smoothing=0.05),
    metrics=["accuracy", keras.metrics.TopKCategoricalAccuracy(k=2, name="top2")],
)
history = model.fit(x_train, y_train, batch_size=32, epochs=12, validation_data=(x_test, y_test), verbose=0)
loss, accuracy, top2 = model.evaluate(x_test, y_test, verbose=0)
print(f"loss {loss:.3f}, accuracy {accuracy:.3f}, among the first two {top2:.3f}")

sample = {"measures": [5.1, 3.5, 1.4, 0.2], "soil": 0}
row = np.concatenate([sample["measures"], np.eye(4)[sample["soil"]]])[None]
probabilities = model.predict(row)[0]
print("This flower is of species", int(np.argmax(probabilities)))

# What a layer within gives.
inner = keras.Model(model.input, model.get_layer("deep_2").output)
features = inner.predict(x_test, verbose=0)
normalized = keras.ops.convert_to_numpy(normalizer(x_train))

RESULTS_EXACT = {
    "name": model.name,
    "layers": [layer.name for layer in model.layers],
    "inputs": [list(tensor.shape) for tensor in model.inputs],
    "outputs": [list(tensor.shape) for tensor in model.outputs],
    "history": list(history.history),
    "shapes of weights": [list(weight.shape) for weight in model.get_weights()],
    "trainable": sum(int(np.prod(weight.shape)) for weight in model.trainable_weights),
    "shape of features": list(features.shape),
    "species": int(np.argmax(probabilities)),
    "categories": keras.utils.to_categorical([0, 2, 1], 4).tolist(),
}
RESULTS_CLOSE = {
    "accuracy": (accuracy, 0.06),
    "top2": (top2, 0.03),
    "mean after normalizer": (float(np.abs(normalized.mean(axis=0)).max()), 1e-4),
    "deviation after normalizer": (float(normalized.std(axis=0).mean()), 1e-4),
}
