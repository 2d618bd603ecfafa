"""What a model does with data: compile, fit, evaluate, predict."""

from __future__ import annotations

import contextlib
from abc import abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from numpy.typing import ArrayLike

from dlcore import _checks, losses, optimizers
from dlcore import metrics as known_metrics
from dlcore._alone import MARK, alone
from dlcore._core import Network
from dlcore._typing import FloatArray
from dlcore.callbacks import History
from dlcore.losses import Loss
from dlcore.losses.crossentropy_that_fits import CrossentropyThatFits
from dlcore.metrics import Metric
from dlcore.models import data, training
from dlcore.models.data import Piece
from dlcore.models.inputs import Inputs
from dlcore.models.progress import Progress, State
from dlcore.models.tally import Tally
from dlcore.optimizers import Optimizer

if TYPE_CHECKING:
    import os

    from dlcore.models.saving import Backup


class Compiled(NamedTuple):
    """What a model was compiled with, its metrics as they fit its outputs."""

    optimizer: Optimizer
    loss: Loss
    metrics: list[Metric]
    """All, in order."""
    weighted: list[Metric]
    """Those that rows count in with their weights."""

    @property
    def in_core(self) -> list[Metric]:
        """Those that the core computes on the way."""
        if self.loss.is_own or self.loss.ignore_class is not None:  # It does not see the targets then.
            return []
        return [m for m in self.metrics if m.core_name is not None and m not in self.weighted]

    @property
    def outside(self) -> list[Metric]:
        """Those that are fed with the outputs of the rows."""
        return [metric for metric in self.metrics if metric not in self.in_core]


class Trainer(Inputs):
    """The part of a model that has to do with data."""

    _network: Network | None

    @abstractmethod
    def _built(self) -> Network:
        """The network with the layers' variables, made if need be."""

    @abstractmethod
    def _renew(self) -> None:
        """Make the network anew if the layers ask for something else by now."""

    def _begin_training(self) -> None:
        self.optimizer: Optimizer | None = None
        self.loss = None
        self.stop_training = False
        self.history: History | None = None
        self._asked: tuple[list[Metric], list[Metric]] = ([], [])
        self._recipe: Compiled | None = None
        self._tally: Tally | None = None
        self._progress: Progress | None = None
        self._backup: Backup | None = None
        self._last_fit: State | None = None

    # Compile

    def compile(
        self,
        optimizer: object = "rmsprop",
        loss: object = None,
        loss_weights: None = None,
        metrics: object = None,
        weighted_metrics: object = None,
        run_eagerly: bool = False,
        steps_per_execution: int = 1,
        jit_compile: object = "auto",
        auto_scale_loss: bool = True,
    ) -> None:
        """Say how to train. The optimizer starts afresh.

        Parameters
        ----------
        optimizer : str or Optimizer
            Default "rmsprop".
        loss : str, Loss or function
            What is minimised; without one the model can only predict. A function of one's own gives values
            and derivatives, see `losses.Custom`. "crossentropy" is the one that fits the first data.
        loss_weights : None
            There is one output; anything else is an error.
        metrics, weighted_metrics : sequence of str, Metric or function, optional
            What is watched besides; in the second, rows count with their weights.
        run_eagerly, steps_per_execution, jit_compile, auto_scale_loss
            Accepted for Keras's sake: an epoch is one call of compiled code.

        Raises
        ------
        ValueError, TypeError
            For an unknown name, or a loss or metric that does not fit the outputs.

        Examples
        --------
        >>> import dlcore
        >>> model = dlcore.Sequential([dlcore.Input((2,)), dlcore.layers.Dense(1)])
        >>> adam = dlcore.optimizers.Adam(1e-3)
        >>> model.compile(adam, loss="mse", metrics=["mae"])
        >>> float(model.optimizer.learning_rate)
        0.001
        """
        self._refuse_in_fit("optimizer and loss")
        if loss_weights is not None:
            raise ValueError(f"loss_weights must be None, since there is one output, got {loss_weights!r}")
        minimised = None if loss is None else losses.get(_only("loss", loss))
        asked = (
            [known_metrics.get(metric) for metric in _listed("metrics", metrics)],
            [known_metrics.get(metric) for metric in _listed("weighted_metrics", weighted_metrics)],
        )
        new = optimizers.get(optimizer)
        before = self.optimizer, self.loss, self._asked, self._recipe
        self.optimizer, self.loss, self._asked, self._recipe = new, minimised, asked, None
        try:
            if self._network is not None:
                self._renew()
                self._compile_network(self._built())
            elif self.flat_layers and self._shape is not None:
                self._built()
        except (TypeError, ValueError):
            self.optimizer, self.loss, self._asked, self._recipe = before
            raise

    def _compile_network(self, network: Network, state: Any = None) -> None:
        """Tell the core; `state` is the optimizer's from before, if it goes on."""
        if self.optimizer is None or self.loss is None or isinstance(self.loss, CrossentropyThatFits):
            return
        outputs = network.output_width
        self.loss.check_outputs(outputs)
        plain, weighted = (
            [metric.resolve(self.loss, outputs) for metric in metrics] for metrics in self._asked
        )
        recipe = Compiled(self.optimizer, self.loss, [*plain, *weighted], weighted)
        names = [metric.name for metric in recipe.metrics]
        if len({"loss", *names}) <= len(names):
            raise ValueError(f"metrics must have different names, got {', '.join(['loss', *names])}")
        configs = [metric.core_config() for metric in recipe.in_core]
        network.compile(self.loss.core_config(), configs, self.optimizer.core_config())
        if state is not None:
            with contextlib.suppress(ValueError):  # Other variables are trainable now: it starts afresh.
                network.set_slots(*state)
        self._recipe, self._tally = recipe, None
        self.optimizer.follow(network)

    def _settle(self, loss: Loss) -> None:
        """Take the loss that fits the data, where `compile` left it open."""
        open_loss, self.loss = self.loss, loss
        try:
            if self._network is not None:
                self._compile_network(self._network)
        except (TypeError, ValueError):
            self.loss = open_loss
            raise

    def _training_state(self) -> Any:
        """The optimizer's state, to go on with in a new network."""
        if self._network is None or self._recipe is None:
            return None
        return self._network.get_slots(), self._network.iterations

    def _compiled(self) -> Compiled:
        self._built()
        if self._recipe is None:
            raise ValueError("the model must be compiled with a loss first: call compile()")
        return self._recipe

    @property
    def compiled(self) -> bool:
        """Whether `compile` was called."""
        return self.optimizer is not None

    @property
    def metrics(self) -> list[Metric]:
        """Those of `compile`."""
        return self._recipe.metrics if self._recipe else [*self._asked[0], *self._asked[1]]

    @property
    def metrics_names(self) -> list[str]:
        """Names of loss and metrics, in the order of `evaluate`."""
        return ["loss"] + [metric.name for metric in self.metrics]

    @property
    def needs_batches(self) -> bool:
        """Whether Python has to see each batch: the loss says so."""
        return self._compiled().loss.needs_batches

    def new_tally(self) -> Tally:
        """For an epoch or an evaluation."""
        self._tally = Tally(self._compiled())
        return self._tally

    def reset_metrics(self) -> None:
        """Forget the rows that `train_on_batch` and `test_on_batch` have seen so far.

        Examples
        --------
        >>> import dlcore
        >>> model = dlcore.Sequential([dlcore.Input((2,)), dlcore.layers.Dense(1)])
        >>> model.compile("sgd", "mse", metrics=["mae"])
        >>> _ = model.test_on_batch([[0.0, 1.0]], [1.0])
        >>> model.reset_metrics()
        >>> [metric.result() for metric in model.metrics]
        [0.0]
        """
        self._tally = None

    def optimizer_params(self) -> int | None:
        """Numbers that the optimizer keeps, its step and learning rate counted; None before it has run."""
        if self._network is None or self._recipe is None or self._network.iterations == 0:
            return None
        return sum(slot.size for slot in self._network.get_slots()) + 2

    # Fit

    def fit(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        epochs: int = 1,
        verbose: int | str = "auto",
        callbacks: object = None,
        validation_split: float = 0.0,
        validation_data: Any = None,
        shuffle: bool = True,
        class_weight: dict[int, float] | None = None,
        sample_weight: ArrayLike | None = None,
        initial_epoch: int = 0,
        steps_per_epoch: int | None = None,
        validation_steps: int | None = None,
        validation_batch_size: int | None = None,
        validation_freq: int | Sequence[int] = 1,
        resume_from: str | os.PathLike[str] | None = None,
    ) -> History:
        """Train.

        Parameters
        ----------
        x : array (rows, ...), or generator, iterable or `PyDataset` of batches
            A C-contiguous array of the model's dtype is used in place. A batch is (x, y) or
            (x, y, sample_weight).
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
        validation_data : (x, y) or (x, y, sample_weight), or batches, optional
            Rows to validate on instead.
        shuffle : bool
            Whether each epoch takes the rows in another order; default True.
        class_weight : dict of class index to weight, optional
        sample_weight : array (rows,), optional
            Both multiply the loss of a row.
        initial_epoch : int
            The first epoch, counted from 0; default 0. A later one goes on with the order of rows of the
            model's last fit, also in another process, after `load_model`.
        steps_per_epoch, validation_steps : int, optional
            Batches of an epoch, or of a validation; by default all there are. The next epoch goes on where
            this one ended.
        validation_batch_size : int, optional
            Of metrics that depend on it; by default `batch_size`.
        validation_freq : int or list of int
            Every how many epochs to validate, or after which, counted from 1; default 1.
        resume_from : str or path, optional
            A file that `save` wrote, in a callback of a fit or after it, or the folder of a
            `BackupAndRestore`: goes on with that fit from there. Give a model that was built and compiled
            alike, and the same arguments.

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
        RuntimeError
            If the model is being fitted already, by another thread or by the caller of a callback.
        KeyboardInterrupt
            After Ctrl-C, a tenth of a second later, or where a batch takes longer and weights have begun to
            change, after that; the weights are those of the last whole batch.

        Notes
        -----
        Other threads may predict and evaluate meanwhile: they wait for their turn, which comes between two
        epochs, or two batches if callbacks hear of batches, and get the weights of that moment. A signal's
        handler that calls the model while the core is at work gets a RuntimeError: let it raise an exception,
        which ends the fit, or set `stop_training`.

        A fit that is resumed, by `resume_from` or `BackupAndRestore`, comes to the same end as if it had
        never been interrupted, bit for bit, in any process, on any number of threads and instruction set:
        weights, optimizer, history, dropout, order of rows, and what the callbacks have seen
        (`Callback.get_state`). It may be interrupted after any batch and any epoch. Three things are up to
        the caller:

        - a generator is not rewound: let it begin with the batch that comes next;
        - metrics of one's own must keep what they have seen in variables;
        - what is done to the weights when a fit ends (by `EarlyStopping` with `restore_best_weights`, or by
          a running mean) is done to those that are saved after it.

        `on_train_begin`, and `on_epoch_begin` of the epoch that is resumed, are called again. A fit that a
        callback had stopped stays so; `initial_epoch` begins another one behind it.

        Examples
        --------
        >>> import dlcore, numpy as np
        >>> x = np.arange(12.0).reshape(6, 2)
        >>> model = dlcore.Sequential([dlcore.Input((2,)), dlcore.layers.Dense(1)])
        >>> model.compile("adam", "mse")
        >>> _ = model.fit(x, x[:, 0], epochs=2, verbose=0)
        >>> model.save("half.safetensors")
        >>> again = dlcore.models.load_model("half.safetensors")
        >>> history = again.fit(x, x[:, 0], epochs=4, verbose=0, resume_from="half.safetensors")
        >>> history.epoch
        [0, 1, 2, 3]
        """
        with alone(self):
            epochs = _checks.integer("epochs", epochs)
            initial_epoch = _checks.integer("initial_epoch", initial_epoch)
            if isinstance(validation_freq, list | tuple):
                validation_freq = [
                    _checks.integer("validation_freq", epoch, low=1) for epoch in validation_freq
                ]
            else:
                validation_freq = _checks.integer("validation_freq", validation_freq, low=1)
            calls = training.with_own(callbacks, verbose, has_history=True)
            options = {
                "x": x,
                "y": y,
                "batch_size": None
                if batch_size is None
                else _checks.integer("batch_size", batch_size, low=1),
                "validation_split": validation_split,
                "validation_data": validation_data,
                "shuffle": _shuffle(shuffle),
                "class_weight": class_weight,
                "sample_weight": sample_weight,
                "steps_per_epoch": steps_per_epoch,
                "validation_steps": validation_steps,
                "validation_batch_size": None
                if validation_batch_size is None
                else _checks.integer("validation_batch_size", validation_batch_size, low=1),
            }
            self._compiled_or_buildable()
            source, validation = training.sources(self, options)
            self._renew()
            self._compiled()
            history = next(c for c in reversed(calls.callbacks) if isinstance(c, History))
            progress = Progress(self, source, validation, calls, initial_epoch, self._last_fit)
            self._progress, self._backup = progress, None
            try:
                if resume_from is not None:
                    self._restore(self._read_backup(resume_from))
                calls.set_model(self)  # type: ignore[arg-type]
                calls.set_params({"verbose": verbose, "epochs": epochs, "steps": source.batches})
                self.history, self.stop_training = history, False
                training.fit(self, progress, epochs, validation_freq)
            finally:
                self._progress = None
        return history

    def _go_on(self, progress: Progress) -> None:
        """Go on from the backup that was restored, if there is one."""
        from dlcore.models.saving import errors_of

        backup, self._backup = self._backup, None
        if backup is None or backup.fit is None:
            return
        with errors_of(backup.filepath):
            due = progress.restore(backup.fit)
        progress.finish_hook(backup.fit["hook"], due)

    def _end_fit(self, progress: Progress) -> None:
        """Note where the fit stands."""
        self._last_fit = progress.state()

    def _fit_state(self) -> State | None:
        """Where the fit stands, or the last one stood; for files."""
        return self._last_fit if self._progress is None else self._progress.state()

    def _read_backup(self, filepath: str | os.PathLike[str]) -> Backup:
        """What there is to go on from; for `_restore`."""
        from dlcore.models.saving import read_backup

        return read_backup(filepath)

    def _restore(self, backup: Backup) -> None:
        """Put weights and optimizer where the backup's were; a fit that is beginning goes on from it."""
        from dlcore.models.saving import restore

        if self._progress is not None and backup.fit is not None:
            self._progress.expect_fit(backup.fit)
        restore(self, backup)  # type: ignore[arg-type]
        self._backup = backup

    def finish_training(self) -> None:
        """Put the running mean of the weights in their place, if the optimizer keeps one."""
        optimizer, network = self._compiled().optimizer, self._built()
        if not optimizer.use_ema:
            return
        learned = [spec.trainable and layer.trainable for layer in self.flat_layers for spec in layer.specs]
        means = iter(optimizer.averages(network.get_slots(), sum(learned)))
        weights = network.get_weights()
        network.set_weights(
            [next(means) if is_learned else w for w, is_learned in zip(weights, learned, strict=True)]
        )

    def _refuse_in_fit(self, what: str) -> None:
        if MARK in vars(self):
            raise RuntimeError(f"the model is being fitted: {what} cannot be changed during a fit")

    # One batch

    def train_on_batch(
        self,
        x: ArrayLike,
        y: ArrayLike | None = None,
        sample_weight: ArrayLike | None = None,
        class_weight: dict[int, float] | None = None,
        return_dict: bool = False,
    ) -> float | list[float] | dict[str, float]:
        """One update from these rows; returns loss and metrics before it.

        As in Keras these are the means over all rows since `reset_metrics`, `fit` or `evaluate`.

        Examples
        --------
        >>> import dlcore
        >>> model = dlcore.Sequential([dlcore.Input((2,)), dlcore.layers.Dense(1)])
        >>> x, y = [[0.0, 1.0], [1.0, 0.0]], [1.0, 0.0]
        >>> model.compile("sgd", "mse", metrics=["mae"])
        >>> losses = [model.train_on_batch(x, y)[0] for _ in range(10)]
        >>> losses[-1] < losses[0]
        True
        """
        return_dict = bool(return_dict)  # which may raise, so before the update
        self._compiled_or_buildable()
        rows = self._rows("", x, y, sample_weight, class_weight)
        tally = self._running_tally()
        fault = training.train(self, Piece(rows, None, len(rows.x)), tally)
        if fault is not None:
            raise FloatingPointError(f"{fault}; the weights are as they were")
        return self._report(tally, return_dict)

    def test_on_batch(
        self,
        x: ArrayLike,
        y: ArrayLike | None = None,
        sample_weight: ArrayLike | None = None,
        return_dict: bool = False,
    ) -> float | list[float] | dict[str, float]:
        """Loss and metrics of these rows, and of those that `train_on_batch` saw before.

        Examples
        --------
        >>> import dlcore
        >>> model = dlcore.Sequential([dlcore.Input((2,)), dlcore.layers.Dense(1)])
        >>> model.set_weights([[[1.0], [2.0]], [0.5]])
        >>> x, y = [[0.0, 1.0], [1.0, 0.0]], [1.0, 0.0]
        >>> model.compile("sgd", "mse", metrics=["mae"])
        >>> model.test_on_batch(x, y, return_dict=True)
        {'loss': 2.25, 'mae': 1.5}
        """
        self._compiled_or_buildable()
        rows = self._rows("", x, y, sample_weight)
        tally = self._running_tally()
        training.test(self, Piece(rows, None, len(rows.x)), tally)
        return self._report(tally, return_dict)

    def gradients(
        self, x: ArrayLike, y: ArrayLike | None = None, sample_weight: ArrayLike | None = None
    ) -> list[FloatArray]:
        """The derivative of the loss by each weight, with these rows as one batch; nothing changes.

        Parameters
        ----------
        x, y, sample_weight
            As for `fit`.

        Returns
        -------
        list of arrays
            Of the shapes of `trainable_weights`, in their order. Of the whole loss, the penalties of
            regularizers in it, and with dropout as the next step of training would have it.

        Examples
        --------
        >>> import dlcore
        >>> model = dlcore.Sequential([dlcore.Input((1,)), dlcore.layers.Dense(1, kernel_initializer="ones")])
        >>> model.compile("sgd", "mse")
        >>> [gradient.tolist() for gradient in model.gradients([[1.0], [3.0]], [0.0, 0.0])]  # of w x + b
        [[[10.0]], [4.0]]
        """
        self._compiled_or_buildable()
        rows = self._rows("", x, y, sample_weight)
        self._renew()
        self._compiled()
        layers = [layer for layer in self.flat_layers if layer.trainable]
        shapes = [spec.shape for layer in layers for spec in layer.specs if spec.trainable]
        slopes = training.differentiate(self, rows)
        return [slope.reshape(shape) for slope, shape in zip(slopes, shapes, strict=True)]

    def _running_tally(self) -> Tally:
        if self._tally is None:
            self._tally = self.new_tally()
        return self._tally

    # Evaluate and predict

    def evaluate(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        verbose: int | str = "auto",
        sample_weight: ArrayLike | None = None,
        steps: int | None = None,
        callbacks: object = None,
        return_dict: bool = False,
    ) -> float | list[float] | dict[str, float]:
        """Loss and metrics on rows.

        Parameters
        ----------
        x, y, sample_weight
            As for `fit`.
        batch_size : int, optional
            Of metrics that depend on it, 32 by default.
        verbose : {"auto", 0, 1, 2}
            0 is silent; else a line says what came of it.
        steps : int, optional
            How many batches to take; by default all.
        callbacks : sequence of Callback, optional
        return_dict : bool
            Whether to return names and values; default False.

        Returns
        -------
        float, or list of float with metrics, or dict

        Examples
        --------
        >>> import dlcore
        >>> model = dlcore.Sequential([dlcore.Input((2,)), dlcore.layers.Dense(1)])
        >>> model.set_weights([[[1.0], [2.0]], [0.5]])
        >>> x, y = [[0.0, 1.0], [1.0, 0.0]], [1.0, 0.0]
        >>> model.compile("sgd", "mse", metrics=["mae"])
        >>> model.evaluate(x, y, verbose=0, return_dict=True)
        {'loss': 2.25, 'mae': 1.5}
        """
        calls = training.with_own(callbacks, verbose, has_history=False)
        self._compiled_or_buildable()
        source = data.source(self, x, y, sample_weight, batch_size=batch_size, steps=steps)
        calls.set_model(self)  # type: ignore[arg-type]
        calls.set_params({"verbose": verbose, "steps": source.batches})
        return self._report(training.evaluate(self, source, calls), return_dict)

    def _report(self, tally: Tally, return_dict: bool) -> float | list[float] | dict[str, float]:
        if return_dict:
            return tally.logs()
        values = list(tally.values().values())
        return values if len(values) > 1 else values[0]

    def predict(
        self,
        x: Any,
        batch_size: int | None = None,
        verbose: int | str = "auto",
        steps: int | None = None,
        callbacks: object = None,
    ) -> FloatArray:
        """Outputs (rows, outputs) for inputs (rows, ...), or for batches that come one by one.

        A row gives the same output in any company. `batch_size` is that of what callbacks hear and the report
        counts; with `verbose=0` there is none.

        Examples
        --------
        >>> import dlcore
        >>> model = dlcore.Sequential([dlcore.Input((2,)), dlcore.layers.Dense(1)])
        >>> model.set_weights([[[1.0], [2.0]], [0.5]])
        >>> model.predict([[1.0, 1.0], [0.0, 2.0]], verbose=0).tolist()
        [[3.5], [4.5]]
        """
        size = data.BATCH_SIZE if batch_size is None else _checks.integer("batch_size", batch_size, low=1)
        calls = training.with_own(callbacks, verbose, has_history=False)
        x = data.only("x", x, axes=2)
        if not calls.callbacks and steps is None and not data.is_stream(x):
            return self.predict_on_batch(x)
        count = -(-len(x) // size) if steps is None and hasattr(x, "__len__") else steps
        calls.set_model(self)  # type: ignore[arg-type]
        calls.set_params({"verbose": verbose, "steps": count})
        return training.predict(self, x, size, steps, calls)

    def predict_on_batch(self, x: ArrayLike) -> FloatArray:
        """The same without options: a row through a small net takes microseconds.

        Examples
        --------
        >>> import dlcore
        >>> model = dlcore.Sequential([dlcore.Input((2,)), dlcore.layers.Dense(1)])
        >>> model.set_weights([[[1.0], [2.0]], [0.5]])
        >>> model.predict_on_batch([[1.0, 1.0]]).tolist()
        [[3.5]]
        """
        features = self._features("x", x)
        return self._shaped(self._built().predict(features))

    def _outputs(self, x: ArrayLike, training: bool) -> FloatArray:
        if not training:
            return self.predict_on_batch(x)
        features = self._features("x", x)
        return self._shaped(self._built().rehearse(features))


def _shuffle(value: object) -> bool:
    """Whether to shuffle: "batch" is another word for yes, as in Keras."""
    return True if value == "batch" else _checks.boolean("shuffle", value)


def _only(name: str, value: object) -> object:
    """What is given for the only output: by itself, or in a list or dict of one."""
    if isinstance(value, list | tuple):
        if len(value) != 1:
            raise ValueError(f"{name} must be one, since there is one output, got {len(value)}")
        return value[0]
    if isinstance(value, dict) and "class_name" not in value:
        if len(value) != 1:
            raise ValueError(f"{name} must be one, since there is one output, got {len(value)}")
        return next(iter(value.values()))
    return value


def _listed(name: str, value: object) -> list[object]:
    """A list, also if it is given within a list or dict for the only output."""
    if value is None:
        return []
    if isinstance(value, dict):
        value = _only(name, value)
        value = value if isinstance(value, list | tuple) else [value]
    if not isinstance(value, list | tuple):
        raise TypeError(f"{name} must be a list, got {value!r}")
    if len(value) == 1 and isinstance(value[0], list | tuple):
        return list(value[0])
    return list(value)
