"""The loop over epochs, and the call of L-BFGS: scikit-learn's, step by step, around the core."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils.optimize import _check_optimize_result

from dlcore.sklearn._monitor import Monitor
from dlcore.sklearn._network import Network
from dlcore.sklearn._rows import Rows

NOT_CONVERGED = (
    "Stochastic Optimizer: Maximum iterations (%d) reached and the optimization hasn't converged yet."
)


def fit_stochastic(
    estimator: Any,
    network: Network,
    rows: Rows,
    index: NDArray[np.integer[Any]] | None,
    monitor: Monitor,
    incremental: bool,
) -> None:
    """Epochs of SGD or Adam over the rows, or over those of an index, until the monitor is content."""
    count = len(rows) if index is None else len(index)
    batch_size = _batch_size(estimator.batch_size, count)
    schedule, verbose = estimator._optimizer, estimator.verbose
    place: NDArray[np.integer[Any]] = np.arange(count)
    fault = False
    estimator.n_iter_ = 0
    try:
        for epoch in range(estimator.max_iter):
            monitor.epoch_begins(estimator)
            if estimator.shuffle:
                place = _shuffled(place, estimator._random_state)
            order = None
            if estimator.shuffle or index is not None:
                order = (place if index is None else index[place]).astype(np.uint32)
            if rows.weight is not None:
                _refuse_weightless_batches(rows.weight, order, batch_size)
            loss = None if fault else network.epoch(rows, order, batch_size, schedule.learning_rate)
            if loss is None:
                # scikit-learn goes on with NaN in all weights; here they are the last finite ones.
                fault, loss = True, np.nan
            estimator.n_iter_ += 1
            estimator.t_ += count
            estimator.loss_ = loss
            estimator.loss_curve_.append(loss)
            if verbose:
                print(f"Iteration {estimator.n_iter_}, loss = {loss:.8f}")
            asked_to_stop = monitor.epoch_ends(estimator, network, epoch, fault)
            schedule.iteration_ends(estimator.t_)
            if estimator._no_improvement_count > estimator.n_iter_no_change:
                if schedule.trigger_stopping(monitor.verdict(estimator), verbose):
                    break
                estimator._no_improvement_count = 0
            if incremental or asked_to_stop:
                break
            if estimator.n_iter_ == estimator.max_iter:
                warn(NOT_CONVERGED % estimator.max_iter, ConvergenceWarning)
    except KeyboardInterrupt:
        warn("Training interrupted by user.")
    if not monitor.restore(estimator):
        estimator.coefs_, estimator.intercepts_ = network.weights()
        if monitor.restores:
            estimator._best_coefs, estimator._best_intercepts = estimator.coefs_, estimator.intercepts_
        if fault:
            raise ValueError(NOT_FINITE)


NOT_FINITE = (
    "Solver produced non-finite parameter weights. The input data may contain large values and need to be"
    " preprocessed."
)


def warn(message: str, category: type[Warning] = UserWarning) -> None:
    """Warn as scikit-learn's module of these estimators does, by whose name scripts filter."""
    warnings.warn_explicit(
        message, category, __file__, 1, "sklearn.neural_network._multilayer_perceptron", _seen
    )


_seen: dict[Any, int] = {}
"""What Python remembers of warnings that are shown once."""


def _batch_size(asked: Any, count: int) -> int:
    if isinstance(asked, str):  # "auto"
        return min(200, count)
    if asked > count:
        warn("Got `batch_size` less than 1 or larger than sample size. It is going to be clipped")
    return int(np.clip(asked, 1, count))


def _shuffled(
    place: NDArray[np.integer[Any]], random_state: np.random.RandomState
) -> NDArray[np.integer[Any]]:
    """As `sklearn.utils.shuffle` draws it, without what that checks first."""
    permutation = np.arange(len(place))
    random_state.shuffle(permutation)
    return place[permutation]


def _refuse_weightless_batches(
    weights: NDArray[Any], order: NDArray[np.uint32] | None, batch_size: int
) -> None:
    """Raise what NumPy's average raises in scikit-learn."""
    if weights.all():
        return
    weights = weights if order is None else weights[order]
    if (np.add.reduceat(weights, np.arange(0, len(weights), batch_size)) == 0).any():
        raise ZeroDivisionError("Weights sum to zero, can't be normalized")


def fit_lbfgs(estimator: Any, network: Network, rows: Rows) -> None:
    """SciPy's L-BFGS-B on loss and gradient of all rows."""
    if rows.weight is not None and rows.weight.sum() == 0:
        raise ZeroDivisionError("Weights sum to zero, can't be normalized")
    shapes = [array.shape for array in estimator.coefs_ + estimator.intercepts_]
    layers = len(estimator.coefs_)

    def unpack(packed: NDArray[Any]) -> tuple[list[NDArray[Any]], list[NDArray[Any]]]:
        ends = np.cumsum([np.prod(shape, dtype=int) for shape in shapes])
        parts = np.split(packed, ends[:-1])
        arrays = [part.reshape(shape) for part, shape in zip(parts, shapes, strict=True)]
        return arrays[:layers], arrays[layers:]

    def objective(packed: NDArray[Any]) -> tuple[float, NDArray[Any]]:
        loss, kernels, biases = network.load(*unpack(packed)).loss_and_gradient(rows)
        return loss, pack([*kernels, *biases])

    found = minimize(
        objective,
        pack([*estimator.coefs_, *estimator.intercepts_]),
        method="L-BFGS-B",
        jac=True,
        options={
            "maxfun": estimator.max_fun,
            "maxiter": estimator.max_iter,
            "gtol": estimator.tol,
            **_printing(estimator.verbose),
        },
    )
    estimator.n_iter_ = _check_optimize_result("lbfgs", found, estimator.max_iter)
    estimator.loss_ = found.fun
    estimator.coefs_, estimator.intercepts_ = unpack(found.x.astype(network.dtype, copy=False))
    if not np.isfinite(found.x).all():
        raise ValueError(NOT_FINITE)


def pack(arrays: Sequence[NDArray[Any]]) -> NDArray[Any]:
    """All numbers in one vector."""
    return np.concatenate([array.ravel() for array in arrays])


def _printing(verbose: Any) -> dict[str, Any]:
    """SciPy's option, which its later versions do not know any more."""
    try:
        from sklearn.utils.fixes import _get_additional_lbfgs_options_dict
    except ImportError:  # before scikit-learn 1.8
        return {"iprint": 1 if verbose else -1}
    options: dict[str, Any] = _get_additional_lbfgs_options_dict("iprint", 1 if verbose else -1)
    return options
