"""2. The perceptron in action
===========================

What a perceptron computes takes one line of NumPy: a *dot product* of inputs and weights, plus the bias, and
then the sigmoid. We compute it by hand and with dlcore. Then the perceptron learns by itself: AND, OR, and
not XOR.
"""

import numpy as np
from matplotlib import pyplot as plt

import dlcore
from dlcore import plots
from dlcore.layers import Dense, Input

plt.rcParams.update(plots.STYLE)
dlcore.utils.set_random_seed(0)
x = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])


def perceptron():
    return dlcore.Sequential([Input((2,)), Dense(1, activation="sigmoid")], dtype="float64")


# %%
# **By hand and by dlcore.** ``x @ weights`` is the dot product of every row of x with the weights. The two
# agree to 1e-15: both are float64, numbers of about 16 digits.

weights, bias = np.array([[2.0], [-1.0]]), np.array([0.5])
by_hand = 1 / (1 + np.exp(-(x @ weights + bias)))
model = perceptron()
model.set_weights([weights, bias])
by_dlcore = model(x)
difference = np.abs(by_hand - by_dlcore).max()
for row, mine, its in zip(x, by_hand[:, 0], by_dlcore[:, 0], strict=True):
    print(f"{row}: by hand {mine:.6f}, by dlcore {its:.6f}")

# %%
# **Learning.** The *targets* say what the output should be for each row. AND is 1 if both inputs are 1, OR if
# at least one is, XOR if exactly one is. ``fit`` shows the perceptron the four rows 500 times. Each time it
# changes weights and bias a little, so that the *loss*, the distance between outputs and targets, becomes
# smaller.

targets = {"AND": [0, 0, 0, 1], "OR": [0, 1, 1, 1], "XOR": [0, 1, 1, 0]}
losses, outputs = {}, {}
figure, axes = plt.subplots(2, 2, figsize=(8, 6.8))
for ax, (name, y) in zip(axes.flat, targets.items(), strict=False):
    model = perceptron()
    model.compile(dlcore.optimizers.SGD(learning_rate=1.0), "binary_crossentropy")
    losses[name] = model.fit(x, y, batch_size=4, epochs=500, verbose=0).history["loss"]
    outputs[name] = model(x)[:, 0]
    plots.decision_boundary(model, x, y, ax=ax).set(title=name, xlabel="1st input", ylabel="2nd input")
    axes[1, 1].plot(range(1, 501), losses[name], label=name)
    print(name, "wanted", y, "got", outputs[name].round(2))
axes[1, 1].set(title="Learning", xlabel="epoch (all rows once)", ylabel="loss (cross-entropy)", ylim=(0, 1))
axes[1, 1].legend()

# %%
# AND and OR are learned: the losses fall to 0.035 and 0.019, and one straight line parts blue circles from
# orange squares. For XOR there is no such line. The loss stays at 0.693, the logarithm of 2, and the
# perceptron says 0.50 for every row: it does not know. The next lesson gives it company.
#
# **Try next:** learn NAND, which is 0 only if both inputs are 1. Is there a line for it?
plt.show()
