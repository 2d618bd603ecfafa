"""The compiled module: conversion between NumPy and the Rust core, no defaults, no policy.

Every array is C-contiguous; floating-point arrays are of the network's dtype.
"""

from collections.abc import Sequence
from os import PathLike
from typing import Any, Self, TypedDict, final, type_check_only

import numpy as np
from numpy.typing import NDArray

from dlcore._typing import FloatArray, SparseRows

__all__ = [
    "ACTIVATIONS",
    "LOSSES",
    "METRICS",
    "Network",
    "activation",
    "all_finite",
    "available_isas",
    "available_threads",
    "elementary",
    "get_num_threads",
    "isa",
    "limit_threads",
    "linear",
    "load_file",
    "loss",
    "matmul",
    "random_normal",
    "random_truncated_normal",
    "random_uniform",
    "save_file",
    "set_isa",
    "set_num_threads",
    "shuffle",
    "version",
    "write_file",
]

@type_check_only
class EpochResult(TypedDict):
    loss: float
    """Mean over the rows of weight times loss, the regularisation penalty included."""
    metrics: list[float]
    """Mean over the rows, in the order of compile."""
    sums: list[float]
    """What they are the means of, loss first; an epoch's are those of its batches, added in order."""
    rows: int
    """Rows of the batches that were done."""
    batches: int
    """Batches that were done (the faulty one not counted)."""
    outputs: FloatArray | None
    """Those of the rows, in the order in which they were visited, if they were asked for."""
    fault: str | None
    """None, or why the epoch ended early: the batch numbered `batches` (from 0) made the loss or a
    weight non-finite; the weights are those of the last whole batch."""

@final
class Network:
    def __new__(cls, input_width: int, layers: Sequence[dict[str, Any]], dtype: str, seed: int) -> Self:
        """All weights are zero at first; `seed` (64 bit) is of all that draws in training. Of `layers`, each
        is one of these, with a *wish* {"l1", "l2", "constraint": "none", "non_negative" or "norm" with "low",
        "high", "rate"} for each variable:

        {"kind": "dense", "units", "use_bias", "kernel": wish, "bias": wish, "trainable"};
        {"kind": "activation", "name", "parameters": three}; {"kind": "activity", "l1", "l2"};
        {"kind": "dropout", "rate"}; {"kind": "alpha_dropout", "rate"}; {"kind": "gaussian_noise", "stddev"};
        {"kind": "batch_normalization", "momentum", "epsilon", "scale": wish or None, "center": wish or None,
        "trainable"}, whose variables are gamma, beta, moving mean, moving variance;
        {"kind": "layer_normalization", "epsilon", "scale", "center", "trainable"}: gamma, beta;
        {"kind": "normalization"}: mean, variance, a number; {"kind": "rescaling", "scale", "offset"};
        {"kind": "prelu", "alpha": wish, "trainable"}: alpha; {"kind": "unit_normalization"}."""
    @property
    def output_width(self) -> int: ...
    @property
    def seed(self) -> int:
        """Of all that draws in training, 64 bits."""
    @seed.setter
    def seed(self, seed: int) -> None: ...
    @property
    def iterations(self) -> int:
        """Batches trained on since `compile`."""
    def get_weights(self) -> list[FloatArray]:
        """Copies of all, in the order of the layers: kernels (fan_in, units), others (features,)."""
    def set_weights(self, weights: Sequence[FloatArray]) -> None: ...
    def compile(
        self,
        loss: dict[str, Any],
        metrics: Sequence[dict[str, Any]],
        optimizer: dict[str, Any],
    ) -> None:
        """loss: {"name", "from_logits", "label_smoothing", "delta", "floor": how near to 0 and 1
        probabilities are taken to be in a cross-entropy from logits, "quantiles": at most 16, "alpha",
        "gamma", "apply_class_balancing", "by_weight": whether a batch's losses are divided by its sum of
        weights and not by its rows, "penalty_by_weight": whether the penalty is divided by the same,
        "loss_scale", "gradient_scale"}; metrics: [{"name", "threshold"}]; optimizer: {"name", "momentum",
        "nesterov", "beta_1", "beta_2", "rho", "centered", "amsgrad", "epsilon", "initial_accumulator_value",
        "weight_decay", "clipvalue", "clipnorm", "global_clipnorm", "ema_momentum",
        "ema_overwrite_frequency", "gradient_accumulation_steps"} with None for what is not asked for (from
        weight_decay on). Resets optimizer slots and iterations."""
    def train_epoch(
        self,
        x: FloatArray | SparseRows,
        y: FloatArray,
        sample_weight: FloatArray | None,
        order: int | NDArray[np.uint32] | None,
        batch_size: int,
        learning_rate: float | NDArray[np.float64],
        emit: bool,
    ) -> EpochResult:
        """x (rows, input_width); y (rows, outputs), or (rows, 1) with class indices for the sparse loss, or
        (rows, 1 + outputs) for "given": the loss, and then the derivative by each output;
        sample_weight (rows,). order: None in sequence, an int: shuffled with that seed, or indices.
        learning_rate: one, or one for each step, of which the last holds for all that follow. emit: whether
        outputs are wanted."""
    def evaluate(
        self, x: FloatArray | SparseRows, y: FloatArray, sample_weight: FloatArray | None, emit: bool
    ) -> EpochResult: ...
    def predict(self, x: FloatArray | SparseRows) -> FloatArray: ...
    def rehearse(self, x: FloatArray | SparseRows) -> FloatArray:
        """Outputs as a batch of the next step would have them: with dropout and statistics of the batch."""
    def differentiate(
        self, x: FloatArray | SparseRows, y: FloatArray, sample_weight: FloatArray | None
    ) -> tuple[EpochResult, list[FloatArray]]:
        """The loss of all rows as one batch (with dropout), and gradients of what is trained."""
    def get_slots(self) -> list[FloatArray]:
        """The optimizer's state, slot by slot, each for all that is trainable: its own, then the running mean
        of the weights, then the sum of gradients."""
    def set_slots(self, slots: Sequence[FloatArray], iterations: int) -> None: ...

ACTIVATIONS: list[str]
LOSSES: list[str]
METRICS: list[str]

def matmul(a: object, b: object, out: object) -> FloatArray:
    """2-D arrays of one dtype, any strides; `out` C-contiguous. Everything else is an error."""

def linear(x: FloatArray, kernel: FloatArray, bias: FloatArray | None) -> FloatArray: ...
def activation(name: str, parameters: Sequence[float], x: FloatArray) -> FloatArray:
    """Any shape; three parameters, of which those that it has not are ignored. Softmax and its logarithm act
    along the last axis."""

def elementary(name: str, x: FloatArray) -> FloatArray:
    """exp, exp_m1, log, log1p, tanh, sigmoid, erf."""

def loss(config: dict[str, Any], y_true: FloatArray, y_pred: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Loss of each row (rows,) and its gradient by y_pred (rows, outputs)."""

def all_finite(x: FloatArray) -> bool: ...
def shuffle(seed: int, count: int) -> NDArray[np.uint32]:
    """The numbers below `count` in an order that follows from the seed."""

def random_uniform(seed: int, shape: tuple[int, ...], low: float, high: float, dtype: str) -> FloatArray: ...
def random_normal(
    seed: int, shape: tuple[int, ...], mean: float, stddev: float, dtype: str
) -> FloatArray: ...
def random_truncated_normal(
    seed: int, shape: tuple[int, ...], mean: float, stddev: float, dtype: str
) -> FloatArray:
    """Redrawn where farther than two standard deviations from the mean."""

def save_file(path: str, tensors: dict[str, FloatArray], metadata: dict[str, str]) -> None:
    """A safetensors file, written atomically."""

def load_file(path: str) -> tuple[dict[str, FloatArray], dict[str, str]]: ...
def write_file(path: str | PathLike[str], content: bytes) -> None:
    """Any file, written as atomically."""

def version() -> str: ...
def isa() -> str: ...
def available_isas() -> list[str]: ...
def set_isa(name: str) -> None: ...
def get_num_threads() -> int: ...
def available_threads() -> int: ...
def limit_threads(n: int) -> int:
    """For what is called from this thread; returns what held before."""

def set_num_threads(n: int) -> None: ...
