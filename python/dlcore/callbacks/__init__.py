"""Callbacks: what is done at the beginning and end of a fit and of each epoch."""

from dlcore.callbacks.callback import Callback
from dlcore.callbacks.early_stopping import EarlyStopping
from dlcore.callbacks.history import History
from dlcore.callbacks.progress import ProgbarLogger

__all__ = ["Callback", "EarlyStopping", "History", "ProgbarLogger"]
