"""Models: a stack of layers, and how it is saved."""

from dlcore.models.saving import load_model
from dlcore.models.sequential import Sequential

__all__ = ["Sequential", "load_model"]
