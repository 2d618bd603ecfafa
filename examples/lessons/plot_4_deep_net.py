"""4. From a neuron to a deep net
==============================

A perceptron, also called a neuron, draws a line. A dense layer is several of them. Layers behind layers are a
*multilayer perceptron*, and with more than one hidden layer it is called *deep*. How many layers does a task
need? Ours: two half moons, one within the arm of the other. To which does a point belong?
"""

import numpy as np
from matplotlib import pyplot as plt
from sklearn.datasets import make_moons

import dlcore
from dlcore import plots
from dlcore.layers import Dense, Input

plt.rcParams.update(plots.STYLE)
x, y = make_moons(1000, noise=0.2, random_state=0)
x = x.astype(np.float32)
x_train, x_test, y_train, y_test = x[:500], x[500:], y[:500], y[500:]  # the net never sees the second half

# %%
# **From no hidden layer to three**, of eight units each. Everything else is the same for all: 200 epochs of
# Adam, a method to change the weights that lesson 7 compares with others. The *accuracy* is the share of
# right answers.


def train(hidden_layers):
    dlcore.utils.set_random_seed(0)
    hidden = [Dense(8, activation="relu") for _ in range(hidden_layers)]
    model = dlcore.Sequential([Input((2,)), *hidden, Dense(1, activation="sigmoid")])
    model.compile(dlcore.optimizers.Adam(learning_rate=0.01), "binary_crossentropy", metrics=["accuracy"])
    history = model.fit(x_train, y_train, epochs=200, verbose=0)
    return model, history, model.evaluate(x_test, y_test, verbose=0)[1]


nets = [train(hidden_layers) for hidden_layers in range(4)]
figure, axes = plt.subplots(2, 2, figsize=(8, 7), sharex=True, sharey=True)
for ax, (model, _, accuracy) in zip(axes.flat, nets, strict=True):
    plots.decision_boundary(model, x_test, y_test, ax=ax)
    hidden_layers = len(model.layers) - 1
    ax.set_title(f"{hidden_layers} hidden, {model.count_params()} parameters:\n{accuracy:.1%} right")
    ax.set(xlabel="1st input", ylabel="2nd input")
accuracies = [accuracy for _, _, accuracy in nets]
parameters = [model.count_params() for model, _, _ in nets]

# %%
# Without a hidden layer there is one straight line, and 85.6 % of the new points are on its right side. One
# hidden layer bends it: 96.4 %. The second learns faster and comes to 96.6 %, the third to 96.2 %: the shape
# was found, and what is left lies on the wrong side by chance.

figure, ax = plt.subplots()
for hidden_layers, (_, history, _) in enumerate(nets):
    ax.plot(history.history["loss"], label=f"{hidden_layers} hidden layers")
ax.set(title="Learning", xlabel="epoch", ylabel="loss (binary cross-entropy)")
ax.legend()

# %%
# **Counting parameters.** All weights and biases are the *parameters*. A layer has inputs * units weights and
# a bias for each unit. So the net with two hidden layers has 2 * 8 + 8 = 24 in the first layer, 8 * 8 + 8 =
# 72 in the second and 8 * 1 + 1 = 9 in the last: 105. ``summary`` does the sum, and counts what the
# optimizer, here Adam, remembers besides: two numbers for each parameter, and two of its own.

deep = nets[2][0]
deep.summary()
plots.network(deep).set_title("The net with two hidden layers: orange is positive, blue negative")

# %%
# **Try next:** 32 units in one hidden layer. Is it as good as two layers of eight, and which is larger?
plt.show()
