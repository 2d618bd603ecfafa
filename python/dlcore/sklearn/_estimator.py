"""What classifier and regressor share: parameters, the order of a fit, predictions."""

from __future__ import annotations

import contextlib
import functools
import itertools
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from numbers import Integral, Real
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.model_selection import train_test_split
from sklearn.utils import check_random_state
from sklearn.utils._param_validation import Interval, Options, StrOptions
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from dlcore._alone import MARK, alone
from dlcore._config import limited_threads
from dlcore.sklearn._callbacks import CallbackSupportMixin
from dlcore.sklearn._monitor import Monitor, Validation
from dlcore.sklearn._network import Network, activation_names, listed, optimizer_config
from dlcore.sklearn._rows import Rows, inputs, is_plain, sound
from dlcore.sklearn._schedules import EVERY_SOLVER, Schedule
from dlcore.sklearn._training import fit_lbfgs, fit_stochastic

HEAVY = {"_model", "_trained", "_stored_slots"}
"""Attributes that a fit lets go of before it asks for memory; they can be made again from the others."""


class BaseMLP(CallbackSupportMixin, BaseEstimator, ABC):
    """The part of a multilayer perceptron that does not depend on the task."""

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "hidden_layer_sizes": ["array-like", Interval(Integral, 1, None, closed="left")],
        "activation": [StrOptions(activation_names()), "array-like"],
        "solver": [StrOptions({"lbfgs", "sgd", "adam"})],
        "alpha": [Interval(Real, 0, None, closed="left")],
        "batch_size": [StrOptions({"auto"}), Interval(Integral, 1, None, closed="left")],
        "learning_rate": [StrOptions({"constant", "invscaling", "adaptive", *EVERY_SOLVER})],
        "learning_rate_init": [Interval(Real, 0, None, closed="neither")],
        "power_t": [Interval(Real, 0, None, closed="left")],
        "max_iter": [Interval(Integral, 1, None, closed="left")],
        "shuffle": ["boolean"],
        "random_state": ["random_state"],
        "tol": [Interval(Real, 0, None, closed="left")],
        "verbose": ["verbose"],
        "warm_start": ["boolean"],
        "momentum": [Interval(Real, 0, 1, closed="both")],
        "nesterovs_momentum": ["boolean"],
        "early_stopping": ["boolean"],
        "validation_fraction": [Interval(Real, 0, 1, closed="left")],
        "beta_1": [Interval(Real, 0, 1, closed="left")],
        "beta_2": [Interval(Real, 0, 1, closed="left")],
        "epsilon": [Interval(Real, 0, None, closed="neither")],
        "n_iter_no_change": [Interval(Integral, 1, None, closed="left"), Options(Real, {np.inf})],
        "max_fun": [Interval(Integral, 1, None, closed="left")],
        "dropout": [Interval(Real, 0, 1, closed="left"), "array-like"],
        "weight_decay": [Interval(Real, 0, None, closed="left")],
        "alpha_scaling": [StrOptions({"batch", "dataset"})],
        "clipnorm": [None, Interval(Real, 0, None, closed="neither")],
        "clipvalue": [None, Interval(Real, 0, None, closed="neither")],
        "global_clipnorm": [None, Interval(Real, 0, None, closed="neither")],
        "decay": [Interval(Real, 0, 1, closed="right")],
        "warmup_epochs": [Interval(Integral, 0, None, closed="left")],
        "monitor": [None, str, callable],
        "min_delta": [None, Interval(Real, 0, None, closed="left")],
        "restore_best_weights": [None, "boolean"],
        "callbacks": [None, list, tuple],
        "init_coefs": [None, "array-like"],
        "init_intercepts": [None, "array-like"],
        "n_threads": [None, Interval(Integral, 1, None, closed="left")],
        "dtype": [None, StrOptions({"float32", "float64"})],
    }
    _own_score: ClassVar[str]
    """scikit-learn's name of what `score` gives."""
    _announces_fits: ClassVar[bool] = False
    """Set by `patch_sklearn(verbose=True)`."""
    _callback_root: Any = None
    """The context of scikit-learn's callbacks, while they listen to a fit."""
    _callback_data: dict[str, Any]
    """What they are told of the rows, meanwhile."""
    _optimizer: Schedule
    _model: Network
    """What predicts: the network that was trained, or one that was made since, or within the fit."""
    _trained: Network
    """What has the optimizer's state; not there in a model from a file, which has it in `_stored_slots`."""
    _stored_slots: tuple[list[NDArray[Any]], int]
    best_validation_score_: float | None
    best_loss_: float | None
    validation_scores_: list[float] | None
    validation_loss_curve_: list[float] | None

    def _keep(self, arguments: dict[str, Any]) -> None:
        """Store what `__init__` got, unchanged, as scikit-learn's `clone` expects."""
        for name, value in arguments.items():
            if name not in ("self", "__class__"):
                setattr(self, name, value)

    # What the task decides

    @abstractmethod
    def _validate_input(
        self, X: Any, y: Any, incremental: bool, reset: bool, only_watched: bool = False
    ) -> tuple[Any, Any]:
        """X and y checked; a new fit learns what targets there are, of which watched rows may lack some."""

    @abstractmethod
    def _encode(self, y: Any, dtype: str) -> NDArray[Any]:
        """Targets as the core's loss wants them."""

    @abstractmethod
    def _outputs_of(self, y: Any) -> tuple[int, str]:
        """How many outputs there are, and their activation."""

    @abstractmethod
    def _loss_config(self, dtype: str) -> dict[str, Any]:
        """The core's loss."""

    @abstractmethod
    def _score_outputs(self, outputs: NDArray[Any], y: Any, weight: Any) -> float:
        """Accuracy or R^2 of outputs."""

    def _weights_of(self, X: Any, y: Any, sample_weight: Any) -> Any:
        """A weight for each row, or None."""
        return None if sample_weight is None else _check_sample_weight(sample_weight, X)

    def _strata(self, encoded: NDArray[Any]) -> NDArray[Any] | None:
        """What a validation split keeps the shares of."""
        return None

    # Fit

    def _fit_with_callbacks(self, X: Any, y: Any, sample_weight: Any, validation_data: Any) -> Self:
        """A whole fit, with scikit-learn's callbacks if there are any."""
        if self._announces_fits:
            print(f"dlcore fits {type(self).__name__}", file=sys.stderr)
        if not getattr(self, "_skl_callbacks", None) and not hasattr(self, "_parent_callback_ctx"):
            return self._fit(X, y, sample_weight, False, validation_data)
        epochs = 0 if self.solver == "lbfgs" else self.max_iter
        metadata = None if sample_weight is None else {"sample_weight": sample_weight}
        data = {"X": X, "y": y, "metadata": metadata}
        root = self._init_callback_context(max_subtasks=epochs)
        root.call_on_fit_task_begin(estimator=self, **data)
        self._callback_root, self._callback_data = root, data
        try:
            self._fit(X, y, sample_weight, False, validation_data)
        finally:
            del self._callback_root, self._callback_data
        root.call_on_fit_task_end(estimator=self, reconstruction_attributes={}, **data)
        return self

    def _fit(
        self, X: Any, y: Any, sample_weight: Any, incremental: bool, validation_data: Any = None
    ) -> Self:
        with alone(self):
            return self._fit_alone(X, y, sample_weight, incremental, validation_data)

    def _fit_alone(self, X: Any, y: Any, sample_weight: Any, incremental: bool, validation_data: Any) -> Self:
        if self.early_stopping and incremental:
            raise ValueError("partial_fit does not support early_stopping=True")
        sizes = self.hidden_layer_sizes
        hidden = list(sizes) if hasattr(sizes, "__iter__") else [sizes]
        if not all(callable(callback) for callback in self.callbacks or ()):
            raise ValueError(f"callbacks must all be callable, got {self.callbacks!r}")
        if np.any(np.array(hidden) <= 0):
            raise ValueError(f"hidden_layer_sizes must be > 0, got {hidden}.")
        before = {name: value for name, value in vars(self).items() if name not in HEAVY}
        try:
            network, train = self._prepare(X, y, sample_weight, hidden, incremental, validation_data)
        except Exception:
            for name in vars(self).keys() - before.keys() - HEAVY:
                delattr(self, name)
            self.__dict__.update(before)
            raise
        del before  # the weights that were
        with self._threads():
            train()
        self._model = network
        return self

    def _prepare(
        self,
        X: Any,
        y: Any,
        sample_weight: Any,
        hidden: list[Any],
        incremental: bool,
        validation_data: Any,
    ) -> tuple[Network, Callable[[], None]]:
        """A network and how to train it: all that can be wrong with the data is found here."""
        first_pass = not hasattr(self, "coefs_") or (not self.warm_start and not incremental)
        X, y = self._validate_input(sound(X), sound(y), incremental, reset=first_pass)
        sample_weight = self._weights_of(X, y, sample_weight)
        self._random_state = check_random_state(self.random_state)
        outputs, out_activation = self._outputs_of(y)
        if not first_pass:  # the layers that are there go on, as in scikit-learn
            existing = [len(bias) for bias in self.intercepts_[:-1]]
            if len(existing) != len(hidden):
                raise ValueError(f"hidden_layer_sizes must stay {existing} to go on, got {hidden}")
            hidden = existing
        widths = [X.shape[1], *(int(units) for units in hidden), outputs]
        activations = [*self._hidden_activations(len(hidden)), out_activation]
        if first_pass:
            self._initialize(widths, activations, self.dtype or str(X.dtype))
        dtype = str(self.coefs_[0].dtype)
        if self.solver == "lbfgs" and self.dtype is None:
            dtype = "float64"  # which SciPy works in, and scikit-learn's weights become
        rows = self._rows(X, y, sample_weight, dtype)
        if self.solver == "lbfgs":
            network = self._network(widths, activations, dtype, rows)
            return network, functools.partial(fit_lbfgs, self, network, rows)
        return self._stochastic(X, y, rows, widths, activations, validation_data, incremental)

    def _rows(self, X: Any, y: Any, sample_weight: Any, dtype: str) -> Rows:
        weight = None if sample_weight is None else np.require(sample_weight, dtype, ["C", "A"])
        return Rows(inputs(X, dtype), self._encode(y, dtype), weight)

    def _stochastic(
        self,
        X: Any,
        y: Any,
        rows: Rows,
        widths: list[int],
        activations: list[str],
        validation_data: Any,
        incremental: bool,
    ) -> tuple[Network, Callable[[], None]]:
        index = None
        validation = None
        dtype = str(self.coefs_[0].dtype)
        if validation_data is not None:
            validation = self._given_validation(validation_data, y, dtype)
        elif self.early_stopping:
            index, held_out = self._split(rows)
            weight = None if rows.weight is None else rows.weight[held_out]
            part = self._rows(X[held_out], y[held_out], weight, dtype)
            validation = Validation(X[held_out], y[held_out], weight, part)
        has_state = not {"_trained", "_stored_slots"}.isdisjoint(self.__dict__)
        slots = None
        if incremental and has_state and self._optimizer.solver == self.solver:
            self._stored_slots = slots = self._slots()
        else:
            self._optimizer = Schedule(self)
        self.__dict__.pop("_trained", None)  # makes room, as in _network
        self._begin_records(validation is not None)
        monitor = Monitor(self, validation)
        network = self._network(widths, activations, dtype, rows, index)
        if slots is not None:
            network.core.set_slots(*slots)
        self._trained = network
        self.__dict__.pop("_stored_slots", None)
        return network, functools.partial(fit_stochastic, self, network, rows, index, monitor, incremental)

    def _split(self, rows: Rows) -> tuple[NDArray[Any], NDArray[Any]]:
        train, held_out = train_test_split(
            np.arange(len(rows)),
            random_state=self._random_state,
            test_size=self.validation_fraction,
            stratify=self._strata(rows.y),
        )
        if len(held_out) < 2:
            raise ValueError(
                "The validation set is too small. Increase 'validation_fraction' or the size of your dataset."
            )
        return train, held_out

    def _given_validation(self, data: Any, y_train: Any, dtype: str) -> Validation:
        if not isinstance(data, list | tuple) or len(data) not in (2, 3):
            size = f" of {len(data)}" if isinstance(data, list | tuple) else ""
            raise ValueError(
                f"validation_data must be (X, y) or (X, y, sample_weight), got a {type(data).__name__}{size}"
            )
        X, y = sound(data[0]), sound(data[1])
        X, y = self._validate_input(X, y, incremental=True, reset=False, only_watched=True)
        if y.shape[1:] != y_train.shape[1:]:
            raise ValueError(f"validation_data: y must be of {self.n_outputs_} outputs, got shape {y.shape}")
        weight = None if len(data) == 2 else _check_sample_weight(data[2], X)
        return Validation(X, y, weight, self._rows(X, y, weight, dtype))

    def _begin_records(self, has_validation: bool) -> None:
        """The attributes that an epoch adds to, where this fit needs others than the last one had."""
        if not hasattr(self, "loss_curve_"):  # lbfgs was here
            self._empty_records()
        watches = self.early_stopping or self.monitor is not None
        if has_validation and getattr(self, "validation_scores_", None) is None:
            self.validation_scores_ = []
            self.validation_loss_curve_ = []
        if watches and self.best_validation_score_ is None:
            self.best_validation_score_ = -np.inf
            self.best_loss_ = None
        if not watches and self.best_loss_ is None:
            self.best_loss_ = np.inf

    def _initialize(self, widths: list[int], activations: list[str], dtype: str) -> None:
        """Weights as scikit-learn draws them, and empty records."""
        self.n_iter_ = 0
        self.t_ = 0
        self.n_outputs_ = widths[-1]
        self.n_layers_ = len(widths)
        self.out_activation_ = activations[-1]
        self.coefs_: list[NDArray[Any]] = []
        self.intercepts_: list[NDArray[Any]] = []
        for fan_in, fan_out in itertools.pairwise(widths):
            bound = np.sqrt((2.0 if listed(self.activation) == "logistic" else 6.0) / (fan_in + fan_out))
            kernel = self._random_state.uniform(-bound, bound, (fan_in, fan_out))
            bias = self._random_state.uniform(-bound, bound, fan_out)
            self.coefs_.append(kernel.astype(dtype, copy=False))
            self.intercepts_.append(bias.astype(dtype, copy=False))
        self._take_initial("init_coefs", self.coefs_)
        self._take_initial("init_intercepts", self.intercepts_)
        self._best_coefs, self._best_intercepts = list(self.coefs_), list(self.intercepts_)
        if self.solver != "lbfgs":
            self._empty_records()

    def _empty_records(self) -> None:
        self.loss_curve_: list[float] = []
        self._no_improvement_count = 0
        self.validation_scores_ = [] if self.early_stopping else None
        self.validation_loss_curve_ = [] if self.early_stopping else None
        self.best_validation_score_ = -np.inf if self.early_stopping else None
        self.best_loss_ = None if self.early_stopping else np.inf

    def _take_initial(self, name: str, arrays: list[NDArray[Any]]) -> None:
        given = getattr(self, name)
        if given is None:
            return
        if len(given) != len(arrays):
            raise ValueError(f"{name} must have an array for each of {len(arrays)} layers, got {len(given)}")
        for i, (array, value) in enumerate(zip(arrays, given, strict=True)):
            new = np.array(value, dtype=array.dtype)
            if new.shape != array.shape or not np.isfinite(new).all():
                raise ValueError(
                    f"{name}[{i}] must be finite and have shape {array.shape}, got shape {new.shape}"
                )
            arrays[i] = new

    def _hidden_activations(self, layers: int) -> list[str]:
        if isinstance(self.activation, str):
            return [self.activation] * layers
        names = list(self.activation)
        unknown = [name for name in names if name not in activation_names()]
        if unknown or len(names) != layers:
            raise ValueError(
                f"activation must be a name, or one of {sorted(activation_names())} for each of {layers} "
                f"hidden layers, got {names}"
            )
        return names

    def _dropout_rates(self, layers: int) -> list[float]:
        rates: list[Any] = [self.dropout] * layers if np.ndim(self.dropout) == 0 else list(self.dropout)
        if len(rates) != layers or not all(isinstance(rate, Real) and 0 <= float(rate) < 1 for rate in rates):
            raise ValueError(
                f"dropout must be a rate from 0 to below 1, or one for each of {layers} hidden layers, got "
                f"{self.dropout!r}"
            )
        return [float(rate) for rate in rates]

    def _network(
        self,
        widths: list[int],
        activations: list[str],
        dtype: str,
        rows: Rows,
        index: NDArray[Any] | None = None,
    ) -> Network:
        """A network to train, with the weights as they are; no prediction touches it until that is done."""
        self.__dict__.pop("_model", None)  # makes room before memory is asked for
        penalty = 0.5 * self.alpha
        if self.alpha_scaling == "dataset":
            weight = rows.weight if index is None or rows.weight is None else rows.weight[index]
            penalty /= (len(rows) if index is None else len(index)) if weight is None else weight.sum()
        dropout = [] if self.solver == "lbfgs" else self._dropout_rates(len(widths) - 2)
        # No number is drawn that scikit-learn does not draw.
        seed = int(self._random_state.randint(2**31 - 1)) if any(dropout) else 0
        network = Network(widths, activations, dtype, penalty, dropout, seed)
        network.core.compile(
            self._loss_config(dtype) | {"penalty_by_weight": self.alpha_scaling == "batch"},
            [],
            optimizer_config(self),
        )
        network.activation = listed(self.activation)
        return network.load(self.coefs_, self.intercepts_)

    def _slots(self) -> tuple[list[NDArray[Any]], int]:
        """The optimizer's state, from the network that was trained or from a file."""
        if "_trained" in self.__dict__:
            return self._trained.core.get_slots(), self._trained.core.iterations
        return self._stored_slots

    @contextlib.contextmanager
    def _threads(self) -> Iterator[None]:
        with contextlib.nullcontext() if self.n_threads is None else limited_threads(self.n_threads):
            yield

    # Predictions

    def _predict_outputs(self, X: Any) -> NDArray[Any]:
        """The last layer's outputs (rows, outputs)."""
        if "coefs_" not in self.__dict__:
            check_is_fitted(self)
        try:
            dtype = self.coefs_[0].dtype
        except (AttributeError, LookupError, TypeError):
            raise ValueError(f"coefs_ must be a list of arrays, got {self.coefs_!r:.99}") from None
        if "feature_names_in_" not in self.__dict__ and is_plain(X, self.n_features_in_, dtype):
            return self._run(X)
        X = validate_data(self, sound(X), accept_sparse=["csr", "csc"], reset=False)
        # As NumPy would have it: float64 if either is.
        wide = np.result_type(X.dtype, dtype) if X.dtype.kind == "f" else dtype
        return self._run(inputs(X, str(dtype))).astype(wide, copy=False)

    def _run(self, x: Any) -> NDArray[Any]:
        model = self.__dict__.get("_model")
        if model is None or not model.is_of(self.activation, self.out_activation_, self.coefs_):
            widths = [self.n_features_in_, *(len(bias) for bias in self.intercepts_)]
            activations = [*self._hidden_activations(len(widths) - 2), self.out_activation_]
            model = self._model = Network(widths, activations, str(self.coefs_[0].dtype))
            model.activation = listed(self.activation)
        model.load(self.coefs_, self.intercepts_)
        if self.n_threads is None:
            return model.core.predict(x)
        with limited_threads(self.n_threads):
            return model.core.predict(x)

    # Files

    def __getstate__(self) -> dict[str, Any]:
        """All but the core's networks, of which the optimizer's state is kept.

        A pickle runs what it names: load none from strangers.
        """
        state: dict[str, Any] = dict(super().__getstate__())
        state.pop("_model", None)
        state.pop(MARK, None)
        if state.pop("_trained", None) is not None:
            state["_stored_slots"] = self._slots()
        return state

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags

    def _is_stochastic(self) -> bool:
        """For `available_if`."""
        if self.solver not in ("sgd", "adam"):
            raise AttributeError(
                f"partial_fit is only available for stochastic optimizers. {self.solver} is not stochastic."
            )
        return True
