"""`MLPRegressor`."""

from __future__ import annotations

from numbers import Real
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import RegressorMixin, _fit_context
from sklearn.metrics import r2_score
from sklearn.utils import column_or_1d
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import validate_data

from dlcore.sklearn._callbacks import with_callbacks
from dlcore.sklearn._documentation import documented
from dlcore.sklearn._estimator import BaseMLP
from dlcore.sklearn._network import activation_names, loss_config


@documented
class MLPRegressor(RegressorMixin, BaseMLP):
    """A multilayer perceptron that predicts numbers: scikit-learn's `MLPRegressor`, with more.

    Parameters
    ----------
    loss : str, default="squared_error"
        "squared_error" and "poisson" are halved, as in scikit-learn; the latter has the exponential function
        as its output activation and needs y >= 0. "absolute_error", "huber" and "quantile" are means over
        rows and outputs (scikit-learn issue 14571).
    {shared}
    delta : float, default=1.0
        Where the Huber loss turns from a square to a line, in units of y.
    quantile : float or sequence of float, default=0.5
        What the quantile loss looks for, between 0 and 1. Several quantiles of one target are as many
        outputs.
    output_activation : str, optional
        Instead of the identity (or the exponential function, for "poisson"); one of `activation`'s.
    exact_gradient : bool, default=False
        With several outputs scikit-learn reports the mean of their squared errors, but follows the gradient
        of the sum (issue 8349). True: that of the mean, too.

    Attributes
    ----------
    {attributes}

    Examples
    --------
    >>> import numpy as np
    >>> from dlcore.sklearn import MLPRegressor
    >>> X = np.linspace(-1, 1, 200).reshape(-1, 1)
    >>> y = np.sin(3 * X[:, 0])
    >>> model = MLPRegressor(solver="lbfgs", random_state=0, max_iter=500).fit(X, y)
    >>> model.score(X, y) > 0.99
    True
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **BaseMLP._parameter_constraints,
        "loss": [StrOptions({"squared_error", "poisson", "absolute_error", "huber", "quantile"})],
        "delta": [Interval(Real, 0, None, closed="neither")],
        "quantile": [Interval(Real, 0, 1, closed="neither"), "array-like"],
        "output_activation": [None, StrOptions({*activation_names(), "exp"})],
        "exact_gradient": ["boolean"],
    }
    _own_score = "r2"

    def __init__(
        self,
        loss: str = "squared_error",
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
        delta: float = 1.0,
        quantile: Any = 0.5,
        output_activation: str | None = None,
        exact_gradient: bool = False,
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
            y_numeric=True,
            dtype=(np.float64, np.float32),
            reset=reset,
        )
        if y.ndim == 2 and y.shape[1] == 1:
            y = column_or_1d(y, warn=True)
        if self.loss == "poisson" and (y < 0).any():
            raise ValueError("loss='poisson' needs y >= 0, got negative values")
        if self.loss == "quantile" and y.ndim == 2 and len(self._quantiles()) > 1:
            raise ValueError(
                f"several quantiles, here {self.quantile!r}, need a y of one column, got {y.shape[1]} columns"
            )
        return X, y

    def _quantiles(self) -> list[float]:
        """Those of the quantile loss."""
        values = np.atleast_1d(np.asarray(self.quantile))
        is_real = values.dtype.kind == "f" and values.ndim == 1
        if not is_real or not 1 <= len(values) <= 16 or not ((values > 0) & (values < 1)).all():
            raise ValueError(
                f"quantile must be a number between 0 and 1, or 1 to 16 of them, got {self.quantile!r}"
            )
        return values.tolist()

    def _encode(self, y: Any, dtype: str) -> NDArray[Any]:
        columns = np.asarray(y).reshape(len(y), -1)
        if self.loss == "quantile" and columns.shape[1] == 1:
            columns = np.repeat(columns, len(self._quantiles()), axis=1)
        return np.require(columns, dtype, ["C", "A"])

    def _outputs_of(self, y: Any) -> tuple[int, str]:
        outputs = self._encode(y[:1], "float64").shape[1]
        activation = self.output_activation or ("exp" if self.loss == "poisson" else "identity")
        return outputs, activation

    def _loss_config(self, dtype: str) -> dict[str, Any]:
        outputs = float(self.n_outputs_)
        match self.loss:
            case "squared_error":
                scale = 0.5 if self.exact_gradient else 0.5 * outputs
                return loss_config("mean_squared_error", dtype, loss_scale=0.5, gradient_scale=scale)
            case "poisson":
                return loss_config("half_poisson_deviance", dtype, loss_scale=outputs, gradient_scale=outputs)
            case "absolute_error":
                return loss_config("mean_absolute_error", dtype)
            case "huber":
                return loss_config("huber", dtype, delta=float(self.delta))
        return loss_config("quantile", dtype, quantiles=self._quantiles())

    def _score_outputs(self, outputs: NDArray[Any], y: Any, weight: Any) -> float:
        if not np.isfinite(outputs).all():
            return float(np.nan)
        return float(r2_score(self._encode(y, str(outputs.dtype)), outputs, sample_weight=weight))

    @with_callbacks
    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: Any, y: Any, sample_weight: Any = None, *, validation_data: Any = None) -> Self:
        """Fit the model.

        Parameters
        ----------
        X : array or sparse matrix (rows, features)
        y : array (rows,) or (rows, outputs)
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
    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """One epoch over these rows; the optimizer goes on from where it was.

        Parameters
        ----------
        X : array or sparse matrix (rows, features)
        y : array (rows,) or (rows, outputs)
        sample_weight : array (rows,), optional

        Returns
        -------
        self
        """
        return self._fit(X, y, sample_weight, incremental=True)

    def predict(self, X: Any) -> NDArray[Any]:
        """The outputs of each row.

        Parameters
        ----------
        X : array or sparse matrix (rows, features)

        Returns
        -------
        array (rows,) or (rows, outputs)
        """
        outputs = self._predict_outputs(X)
        return outputs.ravel() if outputs.shape[1] == 1 else outputs

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """R^2; of several quantiles the mean of theirs, each against the same y.

        Parameters
        ----------
        X : array or sparse matrix (rows, features)
        y : array (rows,) or (rows, outputs)
        sample_weight : array (rows,), optional

        Returns
        -------
        float
        """
        outputs = self.predict(X)
        if self.loss == "quantile" and outputs.ndim == 2 and np.size(y) == len(outputs):
            y = np.repeat(np.asarray(y).reshape(-1, 1), outputs.shape[1], axis=1)
        return float(r2_score(y, outputs, sample_weight=sample_weight))

    def to_onnx(self, path: Any = None) -> Any:
        """The fitted model for ONNX Runtime; its file, too, if a path is given.

        Parameters
        ----------
        path : path, optional
            Of a file to write, whole or not at all.

        Returns
        -------
        onnx.ModelProto
            From "X" (rows, features), of the weights' dtype, to "variable" (rows, outputs), as skl2onnx calls
            it.

        Raises
        ------
        ImportError
            Without the package onnx.
        """
        from dlcore.sklearn import _onnx

        return _onnx.regressor(self, path)
