"""6. Loss and backpropagation
===========================

How wrong are the outputs? The *loss* says it in one number. How does the loss change when a weight grows a
little? That is the *gradient*, and *backpropagation* finds it for all weights at once.
"""

import numpy as np
from matplotlib import pyplot as plt

import dlcore
from dlcore.layers import Dense, Input
from dlcore.losses import binary_crossentropy, categorical_crossentropy

plt.rcParams.update(dlcore.plots.STYLE)
dlcore.utils.set_random_seed(0)

# %%
# **Cross-entropy** is minus the logarithm of the probability of what is true: 0.105 nats for 0.9, 0.693 for
# 0.5, 4.605 for 0.01. *Binary*: the output is the probability of class 1. *Categorical*: each class has one.

p = np.linspace(0.01, 0.99, 99).reshape(-1, 1)
plt.plot(p, binary_crossentropy([[1]] * 99, p), label="binary, class 1 is true")
plt.plot(p, binary_crossentropy([[0]] * 99, p), label="binary, class 0 is true")
plt.plot(p, categorical_crossentropy([[0, 1]] * 99, np.hstack([1 - p, p])), "k:", label="categorical")
plt.gca().set(title="Cross-entropy", xlabel="output: probability of class 1", ylabel="loss (nats)")
plt.legend()

# %%
# **Gradient descent.** The loss of two weights is a landscape. A step goes straight downhill, by the gradient
# times the *learning rate*, here 2. In 40 steps the loss falls from 2.53 to 0.48.

x = dlcore.random.normal((50, 2), seed=1)
y = x @ [2, 1] + 2 * dlcore.random.normal((50,), seed=2) > 0
unit = dlcore.Sequential([Input((2,)), Dense(1, "sigmoid", use_bias=False)])
unit.compile("sgd", "binary_crossentropy")
across, up, surface = np.linspace(-4, 5, 50), np.linspace(-4, 4, 50), np.zeros((50, 50))
for row, column in np.ndindex(50, 50):
    unit.set_weights([[[across[column]], [up[row]]]])
    surface[row, column] = unit.evaluate(x, y, verbose=0)
path = [np.array([[-3], [3]])]
for _ in range(40):
    unit.set_weights([path[-1]])
    path.append(path[-1] - 2 * unit.gradients(x, y)[0])
plt.figure().colorbar(plt.contourf(across, up, surface, levels=20), label="loss (nats)")
plt.plot(*np.hstack(path), "o-", color="white", markersize=4)
plt.gca().set(title="40 steps downhill", xlabel="1st weight", ylabel="2nd weight")

# %%
# **The chain rule** for a net 2-3-1, from the loss back to the weights, slope times slope, gives what dlcore
# gives, to 1e-12. The *gradient check* trusts neither: it moves each weight a little up and down.

model = dlcore.Sequential([Input((2,)), Dense(3, "relu"), Dense(1, "sigmoid")], dtype="float64")
model.compile("sgd", "binary_crossentropy")
W1, b1, W2, b2 = weights = model.get_weights()
hidden = np.maximum(x @ W1 + b1, 0)
by_logit = (1 / (1 + np.exp(-(hidden @ W2 + b2))) - y.reshape(-1, 1)) / 50  # through logarithm and sigmoid
by_sum = by_logit @ W2.T * (hidden > 0)  # through W2 and ReLU, whose slope is 1 or 0
by_hand = np.concatenate([x.T @ by_sum, by_sum.sum(0), hidden.T @ by_logit, by_logit.sum(0)], axis=None)
by_dlcore = np.concatenate(model.gradients(x, y), axis=None)
flat, check = np.concatenate(weights, axis=None), np.zeros(13)
for i, step in [(i, step) for i in range(13) for step in (1e-5, -1e-5)]:
    moved = flat + step * np.eye(13)[i]
    model.set_weights([moved[:6].reshape(2, 3), moved[6:9], moved[9:12].reshape(3, 1), moved[12:]])
    check[i] += model.evaluate(x, y, verbose=0) / (2 * step)
print(np.column_stack([by_hand, by_dlcore, check]).round(6))

# %%
# **Try next:** start the descent elsewhere, or with 20 in place of 2. Does it arrive at the same place?
plt.show()
