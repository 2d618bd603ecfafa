"""Ten classes of small pictures, as in the first tutorial that everyone reads."""

import keras
import numpy as np
from keras import layers

keras.utils.set_random_seed(1)

# Data: ten pictures, each shown with noise, as bytes.
num_classes = 10
input_shape = (28, 28)
rng = np.random.default_rng(0)
pictures = np.kron(rng.uniform(0, 255, (num_classes, 7, 7)), np.ones((4, 4)))


def load_data(count):
    labels = rng.integers(0, num_classes, count)
    images = pictures[labels] + rng.normal(0, 90, (count, *input_shape))
    return np.clip(images, 0, 255).astype("uint8"), labels.astype("uint8")


(x_train, y_train), (x_test, y_test) = load_data(2000), load_data(500)
print("x_train shape:", x_train.shape)
print(x_train.shape[0], "train samples")
print(x_test.shape[0], "test samples")

# Model
model = keras.Sequential(
    [
        keras.Input(shape=input_shape),
        layers.Rescaling(1.0 / 255),
        layers.Flatten(),
        layers.Dense(64, activation="relu"),
        layers.Dropout(0.2),
        layers.Dense(num_classes, activation="softmax"),
    ]
)
model.summary()
model.compile(
    optimizer=keras.optimizers.Adam(learning_rate=1e-3),
    loss=keras.losses.SparseCategoricalCrossentropy(),
    metrics=[keras.metrics.SparseCategoricalAccuracy(name="acc")],
)

# Training
batch_size = 64
epochs = 8
history = model.fit(x_train, y_train, batch_size=batch_size, epochs=epochs, validation_split=0.1, verbose=2)

# Evaluation
score = model.evaluate(x_test, y_test, verbose=0)
print("Test loss:", score[0])
print("Test accuracy:", score[1])

probabilities = model.predict(x_test[:20])
predicted = np.argmax(probabilities, axis=1)
print("predicted", predicted, "labels", y_test[:20])

# The same model that gives probabilities through a layer of its own.
probability_model = keras.Sequential([model, layers.Softmax()])
again = probability_model(x_test[:5])

RESULTS_EXACT = {
    "history": list(history.history),
    "epochs": history.epoch,
    "layers": [layer.name for layer in model.layers],
    "weights": [list(weight.shape) for weight in model.get_weights()],
    "parameters": model.count_params(),
    "shape in": list(model.input_shape),
    "shape out": list(model.output_shape),
    "shape of prediction": list(probabilities.shape),
    "shape of nested": list(np.shape(again)),
    "type of prediction": [type(probabilities).__name__, str(probabilities.dtype)],
    "types of score": [type(value).__name__ for value in score],
}
RESULTS_CLOSE = {
    "accuracy": (score[1], 0.05),
    "validation accuracy": (history.history["val_acc"][-1], 0.08),
    "probabilities sum to": (float(probabilities.sum(axis=1).mean()), 1e-5),
}
