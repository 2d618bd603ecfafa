"""What is looked at after each epoch: training loss or validation rows, callbacks, and the best weights."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from sklearn.metrics import get_scorer

from dlcore.sklearn._network import Network
from dlcore.sklearn._rows import Rows


class Validation:
    """Rows that are not trained on.

    Parameters
    ----------
    x : matrix
    y : array
        As the user has it: classes, or numbers.
    weight : array or None
    rows : Rows
        The same for the core.
    """

    def __init__(self, x: Any, y: Any, weight: Any, rows: Rows) -> None:
        self.x, self.y, self.weight, self.rows = x, y, weight, rows


class Monitor:
    """Decides after each epoch whether it was a good one.

    Without validation rows, or if they are only to be recorded, an epoch is good if its training loss is
    below the best one by more than `tol`; else if the validation score is not below the best one plus `tol`.
    These are scikit-learn's rules; `min_delta` takes the place of `tol`.
    """

    def __init__(self, estimator: Any, validation: Validation | None) -> None:
        self.validation = validation
        self.scorer = _scorer(estimator)
        self.watches_validation = estimator.early_stopping or estimator.monitor is not None
        if self.watches_validation and validation is None:
            raise ValueError(
                f"monitor={estimator.monitor!r} needs validation rows: set early_stopping=True or pass "
                "validation_data to fit"
            )
        restore = estimator.restore_best_weights
        self.restores = bool(estimator.early_stopping if restore is None else restore)
        self.min_delta = estimator.tol if estimator.min_delta is None else estimator.min_delta
        # Where a warm start begins with the best weights, scikit-learn trains these very arrays on: as long
        # as no epoch is better, the latest weights are the best.
        self.latest_are_best = getattr(estimator, "_best_coefs", None) is estimator.coefs_
        self.task: Any = None
        self.seen: dict[str, Any] = getattr(estimator, "_callback_data", {})
        """What scikit-learn's callbacks are told of the training data."""

    def epoch_begins(self, estimator: Any) -> None:
        """Tell scikit-learn's callbacks."""
        if estimator._callback_root is not None:
            self.task = estimator._callback_root.subcontext(task_name="epoch")
            self.task.call_on_fit_task_begin(estimator=estimator, **self.seen)

    def epoch_ends(self, estimator: Any, network: Network, epoch: int, fault: bool) -> bool:
        """Record, compare, tell the callbacks; whether one of them asks to stop."""
        seen_from_outside = callable(self.scorer) or estimator.callbacks or self.task is not None
        if seen_from_outside:
            estimator.coefs_, estimator.intercepts_ = network.weights()
        numbers = {
            "epoch": epoch,
            "loss": estimator.loss_curve_[-1],
            "learning_rate": estimator._optimizer.learning_rate,
        }
        if self.validation is not None:
            loss = None if fault else network.loss(self.validation.rows)
            estimator.validation_loss_curve_.append(np.nan if loss is None else loss)
            score = self._score(estimator, network, fault)
            estimator.validation_scores_.append(score)
            if estimator.verbose:
                print(f"Validation score: {score:f}")
            numbers |= {"validation_loss": estimator.validation_loss_curve_[-1], "validation_score": score}
        self._compare(estimator, network)
        stop = False
        for callback in estimator.callbacks or ():
            stop |= bool(callback(estimator, numbers))
        if self.task is not None:
            fitted = {"coefs_": estimator.coefs_, "intercepts_": estimator.intercepts_}
            names = ("n_layers_", "n_outputs_", "out_activation_", "classes_", "_label_binarizer")
            fitted |= {name: getattr(estimator, name) for name in names if hasattr(estimator, name)}
            stop |= self.task.call_on_fit_task_end(
                estimator=estimator, reconstruction_attributes=fitted, **self.seen
            )
        return stop

    def _score(self, estimator: Any, network: Network, fault: bool) -> float:
        assert self.validation is not None
        x, y, weight = self.validation.x, self.validation.y, self.validation.weight
        if self.scorer == "loss":
            return -float(estimator.validation_loss_curve_[-1])
        if callable(self.scorer):
            weights = {} if weight is None else {"sample_weight": weight}
            with warnings.catch_warnings():
                # The rows are an array by now, whatever names they had.
                warnings.filterwarnings("ignore", "X does not have valid feature names", UserWarning)
                return float(self.scorer(estimator, x, y, **weights))
        outputs = network.core.predict(self.validation.rows.x)
        if fault:
            outputs = np.full_like(outputs, np.nan)
        return float(estimator._score_outputs(outputs, y, weight))

    def _compare(self, estimator: Any, network: Network) -> None:
        if self.watches_validation:
            value, best = estimator.validation_scores_[-1], estimator.best_validation_score_
            is_bad, is_best = value < best + self.min_delta, value > best
        else:
            value, best = estimator.loss_curve_[-1], estimator.best_loss_
            is_bad, is_best = value > best - self.min_delta, value < best
        estimator._no_improvement_count = estimator._no_improvement_count + 1 if is_bad else 0
        if not is_best:
            return
        if self.watches_validation:
            estimator.best_validation_score_ = value
        else:
            estimator.best_loss_ = value
        if self.restores:
            estimator._best_coefs, estimator._best_intercepts = network.weights()
            self.latest_are_best = False

    def verdict(self, estimator: Any) -> str:
        """Why training should end."""
        subject = "Validation score" if self.watches_validation else "Training loss"
        return (
            f"{subject} did not improve more than tol={self.min_delta:f} for {estimator.n_iter_no_change:d} "
            "consecutive epochs."
        )

    def restore(self, estimator: Any) -> bool:
        """Put the best weights back, if that is wanted."""
        if self.restores and not self.latest_are_best:
            estimator.coefs_ = estimator._best_coefs
            estimator.intercepts_ = estimator._best_intercepts
            return True
        return False


def _scorer(estimator: Any) -> Any:
    """None for the estimator's own score, which needs no second prediction, "loss", or a scorer."""
    monitor = estimator.monitor
    if monitor is None or monitor == estimator._own_score:
        return None
    return monitor if monitor == "loss" or callable(monitor) else get_scorer(monitor)
