"""The loops of `fit`, `evaluate` and `predict`: over epochs, and over what an epoch comes in."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from dlcore import _checks
from dlcore._data import Rows
from dlcore._typing import FloatArray
from dlcore.callbacks import Callback, CallbackList, History, ProgbarLogger, TerminateOnNaN
from dlcore.callbacks.callback import hears
from dlcore.losses import Loss
from dlcore.models import data
from dlcore.models.data import Arrays, Piece, Source
from dlcore.models.progress import Progress
from dlcore.models.tally import Tally

if TYPE_CHECKING:
    from dlcore.models.trainer import Trainer


def fit(model: Trainer, progress: Progress, epochs: int, validation_freq: int | Sequence[int]) -> None:
    """Run the epochs that are left; all arguments are checked."""
    callbacks = progress.callbacks
    try:
        callbacks.on_train_begin()
        model._go_on(progress)
        while progress.epoch < epochs and not progress.is_over:
            if not progress.is_trained:
                callbacks.on_epoch_begin(progress.epoch)
                train_epoch(model, progress)
            if progress.validation is not None and _is_due(progress.epoch, validation_freq):
                results = evaluate(model, progress.validation, callbacks).logs()
                values = {f"val_{name}": value for name, value in results.items()}
                progress.logs = dict(sorted((progress.logs | values).items()))
            progress.told = dict(progress.logs)  # What callbacks add is for each other.
            callbacks.on_epoch_end(progress.epoch, progress.told)
            progress.end_epoch()
            if model.stop_training:
                break
        if epochs > 0:
            model.finish_training()
        callbacks.on_train_end(progress.logs)
    finally:
        model._end_fit(progress)
        for callback in callbacks.callbacks:
            if isinstance(callback, ProgbarLogger):
                callback.close()


def train_epoch(model: Trainer, progress: Progress) -> None:
    """One epoch: a single call of the core, unless somebody listens to batches."""
    source, callbacks, tally = progress.source, progress.callbacks, progress.begin_epoch()
    was_begun = progress.batch > 0
    # An epoch that was interrupted goes on in batches, so that all are added up one by one.
    by_batch = was_begun or model.needs_batches
    by_batch = by_batch or _listens(callbacks, "on_train_batch_begin", "on_train_batch_end")
    for piece in source.pieces(progress.epoch, by_batch, tally.wants_outputs, progress.batch):
        if was_begun and model.stop_training:
            break
        if by_batch:
            callbacks.on_train_batch_begin(progress.batch)
        before = model._built().iterations
        try:
            fault = train(model, piece, tally)
        finally:
            progress.batch += model._built().iterations - before
        if fault is not None:
            _stop_at_fault(model, callbacks, progress.epoch, progress.batch, fault)
            break
        if by_batch:
            callbacks.on_train_batch_end(progress.batch - 1, tally.logs())
            if model.stop_training:
                break
    if progress.batch == 0 and not model.stop_training:
        raise ValueError("x gave no batches in this epoch: a generator that has ended cannot begin again")
    source.end_epoch()
    progress.end_batches(tally.logs())


def train(model: Trainer, piece: Piece, tally: Tally) -> str | None:
    """Steps over the rows of a piece; if a number was no longer finite, why."""
    network, optimizer = model._built(), model._compiled().optimizer
    rows, order = piece.rows, piece.order
    if model.needs_batches:
        rows, order = (rows if order is None else rows.take(np.asarray(order, np.uint32))), None
        rows = _batch(model._compiled().loss, rows, network.rehearse)
    result = network.train_epoch(
        rows.x,
        rows.y,
        rows.weight,
        order,
        piece.batch_size,
        optimizer.rates(piece.batches),
        tally.wants_outputs,
    )
    if result["fault"] is not None:
        return result["fault"]
    tally.add(
        result, piece.rows, piece.order if isinstance(piece.order, np.ndarray) else None, piece.batch_size
    )
    return None


def differentiate(model: Trainer, rows: Rows) -> list[FloatArray]:
    """Gradients of what is trained, of the rows as one batch."""
    network = model._built()
    if model.needs_batches:
        rows = _batch(model._compiled().loss, rows, network.rehearse)
    return network.differentiate(rows.x, rows.y, rows.weight)[1]


def _batch(loss: Loss, rows: Rows, outputs: Callable[[FloatArray], FloatArray]) -> Rows:
    """A batch as the core takes it, for losses that need each batch by itself."""
    if loss.is_own:  # Its derivatives are those of this batch's outputs.
        rows = rows._replace(y=loss.evaluate(rows.labels(), outputs(rows.x)))
    weight = np.ones(len(rows.x), rows.x.dtype) if rows.weight is None else rows.weight
    if loss.ignore_class is not None:
        labels = rows.y[:, 0]
        weight = (weight * loss.mask(labels)).astype(rows.x.dtype)
        counted = rows.y.copy()
        counted[labels == loss.ignore_class] = 0
        rows = rows._replace(y=counted)
    if loss.reduction == "sum":  # The mean of so many times as much.
        weight = weight * len(rows.x)
    return rows._replace(weight=weight)


def _stop_at_fault(model: Trainer, callbacks: CallbackList, epoch: int, batch: int, fault: str) -> None:
    """Tell those who wait for NaN; an error, if nobody does."""
    for callback in callbacks.callbacks:
        if isinstance(callback, TerminateOnNaN):
            callback.on_batch_end(batch, {"loss": math.nan})
    if not model.stop_training:
        raise FloatingPointError(
            f"epoch {epoch + 1}, batch {batch + 1}: {fault}; the weights are the last finite ones. A lower "
            "learning_rate, clipnorm or scaled inputs may help"
        )


def evaluate(model: Trainer, source: Source, callbacks: CallbackList) -> Tally:
    """Loss and metrics, without anything that only training does."""
    tally = model.new_tally()
    callbacks.on_test_begin()
    by_batch = _listens(callbacks, "on_test_batch_begin", "on_test_batch_end") or model.needs_batches
    for batch, piece in enumerate(source.pieces(0, by_batch, tally.wants_outputs)):
        if by_batch:
            callbacks.on_test_batch_begin(batch)
        test(model, piece, tally)
        if by_batch:
            callbacks.on_test_batch_end(batch, tally.logs())
    callbacks.on_test_end(tally.logs())
    return tally


def test(model: Trainer, piece: Piece, tally: Tally) -> None:
    """Loss and metrics of the rows of a piece."""
    network, rows = model._built(), piece.rows
    if model.needs_batches:
        rows = _batch(model._compiled().loss, rows, network.predict)
    result = network.evaluate(rows.x, rows.y, rows.weight, tally.wants_outputs)
    tally.add(result, piece.rows, None, piece.batch_size)


def predict(
    model: Trainer, x: Any, batch_size: int, steps: int | None, callbacks: CallbackList
) -> FloatArray:
    """Outputs of all rows, or of batches that come one by one."""
    callbacks.on_predict_begin()
    by_batch = _listens(callbacks, "on_predict_batch_begin", "on_predict_batch_end")
    if data.is_stream(x):
        batches: Iterator[Any] = map(_inputs, x)
    elif by_batch or steps is not None:
        everything = np.asarray(x)
        batches = (everything[at : at + batch_size] for at in range(0, len(everything), batch_size))
    else:
        batches = iter([x])
    outputs: list[FloatArray] = []
    for batch, rows in enumerate(batches):
        if steps is not None and batch == steps:
            break
        if by_batch:
            callbacks.on_predict_batch_begin(batch)
        outputs.append(model.predict_on_batch(rows))
        if by_batch:
            callbacks.on_predict_batch_end(batch, {"outputs": outputs[-1]})
    callbacks.on_predict_end()
    if not outputs:
        raise ValueError("x must give at least one batch, got none")
    if len(outputs) == 1:
        return outputs[0]
    joined: Any = np.concatenate(outputs)
    return joined  # type: ignore[no-any-return]


def _inputs(batch: Any) -> Any:
    """What there is to predict from in (x, y) or (x,), or x by itself."""
    return batch[0] if isinstance(batch, tuple | list) and batch else batch


def _listens(callbacks: CallbackList, *hooks: str) -> bool:
    """Whether anything would happen at these moments."""
    return any(hears(callback, hook) for callback in callbacks.callbacks for hook in hooks)


def _is_due(epoch: int, validation_freq: int | Sequence[int]) -> bool:
    """Whether to validate after this epoch: after every so many, or after those that are listed from 1."""
    if isinstance(validation_freq, int):
        return (epoch + 1) % validation_freq == 0
    return epoch + 1 in validation_freq


def with_own(callbacks: object, verbose: object, has_history: bool) -> CallbackList:
    """The caller's callbacks, with progress and, behind all, history."""
    if verbose not in ("auto", 0, 1, 2):
        raise ValueError(f"verbose must be 'auto', 0, 1 or 2, got {verbose!r}")
    if isinstance(callbacks, CallbackList):
        return callbacks
    given = [callbacks] if isinstance(callbacks, Callback) else list(callbacks or [])  # type: ignore[call-overload]
    flat: list[Callback] = []
    for callback in given:
        flat += callback.callbacks if isinstance(callback, CallbackList) else [callback]
    shows = verbose != 0 and not any(isinstance(callback, ProgbarLogger) for callback in flat)
    lines = verbose == 2 or (verbose == "auto" and not _checks.is_interactive())
    progress: list[Callback] = [ProgbarLogger(bar=not lines)] if shows else []
    return CallbackList([*flat, *progress, *([History()] if has_history else [])])


def split(rows: Rows, share: float) -> tuple[Rows, Rows]:
    """The rows to train on, and the last ones to validate on."""
    at = math.floor(len(rows.x) * (1 - share))
    if not 0 < at < len(rows.x):
        raise ValueError(f"validation_split must leave rows on both sides, got {share} of {len(rows.x)} rows")
    return rows.part(0, at), rows.part(at, len(rows.x))


def sources(model: Trainer, options: dict[str, Any]) -> tuple[Source, Source | None]:
    """What to train on and what to validate on, from the arguments of `fit`."""
    share = _checks.real("validation_split", options["validation_split"], low=0, high=1)
    own = data.source(
        model,
        options["x"],
        options["y"],
        options["sample_weight"],
        batch_size=options["batch_size"],
        shuffle=options["shuffle"],
        class_weight=None if share else options["class_weight"],
        steps=None if share and options["validation_data"] is None else options["steps_per_epoch"],
    )
    validation, steps = options["validation_data"], options["validation_steps"]
    size = options["validation_batch_size"] or options["batch_size"]
    if validation is not None:
        if data.is_stream(validation) and not isinstance(validation, str):
            parts: Any = (validation, None, None)
        elif not isinstance(validation, list | tuple) or len(validation) not in (2, 3):
            got = type(validation).__name__
            raise ValueError(f"validation_data must be (x, y) or (x, y, sample_weight), got {got}")
        else:
            parts = (*validation, None)[:3]
        return own, data.source(model, *parts, prefix="validation_data ", batch_size=size, steps=steps)
    if share == 0:
        return own, None
    if not isinstance(own, Arrays):
        raise ValueError("validation_split needs arrays as x and y; give validation_data")
    before, after = split(own.rows, share)
    if options["class_weight"] is not None:  # Those that are held out count alike.
        before = model.weighted(before, options["class_weight"])
    held_out = Arrays(after, size or data.BATCH_SIZE)
    return Arrays(before, own.asked_size, own.seed), held_out
