"""8. Overfitting
================

A large net can learn its rows by heart, errors and all, and then be wrong about new ones: it *overfits*.
"""

import numpy as np
from matplotlib import pyplot as plt
from sklearn.datasets import make_moons
from sklearn.model_selection import KFold, train_test_split

import dlcore
from dlcore.layers import Dense, Dropout, Input
from dlcore.plots import STYLE, decision_boundary
from dlcore.regularizers import L2

plt.rcParams.update(STYLE)
x, y = make_moons(1250, noise=0.25, random_state=1)
x, x_test, y, y_test = train_test_split(x.astype(np.float32), y, train_size=250, random_state=0)
y[::10] = 1 - y[::10]  # a tenth of the labels to learn from is wrong

# %%
# **Three sets.** The *training set*, 200 rows, is what the net learns. The *validation set*, 50 rows, says
# what to choose. The *test set*, 1,000 rows, is for the end, once. **Three remedies.** *Dropout* leaves out
# other units in each step. *L2* adds the squares of the weights to the loss. *Early stopping* goes back to
# the epoch with the lowest validation loss.

remedies = {"none": {}, "dropout": {"drop": 0.4}, "L2": {"l2": 0.003}, "early stopping": {"patience": 50}}


def train(x, y, drop=0.0, l2=0.0, patience=300):
    dlcore.utils.set_random_seed(0)
    hidden = [h for _ in range(3) for h in (Dense(64, "relu", kernel_regularizer=L2(l2)), Dropout(drop))]
    model = dlcore.Sequential([Input((2,)), *hidden, Dense(1, "sigmoid")])
    model.compile(dlcore.optimizers.Adam(0.005), "binary_crossentropy", metrics=["accuracy"])
    stop = dlcore.callbacks.EarlyStopping(patience=patience, restore_best_weights=patience < 300)
    return model, model.fit(x, y, epochs=300, validation_split=0.2, callbacks=[stop], verbose=0)


figure, axes = plt.subplots(4, 2, figsize=(8, 11))
learned = {}
for (left, right), (name, options) in zip(axes, remedies.items(), strict=True):
    model, history = train(x, y, **options)
    learned[name] = model.evaluate(x[:200], y[:200], verbose=0)[1]
    decision_boundary(model, x[:200], y[:200], ax=left).set_title(f"{name}: {learned[name]:.1%} learned")
    history.plot(ax=right).set(ylim=(0, 1.2), ylabel="loss (nats)")

# %%
# Without a remedy the net gets 89.5 % of its rows right, wrong labels included: see the islands. The training
# loss falls, the validation loss rises. **K-fold.** But 50 rows are few to judge by. So we part the 250 rows
# into five *folds* and hold out each once. Five scores have a mean, and a spread: how far to trust it.

scores = {name: [] for name in remedies}
for name, options in remedies.items():
    for learn, held_out in KFold(5, shuffle=True, random_state=0).split(x):
        model, _ = train(x[learn], y[learn], **options)
        scores[name].append(model.evaluate(x[held_out], y[held_out], verbose=0)[1])
means, spreads = np.mean(list(scores.values()), axis=1), np.std(list(scores.values()), axis=1)
figure, ax = plt.subplots()
ax.errorbar(list(scores), means, spreads, fmt="o", capsize=6)
ax.set(title="Accuracy on held-out folds", ylabel="mean and standard deviation of five", ylim=(0.6, 1))
best = list(remedies)[means.argmax()]
test = train(x, y, **remedies[best])[0].evaluate(x_test, y_test, verbose=0)[1]

# %%
# L2 has the best mean, 82.4 % against 73.6 % without a remedy, though by its spread of 3.9 % the other two
# may be as good. The honest number comes last: 92.9 % on the test set, where no label is wrong.
#
# **Try next:** L2 and early stopping together. Choose by the folds, not by the test set. Why?
plt.show()
