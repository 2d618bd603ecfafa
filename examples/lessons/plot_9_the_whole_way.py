"""9. The whole way
================

From a table in a file to predictions elsewhere: 569 tumours, 30 measurements of each, malignant or benign.
"""

import importlib.resources
import tempfile
import timeit

import numpy as np
import onnxruntime
from matplotlib import pyplot as plt
from sklearn.model_selection import StratifiedKFold, train_test_split

import dlcore
from dlcore.layers import Dense, Input, Normalization

table = importlib.resources.files("sklearn.datasets.data") / "breast_cancer.csv"
rows = np.loadtxt(table.read_text().splitlines(), delimiter=",", skiprows=1, dtype=np.float32)
x, x_test, y, y_test = train_test_split(rows[:, :-1], rows[:, -1], stratify=rows[:, -1], random_state=0)


def train(x, y, units):
    dlcore.utils.set_random_seed(0)
    scaling = Normalization()
    scaling.adapt(x)
    model = dlcore.Sequential([Input((30,)), scaling, Dense(units, "relu"), Dense(1, "sigmoid")])
    model.compile(dlcore.optimizers.Adam(0.01), "binary_crossentropy", metrics=["accuracy"])
    stop = dlcore.callbacks.EarlyStopping(patience=20, restore_best_weights=True)
    return model, model.fit(x, y, epochs=300, validation_split=0.2, callbacks=[stop], verbose=0)


# %%
# **Choosing, training, testing.** Each input is scaled to mean 0 and spread 1. Of 2, 8 and 32 hidden units
# cross-validation prefers 32: the mean losses are 0.131, 0.098 and 0.083. Trained until early stopping, the
# net has 95.8 % of the test set right. A *confusion matrix* tells the mistakes apart.

losses = {2: [], 8: [], 32: []}
for units in losses:
    for learn, out in StratifiedKFold(5, shuffle=True, random_state=0).split(x, y):
        losses[units].append(train(x[learn], y[learn], units)[0].evaluate(x[out], y[out], verbose=0)[0])
model, history = train(x, y, min(losses, key=lambda units: np.mean(losses[units])))
history.plot().set(title="The best net learns", ylabel="loss (nats)")
output = model.predict(x_test, verbose=0)
accuracy = model.evaluate(x_test, y_test, verbose=0)[1]
dlcore.plots.confusion_matrix(y_test, output > 0.5, names=["malignant", "benign"]).set_title("The test set")

# %%
# **Out into the world.** One file keeps the model for dlcore, one in the format ONNX for other programs.

with tempfile.TemporaryDirectory() as folder:
    model.save(f"{folder}/model.safetensors")
    model.export(f"{folder}/model.onnx")
    again = dlcore.models.load_model(f"{folder}/model.safetensors")
    elsewhere = onnxruntime.InferenceSession(f"{folder}/model.onnx")
difference = np.abs(elsewhere.run(None, {"input": x_test})[0] - output).max()  # below 1e-6
seconds = timeit.timeit(lambda: again.predict_on_batch(x_test[:1]), number=1000) / 1000
print(f"one prediction takes {seconds * 1e6:.1f} microseconds")

# %%
# **The nine lessons in one picture. Try next:** wine_data.csv in the same folder, three kinds of wine.

course = """1 Perceptron: weights, bias, activation; 2 In action: dot product, AND and OR, not XOR; 3 Layers:
matrix product, features; 4 Deep nets: hidden layers, parameters; 5 Classes: logit, sigmoid, softmax; 6 Loss:
cross-entropy, gradient, chain rule; 7 Optimisation: learning rate, batches, momentum, Adam; 8 Overfitting:
dropout, L2, early stopping, K-fold; 9 The whole way: scaling, validation, test, ONNX"""
parts = dict(part.split(": ") for part in course.replace("\n", " ").split("; "))
dlcore.plots.mind_map("deep\nlearning", {name: part.split(", ") for name, part in parts.items()})
plt.show()
