"""A search among twelve networks; on dlcore: `python -m dlcore.sklearn examples/sklearn_search.py`.

Run by `python` alone it prints the same, computed by scikit-learn. The data are 569 breast masses, benign or
malignant, of 30 numbers each; every network is fitted eight times on three quarters of the training rows.
"""

from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import GridSearchCV, RepeatedStratifiedKFold, train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler


def main():
    X, y = load_breast_cancer(return_X_y=True)
    X_train, X_test, y_train, y_test = train_test_split(X, y, stratify=y, random_state=1)

    pipeline = Pipeline(
        [
            ("scale", StandardScaler()),
            ("network", MLPClassifier(learning_rate_init=0.01, tol=1e-3, max_iter=300, random_state=1)),
        ]
    )
    grid = {
        "network__hidden_layer_sizes": [(8,), (32,), (16, 16)],
        "network__activation": ["relu", "tanh"],
        "network__alpha": [1e-4, 1.0],
    }
    folds = RepeatedStratifiedKFold(n_splits=4, n_repeats=2, random_state=1)
    search = GridSearchCV(pipeline, grid, scoring="neg_log_loss", cv=folds).fit(X_train, y_train)

    results = search.cv_results_
    print("log loss  +-      hidden layers  activation  alpha")
    for i in results["mean_test_score"].argsort()[::-1]:
        loss, spread = -results["mean_test_score"][i], results["std_test_score"][i]
        activation, alpha, sizes = results["params"][i].values()
        print(f"{loss:.4f}    {spread:.4f}  {sizes!s:13}  {activation:10}  {alpha:g}")

    best = search.best_estimator_
    print()
    print(f"the best was trained for {best['network'].n_iter_} epochs on all training rows;")
    print(f"test accuracy {best.score(X_test, y_test):.4f}, log loss {-search.score(X_test, y_test):.4f}")


if __name__ == "__main__":
    main()
