"""Few frauds among many payments: weights of classes, a bias that knows how few, and metrics that show it."""

import numpy as np
from tensorflow import keras

keras.utils.set_random_seed(2)

# Data: one row in twenty is a fraud.
rng = np.random.default_rng(1)
features = rng.normal(size=(4000, 12)).astype("float32")
score = features[:, 0] + 0.8 * features[:, 1] * features[:, 2] + 0.5 * rng.normal(size=4000)
targets = (score > np.quantile(score, 0.95)).astype("uint8")[:, None]

num_val_samples = int(len(features) * 0.2)
train_features, train_targets = features[:-num_val_samples], targets[:-num_val_samples]
val_features, val_targets = features[-num_val_samples:], targets[-num_val_samples:]

counts = np.bincount(train_targets[:, 0])
print(
    f"Number of positive samples in training data: {counts[1]} ({100 * counts[1] / len(train_targets):.2f}%)"
)
weight_for_0 = 1.0 / counts[0]
weight_for_1 = 1.0 / counts[1]

mean = np.mean(train_features, axis=0)
train_features -= mean
val_features -= mean
std = np.std(train_features, axis=0)
train_features /= std
val_features /= std

METRICS = [
    keras.metrics.FalseNegatives(name="fn"),
    keras.metrics.FalsePositives(name="fp"),
    keras.metrics.TrueNegatives(name="tn"),
    keras.metrics.TruePositives(name="tp"),
    keras.metrics.Precision(name="precision"),
    keras.metrics.Recall(name="recall"),
    keras.metrics.AUC(name="auc"),
    keras.metrics.AUC(name="prc", curve="PR"),
]


def make_model(output_bias=None):
    if output_bias is not None:
        output_bias = keras.initializers.Constant(output_bias)
    return keras.Sequential(
        [
            keras.Input(shape=train_features.shape[1:]),
            keras.layers.Dense(64, activation="relu"),
            keras.layers.Dropout(0.3),
            keras.layers.Dense(64, activation="relu"),
            keras.layers.Dropout(0.3),
            keras.layers.Dense(1, activation="sigmoid", bias_initializer=output_bias),
        ]
    )


model = make_model(output_bias=np.log([counts[1] / counts[0]]))
model.compile(optimizer=keras.optimizers.Adam(1e-2), loss="binary_crossentropy", metrics=METRICS)
before = model.predict(train_features[:10], verbose=0)

early_stopping = keras.callbacks.EarlyStopping(
    monitor="val_auc", verbose=1, patience=5, mode="max", restore_best_weights=True
)
history = model.fit(
    train_features,
    train_targets,
    batch_size=256,
    epochs=25,
    verbose=2,
    callbacks=[early_stopping],
    validation_data=(val_features, val_targets),
    class_weight={0: weight_for_0, 1: weight_for_1},
)
results = model.evaluate(val_features, val_targets, batch_size=256, verbose=0, return_dict=True)
for name, value in results.items():
    print(name, ": ", value)

RESULTS_EXACT = {
    "history": list(history.history),
    "results": list(results),
    "layers": [layer.name for layer in model.layers],
    "trainable": [list(weight.shape) for weight in model.trainable_weights],
    "rows": int(results["fn"] + results["fp"] + results["tn"] + results["tp"]),
    "stopped early or not": len(history.epoch) <= 25,
    "shape before": list(before.shape),
    "bias": [round(float(value), 4) for value in make_model(-2.5).layers[-1].get_weights()[1]],
}
RESULTS_CLOSE = {"auc": (results["auc"], 0.08), "recall": (results["recall"], 0.2)}
