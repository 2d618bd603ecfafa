"""The loop over the epochs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from dlcore import _checks, _data, _random
from dlcore.callbacks import Callback, History, ProgbarLogger

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from dlcore.models.sequential import Sequential


def fit(model: Sequential, x: ArrayLike, y: ArrayLike, **options: Any) -> History:
    """Check all arguments, then run the epochs; see `Sequential.fit`."""
    callbacks = with_own(options["callbacks"], options["verbose"])
    rows, validation = split(model, x, y, options)
    network = model._built()
    optimizer, _ = model._compiled()
    history = next(callback for callback in reversed(callbacks) if isinstance(callback, History))
    batch_size = min(options["batch_size"], len(rows.x))
    seed = _random.next_seed()
    for callback in callbacks:
        callback.set_model(model)
        callback.set_params({"epochs": options["epochs"], "verbose": options["verbose"]})
    model.history, model.stop_training = history, False
    try:
        for callback in callbacks:
            callback.on_train_begin()
        logs: dict[str, float] = {}
        for epoch in range(options["initial_epoch"], options["epochs"]):
            for callback in callbacks:
                callback.on_epoch_begin(epoch)
            order = _random.derive(seed, epoch) if options["shuffle"] else None
            result = network.train_epoch(*rows, order, batch_size, optimizer.learning_rate, False)
            if result["fault"] is not None:
                raise FloatingPointError(
                    f"epoch {epoch + 1}, batch {result['batches'] + 1}: {result['fault']}; the weights are "
                    "the last finite ones. A lower learning_rate, clipnorm or scaled inputs may help"
                )
            logs = model._logs(result)
            if validation is not None and (epoch + 1) % options["validation_freq"] == 0:
                logs |= {f"val_{name}": value for name, value in model._evaluate(validation).items()}
            for callback in callbacks:
                callback.on_epoch_end(epoch, logs)
            if model.stop_training:
                break
        for callback in callbacks:
            callback.on_train_end(logs)
    finally:
        for callback in callbacks:
            if isinstance(callback, ProgbarLogger):
                callback.close()
    return history


def with_own(callbacks: Sequence[Callback] | None, verbose: object) -> list[Callback]:
    """The caller's callbacks, with progress and history where they belong."""
    from dlcore.models.sequential import check_verbose

    check_verbose(verbose)
    given = [callbacks] if isinstance(callbacks, Callback) else list(callbacks or [])
    for callback in given:
        if not isinstance(callback, Callback):
            raise TypeError(f"callbacks must be Callback objects, got {callback!r}")
    progress: list[Callback] = [ProgbarLogger(bar=verbose != 2)] if verbose != 0 else []
    return [*given, *progress, History()]


def split(
    model: Sequential, x: ArrayLike, y: ArrayLike, options: dict[str, Any]
) -> tuple[_data.Rows, _data.Rows | None]:
    """The rows to train on and those to validate on."""
    data = options["validation_data"]
    share = _checks.real("validation_split", options["validation_split"], low=0, high=1)
    if options["validation_batch_size"] is not None:
        _checks.integer("validation_batch_size", options["validation_batch_size"], low=1)
    rows = model._rows("", x, y, options["sample_weight"], options["class_weight"])
    if data is not None:
        if not isinstance(data, list | tuple) or len(data) not in (2, 3):
            raise ValueError(
                f"validation_data must be (x, y) or (x, y, sample_weight), got {type(data).__name__}"
            )
        return rows, model._rows("validation_data ", *data)
    if share == 0:
        return rows, None
    at = math.floor(len(rows.x) * (1 - share))
    if not 0 < at < len(rows.x):
        raise ValueError(f"validation_split must leave rows on both sides, got {share} of {len(rows.x)} rows")
    return rows.split(at)
