"""A deep autoencoder with norms, penalties and a rate that warms up; its best weights, its configuration."""

import pathlib
import tempfile

import keras
import numpy as np
from keras import layers, regularizers

keras.utils.set_random_seed(8)

# Data: curves that four numbers describe.
rng = np.random.default_rng(7)
time = np.linspace(0, 1, 40)
a, b, c, d = rng.uniform(0.2, 1, (4, 1200, 1))
curves = (a * np.sin(2 * np.pi * (1 + b) * time + 3 * c) + d * time).astype("float32")
x_train, x_test = curves[:1000], curves[1000:]

latent_dim = 4
epochs, batch_size = 25, 50
total_steps = epochs * len(x_train) // batch_size


def block(x, units, rate=0.0):
    x = layers.Dense(
        units,
        use_bias=False,
        kernel_initializer="he_normal",
        kernel_regularizer=regularizers.L2(1e-5),
        kernel_constraint=keras.constraints.MaxNorm(3),
    )(x)
    x = layers.BatchNormalization(momentum=0.9)(x)
    x = layers.Activation("relu")(x)
    return layers.Dropout(rate)(x) if rate else x


encoder_inputs = keras.Input(shape=(40,), name="curve")
x = block(encoder_inputs, 64, rate=0.02)
x = block(x, 32)
latent = layers.Dense(latent_dim, name="latent")(x)
x = layers.LayerNormalization(epsilon=1e-6)(latent)
x = block(x, 32)
x = block(x, 64)
decoded = layers.Dense(40, name="decoded")(x)
autoencoder = keras.Model(encoder_inputs, decoded, name="autoencoder")

schedule = keras.optimizers.schedules.CosineDecay(
    0.0, decay_steps=total_steps - 50, warmup_target=5e-3, warmup_steps=50, alpha=0.01
)
optimizer = keras.optimizers.AdamW(schedule, weight_decay=1e-4, global_clipnorm=1.0)
autoencoder.compile(optimizer, loss="mse", metrics=[keras.metrics.MeanAbsoluteError(name="mae")])
lines = []
autoencoder.summary(print_fn=lambda line, **_: lines.append(line))
text = "\n".join(lines)
print(text)

path = pathlib.Path(tempfile.mkdtemp()) / "best.weights.h5"
history = autoencoder.fit(
    x_train,
    x_train,
    epochs=epochs,
    batch_size=batch_size,
    validation_data=(x_test, x_test),
    verbose=0,
    callbacks=[keras.callbacks.ModelCheckpoint(path, save_best_only=True, save_weights_only=True)],
)
autoencoder.load_weights(path)
best = autoencoder.evaluate(x_test, x_test, verbose=0, return_dict=True)

encoder = keras.Model(encoder_inputs, latent, name="encoder")
codes = encoder.predict(x_test, verbose=0)
rebuilt = keras.Model.from_config(autoencoder.get_config())
rebuilt.set_weights(autoencoder.get_weights())
dense = autoencoder.layers[1]
rates = [float(schedule(step)) for step in (0, 25, 50, 200, total_steps)]

RESULTS_EXACT = {
    "layers": [layer.name for layer in autoencoder.layers],
    "history": list(history.history),
    "counts": [line.split(":")[1].split()[0] for line in text.splitlines() if "params:" in line],
    "codes": list(codes.shape),
    "rebuilt": [layer.name for layer in rebuilt.layers] == [layer.name for layer in autoencoder.layers],
    "same": bool(np.allclose(rebuilt.predict(x_test), autoencoder.predict(x_test), atol=1e-6)),
    "dense": {
        key: dense.get_config()[key] for key in ("name", "trainable", "units", "use_bias", "activation")
    },
    "initializer": dense.get_config()["kernel_initializer"]["class_name"],
    "penalty": dense.get_config()["kernel_regularizer"]["class_name"],
    "optimizer": {
        key: optimizer.get_config()[key] for key in ("weight_decay", "beta_1", "global_clipnorm", "clipnorm")
    },
    "schedule": {
        key: schedule.get_config()[key] for key in ("decay_steps", "warmup_steps", "warmup_target", "alpha")
    },
    "rates": [round(rate, 7) for rate in rates],
    "best": round(best["loss"] - min(history.history["val_loss"]), 5) == 0,
    "norms": bool((np.linalg.norm(dense.get_weights()[0], axis=0) <= 3.00001).all()),
}
RESULTS_CLOSE = {"mae": (best["mae"], 0.05), "val_loss": (best["loss"], 0.02)}
