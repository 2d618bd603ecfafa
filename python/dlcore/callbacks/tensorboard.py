"""Logs for TensorBoard."""

from __future__ import annotations

import os
import pathlib
import time
import warnings
from typing import TYPE_CHECKING, Any

from dlcore import _checks
from dlcore.callbacks._learning_rate import optimizer_of
from dlcore.callbacks.callback import Callback, Logs

if TYPE_CHECKING:
    from dlcore.models import Sequential


class TensorBoard(Callback):
    """Writes losses, metrics and the learning rate, and histograms of the weights, for TensorBoard to show.

    What belongs to training goes into the folder `train` of `log_dir`, what belongs to validation into
    `validation`. Needs tensorboardX, which writes TensorBoard's files without TensorFlow.

    Parameters
    ----------
    log_dir : str or path
        Default "logs".
    histogram_freq : int
        Every how many epochs to write the weights; default 0, never.
    write_steps_per_second : bool
        Whether to write how fast training is; default False.
    update_freq : "epoch", "batch" or int
        When to write training's losses and metrics, besides after each epoch: never, after each batch, or
        every so many; default "epoch". The means of the epoch so far are written.
    write_graph, write_images, profile_batch, embeddings_freq, embeddings_metadata
        Accepted for Keras's sake. No graph is written; the others warn that they do nothing.

    Examples
    --------
    >>> import dlcore
    >>> board = dlcore.callbacks.TensorBoard("logs", histogram_freq=1)
    """

    def __init__(
        self,
        log_dir: str | os.PathLike[str] = "logs",
        histogram_freq: int = 0,
        write_graph: bool = True,
        write_images: bool = False,
        write_steps_per_second: bool = False,
        update_freq: str | int = "epoch",
        profile_batch: object = 0,
        embeddings_freq: int = 0,
        embeddings_metadata: object = None,
    ) -> None:
        ignored = {
            "write_images": write_images,
            "profile_batch": profile_batch,
            "embeddings_freq": embeddings_freq,
            "embeddings_metadata": embeddings_metadata,
        }
        for name, value in ignored.items():
            if value:
                warnings.warn(f"TensorBoard: {name} does nothing in dlcore", stacklevel=2)
        self.log_dir = os.fspath(log_dir)
        self.histogram_freq = _checks.integer("histogram_freq", histogram_freq)
        self.write_steps_per_second = _checks.boolean("write_steps_per_second", write_steps_per_second)
        if not isinstance(update_freq, str) or update_freq not in ("epoch", "batch"):
            update_freq = _checks.integer("update_freq", update_freq, low=1)
        self.update_freq = 1 if update_freq == "batch" else update_freq
        self._writers: dict[str, Any] = {}
        self._batches = 0

    def set_model(self, model: Sequential) -> None:
        """Begin new files."""
        super().set_model(model)
        self._writers = {}

    def get_state(self) -> dict[str, Any]:
        """How many batches there were."""
        return {"batches": self._batches}

    def set_state(self, state: dict[str, Any]) -> None:
        """Go on from what `get_state` gave."""
        self._batches = _checks.integer("batches", state["batches"])

    def on_train_begin(self, logs: Logs | None = None) -> None:
        """Count batches anew."""
        self._batches = 0

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        """Look at clock and step."""
        self._epoch_start = time.perf_counter(), int(optimizer_of(self.model).iterations)

    def on_train_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        """Look at the clock."""
        self._batch_start = time.perf_counter()

    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """Write the means so far, if it is time."""
        self._batches += 1
        if isinstance(self.update_freq, str) or self._batches % self.update_freq != 0:
            return
        values = dict(logs or {})
        if self.write_steps_per_second:
            values["steps_per_second"] = 1 / (time.perf_counter() - self._batch_start)
        self._write("train", {f"batch_{name}": value for name, value in values.items()}, self._batches)

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """Write losses, metrics and learning rate, and the weights, if it is time."""
        if logs:
            optimizer = optimizer_of(self.model)
            values = {name: value for name, value in logs.items() if not name.startswith("val_")}
            values["learning_rate"] = float(optimizer.learning_rate)
            if self.write_steps_per_second:
                start, first = self._epoch_start
                steps = int(optimizer.iterations) - first
                values["steps_per_second"] = steps / (time.perf_counter() - start)
            self._write("train", {f"epoch_{name}": value for name, value in values.items()}, epoch)
            validation = {
                f"epoch_{name.removeprefix('val_')}": value
                for name, value in logs.items()
                if name.startswith("val_")
            }
            self._write("validation", validation, epoch)
        if self.histogram_freq and epoch % self.histogram_freq == 0:
            writer = self._writer("train")
            for layer in self.model.flat_layers:
                for variable, weight in zip(layer.weights, layer.get_weights(), strict=True):
                    name = f"{self.model.name}/{layer.name}/{variable.name}"
                    writer.add_histogram(f"{name}/histogram", weight, epoch)
        for writer in self._writers.values():
            writer.flush()

    def on_test_end(self, logs: Logs | None = None) -> None:
        """Write what came of an evaluation or validation."""
        values = {f"evaluation_{name}_vs_iterations": value for name, value in (logs or {}).items()}
        self._write("validation", values, int(optimizer_of(self.model).iterations))
        if values:
            self._writer("validation").flush()

    def on_train_end(self, logs: Logs | None = None) -> None:
        """Close the files."""
        for writer in self._writers.values():
            writer.close()
        self._writers = {}

    def _idle(self) -> list[Any]:
        by_epoch = self.update_freq == "epoch"
        idle: list[Any] = [TensorBoard.on_train_batch_end] if by_epoch else []
        if by_epoch or not self.write_steps_per_second:
            idle.append(TensorBoard.on_train_batch_begin)
        return idle

    def _write(self, folder: str, values: dict[str, float], step: int) -> None:
        for name, value in values.items():
            self._writer(folder).add_scalar(name, value, step)

    def _writer(self, folder: str) -> Any:
        """The writer of a folder, made when there is something to write."""
        if folder not in self._writers:
            try:
                from tensorboardX import SummaryWriter
            except ImportError as error:
                raise ImportError(
                    "TensorBoard needs tensorboardX to write its files: pip install tensorboardX"
                ) from error
            self._writers[folder] = SummaryWriter(str(pathlib.Path(self.log_dir) / folder))
        return self._writers[folder]
