"""Digits read by a scikit-learn pipeline; on dlcore: `python -m dlcore.sklearn examples/sklearn_digits.py`.

Run by `python` alone it prints the same, computed by scikit-learn. Pixels are scaled, two hidden layers
trained on three quarters of 1,797 pictures; all but the first line is about the last quarter.
"""

from sklearn.datasets import load_digits
from sklearn.metrics import classification_report, confusion_matrix
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler


def main():
    X, y = load_digits(return_X_y=True)
    X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25, stratify=y, random_state=0)

    model = make_pipeline(
        StandardScaler(),
        MLPClassifier(hidden_layer_sizes=(128, 64), alpha=0.01, batch_size=32, random_state=0),
    )
    model.fit(X_train, y_train)

    network = model[-1]
    first, last = network.loss_curve_[0], network.loss_curve_[-1]
    print(f"{network.n_iter_} epochs, loss {first:.4f} in the first, {last:.4f} in the last")
    print(f"test accuracy {model.score(X_test, y_test):.4f}")

    read = model.predict(X_test)
    print()
    print(classification_report(y_test, read, digits=3))
    print("Rows: the digit; columns: read as.")
    print(confusion_matrix(y_test, read))

    sure = model.predict_proba(X_test).max(axis=1)
    print()
    print(f"How sure it is: {sure[read == y_test].mean():.3f} where right, ", end="")
    print(f"{sure[read != y_test].mean():.3f} where wrong.")


if __name__ == "__main__":
    main()
