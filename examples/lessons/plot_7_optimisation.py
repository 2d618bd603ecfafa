"""7. Optimisation
================

How far should a step downhill go, should it remember those before it, and from how many rows is it taken?
"""

import time

import numpy as np
from matplotlib import pyplot as plt
from sklearn.datasets import load_digits

import dlcore
from dlcore.layers import Dense, Input
from dlcore.optimizers import SGD, Adam, RMSprop

# %%
# **A race** through a narrow valley, the loss (a² + 20 b²) / 2 of two weights. *SGD*, plain descent, crawls
# if the *learning rate* is too small and jumps out if it is too large. *Momentum* keeps rolling, *RMSprop*
# divides each slope by its usual size, *Adam* does both.

plt.rcParams.update(dlcore.plots.STYLE)
names = ["SGD: too small", "SGD: right", "SGD: too large", "momentum", "RMSprop", "Adam"]
racers = [SGD(0.005), SGD(0.09), SGD(0.102), SGD(0.03, momentum=0.8), RMSprop(0.3), Adam(0.5)]
figure, axes = plt.subplots(2, 3, figsize=(9, 5.6), sharex=True, sharey=True)
a, b = np.meshgrid(np.linspace(-10, 3, 80), np.linspace(-7, 7, 80))
for ax, name, optimizer in zip(axes.flat, names, racers, strict=True):
    valley, path = dlcore.Sequential([Input((2,)), Dense(1, use_bias=False)]), []
    valley.set_weights([[[-9], [2]]])
    valley.compile(optimizer, "mse")
    for _ in range(30):
        path.append(valley.get_weights()[0].ravel())
        valley.train_on_batch([[1, 0], [0, np.sqrt(20)]], [0, 0])  # the mean of a² and 20 b²
    ax.contour(a, b, a**2 + 20 * b**2, levels=15)
    ax.plot(*np.transpose(path), "k.-", linewidth=1)
    ax.set(title=name, xlabel="weight a", ylabel="weight b")

# %%
# **1,797 handwritten digits.** One row a step means many cheap steps, all rows (*full batch*) few exact ones.
# By seconds the *mini-batch* of 32 wins: its loss is 0.05 after 20 epochs, with momentum, RMSprop or Adam
# 0.02. On large nets more threads share the work, and get the same losses to the last bit.

x, y = load_digits(return_X_y=True)
runs = {"1 row": (SGD(0.05), 1, 5), "32 rows": (SGD(0.2), 32, 20), "all rows": (SGD(0.5), 1797, 100)}
runs |= {"momentum": (SGD(0.05, 0.9), 32, 20), "RMSprop": (RMSprop(0.004), 32, 20)}
runs |= {"Adam": (Adam(0.004), 32, 20), "1 thread": (Adam(), 1797, 20), "all threads": (Adam(), 1797, 20)}
losses, seconds, threads = {}, {}, dlcore.get_num_threads()
for name, (optimizer, rows, epochs) in runs.items():
    dlcore.utils.set_random_seed(0)
    dlcore.set_num_threads(threads if name == "all threads" else 1)
    model = dlcore.Sequential([Dense(512 if "thread" in name else 64, "relu"), Dense(10, "softmax")])
    model.compile(optimizer, "sparse_categorical_crossentropy")
    start = time.perf_counter()
    losses[name] = model.fit(x / 16, y, batch_size=rows, epochs=epochs, verbose=0).history["loss"]
    seconds[name] = np.linspace(0, time.perf_counter() - start, epochs)
    print(f"{name:11} loss {losses[name][-1]} after {epochs:3} epochs and {seconds[name][-1]:.3f} s")
figure, axes = plt.subplots(3, 1, figsize=(7, 9), sharey=True, subplot_kw={"yscale": "log"})
for name in ("1 row", "32 rows", "all rows"):
    axes[0].plot(range(1, 6), losses[name][:5], label=f"{name} a step")
    axes[1].plot(seconds[name], losses[name], label=f"{name} a step")
for name in ("32 rows", "momentum", "RMSprop", "Adam"):
    axes[2].plot(losses[name], label=name.replace("32 rows", "SGD"))
for ax, title in zip(axes, ["Batches by epochs", "Batches by seconds", "Optimisers"], strict=True):
    ax.set(title=title, xlabel="time (s)" if "seconds" in title else "epoch", ylabel="loss (nats)")
    ax.locator_params(axis="x", integer="seconds" not in title)
    ax.legend()

# %%
# **Try next:** Adam with a learning rate of 0.1 on the digits. Does it forgive a step that is too long?
plt.show()
