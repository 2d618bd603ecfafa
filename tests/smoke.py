"""Trains a small net with the installed package and prints a digest of its weights, the same on any machine.

Started for each wheel where it was made (a release, `make sdist`, `make test-aarch64`).
"""

import hashlib
import pathlib
import tempfile

import numpy as np

import dlcore
from dlcore import layers


def main():
    dlcore.utils.set_random_seed(0)
    rng = np.random.default_rng(0)
    x = rng.random((1000, 20), dtype="float32") - np.float32(0.5)
    y = (x[:, 0] * x[:, 1] > 0).astype("float32")
    model = dlcore.Sequential(
        [
            layers.Input((20,)),
            layers.Dense(64, activation="gelu"),
            layers.Dropout(0.1),
            layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile(dlcore.optimizers.Adam(0.02), "binary_crossentropy")
    losses = model.fit(x, y, epochs=20, batch_size=50, verbose=0).history["loss"]
    assert losses[-1] < losses[0] / 2, losses
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "model.safetensors")
        model.save(path)
        again = dlcore.models.load_model(path)
    np.testing.assert_array_equal(again.predict(x, verbose=0), model.predict(x, verbose=0))
    digest = hashlib.sha256()
    for weights in model.get_weights():
        digest.update(weights.tobytes())
    print(digest.hexdigest())


if __name__ == "__main__":
    main()
