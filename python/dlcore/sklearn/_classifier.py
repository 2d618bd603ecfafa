"""`MLPClassifier`."""

from __future__ import annotations

from numbers import Real
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import ClassifierMixin, _fit_context
from sklearn.preprocessing import LabelBinarizer
from sklearn.utils import column_or_1d
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.class_weight import compute_class_weight, compute_sample_weight
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import _check_partial_fit_first_call, type_of_target, unique_labels
from sklearn.utils.validation import validate_data

from dlcore.sklearn._callbacks import with_callbacks
from dlcore.sklearn._documentation import documented
from dlcore.sklearn._estimator import BaseMLP
from dlcore.sklearn._network import loss_config


def _balanced(y: Any, weight: Any) -> Any:
    """Weights that make all classes weigh the same, rows having weights."""
    _, which = np.unique(y, return_inverse=True)
    of_class = np.bincount(which, weights=weight)
    present = of_class > 0
    share = of_class.sum() / np.count_nonzero(present)
    return np.divide(share, of_class, out=np.zeros_like(of_class, dtype=float), where=present)[which]


@documented
class MLPClassifier(ClassifierMixin, BaseMLP):
    """A multilayer perceptron that tells classes apart: scikit-learn's `MLPClassifier`, with more.

    One output and the logistic function for two classes, an output for each label where a row can have
    several, softmax otherwise; the loss is the cross-entropy. With the same `random_state` the weights are
    those of scikit-learn, step by step.

    Parameters
    ----------
    {shared}
    class_weight : dict, list of dict or "balanced", optional
        Weights of the classes, which multiply those of the rows, with several labels a dict for each;
        "balanced" makes all classes weigh the same (scikit-learn issue 9113).
    label_smoothing : float, default=0.0
        How far targets are moved from 0 and 1 towards the uniform distribution.

    Attributes
    ----------
    classes_ : array or list of arrays
        The classes, in the order of `predict_proba`.
    {attributes}

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from dlcore.sklearn import MLPClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> model = MLPClassifier(solver="lbfgs", random_state=0, max_iter=1000).fit(X, y)
    >>> model.score(X, y) > 0.95
    True
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **BaseMLP._parameter_constraints,
        "class_weight": [None, dict, list, StrOptions({"balanced"})],
        "label_smoothing": [Interval(Real, 0, 1, closed="left")],
    }
    _own_score = "accuracy"
    loss = "log_loss"  # scikit-learn's has it, though there is no other

    def __init__(
        self,
        hidden_layer_sizes: Any = (100,),
        activation: Any = "relu",
        *,
        solver: str = "adam",
        alpha: float = 0.0001,
        batch_size: Any = "auto",
        learning_rate: str = "constant",
        learning_rate_init: float = 0.001,
        power_t: float = 0.5,
        max_iter: int = 200,
        shuffle: bool = True,
        random_state: Any = None,
        tol: float = 1e-4,
        verbose: Any = False,
        warm_start: bool = False,
        momentum: float = 0.9,
        nesterovs_momentum: bool = True,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-8,
        n_iter_no_change: float = 10,
        max_fun: int = 15000,
        class_weight: Any = None,
        label_smoothing: float = 0.0,
        dropout: Any = 0.0,
        weight_decay: float = 0.0,
        alpha_scaling: str = "batch",
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        decay: float = 0.95,
        warmup_epochs: int = 0,
        monitor: Any = None,
        min_delta: float | None = None,
        restore_best_weights: bool | None = None,
        callbacks: Any = None,
        init_coefs: Any = None,
        init_intercepts: Any = None,
        n_threads: int | None = None,
        dtype: str | None = None,
    ) -> None:
        self._keep(locals())

    def _validate_input(
        self, X: Any, y: Any, incremental: bool, reset: bool, only_watched: bool = False
    ) -> tuple[Any, Any]:
        X, y = validate_data(
            self,
            X,
            y,
            accept_sparse=["csr", "csc"],
            multi_output=True,
            dtype=(np.float64, np.float32),
            reset=reset,
        )
        if y.ndim == 2 and y.shape[1] == 1:
            y = column_or_1d(y, warn=True)
        if not hasattr(self, "classes_") or (not self.warm_start and not incremental):
            self._learn_classes(y)
            return X, y
        classes = unique_labels(y)
        if self.warm_start and not only_watched:
            if set(classes) != set(self.classes_):
                raise ValueError(
                    "warm_start can only be used where `y` has the same classes as in the previous call to "
                    f"fit. Previously got {self.classes_}, `y` has {classes}"
                )
        elif len(np.setdiff1d(classes, self.classes_, assume_unique=True)):
            raise ValueError(
                f"`y` has classes not in `self.classes_`. `self.classes_` has {self.classes_}. "
                f"'y' has {classes}."
            )
        return X, y

    def _learn_classes(self, y: Any) -> None:
        self._label_binarizer = LabelBinarizer().fit(y)
        self.classes_ = self._label_binarizer.classes_

    @property
    def _is_multiclass(self) -> bool:
        return bool(self._label_binarizer.y_type_ == "multiclass")

    @property
    def _is_multilabel(self) -> bool:
        return bool(self._label_binarizer.y_type_.startswith("multilabel"))

    def _weights_of(self, X: Any, y: Any, sample_weight: Any) -> Any:
        weight = super()._weights_of(X, y, sample_weight)
        if self.class_weight is None:
            return weight
        if np.ndim(y) != 1:
            of_row = compute_sample_weight(self.class_weight, y)
        elif isinstance(self.class_weight, str):  # "balanced"
            of_row = _balanced(y, weight)
        else:
            # Of all classes, some of which partial_fit may not see now.
            of_class = compute_class_weight(self.class_weight, classes=self.classes_, y=self.classes_)
            of_row = of_class[np.searchsorted(self.classes_, y)]
        return of_row if weight is None else weight * of_row

    def _encode(self, y: Any, dtype: str) -> NDArray[Any]:
        if self._is_multilabel:
            return np.require(self._label_binarizer.transform(y), dtype, ["C", "A"])
        return np.searchsorted(self.classes_, y).astype(dtype).reshape(-1, 1)

    def _strata(self, encoded: NDArray[Any]) -> NDArray[Any] | None:
        return encoded.astype(bool) if self._outputs_of(None)[0] == 1 else None

    def _outputs_of(self, y: Any) -> tuple[int, str]:
        if self._is_multiclass or self._is_multilabel:
            return len(self.classes_), "softmax" if self._is_multiclass else "logistic"
        return 1, "logistic"

    def _loss_config(self, dtype: str) -> dict[str, Any]:
        smoothing = float(self.label_smoothing)
        if self._is_multiclass:
            return loss_config("sparse_categorical_crossentropy", dtype, label_smoothing=smoothing)
        # scikit-learn adds up over the outputs, the core takes their mean.
        scale = float(self._outputs_of(None)[0])
        return loss_config(
            "binary_crossentropy",
            dtype,
            label_smoothing=smoothing,
            loss_scale=scale,
            gradient_scale=scale,
        )

    def _classes_of(self, outputs: NDArray[Any]) -> NDArray[Any]:
        """The most likely class of each row, or the labels that are more likely than not."""
        if self._is_multilabel:
            return self._label_binarizer.inverse_transform(outputs)
        if self._is_multiclass:
            return self.classes_[outputs.argmax(axis=1)]
        return self.classes_[
            (outputs[:, 0] > 0.5).astype(int) if len(self.classes_) > 1 else [0] * len(outputs)
        ]

    def _score_outputs(self, outputs: NDArray[Any], y: Any, weight: Any) -> float:
        right = self._classes_of(outputs) == y
        if self._is_multilabel:
            right = right.all(axis=1) if isinstance(right, np.ndarray) else (right != 0).toarray().all(axis=1)
        return float(np.average(right, weights=weight))

    @with_callbacks
    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: Any, y: Any, sample_weight: Any = None, *, validation_data: Any = None) -> Self:
        """Fit the model.

        Parameters
        ----------
        X : array or sparse matrix (rows, features)
        y : array (rows,) or (rows, labels)
            Classes, or 0 and 1 for each label.
        sample_weight : array (rows,), optional
        validation_data : (X, y) or (X, y, sample_weight), optional
            Rows to watch, in place of a share of X (scikit-learn issue 18748).

        Returns
        -------
        self
        """
        return self._fit_with_callbacks(X, y, sample_weight, validation_data)

    @available_if(lambda estimator: estimator._is_stochastic())
    @_fit_context(prefer_skip_nested_validation=True)
    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None, classes: Any = None) -> Self:
        """One epoch over these rows; the optimizer goes on from where it was.

        Parameters
        ----------
        X : array or sparse matrix (rows, features)
        y : array (rows,) or (rows, labels)
        sample_weight : array (rows,), optional
        classes : array, optional
            All classes that there will ever be; needed in the first call.

        Returns
        -------
        self
        """
        if _check_partial_fit_first_call(self, classes):
            is_multilabel = type_of_target(y).startswith("multilabel")
            self._label_binarizer = LabelBinarizer().fit(y if is_multilabel else classes)
        return self._fit(X, y, sample_weight, incremental=True)

    def predict(self, X: Any) -> NDArray[Any]:
        """The class of each row, or its labels as 0 and 1.

        Parameters
        ----------
        X : array or sparse matrix (rows, features)

        Returns
        -------
        array (rows,) or (rows, labels)
        """
        return self._classes_of(self._predict_outputs(X))

    def predict_proba(self, X: Any) -> NDArray[Any]:
        """The probability of each class.

        Parameters
        ----------
        X : array or sparse matrix (rows, features)

        Returns
        -------
        array (rows, classes)
        """
        outputs = self._predict_outputs(X)
        return np.hstack([1 - outputs, outputs]) if outputs.shape[1] == 1 else outputs

    def predict_log_proba(self, X: Any) -> NDArray[Any]:
        """The natural logarithm of `predict_proba`."""
        probabilities = self.predict_proba(X)
        return np.log(probabilities, out=probabilities)

    def to_onnx(self, path: Any = None) -> Any:
        """The fitted model for ONNX Runtime; its file, too, if a path is given.

        Parameters
        ----------
        path : path, optional
            Of a file to write, whole or not at all.

        Returns
        -------
        onnx.ModelProto
            From "X" (rows, features), of the weights' dtype, to "label", whole numbers or strings, and
            "probabilities" (rows, classes): names, shapes and types are those that skl2onnx gives
            scikit-learn's, with its option zipmap=False.

        Raises
        ------
        ImportError
            Without the package onnx.
        ValueError
            For classes that are neither whole numbers nor strings.

        Examples
        --------
        >>> from sklearn.datasets import load_iris
        >>> from dlcore.sklearn import MLPClassifier
        >>> X, y = load_iris(return_X_y=True)
        >>> model = MLPClassifier((5,), solver="lbfgs", random_state=0, max_iter=1000).fit(X, y).to_onnx()
        >>> [output.name for output in model.graph.output]
        ['label', 'probabilities']
        """
        from dlcore.sklearn import _onnx

        return _onnx.classifier(self, path)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags
