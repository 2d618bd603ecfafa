"""Small helpers under Keras's names."""

from dlcore.config import (
    disable_interactive_logging,
    enable_interactive_logging,
    is_interactive_logging_enabled,
)
from dlcore.utils.arrays import normalize, to_categorical
from dlcore.utils.plotting import plot_model
from dlcore.utils.py_dataset import PyDataset
from dlcore.utils.random_seed import clear_session, set_random_seed
from dlcore.utils.registration import (
    CustomObjectScope,
    custom_object_scope,
    get_custom_objects,
    get_registered_name,
    get_registered_object,
    register_keras_serializable,
)
from dlcore.utils.sequences import pad_sequences
from dlcore.utils.splitting import split_dataset

Sequence = PyDataset
"""Its old name."""

__all__ = [
    "CustomObjectScope",
    "PyDataset",
    "Sequence",
    "clear_session",
    "custom_object_scope",
    "disable_interactive_logging",
    "enable_interactive_logging",
    "get_custom_objects",
    "get_registered_name",
    "get_registered_object",
    "is_interactive_logging_enabled",
    "normalize",
    "pad_sequences",
    "plot_model",
    "register_keras_serializable",
    "set_random_seed",
    "split_dataset",
    "to_categorical",
]
