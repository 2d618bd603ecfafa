"""Small helpers under Keras's names."""

from dlcore.utils.arrays import normalize, to_categorical
from dlcore.utils.plotting import plot_model
from dlcore.utils.py_dataset import PyDataset
from dlcore.utils.random_seed import clear_session, set_random_seed
from dlcore.utils.registration import custom_object_scope, get_custom_objects, register_keras_serializable
from dlcore.utils.splitting import split_dataset

Sequence = PyDataset
"""Its old name."""

__all__ = [
    "PyDataset",
    "Sequence",
    "clear_session",
    "custom_object_scope",
    "get_custom_objects",
    "normalize",
    "plot_model",
    "register_keras_serializable",
    "set_random_seed",
    "split_dataset",
    "to_categorical",
]
