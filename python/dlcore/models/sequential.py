"""The model: a stack of layers."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from dlcore import _checks, _core, _data, _names, _random, losses, metrics, optimizers
from dlcore._core import Network
from dlcore._registry import Configurable, serialize
from dlcore._typing import FloatArray
from dlcore.callbacks import Callback, History
from dlcore.layers import Dropout, Input, Layer, deserialize
from dlcore.models._weights import checked
from dlcore.models.training import fit

BATCH_SIZE = 32
"""Where None is given."""


class Sequential(Configurable):
    """A stack of layers, each of which takes what the one before gives.

    Parameters
    ----------
    layers : sequence of Layer, optional
        May begin with an `Input`; without one the model is built when it sees its first data.
    name : str, optional
    dtype : {"float32", "float64"}
        Of weights and arithmetic. C-contiguous arrays of this dtype are used in place, all others are
        converted once.

    Examples
    --------
    >>> import dlcore
    >>> model = dlcore.Sequential([
    ...     dlcore.layers.Input((784,)),
    ...     dlcore.layers.Dense(128, activation="relu"),
    ...     dlcore.layers.Dropout(0.2),
    ...     dlcore.layers.Dense(10, activation="softmax"),
    ... ])
    >>> model.compile("adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    >>> model.count_params()
    101770
    """

    def __init__(
        self, layers: Sequence[Layer | Input] | None = None, name: str | None = None, dtype: str = "float32"
    ) -> None:
        self.name = _names.choose(name, type(self))
        self.dtype = _checks.dtype(dtype)
        self.layers: list[Layer] = []
        self.optimizer: optimizers.Optimizer | None = None
        self.loss: losses.Loss | None = None
        self.metrics: list[metrics.Metric] = []
        self.stop_training = False
        self.history: History | None = None
        self._width: int | None = None
        self._network: Network | None = None
        self._fitting = threading.Lock()
        for layer in layers or []:
            self.add(layer)

    # Layers

    def add(self, layer: Layer | Input) -> None:
        """Put a layer on top."""
        if isinstance(layer, Input):
            if self.layers or self._width is not None:
                raise ValueError("layers must have Input as the first, and only one")
            self._width = layer.width
            return
        if not isinstance(layer, Layer):
            raise TypeError(f"layers must be layers, got {layer!r}")
        if any(layer.name == other.name for other in self.layers):
            raise ValueError(f"layers must have different names, got {layer.name!r} twice")
        self._unbuild()
        self.layers.append(layer)

    def pop(self) -> Layer:
        """Take the last layer off and return it."""
        if not self.layers:
            raise ValueError("the model has no layers to pop")
        self._unbuild()
        return self.layers.pop()

    def _unbuild(self) -> None:
        self._refuse_in_fit("layers")
        self._network = None
        for layer in self.layers:
            layer.detach()

    @property
    def built(self) -> bool:
        """Whether there are weights by now."""
        return self._network is not None

    def build(self, input_shape: Sequence[int | None] | None = None) -> None:
        """Make the weights, for rows of `input_shape[-1]` numbers; with an `Input` that is known."""
        if input_shape is not None:
            width = _checks.integer("input_shape[-1]", input_shape[-1], low=1)
            if self._width not in (None, width):
                raise ValueError(f"input_shape must end in {self._width}, as Input says, got {width}")
            self._width = width
        self._built()

    def _built(self) -> Network:
        """The network, made if need be."""
        if self._network is not None:
            return self._network
        if self._width is None:
            raise ValueError("the model does not know its inputs: give an Input layer, build() or data")
        if not self.layers:
            raise ValueError("the model has no layers: add at least one Dense")
        width = self._width
        configs: list[dict[str, Any]] = []
        weights: list[FloatArray] = []
        firsts = []
        for layer in self.layers:
            configs += layer.core_config()
            firsts.append(len(weights))
            weights += layer.first_weights(width, self.dtype)
            width = layer.outputs(width)
        seeds = [layer.seed for layer in self.layers if isinstance(layer, Dropout) and layer.seed is not None]
        seed = _random.derive(*seeds, 0) if seeds else _random.next_seed()
        network = Network(self._width, configs, self.dtype, seed)
        network.set_weights(weights)
        for layer, first in zip(self.layers, firsts, strict=True):
            layer.attach(network, first)
        if self.loss is not None:
            self._compile_network(network)
        self._network = network
        return network

    def count_params(self) -> int:
        """How many numbers the weights have."""
        return sum(weight.size for weight in self.get_weights())

    def get_weights(self) -> list[FloatArray]:
        """Copies of all weights: kernel and bias of each dense layer in order."""
        return self._built().get_weights()

    def set_weights(self, weights: list[FloatArray]) -> None:
        """Replace all weights, given as `get_weights` gives them."""
        network = self._built()
        network.set_weights(checked(weights, self.weight_names, network.get_weights()))

    @property
    def weight_names(self) -> list[str]:
        """Names of the weights: layer/kernel, layer/bias."""
        return [f"{layer.name}/{name}" for layer in self.layers for name in layer.weight_names]

    def summary(self) -> None:
        """Print the layers, their outputs and how many numbers each has."""
        self._built()
        width = self._width or 0
        lines = [("Layer (type)", "Output shape", "Parameters")]
        for layer in self.layers:
            width = layer.outputs(width)
            lines.append(
                (f"{layer.name} ({type(layer).__name__})", f"(None, {width})", f"{layer.count_params():,}")
            )
        first, second, third = (max(len(line[i]) for line in lines) for i in range(3))
        rule = "-" * (first + second + third + 4)
        texts = [f"{a:{first}}  {b:{second}}  {c:>{third}}" for a, b, c in lines]
        total = self.count_params()
        size = total * np.dtype(self.dtype).itemsize / 1024
        print(f'Model "{self.name}", {self.dtype}, inputs (None, {self._width})')
        print(rule, texts[0], rule, *texts[1:], rule, sep="\n")
        print(f"{total:,} parameters ({size:,.1f} KiB)")

    # Training

    def compile(
        self,
        optimizer: object = "rmsprop",
        loss: object = None,
        metrics: Sequence[object] | None = None,
    ) -> None:
        """Say how to train. The optimizer starts afresh.

        Parameters
        ----------
        optimizer : str or Optimizer
            Default "rmsprop".
        loss : str or Loss
            What is minimised; without one the model can only predict.
        metrics : sequence of str or Metric, optional
            What is watched besides.

        Raises
        ------
        ValueError, TypeError
            For an unknown name, or a loss or metric that does not fit the outputs.
        """
        from dlcore import metrics as known

        self._refuse_in_fit("optimizer and loss")
        if metrics is not None and not isinstance(metrics, list | tuple):
            raise TypeError(f"metrics must be a list, got {metrics!r}")
        before = self.optimizer, self.loss, self.metrics
        watched = [known.get(metric) for metric in metrics or []]
        minimised = None if loss is None else losses.get(loss)
        self.optimizer, self.loss, self.metrics = optimizers.get(optimizer), minimised, watched
        try:
            if self._network is not None and minimised is not None:
                self._compile_network(self._network)
            elif self.layers and self._width is not None:
                self._built()
        except (TypeError, ValueError):
            self.optimizer, self.loss, self.metrics = before
            raise

    def _compile_network(self, network: Network) -> None:
        optimizer, loss = self._compiled()
        loss.check_outputs(network.output_width)
        resolved = [metric.resolve(loss, network.output_width) for metric in self.metrics]
        configs = [metric.core_config() for metric in resolved]
        network.compile(loss.core_config(), configs, optimizer.core_config())
        self.metrics = resolved

    def _compiled(self) -> tuple[optimizers.Optimizer, losses.Loss]:
        if self.optimizer is None or self.loss is None:
            raise ValueError("the model must be compiled with a loss first: call compile()")
        return self.optimizer, self.loss

    @property
    def metrics_names(self) -> list[str]:
        """Names of loss and metrics, in the order of `evaluate`."""
        return ["loss"] + [metric.name for metric in self.metrics]

    def fit(
        self,
        x: ArrayLike,
        y: ArrayLike,
        batch_size: int | None = None,
        epochs: int = 1,
        verbose: int | str = "auto",
        callbacks: Sequence[Callback] | None = None,
        validation_split: float = 0.0,
        validation_data: Sequence[ArrayLike] | None = None,
        shuffle: bool = True,
        class_weight: dict[int, float] | None = None,
        sample_weight: ArrayLike | None = None,
        initial_epoch: int = 0,
        validation_batch_size: int | None = None,
        validation_freq: int = 1,
    ) -> History:
        """Train.

        Parameters
        ----------
        x : array (rows, inputs)
            A C-contiguous array of the model's dtype is used in place.
        y : array
            (rows, outputs), or (rows,) with class indices for the sparse loss or with one output.
        batch_size : int, optional
            Rows of a step, 32 by default; a short last batch is used too.
        epochs : int
            The last epoch, counted from 1; default 1.
        verbose : {"auto", 0, 1, 2}
            0 is silent, 2 a line an epoch, 1 ("auto") a bar where there is a terminal.
        callbacks : sequence of Callback, optional
        validation_split : float
            The share of rows, the last ones before any shuffling, that is held out; default 0.
        validation_data : (x, y) or (x, y, sample_weight), optional
            Rows to validate on instead.
        shuffle : bool
            Whether each epoch takes the rows in another order; default True.
        class_weight : dict of class index to weight, optional
        sample_weight : array (rows,), optional
            Both multiply the loss of a row.
        initial_epoch : int
            The first epoch, counted from 0; default 0.
        validation_batch_size : int, optional
            Accepted for Keras's sake; results do not depend on it.
        validation_freq : int
            Every how many epochs to validate; default 1.

        Returns
        -------
        History

        Raises
        ------
        ValueError, TypeError
            For an argument that does not fit; nothing has changed then.
        FloatingPointError
            If the loss or a weight is no longer finite; names epoch and batch, the last finite weights
            remain.
        KeyboardInterrupt
            After Ctrl-C; the weights are those of the last whole batch.
        """
        with self._alone():
            return fit(
                self,
                x,
                y,
                batch_size=BATCH_SIZE
                if batch_size is None
                else _checks.integer("batch_size", batch_size, low=1),
                epochs=_checks.integer("epochs", epochs),
                verbose=verbose,
                callbacks=callbacks,
                validation_split=validation_split,
                validation_data=validation_data,
                shuffle=_checks.boolean("shuffle", shuffle),
                class_weight=class_weight,
                sample_weight=sample_weight,
                initial_epoch=_checks.integer("initial_epoch", initial_epoch),
                validation_batch_size=validation_batch_size,
                validation_freq=_checks.integer("validation_freq", validation_freq, low=1),
            )

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """One fit at a time: not from within another, nor from another thread."""
        if not self._fitting.acquire(blocking=False):
            raise RuntimeError("the model is being fitted: fit must not be called during a fit")
        try:
            yield
        finally:
            self._fitting.release()

    def _refuse_in_fit(self, what: str) -> None:
        if self._fitting.locked():
            raise RuntimeError(f"the model is being fitted: {what} cannot be changed during a fit")

    def train_on_batch(
        self,
        x: ArrayLike,
        y: ArrayLike,
        sample_weight: ArrayLike | None = None,
        class_weight: dict[int, float] | None = None,
        return_dict: bool = False,
    ) -> float | list[float] | dict[str, float]:
        """One update from these rows; returns their loss (and metrics) before it."""
        optimizer, _ = self._compiled()
        rows = self._rows("", x, y, sample_weight, class_weight)
        result = self._built().train_epoch(*rows, None, len(rows.x), optimizer.learning_rate, False)
        if result["fault"] is not None:
            raise FloatingPointError(f"{result['fault']}; the weights are as they were")
        return self._report(self._logs(result), return_dict)

    def evaluate(
        self,
        x: ArrayLike,
        y: ArrayLike,
        batch_size: int | None = None,
        verbose: int | str = "auto",
        sample_weight: ArrayLike | None = None,
        return_dict: bool = False,
    ) -> float | list[float] | dict[str, float]:
        """Loss and metrics on rows.

        Parameters
        ----------
        x, y, sample_weight : arrays
            As for `fit`.
        batch_size, verbose
            Accepted for Keras's sake; results do not depend on them.
        return_dict : bool
            Whether to return names and values; default False.

        Returns
        -------
        float, or list of float with metrics, or dict
        """
        self._check_inference_arguments(batch_size, verbose)
        return self._report(self._evaluate(self._rows("", x, y, sample_weight)), return_dict)

    def predict(self, x: ArrayLike, batch_size: int | None = None, verbose: int | str = "auto") -> FloatArray:
        """Outputs (rows, outputs) for inputs (rows, inputs).

        A row gives the same output in any company. `batch_size` and `verbose` are accepted for Keras's sake.
        """
        self._check_inference_arguments(batch_size, verbose)
        return self.predict_on_batch(x)

    def predict_on_batch(self, x: ArrayLike) -> FloatArray:
        """The same without options: a row through a small net takes microseconds."""
        features = _data.features("x", x, self._width, self.dtype)
        self._width = features.shape[1]
        return self._built().predict(features)

    def __call__(self, x: ArrayLike) -> FloatArray:
        """The same as `predict`."""
        return self.predict(x)

    def _check_inference_arguments(self, batch_size: int | None, verbose: int | str) -> None:
        if batch_size is not None:
            _checks.integer("batch_size", batch_size, low=1)
        check_verbose(verbose)

    def _rows(
        self,
        prefix: str,
        x: ArrayLike,
        y: ArrayLike,
        sample_weight: ArrayLike | None = None,
        class_weight: dict[int, float] | None = None,
    ) -> _data.Rows:
        """The rows, checked against the model; messages name arguments with the prefix before them."""
        _, loss = self._compiled()
        if not self.layers:
            raise ValueError("the model has no layers: add at least one Dense")
        features = _data.features(f"{prefix}x", x, self._width, self.dtype)
        width = features.shape[1]
        for layer in self.layers:
            width = layer.outputs(width)
        loss.check_outputs(width)
        targets = _data.targets(f"{prefix}y", y, len(features), width, loss, self.dtype)
        weights = None
        if sample_weight is not None:
            weights = _data.weights(f"{prefix}sample_weight", sample_weight, len(features), self.dtype)
        if class_weight is not None:
            by_class = _data.class_weights(class_weight, targets, width, loss)
            weights = by_class if weights is None else weights * by_class
        self._width = features.shape[1]
        return _data.Rows(features, targets, weights)

    def _evaluate(self, rows: _data.Rows) -> dict[str, float]:
        return self._logs(self._built().evaluate(*rows, False))

    def _logs(self, result: _core.EpochResult) -> dict[str, float]:
        return dict(zip(self.metrics_names, [result["loss"], *result["metrics"]], strict=True))

    def _report(self, logs: dict[str, float], return_dict: bool) -> float | list[float] | dict[str, float]:
        values = list(logs.values())
        if return_dict:
            return logs
        return values if self.metrics else values[0]

    # Configuration and files

    def get_config(self) -> dict[str, Any]:
        """Name, dtype, inputs and layers, as JSON can hold them."""
        layers = [serialize(layer) for layer in self.layers]
        return {"name": self.name, "dtype": self.dtype, "inputs": self._width, "layers": layers}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Sequential:
        """A model with new weights from what `get_config` gave."""
        inputs = config.get("inputs")
        first: list[Layer | Input] = [] if inputs is None else [Input((inputs,))]
        layers = [deserialize(layer) for layer in config["layers"]]
        return cls([*first, *layers], name=config["name"], dtype=config["dtype"])

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write weights, configuration and optimizer state into one safetensors file.

        The write is atomic: whatever happens, there is the old file or the new one.
        """
        from dlcore.models.saving import save_model

        save_model(self, path)


def check_verbose(verbose: object) -> None:
    """Raise a ValueError unless it is "auto", 0, 1 or 2."""
    if verbose not in ("auto", 0, 1, 2):
        raise ValueError(f"verbose must be 'auto', 0, 1 or 2, got {verbose!r}")
