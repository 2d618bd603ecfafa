"""1. The perceptron
=================

A perceptron takes some numbers, its *inputs*, and gives one number, its *output*. Every input has a *weight*:
how much it counts, and in which direction. The *bias* is added whatever the inputs are. The *activation* is a
function that bends the sum:

    output = activation(weight * input + weight * input + ... + bias)

In dlcore a perceptron is a dense layer of one unit. Here we do not train it: we turn its numbers by hand.
"""

import numpy as np
from matplotlib import pyplot as plt

import dlcore
from dlcore import plots
from dlcore.layers import Dense, Input

plt.rcParams.update(plots.STYLE)


def perceptron(weights, bias, activation):
    model = dlcore.Sequential([Input((len(weights),)), Dense(1, activation=activation)])
    model.set_weights([np.reshape(weights, (-1, 1)), [bias]])  # a column of weights, one bias
    return model


model = perceptron(weights=[2, -1], bias=0.5, activation="sigmoid")
output = model(np.array([[1, 3]]))[0, 0]
print(f"2 * 1 - 1 * 3 + 0.5 = -0.5, and sigmoid(-0.5) = {output:.3f}")
plots.network(model, inputs=["1st input", "2nd input"], outputs=["output"]).set_title("A perceptron")

# %%
# **Two activations.** ReLU makes 0 of a negative sum and leaves a positive one as it is. The sigmoid squeezes
# any sum between 0 and 1, so its output can be read as a probability: above, the inputs 1 and 3 gave 0.378. A
# larger weight makes the curve steeper, a negative one mirrors it, and the bias shifts it to the side.

x = np.linspace(-4, 4, 201).reshape(-1, 1)  # 201 rows of one input
figure, axes = plt.subplots(1, 2, figsize=(8, 3.6))
for ax, activation in zip(axes, ["relu", "sigmoid"], strict=True):
    for weight, bias in [(1, 0), (3, 0), (-1, 0), (1, 2)]:
        output = perceptron([weight], bias, activation)(x)
        ax.plot(x, output, label=f"weight {weight}, bias {bias}")
    ax.set(title=activation, xlabel="input", ylabel="output")
axes[0].set_ylim(-0.4, 8)
axes[0].legend(loc="upper left")

# %%
# **The line it draws.** With two inputs there is a straight line where the sum is 0. There the sigmoid is
# 0.5: on one side the answer is "rather no", in blue, on the other "rather yes", in orange. The weights are
# an arrow that the line stands across: turn them and the line turns. Larger weights make the change sharper
# and leave the line where it is. The bias moves the line: here it passes the origin at a distance of 1 /
# sqrt(1 + 1) = 0.71.

corners = np.array([[-3, -3], [3, 3]])
figure, axes = plt.subplots(2, 2, figsize=(8, 7), sharex=True, sharey=True)
for ax, weights, bias in zip(axes.flat, [(1, 1), (1, -0.5), (3, 3), (1, 1)], [0, 0, 0, -1], strict=True):
    plots.decision_boundary(perceptron(weights, bias, "sigmoid"), corners, ax=ax)
    ax.annotate("", weights, (0, 0), arrowprops={"arrowstyle": "->", "linewidth": 2}, annotation_clip=True)
    ax.set(title=f"weights {weights}, bias {bias}", xlabel="1st input", ylabel="2nd input", aspect="equal")
figure.colorbar(axes[0, 0].images[0], ax=axes, label="output of the sigmoid")
distance = abs(bias) / np.hypot(*weights)

# %%
# **Try next:** which weights and bias give a line that goes through (0, 1) and (2, 0)?
plt.show()
