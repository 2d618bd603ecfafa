"""How far float32 is from float64 after ten epochs of 784-512-512-10, and how far JAX's is.

Run by `make bench-precision`. All begin with the same weights and see the same batches; dropout is off. What
is compared with is dlcore in float64, which JAX in float64 is compared with too, to show that both train the
same net. Adam's first steps follow the sign of a gradient alone, so the ways part wherever rounding decides
about one: with SGD the figures are those of the arithmetic.
"""

import argparse
import dataclasses
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

import nets
from peers import report

NET = dataclasses.replace(nets.NETS[4], dropout=0.0, dtype="float64")
EPOCHS = 10
OPTIMIZERS = ("sgd", "adam")
RATE = {"sgd": 0.1, "adam": nets.LEARNING_RATE}
WHO = [("dlcore", "float64"), ("dlcore", "float32"), ("jax", "float64"), ("jax", "float32")]


def data():
    """Numbers that float32 has too, and classes that can be learned from them."""
    x, _ = NET.data()
    x = x.astype(np.float32).astype(np.float64)
    kernel = np.random.default_rng(2).normal(size=(NET.widths[0], NET.widths[-1]))
    return x, (x @ kernel).argmax(axis=1)


def weights():
    return [w.astype(np.float32).astype(np.float64) for w in NET.weights()]


def dlcore_run(dtype, optimizer):
    import dlcore

    x, y = data()
    hidden = [dlcore.layers.Dense(width, "relu") for width in NET.widths[1:-1]]
    layers = [dlcore.Input((NET.widths[0],)), *hidden, dlcore.layers.Dense(NET.widths[-1], "softmax")]
    model = dlcore.Sequential(layers, dtype=dtype)
    rule = {"sgd": dlcore.optimizers.SGD, "adam": dlcore.optimizers.Adam}[optimizer](RATE[optimizer])
    model.compile(rule, "sparse_categorical_crossentropy")
    model.set_weights(weights())
    history = model.fit(x, y, batch_size=NET.batch, epochs=EPOCHS, shuffle=False, verbose=0).history
    return model.get_weights(), history["loss"], model.predict(x, verbose=0)


def jax_run(dtype, optimizer):
    import jax

    jax.config.update("jax_enable_x64", dtype == "float64")
    import jax.numpy as jnp

    from peers import jax_peer

    x, y = data()
    batches = (x.astype(dtype).reshape(-1, NET.batch, x.shape[1]), y.reshape(-1, NET.batch))
    start = [jnp.asarray(w, dtype) for w in weights()]
    net = dataclasses.replace(NET, dtype=dtype)

    def sgd(state, gradient):
        moved = jax.tree.map(lambda w, g: w - RATE["sgd"] * g, state[0], gradient)
        return (moved, *state[1:])

    def step(state, batch):
        def loss(w):
            return jax_peer.loss_of(net, jax_peer.forward(net, w, batch[0]), batch[1])

        value, gradient = jax.value_and_grad(loss)(state[0])
        return {"sgd": sgd, "adam": jax_peer.adam}[optimizer](state, gradient), value

    zeros = [[jnp.zeros_like(w) for w in start] for _ in range(2)]
    state, losses = (start, *zeros, jnp.zeros((), dtype)), []
    epoch = jax.jit(lambda state: jax.lax.scan(step, state, batches))
    for _ in range(EPOCHS):
        state, values = epoch(state)
        losses.append(float(values.mean()))
    outputs = jax.nn.softmax(jax_peer.forward(net, state[0], jnp.asarray(x, dtype)))
    return [np.asarray(w) for w in state[0]], losses, np.asarray(outputs)


def record(who, dtype, optimizer, path):
    run = {"dlcore": dlcore_run, "jax": jax_run}[who]
    found, losses, outputs = run(dtype, optimizer)
    np.savez(path, losses=losses, outputs=outputs, **{f"w{i}": w for i, w in enumerate(found)})


def parts(file):
    flat = np.concatenate([file[name].ravel() for name in file.files if name.startswith("w")])
    return {"weights": flat, "losses": file["losses"], "predictions": file["outputs"].ravel()}


def difference(found, exact):
    """Largest and mean, relative to the root mean square of what is exact."""
    distance = abs(found.astype(np.float64) - exact) / np.sqrt(np.mean(np.square(exact)))
    return [f"{distance.max():.1e}", f"{distance.mean():.1e}"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--run", nargs=4, metavar=("WHO", "DTYPE", "OPTIMIZER", "PATH"), help="one of them")
    options = parser.parse_args()
    if options.run:
        record(*options.run)
        return
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for optimizer in OPTIMIZERS:
            found = {}
            for who, dtype in WHO:
                report.say(f"{optimizer}: {who} {dtype}")
                path = Path(folder) / f"{who}-{dtype}.npz"
                subprocess.run([sys.executable, __file__, "--run", who, dtype, optimizer, path], check=True)
                found[who, dtype] = parts(np.load(path))
            exact = found["dlcore", "float64"]
            for key in WHO[1:]:
                values = [difference(found[key][part], exact[part]) for part in exact]
                rows.append([optimizer, " ".join(key), *np.ravel(values)])
    header = [f"{part}, {what}" for part in ("weights", "loss", "predictions") for what in ("max", "mean")]
    print(
        f"{NET.name}, {EPOCHS} epochs of {NET.steps} batches, against dlcore float64; relative to the rms\n"
    )
    print(report.table(["optimizer", "who", *header], rows))


if __name__ == "__main__":
    main()
