"""How much a file may describe: what is made of it must stay in proportion to its size."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

MOST_LAYERS = 2000
"""Of a model, those of models within it, too: as many as a net has stages at most (rust/core/src/stage.rs).
A layer takes a kilobyte or two of memory, but only a few words in a file."""

MOST_METRICS = 256
"""Of a model. Each may have a million thresholds, and a few words in a file."""


def expect_few_metrics(name: str, metrics: Sequence[Any]) -> None:
    """Raise a ValueError if these are more."""
    if len(metrics) > MOST_METRICS:
        raise ValueError(f"{name} must be {MOST_METRICS} at most, got {len(metrics):,}")


def expect_few_layers(config: dict[str, Any]) -> None:
    """Raise a ValueError if this configuration is of a model of more."""
    count = _layers(config)
    if count > MOST_LAYERS:
        raise ValueError(f"a model in a file has {MOST_LAYERS:,} layers at most, got {count:,}")


def _layers(config: dict[str, Any]) -> int:
    inner = (layer["config"] for layer in config["layers"])
    return sum(_layers(layer) if "layers" in layer else 1 for layer in inner)
